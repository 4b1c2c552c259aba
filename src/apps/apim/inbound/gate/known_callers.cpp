#include "apps/apim/inbound/gate/known_callers.hpp"

#include <functional>
#include <string_view>

#include "base/text.hpp"

namespace mainstay::apim {
namespace {

constexpr std::size_t credential_bytes_max = 512;

}  // namespace

bool KnownCaller::is(const void* asked, std::uint64_t version,
                     const gate::Credentials& credentials) const {
  if (route != asked || catalog_version != version || user_key != credentials.user_key ||
      app_id != credentials.app_id || app_key.has_value() != credentials.app_key.has_value()) {
    return false;
  }
  return !app_key || equals_in_constant_time(*app_key, *credentials.app_key);
}

void KnownCaller::keep(const void* asked, std::uint64_t version,
                       const gate::Credentials& credentials) {
  const std::string_view key = credentials.app_key.value_or("");
  const std::size_t bytes = credentials.user_key.size() + credentials.app_id.size() + key.size();
  if (bytes > credential_bytes_max) return;
  route = asked;
  catalog_version = version;
  user_key = credentials.user_key;
  app_id = credentials.app_id;
  app_key.reset();
  if (credentials.app_key) app_key.emplace(key);
}

KnownCaller& KnownCallers::place_of(const void* route, const gate::Credentials& credentials) {
  const std::hash<std::string_view> hash;
  const std::size_t by_caller = hash(credentials.user_key) ^ (3 * hash(credentials.app_id));
  const std::size_t by_route = std::hash<const void*>{}(route) >> 4U;
  std::unique_ptr<KnownCaller>& slot = slots_[(by_caller + by_route) % kept];
  if (slot == nullptr) slot = std::make_unique<KnownCaller>();
  return *slot;
}

}  // namespace mainstay::apim
