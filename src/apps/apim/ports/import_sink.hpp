#pragma once

#include <span>

#include "apps/apim/domain/service_bundle.hpp"
#include "apps/apim/ports/usage_history.hpp"
#include "base/result.hpp"

namespace mainstay::apim {

/// Where the sources of an import (a file, another system's Redis) put what they find: for each
/// service begin(), then its counters, then finish(); those of several services may interleave. One
/// thread; calls block. An error ends the import; a service that is refused is no error, the sink
/// notes it.
class ImportSink {
 public:
  virtual ~ImportSink() = default;
  /// A whole service, counters aside: whether it is wanted. Nothing of it is stored yet.
  virtual Result<bool> begin(const ServiceBundle& bundle) = 0;
  /// Values of windows; those of services that are not wanted are passed over.
  virtual Result<> usage(std::span<const UsageRow> rows) = 0;
  /// All counters of a wanted service have come: it is stored, and seen from now on.
  virtual Result<> finish(const ServiceId& id) = 0;
};

}  // namespace mainstay::apim
