#pragma once

#include <string_view>

#include "apps/clusters/domain/document.hpp"
#include "base/result.hpp"

namespace mainstay::clusters::yaml {

/// What a plain scalar (one without quotes) stands for, as go-yaml 2 resolves it: see parse().
/// Errc::number_invalid for infinities and NaN.
Result<Document> resolve_plain(std::string_view text);

}  // namespace mainstay::clusters::yaml
