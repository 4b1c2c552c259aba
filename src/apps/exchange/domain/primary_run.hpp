#pragma once

#include <vector>

#include "apps/exchange/domain/models/primary_market.hpp"
#include "apps/exchange/ports/primary_store.hpp"
#include "base/result.hpp"

namespace mainstay::exchange {

/// What the model makes of those who wait and of the artists who are open: matches whose sums fit
/// what each has left, and the artists' rankings. `cash`, by investor: no more than that is spent,
/// since an account may have traded with its money meanwhile. The fields of `wanted` are kept.
Result<RunOutput> plan_run(RunInput input, const std::vector<Amount>& cash,
                           AllocationRecord wanted);

}  // namespace mainstay::exchange
