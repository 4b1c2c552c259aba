#include "apps/exchange/domain/stream_matcher.hpp"

#include <algorithm>
#include <bit>

namespace mainstay::exchange {

namespace {

// How far ahead of the record that is carried out others are looked at, so that what they touch is
// on its way to the cache: first their place in the index, then the order itself, then its
// neighbours in the queue. Few orders are in the cache anyway.
constexpr std::size_t far_ahead = 12;
constexpr std::size_t near_ahead = 6;
constexpr std::size_t orders_cached = 8'192;
constexpr std::size_t block_size = 256;

std::size_t symbol_hash(std::uint32_t symbol) { return symbol * 0x9E3779B97F4A7C15U >> 32U; }

}  // namespace

StreamMatcher::StreamMatcher() : symbols_(64) {}

void StreamMatcher::apply(Stream records) {
  const std::size_t count = records.size();
  for (std::size_t begin = 0; begin < count; begin += block_size) {
    const std::size_t end = std::min(begin + block_size, count);
    if (index_.size() <= orders_cached || end + far_ahead > count) {
      for (std::size_t i = begin; i < end; ++i) apply_one(records[i]);
      continue;
    }
    for (std::size_t i = begin; i < end; ++i) {
      look_far(records[i + far_ahead]);
      look_near(records[i + near_ahead]);
      apply_one(records[i]);
    }
  }
}

inline void StreamMatcher::apply_one(const StreamRecord& record) {
  switch (record.op) {
    case StreamOp::place:
      return place(record);
    case StreamOp::cancel:
      return cancel(record.id);
    case StreamOp::reduce:
      return reduce(record.id, record.quantity);
    case StreamOp::move:
      return move(record.id, record.price);
  }
}

// --- the four messages ---------------------------------------------------------------------------

inline void StreamMatcher::place(const StreamRecord& record) {
  const OrderId id{record.id};
  if (record.quantity == 0 || index_.find(id, nodes_) != no_slot) {
    ++totals_.ignored;
    return;
  }
  const std::uint32_t number = book_of(record.symbol);
  Book& book = books_[number];
  const Price price{record.price};
  const std::uint32_t left = trade(book.sides[record.side ^ 1U], record.id, price, record.quantity);
  if (left == 0 || record.tif != 0) return;
  const Slot slot = take_slot();
  OrderNode& node = nodes_[slot];
  node.id = id;
  node.shown = left;
  node.price = price;
  node.owner = number;
  node.side = record.side;
  index_.insert(id, slot);
  book.sides[record.side].push_back(slot, nodes_);
}

inline void StreamMatcher::cancel(std::uint64_t id) {
  const Slot slot = index_.erase(OrderId{id}, nodes_);
  if (slot == no_slot) {
    ++totals_.ignored;
    return;
  }
  ladder_of(nodes_[slot]).erase(slot, nodes_);
  give_back(slot);
}

inline void StreamMatcher::reduce(std::uint64_t id, std::uint32_t by) {
  const Slot slot = index_.find(OrderId{id}, nodes_);
  if (slot == no_slot) {
    ++totals_.ignored;
  } else if (by >= nodes_[slot].shown) {
    cancel(id);
  } else {
    ladder_of(nodes_[slot]).reduce(slot, by, nodes_);
  }
}

inline void StreamMatcher::move(std::uint64_t id, std::uint32_t price) {
  const Slot slot = index_.find(OrderId{id}, nodes_);
  if (slot == no_slot) {
    ++totals_.ignored;
    return;
  }
  OrderNode& node = nodes_[slot];
  Book& book = books_[node.owner];
  FastLadder& own = book.sides[node.side];
  own.erase(slot, nodes_);
  node.price = Price{price};
  node.shown = trade(book.sides[node.side ^ 1U], id, node.price, node.shown);
  if (node.shown > 0) {
    own.push_back(slot, nodes_);
  } else {
    index_.erase(node.id, nodes_);
    give_back(slot);
  }
}

// Gives what is left of the taker's quantity.
inline std::uint32_t StreamMatcher::trade(FastLadder& makers, std::uint64_t taker, Price limit,
                                          std::uint32_t quantity) {
  while (makers.is_reached_by(limit)) {
    const Slot slot = makers.front(nodes_);
    const OrderNode& maker = nodes_[slot];
    const std::uint32_t traded = std::min(quantity, maker.shown);
    totals_.add(maker.id.get(), taker, traded, maker.price.get());
    quantity -= traded;
    if (traded < maker.shown) {
      makers.reduce(slot, traded, nodes_);
      return 0;
    }
    makers.erase(slot, nodes_);
    index_.erase(maker.id, nodes_);
    give_back(slot);
    if (quantity == 0) return 0;
  }
  return quantity;
}

// --- reading ahead -------------------------------------------------------------------------------

inline void StreamMatcher::look_far(const StreamRecord& record) const {
  index_.prefetch(OrderId{record.id});
}

inline void StreamMatcher::look_near(const StreamRecord& record) const {
  if (record.op == StreamOp::place) {
    const std::uint32_t number = known_book(record.symbol);
    if (number != no_book) books_[number].sides[record.side].prefetch(Price{record.price});
    return;
  }
  const Slot slot = index_.guess(OrderId{record.id});
  if (slot != no_slot) __builtin_prefetch(&nodes_[slot], 1);
}

// --- slots and books -----------------------------------------------------------------------------

inline Slot StreamMatcher::take_slot() {
  if (free_ == no_slot) {
    nodes_.emplace_back();
    return static_cast<Slot>(nodes_.size() - 1);
  }
  const Slot slot = free_;
  free_ = nodes_[slot].next;
  return slot;
}

inline void StreamMatcher::give_back(Slot slot) {
  nodes_[slot].next = free_;
  free_ = slot;
}

inline std::uint32_t StreamMatcher::known_book(std::uint32_t symbol) const {
  const std::size_t mask = symbols_.size() - 1;
  for (std::size_t at = symbol_hash(symbol);; ++at) {
    const SymbolEntry& entry = symbols_[at & mask];
    if (entry.book == no_book || entry.symbol == symbol) return entry.book;
  }
}

inline std::uint32_t StreamMatcher::book_of(std::uint32_t symbol) {
  const std::uint32_t known = known_book(symbol);
  if (known != no_book) return known;
  add_book(symbol);
  return static_cast<std::uint32_t>(books_.size() - 1);
}

void StreamMatcher::add_book(std::uint32_t symbol) {
  const auto put = [this](SymbolEntry entry) {
    std::size_t at = symbol_hash(entry.symbol);
    while (symbols_[at & (symbols_.size() - 1)].book != no_book) ++at;
    symbols_[at & (symbols_.size() - 1)] = entry;
  };
  if ((books_.size() + 1) * 2 > symbols_.size()) {
    std::vector<SymbolEntry> before(symbols_.size() * 2);
    before.swap(symbols_);
    for (const SymbolEntry& entry : before) {
      if (entry.book != no_book) put(entry);
    }
  }
  put({symbol, static_cast<std::uint32_t>(books_.size())});
  books_.emplace_back();
}

}  // namespace mainstay::exchange
