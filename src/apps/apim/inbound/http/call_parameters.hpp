#pragma once

#include <vector>

#include "apps/apim/domain/caller.hpp"
#include "apps/apim/domain/usage.hpp"
#include "apps/apim/inbound/http/parameters.hpp"
#include "base/result.hpp"

namespace mainstay::apim {

/// The parameters that every call has, normalised: blanks cut, empty and non-text ones absent.
CallerKeys caller_keys(const Parameters& parameters);

/// `usage[METRIC]=VALUE` as a list. Error usage_format_invalid when `usage` is no map.
Result<> read_usage(const Parameters& parameters, const Parameters::Node* usage,
                    std::vector<UsageParameter>& out);

/// `log[code]`: a status of three digits, else 0.
int read_log_code(const Parameters& parameters, const Parameters::Node* log);

}  // namespace mainstay::apim
