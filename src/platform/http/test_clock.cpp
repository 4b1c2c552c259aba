#include "platform/http/test_clock.hpp"

#include <algorithm>
#include <string>

#include "base/text.hpp"

namespace mainstay::http {

SystemTime test_time(const Request& request, SystemTime otherwise) {
  constexpr std::uint64_t seconds_max = 253'402'300'799;  // the end of 9999
  const std::string_view text = request.header("X-Test-Now");
  const std::size_t point = std::min(text.find('.'), text.size());
  const auto seconds = parse_u64(text.substr(0, point));
  std::string fraction{text.substr(std::min(point + 1, text.size()))};
  if (!seconds || *seconds > seconds_max || fraction.size() > 6) return otherwise;
  fraction.resize(6, '0');
  const auto micros = parse_u64(fraction);
  if (!micros) return otherwise;
  return SystemTime{Seconds{static_cast<std::int64_t>(*seconds)} +
                    Micros{static_cast<std::int64_t>(*micros)}};
}

}  // namespace mainstay::http
