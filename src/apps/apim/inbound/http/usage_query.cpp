#include "apps/apim/inbound/http/usage_query.hpp"

#include <utility>

#include "apps/apim/domain/catalog_errc.hpp"
#include "apps/apim/inbound/http/parameters.hpp"
#include "apps/apim/limits.hpp"
#include "apps/apim/ports/counters.hpp"
#include "base/random.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

/// Texts longer than any that is meant are not repeated.
constexpr std::size_t quoted_bytes_max = 64;

Error parameter_invalid(std::string_view name, std::string_view value, std::string_view must) {
  std::string why{"must be "};
  why.append(must);
  if (value.size() <= quoted_bytes_max) {
    why.append(", not \"").append(repaired_utf8(value)).append("\"");
  }
  return value_invalid(std::string{"parameter '"}.append(name).append("'"), why);
}

std::optional<std::string> optional_text(const Parameters& parameters, std::string_view name) {
  const std::string_view text = parameters.text(name);
  if (text.empty()) return std::nullopt;
  return std::string{text};
}

Result<std::size_t> number(const Parameters& parameters, std::string_view name, std::size_t usual,
                           std::size_t most) {
  const std::string_view text = parameters.text(name);
  if (parameters.find(name) == nullptr) return usual;
  const auto value = parse_u64(text);
  if (!value || *value == 0 || *value > most) {
    return parameter_invalid(name, text, "a number from 1 to " + std::to_string(most));
  }
  return static_cast<std::size_t>(*value);
}

Result<bool> is_csv(const Parameters& parameters, std::string_view accept) {
  if (parameters.find("format") == nullptr) {
    return lower_case(accept).find("text/csv") != std::string::npos;
  }
  const std::string_view format = parameters.text("format");
  if (format == "csv") return true;
  if (format == "json") return false;
  return parameter_invalid("format", format, "json or csv");
}

Result<> read_subject(const Parameters& parameters, UsageQuery& out) {
  out.metric = parameters.text("metric");
  out.response_code = parameters.text("response_code");
  if (out.metric.empty() && out.response_code.empty()) {
    return Error{CatalogErrc::value_missing, "missing parameter 'metric' (or 'response_code')"};
  }
  if (!out.metric.empty() && !out.response_code.empty()) {
    return value_invalid("parameters 'metric' and 'response_code'", "do not go together");
  }
  if (!out.response_code.empty() && response_code_metric(out.response_code).empty()) {
    return parameter_invalid("response_code", out.response_code,
                             "one of 2XX, 4XX, 5XX, 200, 403, 404, 500, 503");
  }
  return {};
}

}  // namespace

Result<UsageQuery> read_usage_query(std::string_view query, std::string_view accept,
                                    std::size_t usual_per_page) {
  Parameters parameters{secret_u64()};
  MS_TRY_VOID(parameters.add_query(query));
  if (!parameters.valid_utf8()) return value_invalid("the query", "must be valid UTF-8");
  UsageQuery out;
  MS_TRY_VOID(read_subject(parameters, out));
  if (parameters.find("period") != nullptr) {
    const auto period = parse_period(parameters.text("period"));
    if (!period) {
      return parameter_invalid("period", parameters.text("period"),
                               "minute, hour, day, week, month, year or eternity");
    }
    out.period = *period;
  }
  out.since = optional_text(parameters, "since");
  out.until = optional_text(parameters, "until");
  out.timezone = optional_text(parameters, "timezone");
  const std::string_view zeros = parameters.text("zeros");
  out.zeros = zeros != "0" && zeros != "false";
  MS_TRY(out.csv, is_csv(parameters, accept));
  MS_TRY(out.page, number(parameters, "page", 1, Limits::usage_rank_max));
  MS_TRY(out.per_page, number(parameters, "per_page", usual_per_page, Limits::usage_page_max));
  return out;
}

std::string_view response_code_metric(std::string_view response_code) {
  const std::string code = lower_case(response_code);
  if (code.size() != 3) return {};
  if (code.ends_with("xx")) {
    const auto first = parse_u64(code.substr(0, 1));
    return first ? response_code_metrics(static_cast<int>(*first) * 100).of_class
                 : std::string_view{};
  }
  const auto exact = parse_u64(code);
  return exact ? response_code_metrics(static_cast<int>(*exact)).of_code : std::string_view{};
}

}  // namespace mainstay::apim
