// exchange_streams KIND FILE [RECORDS] [--ids sparse] [--symbols sparse] [--prices high|low]
// Makes a stream of orders for `mainstay exchange match`: the same bytes each time. A reference
// matcher runs along, so that it knows which orders live. Kinds:
//   classic  inserts alone: sides in turn, ten prices each, of which six overlap (the distribution
//            of liquibook's performance test)
//   xcore    one symbol, about 1,000 resting orders, 85 % moves (as exchange-core's tests)
//   equity   500 symbols, their traffic by Zipf's law with .9, about 100,000 resting orders
//   queue    cancels and inserts in queues of 3,000 at one price
//   single   the same orders, each at a price of its own: what `queue` is compared with
#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>
#include <map>

#include "flat_matcher.hpp"

namespace {

/// splitmix64.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15U;
    return mix(state_);
  }
  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>((next() >> 32U) * bound >> 32U);
  }
  bool chance(double of_one) { return static_cast<double>(next() >> 11U) * 0x1p-53 < of_one; }
  /// How far from the middle: short ways are likelier, below `bound`.
  std::uint32_t distance(double mean, std::uint32_t bound) {
    const double uniform = (static_cast<double>(next() >> 11U) + 1) * 0x1p-53;
    return std::min(static_cast<std::uint32_t>(-std::log(uniform) * mean), bound - 1);
  }
  /// One to one.
  static std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }

 private:
  std::uint64_t state_;
};

constexpr std::uint32_t prices = 1U << 17U;

class Maker {
 public:
  Maker(std::uint32_t symbols, std::size_t records_max)
      : matcher_(std::vector<flat::Window>(symbols, flat::Window{0, prices - 1}), records_max),
        where_(records_max) {}

  Random random{20261122};

  void place(std::uint32_t symbol, std::uint32_t side, std::uint32_t price, std::uint32_t quantity,
             bool ioc = false) {
    const std::uint64_t id = next_id_++;
    add({1, static_cast<std::uint8_t>(side), ioc, 0, symbol, id, price, quantity,
         1 + random.below(1000)});
    if (matcher_.order(id).left > 0) {
      where_[id] = live_.size();
      live_.push_back(id);
    }
  }
  void cancel(std::uint64_t id) { later(2, id, 0, 0); }
  void reduce(std::uint64_t id, std::uint32_t by) { later(3, id, 0, by); }
  void move(std::uint64_t id, std::uint32_t price) { later(4, id, price, 0); }

  /// Any live order, each as likely.
  std::uint64_t any() {
    for (;;) {
      const std::uint64_t id = live_[random.below(static_cast<std::uint32_t>(live_.size()))];
      if (matcher_.order(id).left > 0) return id;
      forget(id);  // it has traded since
    }
  }
  [[nodiscard]] std::size_t live() const { return matcher_.live; }
  [[nodiscard]] const flat::Order& order(std::uint64_t id) const { return matcher_.order(id); }
  std::vector<flat::Record> records;

 private:
  void add(const flat::Record& record) {
    records.push_back(record);
    matcher_.apply(record);
  }
  void later(std::uint8_t op, std::uint64_t id, std::uint32_t price, std::uint32_t quantity) {
    const flat::Order order = matcher_.order(id);
    add({op, static_cast<std::uint8_t>(order.side), 0, 0, order.book, id, price, quantity, 0});
    if (matcher_.order(id).left == 0) forget(id);
  }
  void forget(std::uint64_t id) {
    live_[where_[id]] = live_.back();
    where_[live_.back()] = where_[id];
    live_.pop_back();
  }

  flat::Matcher<> matcher_;
  std::uint64_t next_id_ = 0;
  std::vector<std::uint64_t> live_;  // and some that have traded
  std::vector<std::size_t> where_;   // in live_, by id
};

void classic(Maker& maker, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const bool buy = i % 2 == 0;
    const std::uint32_t price = (buy ? 1880 : 1884) + maker.random.below(10);
    maker.place(0, buy ? 0 : 1, price, (maker.random.below(10) + 1) * 100);
  }
}

// A price on its side of the middle, sometimes a little beyond it.
std::uint32_t price_near(Random& random, std::uint32_t middle, std::uint32_t side, double mean,
                         std::uint32_t width) {
  const std::uint32_t away = random.distance(mean, width);
  return side == 0 ? middle + 1 - away : middle - 1 + away;
}

void xcore(Maker& maker, std::size_t count) {
  Random& random = maker.random;
  std::uint32_t middle = prices / 2;
  while (maker.records.size() < count) {
    if (random.chance(0.02)) middle += random.chance(0.5) ? 1U : ~0U;
    const std::uint32_t side = random.below(2);
    const std::uint32_t quantity = 1 + random.below(100);
    const double dice = random.below(1000) / 10.0;
    if (maker.live() < 900 || (dice < 9.2 && maker.live() < 1000)) {
      maker.place(0, side, price_near(random, middle, side, 120, 375), quantity);
    } else if (dice < 9.2) {
      maker.cancel(maker.any());
    } else if (dice < 12.5) {
      maker.place(0, side, side == 0 ? middle + 5 : middle - 5, quantity, true);
    } else if (dice < 14.9) {
      maker.reduce(maker.any(), 1 + random.below(30));
    } else {
      const std::uint64_t id = maker.any();
      maker.move(id, price_near(random, middle, maker.order(id).side, 120, 375));
    }
  }
}

void equity(Maker& maker, std::size_t count, std::uint32_t symbols) {
  Random& random = maker.random;
  std::vector<double> upto(symbols);
  double sum = 0;
  for (std::uint32_t i = 0; i < symbols; ++i) upto[i] = sum += std::pow(i + 1.0, -0.9);
  std::vector<std::uint32_t> middle(symbols);
  for (std::uint32_t& one : middle) one = 2'000 + random.below(50'000);
  while (maker.records.size() < count) {
    const double at = static_cast<double>(random.next() >> 11U) * 0x1p-53 * sum;
    const auto symbol =
        static_cast<std::uint32_t>(std::lower_bound(upto.begin(), upto.end(), at) - upto.begin());
    const std::uint32_t side = random.below(2);
    const std::uint32_t quantity = (1 + random.below(10)) * 100;
    if (random.chance(0.01)) middle[symbol] += random.chance(0.5) ? 1U : ~0U;
    const double dice = random.below(1000) / 10.0;
    if (dice < 93.0) {
      const bool few = maker.live() < 100'000;
      if (few ? dice < 70 : dice < 30) {
        maker.place(symbol, side, price_near(random, middle[symbol], side, 20, 400), quantity);
      } else if (maker.live() > 0) {
        maker.cancel(maker.any());
      }
    } else if (dice < 96.5) {
      maker.place(symbol, side, side == 0 ? middle[symbol] + 3 : middle[symbol] - 3, quantity,
                  true);
    } else if (maker.live() == 0) {
      continue;
    } else if (dice < 98.0) {
      maker.reduce(maker.any(), 100);
    } else {
      const std::uint64_t id = maker.any();
      const flat::Order& order = maker.order(id);
      maker.move(id, price_near(random, middle[order.book], order.side, 20, 400));
    }
  }
}

// 3,000 buys rest at any time; each cancel makes room for an insert at the same price.
void queue(Maker& maker, std::size_t count, bool at_one_price) {
  for (std::uint32_t i = 0; i < 3'000; ++i) {
    maker.place(0, 0, 10'000 + (at_one_price ? 0 : i), 10);
  }
  while (maker.records.size() + 1 < count) {
    const std::uint64_t id = maker.any();
    const std::uint32_t price = maker.order(id).price;
    maker.cancel(id);
    maker.place(0, 0, price, 10);
  }
}

struct Options {
  std::size_t records = 0;
  bool sparse_ids = false;
  bool sparse_symbols = false;
  std::uint32_t shift = 0;  // of all prices
};

std::vector<flat::Record> make(const std::string& kind, Options& options) {
  struct Kind {
    std::size_t records;
    std::uint32_t symbols;
    std::function<void(Maker&, std::size_t)> fill;
  };
  const std::map<std::string, Kind> kinds{
      {"classic", {2'000'000, 1, classic}},
      {"xcore", {3'000'000, 1, xcore}},
      {"equity", {5'000'000, 500, [](Maker& m, std::size_t n) { equity(m, n, 500); }}},
      {"equity8000", {5'000'000, 8'000, [](Maker& m, std::size_t n) { equity(m, n, 8'000); }}},
      {"queue", {2'000'000, 1, [](Maker& m, std::size_t n) { queue(m, n, true); }}},
      {"single", {2'000'000, 1, [](Maker& m, std::size_t n) { queue(m, n, false); }}},
  };
  const auto found = kinds.find(kind);
  if (found == kinds.end()) throw std::runtime_error("unknown kind " + kind);
  const std::size_t count = options.records == 0 ? found->second.records : options.records;
  Maker maker{found->second.symbols, count};
  maker.records.reserve(count);
  found->second.fill(maker, count);
  return std::move(maker.records);
}

void write(std::vector<flat::Record> records, const Options& options, const char* path) {
  for (flat::Record& record : records) {
    if (options.sparse_ids) record.id = Random::mix(record.id);  // 0 stays 0
    if (options.sparse_symbols) record.symbol = record.symbol * 0x9E3779B1U;
    if (record.op == 1 || record.op == 4) record.price += options.shift;
  }
  std::ofstream out{path, std::ios::binary};
  out.write(reinterpret_cast<const char*>(records.data()),
            static_cast<std::streamsize>(records.size() * sizeof(flat::Record)));
  if (!out.flush()) throw std::runtime_error(std::string{"cannot write "} + path);
}

}  // namespace

int main(int argc, char** argv) try {
  Options options;
  if (argc < 3) throw std::runtime_error("usage: exchange_streams KIND FILE [RECORDS] [FLAGS]");
  std::string prices_at;
  for (int i = 3; i < argc; ++i) {
    const std::string word = argv[i];
    const std::string value = i + 1 < argc ? argv[i + 1] : "";
    if (word == "--ids" && value == "sparse") {
      options.sparse_ids = true;
      ++i;
    } else if (word == "--symbols" && value == "sparse") {
      options.sparse_symbols = true;
      ++i;
    } else if (word == "--prices" && (value == "high" || value == "low")) {
      prices_at = value;
      ++i;
    } else {
      options.records = std::stoull(word);
    }
  }
  std::vector<flat::Record> records = make(argv[1], options);
  std::uint32_t low = ~0U;
  std::uint32_t high = 0;
  for (const flat::Record& record : records) {
    if (record.op != 1 && record.op != 4) continue;
    low = std::min(low, record.price);
    high = std::max(high, record.price);
  }
  if (prices_at == "low") options.shift = 0U - low;     // the lowest becomes 0
  if (prices_at == "high") options.shift = ~0U - high;  // the highest becomes 2^32 - 1
  write(std::move(records), options, argv[2]);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "exchange_streams: %s\n", error.what());
  return 1;
}
