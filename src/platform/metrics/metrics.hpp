#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace mainstay::metrics {

/// While it lives, its thread has a cell of its own in every counter and adds there without a
/// locked instruction. For threads that count with every request; when all cells are taken, the
/// shared one does too. One a thread.
class OwnCell {
 public:
  OwnCell();
  ~OwnCell();
  OwnCell(const OwnCell&) = delete;
  OwnCell& operator=(const OwnCell&) = delete;

  static constexpr unsigned count = 8;
  /// 0: the shared one.
  static unsigned mine() { return mine_; }

 private:
  static constinit thread_local unsigned mine_;
};

/// Monotonic. Any thread; relaxed atomics, a cache line for each cell.
class Counter {
 public:
  void add(std::uint64_t by = 1) {
    const unsigned mine = OwnCell::mine();
    std::atomic<std::uint64_t>& cell = cells_[mine].value;
    if (mine == 0) {
      cell.fetch_add(by, std::memory_order_relaxed);
    } else {
      cell.store(cell.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
    }
  }
  [[nodiscard]] std::uint64_t value() const {
    std::uint64_t sum = 0;
    for (const Cell& cell : cells_) sum += cell.value.load(std::memory_order_relaxed);
    return sum;
  }

 private:
  struct alignas(64) Cell {
    std::atomic<std::uint64_t> value{0};
  };
  std::array<Cell, OwnCell::count + 1> cells_;
};

/// Goes up and down. Any thread.
class alignas(64) Gauge {
 public:
  void set(std::int64_t v) { value_.store(v, std::memory_order_relaxed); }
  void add(std::int64_t by) { value_.fetch_add(by, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// Durations in seconds, in cumulative buckets. `bounds`: upper bounds in seconds, ascending, at
/// least a microsecond apart; +Inf is implied. Any thread; relaxed atomics, so a print may see part
/// of the newest observations.
class Histogram {
 public:
  explicit Histogram(std::span<const double> bounds);
  /// A negative duration counts as none.
  void observe(Micros took);

 private:
  friend class Registry;
  void append_text(std::string& out, const std::string& name, const std::string& labels) const;

  std::vector<std::int64_t> bounds_us_;
  std::vector<double> bounds_;
  std::unique_ptr<Counter[]> buckets_;
  Counter sum_us_;
};

struct Label {
  std::string_view name;
  std::string_view value;
};

/// Makes metrics and prints them in Prometheus' text format 0.0.4, sorted by name and labels.
/// Metrics live as long as the registry; making one that exists already (same name and labels)
/// returns it. Making: any thread, takes a lock; keep the reference. Label values come from small
/// fixed sets, never from a request: every series stays in memory. MS_CHECKs that names are well
/// formed and that a name keeps its type.
class Registry {
 public:
  Registry();
  ~Registry();
  Counter& counter(std::string_view name, std::string_view help,
                   std::initializer_list<Label> labels = {});
  Gauge& gauge(std::string_view name, std::string_view help,
               std::initializer_list<Label> labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, std::span<const double> bounds,
                       std::initializer_list<Label> labels = {});
  /// A gauge read when printed. `read` runs on the thread that prints, under the registry's lock;
  /// it must not call the registry, block or throw. Made again, the new function replaces the old.
  void gauge_function(std::string_view name, std::string_view help, std::function<double()> read);

  [[nodiscard]] std::string text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::metrics
