#include "apps/exchange/domain/stream_matcher.hpp"

#include <algorithm>
#include <bit>

namespace mainstay::exchange {

namespace {

// How far ahead of the record that is carried out others are looked at, so that what they touch is
// on its way to the cache: first their place in the index, then the order itself, then its
// neighbours in the queue and its level. Few orders are in the cache anyway, and so is what ids
// that go up touch.
constexpr std::size_t far_ahead = 12;
constexpr std::size_t near_ahead = 8;
constexpr std::size_t next_ahead = 4;
constexpr std::size_t orders_cached = 8'192;
constexpr std::size_t places = 16;  // more than far_ahead
constexpr std::size_t books_cached = 16;
constexpr std::size_t block_size = 512;

}  // namespace

StreamMatcher::StreamMatcher(std::size_t orders_expected)
    : nodes_(orders_expected), index_(orders_expected) {}

void StreamMatcher::apply(Stream records) {
  const std::size_t count = records.size();
  for (std::size_t begin = 0; begin < count; begin += block_size) {
    const std::size_t end = std::min(begin + block_size, count);
    const Stream block = records.subspan(begin, end - begin);
    if (index_.size() <= orders_cached || end + far_ahead > count || do_ids_go_up(block)) {
      for (const StreamRecord& record : block) apply_one(record);
    } else if (books_.size() <= books_cached) {
      apply_ahead<false>(block);
    } else {
      apply_ahead<true>(block);
    }
  }
}

// Behind the block there are `far_ahead` more records at least.
template <bool many_books>
void StreamMatcher::apply_ahead(Stream block) {
  const StreamRecord* record = block.data();
  std::array<OrderIndex::Place, places> ring;
  for (std::size_t i = 0; i < far_ahead; ++i) ring[i] = index_.prefetch(OrderId{record[i].id});
  for (std::size_t i = 0; i < block.size(); ++i, ++record) {
    ring[(i + far_ahead) % places] = index_.prefetch(OrderId{record[far_ahead].id});
    __builtin_prefetch(nodes_.data() + OrderIndex::guess(ring[(i + near_ahead) % places]), 1);
    if constexpr (many_books) {
      look_around(record[next_ahead], OrderIndex::guess(ring[(i + next_ahead) % places]));
    }
    apply_one(*record);
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
  if (record.quantity == 0 || index_.find(id) != no_slot) {
    ++totals_.ignored;
    return;
  }
  const std::uint32_t number = book_of(record.symbol);
  Book& book = books_[number];
  const Price price{record.price};
  FastLadder& makers = book.sides[record.side ^ 1U];
  std::uint32_t left = record.quantity;
  if (makers.is_reached_by(price)) left = trade(makers, record.id, price, left);
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
  const Slot slot = index_.erase(OrderId{id});
  if (slot == no_slot) {
    ++totals_.ignored;
    return;
  }
  ladder_of(nodes_[slot]).erase(slot, nodes_);
  give_back(slot);
}

inline void StreamMatcher::reduce(std::uint64_t id, std::uint32_t by) {
  const Slot slot = index_.find(OrderId{id});
  if (slot == no_slot) {
    ++totals_.ignored;
  } else if (by >= nodes_[slot].shown) {
    cancel(id);
  } else {
    ladder_of(nodes_[slot]).reduce(slot, by, nodes_);
  }
}

inline void StreamMatcher::move(std::uint64_t id, std::uint32_t price) {
  const Slot slot = index_.find(OrderId{id});
  if (slot == no_slot) {
    ++totals_.ignored;
    return;
  }
  OrderNode& node = nodes_[slot];
  Book& book = books_[node.owner];
  FastLadder& own = book.sides[node.side];
  own.erase(slot, nodes_);
  node.price = Price{price};
  FastLadder& makers = book.sides[node.side ^ 1U];
  if (makers.is_reached_by(node.price)) {
    node.shown = trade(makers, id, node.price, node.shown);
  }
  if (node.shown > 0) {
    own.push_back(slot, nodes_);
  } else {
    index_.erase(node.id);
    give_back(slot);
  }
}

// Gives what is left of the taker's quantity.
inline std::uint32_t StreamMatcher::trade(FastLadder& makers, std::uint64_t taker, Price limit,
                                          std::uint32_t quantity) {
  do {
    const Slot slot = makers.front(nodes_);
    const OrderNode& maker = nodes_[slot];
    const std::uint32_t traded = std::min(quantity, maker.shown);
    totals_.add(maker.id.get(), taker, traded, maker.price.get());
    quantity -= traded;
    if (traded < maker.shown) {
      makers.reduce_front(traded, nodes_);
      return 0;
    }
    makers.pop_front(nodes_);
    index_.erase(maker.id);
    give_back(slot);
    if (!makers.empty()) look_at_front(makers);
  } while (quantity > 0 && makers.is_reached_by(limit));
  return quantity;
}

// --- reading ahead -------------------------------------------------------------------------------

// Without branches: which kind of message comes cannot be foretold, and is guessed wrong only once,
// where it is carried out.
inline void StreamMatcher::look_around(const StreamRecord& record, Slot slot) const {
  const OrderNode& node = nodes_[slot];
  __builtin_prefetch(nodes_.data() + (node.next == no_slot ? slot : node.next), 1);
  __builtin_prefetch(nodes_.data() + (node.previous == no_slot ? slot : node.previous), 1);
  const std::uint32_t known = symbols_.find(record.symbol);
  const std::uint32_t placed = record.op == StreamOp::place ? ~0U : 0U;
  const std::uint32_t number = (known & placed) | (node.owner & ~placed);
  const std::uint32_t side = (record.side & placed) | (node.side & ~placed);
  const std::uint32_t price = (record.price & placed) | (node.price.get() & ~placed);
  books_[number < books_.size() ? number : 0].sides[side].prefetch(Price{price});
}

// Whoever is first in a queue may soon be traded with, and leave the index: and then the next.
inline void StreamMatcher::look_at_front(const FastLadder& ladder) const {
  const OrderNode& front = nodes_[ladder.front(nodes_)];
  index_.prefetch(front.id);
  if (front.next != no_slot) __builtin_prefetch(&nodes_[front.next], 1);
}

// --- slots and books -----------------------------------------------------------------------------

inline Slot StreamMatcher::take_slot() {
  if (free_ == no_slot) {
    if (unused_ == nodes_.size()) nodes_.emplace_back();
    return unused_++;
  }
  const Slot slot = free_;
  free_ = nodes_[slot].next;
  return slot;
}

inline void StreamMatcher::give_back(Slot slot) {
  nodes_[slot].next = free_;
  free_ = slot;
}

inline std::uint32_t StreamMatcher::book_of(std::uint32_t symbol) {
  const std::uint32_t known = symbols_.find(symbol);
  if (known != SymbolNumbers::none) return known;
  books_.emplace_back(shelf_);
  return symbols_.add(symbol);
}

}  // namespace mainstay::exchange
