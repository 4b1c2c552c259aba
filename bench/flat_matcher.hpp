#pragma once

// A plain price-time matcher to measure others against: what a lean program does when it may know
// beforehand which symbols, prices and ids a file has. Per symbol and side an array of levels by
// price, a bitmap of three levels above it, the best price; orders of 24 bytes in queues linked
// through them, found by their id as they are. No accounts, no events. Needs nothing of src/.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

namespace flat {

/// A message of a stream, as it is in the file.
struct Record {
  std::uint8_t op;  // 1 new, 2 cancel, 3 reduce, 4 move
  std::uint8_t side;
  std::uint8_t tif;
  std::uint8_t zero;
  std::uint32_t symbol;
  std::uint64_t id;
  std::uint32_t price;
  std::uint32_t quantity;
  std::uint64_t account;
};
static_assert(sizeof(Record) == 32);

struct Totals {
  std::uint64_t fills = 0;
  std::uint64_t quantity = 0;
  std::uint64_t hash = 1469598103934665603U;
  std::uint64_t ignored = 0;
};

inline constexpr std::uint32_t none = 0xFFFFFFFFU;
inline constexpr std::size_t prices_max = std::size_t{1} << 18U;  // what three levels of bits hold

/// One side of a book. A place is a price counted from the best possible one.
struct Side {
  struct Level {
    std::uint32_t head = none;
    std::uint32_t tail = none;
  };
  std::vector<Level> levels;
  std::vector<std::uint64_t> bits0;
  std::vector<std::uint64_t> bits1;
  std::uint64_t bits2 = 0;
  std::uint32_t best = none;
  std::uint32_t origin = 0;  // the price of place 0
  bool down = false;         // of buys: places count down from it

  void open(std::uint32_t low, std::uint32_t high, bool buys) {
    levels.assign(std::size_t{high} - low + 1, Level{});
    bits0.assign(levels.size() / 64 + 1, 0);
    bits1.assign(bits0.size() / 64 + 1, 0);
    origin = buys ? high : low;
    down = buys;
  }
  [[nodiscard]] std::uint32_t place(std::uint32_t price) const {
    return down ? origin - price : price - origin;
  }
  void fill(std::uint32_t at) {
    bits0[at >> 6U] |= std::uint64_t{1} << (at & 63U);
    bits1[at >> 12U] |= std::uint64_t{1} << (at >> 6U & 63U);
    bits2 |= std::uint64_t{1} << (at >> 12U);
    best = std::min(best, at);
  }
  void clear(std::uint32_t at) {
    if ((bits0[at >> 6U] &= ~(std::uint64_t{1} << (at & 63U))) == 0) {
      if ((bits1[at >> 12U] &= ~(std::uint64_t{1} << (at >> 6U & 63U))) == 0) {
        bits2 &= ~(std::uint64_t{1} << (at >> 12U));
      }
    }
    if (at == best) best = first();
  }
  [[nodiscard]] std::uint32_t first() const {
    if (bits2 == 0) return none;
    auto at = static_cast<std::uint32_t>(std::countr_zero(bits2));
    at = at << 6U | static_cast<std::uint32_t>(std::countr_zero(bits1[at]));
    return at << 6U | static_cast<std::uint32_t>(std::countr_zero(bits0[at]));
  }
};

struct Order {
  std::uint32_t next = none;
  std::uint32_t previous = none;
  std::uint32_t price = 0;
  std::uint32_t left = 0;  // 0: not live
  std::uint32_t book = 0;
  std::uint32_t side = 0;
};
static_assert(sizeof(Order) == 24);

/// The prices of a symbol are within these.
struct Window {
  std::uint32_t low = none;
  std::uint32_t high = 0;
};

/// Of dense ids, or of any (`named`), which a hash table makes dense.
template <bool named = false>
class Matcher {
 public:
  /// Of symbols 0, 1, ...; ids below `ids`.
  Matcher(const std::vector<Window>& windows, std::size_t ids)
      : orders_(ids), books_(windows.size()) {
    for (std::size_t i = 0; i < windows.size(); ++i) {
      const auto [low, high] = windows[i];
      if (low > high) continue;
      if (high - low >= prices_max)
        throw std::runtime_error("prices of a symbol are too far apart");
      books_[i][0].open(low, high, true);
      books_[i][1].open(low, high, false);
    }
  }

  void apply(const Record& r) {
    std::uint64_t id = r.id;
    if constexpr (named) {
      id = numbers_.try_emplace(r.id, names_.size()).first->second;
      if (id == names_.size()) names_.push_back(r.id);
    }
    Order& order = orders_[id];
    if (r.op == 1) {
      if (r.quantity == 0) {
        ++totals.ignored;
        return;
      }
      order.book = r.symbol;
      order.side = r.side;
      enter(order, id, r.price, r.quantity, r.tif == 0);
    } else if (order.left == 0) {
      ++totals.ignored;
    } else if (r.op == 2 || (r.op == 3 && r.quantity >= order.left)) {
      remove(order);
    } else if (r.op == 3) {
      order.left -= r.quantity;
    } else {
      const std::uint32_t left = order.left;
      remove(order);
      enter(order, id, r.price, left, true);
    }
  }

  [[nodiscard]] const Order& order(std::uint64_t id) const { return orders_[id]; }
  Totals totals;
  std::size_t live = 0;

 private:
  [[nodiscard]] std::uint64_t name(std::uint64_t id) const {
    if constexpr (named) return names_[id];
    return id;
  }

  void enter(Order& order, std::uint64_t id, std::uint32_t price, std::uint32_t left, bool rests) {
    Side& other = books_[order.book][1 - order.side];
    const std::uint32_t limit = other.place(price);
    while (left > 0 && other.best <= limit) {
      const std::uint32_t maker_id = other.levels[other.best].head;
      Order& maker = orders_[maker_id];
      const std::uint32_t traded = std::min(left, maker.left);
      ++totals.fills;
      totals.quantity += traded;
      const std::uint64_t fill = name(maker_id) * 0x9E3779B97F4A7C15U +
                                 name(id) * 0xC2B2AE3D27D4EB4FU + traded * 0x165667B19E3779F9U +
                                 maker.price;
      totals.hash = (totals.hash ^ fill) * 1099511628211U;
      left -= traded;
      if (traded == maker.left) {
        remove(maker);
      } else {
        maker.left -= traded;
      }
    }
    if (left == 0 || !rests) return;
    Side& own = books_[order.book][order.side];
    const std::uint32_t at = own.place(price);
    Side::Level& level = own.levels[at];
    order.price = price;
    order.left = left;
    order.next = none;
    order.previous = level.tail;
    if (level.tail == none) {
      level.head = static_cast<std::uint32_t>(id);
      own.fill(at);
    } else {
      orders_[level.tail].next = static_cast<std::uint32_t>(id);
    }
    level.tail = static_cast<std::uint32_t>(id);
    ++live;
  }

  void remove(Order& order) {
    Side& own = books_[order.book][order.side];
    const std::uint32_t at = own.place(order.price);
    Side::Level& level = own.levels[at];
    (order.previous == none ? level.head : orders_[order.previous].next) = order.next;
    (order.next == none ? level.tail : orders_[order.next].previous) = order.previous;
    if (level.head == none) own.clear(at);
    order.left = 0;
    --live;
  }

  std::vector<Order> orders_;
  struct Book {
    Side sides[2];
    Side& operator[](std::size_t i) { return sides[i]; }
  };
  std::vector<Book> books_;
  std::unordered_map<std::uint64_t, std::size_t> numbers_;
  std::vector<std::uint64_t> names_;
};

}  // namespace flat
