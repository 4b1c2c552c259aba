#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "platform/store/store.hpp"

namespace mainstay::store {

class PostgresAddress;

/// Store::select() on PostgreSQL: one connection in pipeline mode, on a thread of its own that
/// waits for the socket. What arrives while it is busy is sent together, behind one Sync; a
/// statement that fails takes those behind it down with it, and they are sent again (they only
/// read). When the connection is lost, what was under way fails with Errc::io, and so does each
/// select at once until it is back.
/// Life: open() connects and starts the thread; stop() answers what waits and ends it.
class PostgresSelects {
 public:
  struct Options {
    std::size_t waiting_max = 4'096;
    Millis reconnect_min{50};
    Millis reconnect_max{5'000};
    std::uint64_t seed = 0;
  };
  /// `address` must outlive it.
  static Result<std::unique_ptr<PostgresSelects>> open(const PostgresAddress& address,
                                                       Options options);
  ~PostgresSelects();

  /// Any thread; as Store::select().
  void select(std::string sql, std::vector<Value> params, Store::Selected done);
  /// Why there is no connection. Any thread, never blocks.
  Result<> health();
  /// Not from its own thread.
  void stop();

 private:
  struct Impl;
  explicit PostgresSelects(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::store
