#pragma once

#include <optional>

#include "apps/clusters/domain/instance_type.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::clusters {

/// Where instance types come from: a file, an URL. One thread, but for cancel().
class PriceSource {
 public:
  virtual ~PriceSource() = default;

  /// What there is now; nothing when that is `known` still. Blocks for as long as that takes.
  virtual Result<std::optional<InstanceTypeSet>> fetch(const InstanceTypeOrigin& known,
                                                       SystemTime now) = 0;
  /// Ends a fetch() that waits, and all later ones, with an error. Any thread.
  virtual void cancel() = 0;
};

/// Keeps the last good set from one start to the next. One thread.
class PriceKeep {
 public:
  virtual ~PriceKeep() = default;

  /// Nothing: none was kept. What is damaged is an error.
  virtual Result<std::optional<InstanceTypeSet>> load() = 0;
  /// Whole, or not at all.
  virtual Result<> save(const InstanceTypeSet& set) = 0;
  /// Whether somebody else, as a command, has saved one since load() or save().
  virtual bool has_news() = 0;
};

}  // namespace mainstay::clusters
