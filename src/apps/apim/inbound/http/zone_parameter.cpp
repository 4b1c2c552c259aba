#include "apps/apim/inbound/http/internal_call.hpp"
#include "base/text.hpp"
#include "platform/zones/time_zones.hpp"

namespace mainstay::apim {

Result<const TimeZone*> time_zone(InternalApi& api, std::string_view name) {
  if (name.empty() || name == "UTC") return static_cast<const TimeZone*>(nullptr);
  const TimeZone* zone = api.zones.find(name);
  if (zone != nullptr) return zone;
  constexpr std::size_t quoted_bytes_max = 64;
  std::string why{"must be the name of an IANA time zone, such as Europe/Berlin or UTC"};
  if (name.size() <= quoted_bytes_max) {
    why.append(", not \"").append(repaired_utf8(name)).append("\"");
  }
  return value_invalid("parameter 'timezone'", why);
}

}  // namespace mainstay::apim
