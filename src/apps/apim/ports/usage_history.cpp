#include "apps/apim/ports/usage_history.hpp"

#include <limits>

namespace mainstay::apim {

UnixSeconds oldest_in_history(Period period, UnixSeconds now) {
  const UnixSeconds retention = retention_of(period).count();
  if (retention == 0) return std::numeric_limits<UnixSeconds>::min();
  // Retention counts from a window's end. The window that holds the moment stays.
  return windows_at(now - retention)[index(period)].begin;
}

}  // namespace mainstay::apim
