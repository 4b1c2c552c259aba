#pragma once

#include "apps/apim/domain/catalog.hpp"
#include "apps/apim/ports/deleted_services.hpp"
#include "apps/apim/ports/usage_history.hpp"
#include "base/result.hpp"

namespace mainstay::apim {

class ApimState;

// What a process that died left to erase. Both block, and run while nothing is served.

/// Services that were deleted by a process that died before it had erased their counters: erases
/// them in memory, with a record. One whose erasure is pending had its record, and may be there
/// again since.
Result<> record_erasures(const DeletedServices& deleted, const Catalog& catalog, ApimState& state);

/// The same, and what a server does behind its answers: erases in the history what was erased in
/// memory, to the end. Without it, what is written into the history next would go with it.
Result<> finish_erasures(DeletedServices& deleted, const Catalog& catalog, UsageHistory& history,
                         ApimState& state);

}  // namespace mainstay::apim
