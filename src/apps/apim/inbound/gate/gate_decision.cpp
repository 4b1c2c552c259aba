#include "apps/apim/inbound/gate/gate_decision.hpp"

#include "apps/apim/domain/limit_headers.hpp"

namespace mainstay::apim {

using gate::Decision;
using Outcome = Decision::Outcome;

namespace {

constexpr Decision invalid_credentials{Outcome::refused, "credentials_invalid",
                                       "the credentials are not known here"};
constexpr Decision unavailable{Outcome::unavailable, "gate_unavailable",
                               "access to this resource cannot be checked as it is set up"};
constexpr Decision unrecorded{.outcome = Outcome::unavailable,
                              .code = "journal_unavailable",
                              .detail = "nothing can be recorded at the moment",
                              .retry_after = Seconds{1}};

}  // namespace

Decision gate_unavailable() { return unavailable; }

Decision gate_unrecorded() { return unrecorded; }

Decision gate_decision(const Error& error) {
  if (error.is(Errc::application_not_found) || error.is(Errc::user_key_invalid)) {
    return invalid_credentials;
  }
  if (error.is(Errc::authentication_error)) {
    return {Outcome::refused, "credentials_ambiguous",
            "send either user_key, or app_id and app_key, not both"};
  }
  return unavailable;  // a metric of the route is gone, its charge is beyond all bounds
}

Decision gate_decision(Errc rejection, const std::optional<gate::RateLimit>& rate) {
  switch (rejection) {
    case Errc::application_key_invalid:
      return invalid_credentials;
    case Errc::referrer_not_allowed:
      return {Outcome::refused, "referrer_not_allowed", "not from this referrer"};
    case Errc::application_not_active:
      return {Outcome::refused, "application_not_active", "the application is not active"};
    case Errc::service_not_active:
      return {Outcome::refused, "service_not_active", "the service is not active"};
    case Errc::limits_exceeded:
      break;
    default:
      return unavailable;
  }
  if (rate && rate->limit == 0) {
    return {Outcome::refused, "metric_disabled", "the plan does not include this"};
  }
  return {Outcome::limited, "limits_exceeded", "usage limits are exceeded", rate};
}

std::optional<gate::RateLimit> rate_limit(const Status& status, const AuthorizeCommand& command,
                                          SystemTime now) {
  if (command.usage.empty()) return std::nullopt;
  const LimitHeaders tightest = limit_headers(status, command, now);
  if (!tightest.max_value) return std::nullopt;
  return gate::RateLimit{*tightest.max_value, tightest.units_left, tightest.reset};
}

std::string_view referring_host(std::string_view referer) {
  const std::size_t scheme = referer.find("://");
  if (scheme == std::string_view::npos) return {};
  std::string_view host = referer.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  if (const auto user = host.rfind('@'); user != std::string_view::npos) {
    host.remove_prefix(user + 1);
  }
  host = host.substr(0, host.find(':'));
  return host == "*" ? std::string_view{} : host;
}

}  // namespace mainstay::apim
