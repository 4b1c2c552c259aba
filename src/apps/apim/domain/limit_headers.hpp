#pragma once

#include <cstdint>
#include <optional>

#include "apps/apim/domain/authorize.hpp"

namespace mainstay::apim {

/// The three `3scale-limit-*` headers: how many more calls like this one fit under the tightest
/// limit. A grace is not counted in: it is a courtesy, not a promise. Where a spike limit is the
/// tightest, its burst is the maximum, and the reset is when a refused call would pass, or when all
/// room is back.
struct LimitHeaders {
  std::int64_t remaining = -1;  // calls; -1: nothing constrains
  std::int64_t reset =
      -1;  // whole seconds to the end of that limit's window, rounded up; -1: never
  std::int64_t units_left = -1;           // of that limit, whatever a call costs; -1 as above
  std::optional<std::int64_t> max_value;  // that limit; absent when nothing constrains
};

LimitHeaders limit_headers(const Status& status, const AuthorizeCommand& command, SystemTime now);

}  // namespace mainstay::apim
