#include <cstdint>
#include <cstdlib>

#include "platform/jobs/cron.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto cron = mainstay::jobs::Cron::parse({reinterpret_cast<const char*>(data), size});
  if (!cron.has_value()) return 0;
  const mainstay::TimeZone utc{"UTC", {{0, 0}}};
  const auto next = cron->next(utc, 1'795'262'400);
  if (next && (*next <= 1'795'262'400 || !cron->matches(*next))) std::abort();
  return 0;
}
