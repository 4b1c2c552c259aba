#include "apps/apim/domain/referrer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>

#include "apps/apim/limits.hpp"

namespace mainstay::apim {
namespace {

/// What follows the first `piece` in `text`; nothing when there is none. In linear time, which
/// std::string_view::find does not promise.
std::optional<std::string_view> behind(std::string_view text, std::string_view piece) {
  if (piece.empty()) return text;
  const void* found = ::memmem(text.data(), text.size(), piece.data(), piece.size());
  if (found == nullptr) return std::nullopt;
  const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
  return text.substr(at + piece.size());
}

/// What stands before the first star begins the text, what stands behind the last one ends it, and
/// the pieces between lie in between, each as far left as can be.
bool matches_whole(std::string_view filter, std::string_view text) {
  std::size_t star = filter.find('*');
  if (star == std::string_view::npos) return filter == text;
  if (!text.starts_with(filter.substr(0, star))) return false;
  text.remove_prefix(star);
  for (;;) {
    filter.remove_prefix(star + 1);
    star = filter.find('*');
    if (star == std::string_view::npos) return text.ends_with(filter);
    const auto rest = behind(text, filter.substr(0, star));
    if (!rest) return false;
    text = *rest;
  }
}

}  // namespace

bool referrer_matches(std::string_view filter, std::string_view referrer, ReferrerMatch match) {
  if (match == ReferrerMatch::whole) return matches_whole(filter, referrer);
  return matches_whole(std::string{"*"}.append(filter).append("*"), referrer);
}

bool referrer_allowed(std::span<const std::string> filters, std::string_view referrer,
                      ReferrerMatch match) {
  if (referrer == "*") return true;
  if (referrer.size() > Limits::referrer_bytes_max) return false;
  return std::ranges::any_of(filters, [&](const std::string& filter) {
    return referrer_matches(filter, referrer, match);
  });
}

}  // namespace mainstay::apim
