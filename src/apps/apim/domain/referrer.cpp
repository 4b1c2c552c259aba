#include "apps/apim/domain/referrer.hpp"

#include <algorithm>
#include <cstddef>

namespace mainstay::apim {
namespace {

/// Greedy matching with one point to fall back to: the newest star.
bool matches_whole(std::string_view filter, std::string_view text) {
  std::size_t f = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t after_star = 0;
  while (t < text.size()) {
    if (f < filter.size() && filter[f] == '*') {
      star = f++;
      after_star = t;
    } else if (f < filter.size() && filter[f] == text[t]) {
      ++f;
      ++t;
    } else if (star != std::string_view::npos) {
      f = star + 1;
      t = ++after_star;
    } else {
      return false;
    }
  }
  while (f < filter.size() && filter[f] == '*') ++f;
  return f == filter.size();
}

}  // namespace

bool referrer_matches(std::string_view filter, std::string_view referrer, ReferrerMatch match) {
  if (match == ReferrerMatch::whole) return matches_whole(filter, referrer);
  return matches_whole(std::string{"*"}.append(filter).append("*"), referrer);
}

bool referrer_allowed(std::span<const std::string> filters, std::string_view referrer,
                      ReferrerMatch match) {
  if (referrer == "*") return true;
  return std::ranges::any_of(filters, [&](const std::string& filter) {
    return referrer_matches(filter, referrer, match);
  });
}

}  // namespace mainstay::apim
