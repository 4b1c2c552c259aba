#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace mainstay::apim {

/// A service that the catalog's store deleted, while its counters may still be there.
struct DeletedService {
  std::int64_t id = 0;  // of the deletion
  std::string service_id;
};

/// Marks that the store makes when it deletes a service, in the same transaction, so that a process
/// that dies before it has erased the counters does so at its next start. Every call blocks: any
/// thread but an I/O thread or the store's writer lane.
class DeletedServices {
 public:
  virtual ~DeletedServices() = default;
  virtual Result<std::vector<DeletedService>> list() const = 0;
  /// Removes those marks; unknown ones are none.
  virtual Result<> forget(const std::vector<DeletedService>& marks) = 0;
};

}  // namespace mainstay::apim
