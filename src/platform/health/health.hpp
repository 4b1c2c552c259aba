#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/locked.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "platform/http/router.hpp"
#include "platform/metrics/metrics.hpp"

namespace mainstay::health {

/// What decides whether this process may be sent requests. Any thread.
class Health {
 public:
  using Check = UniqueFunction<Result<>()>;

  /// `check` runs at each readiness request, on its I/O thread, one request at a time: it must not
  /// block nor call Health. MS_CHECKs that `name` is of [a-z0-9_.-] and new; the name and the name
  /// of its error's code are all that a client sees of a failure.
  void add(std::string_view name, Check check);

  /// From now on not ready, without asking the checks: called before the server drains, so that
  /// load balancers leave first.
  void drain() { draining_ = true; }
  [[nodiscard]] bool draining() const { return draining_; }

  /// The names of the checks that fail, in the order of adding; {"draining"} after drain(). Empty:
  /// ready.
  [[nodiscard]] std::vector<std::string> failing() const;
  struct Failure {
    std::string check;
    std::string_view reason;  // an error code's name
  };
  /// The same with the reasons.
  [[nodiscard]] std::vector<Failure> failures() const;

 private:
  std::atomic<bool> draining_{false};
  Locked<std::vector<std::pair<std::string, Check>>> checks_;
};

/// GET /liveness: 200 while the process answers at all. GET /readiness: 200, or 503 with the
/// failing names as JSON. GET /metrics: the registry in Prometheus' text format. `registry` and
/// `health` must outlive the router.
void register_routes(http::Router& router, metrics::Registry& registry, Health& health);

}  // namespace mainstay::health
