#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "apps/apim/domain/period.hpp"
#include "base/result.hpp"

namespace mainstay::apim {

/// What a request for usage asks, as far as it can be known without the service. Moments and the
/// time zone stay as they came.
struct UsageQuery {
  std::string metric;         // by name; empty: of a response code
  std::string response_code;  // "2XX", "404"; empty: of a metric
  Period period = Period::day;
  std::optional<std::string> since;
  std::optional<std::string> until;
  std::optional<std::string> timezone;
  bool zeros = true;  // windows without usage are shown too
  bool csv = false;
  std::size_t page = 1;
  std::size_t per_page = 0;
};

/// Reads the query part of a request; `accept` is the header, which chooses CSV where `format` does
/// not. Without `per_page` it is `usual_per_page`. Unknown parameters are not looked at. Errors:
/// value_missing, value_invalid, bad_request.
Result<UsageQuery> read_usage_query(std::string_view query, std::string_view accept,
                                    std::size_t usual_per_page);

/// The counter of a response code; empty when none is kept of it: "2XX", "4XX", "5XX" and five
/// single codes are.
std::string_view response_code_metric(std::string_view response_code);

}  // namespace mainstay::apim
