#pragma once

#include <memory>

#include "apps/clusters/domain/instance_type.hpp"
#include "base/clock.hpp"

namespace mainstay::clusters {

/// What instance types there are, and what they cost. Any thread; never blocks on a refresh.
class InstanceCatalogue {
 public:
  virtual ~InstanceCatalogue() = default;

  /// The set in force, never null: a refresh puts a whole new one in its place. Find one by
  /// `set->find(name)`, many by search() of domain/instance_query.hpp.
  [[nodiscard]] virtual std::shared_ptr<const InstanceTypeSet> current() const = 0;

  struct Status {
    InstanceTypeOrigin origin;
    std::size_t types = 0;
    std::size_t priced = 0;
    SystemTime checked_at{};   // last success, even if nothing had changed; 0: none yet
    SystemTime next_at{};      // when it is looked for next; 0: never
    std::string last_error{};  // why the last refresh failed; empty: it did not
  };
  [[nodiscard]] virtual Status status() const = 0;
};

}  // namespace mainstay::clusters
