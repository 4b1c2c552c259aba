#include "platform/health/health.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace mainstay::health {
namespace {

/// Also what lets a name stand in JSON as it is.
bool is_name(std::string_view name) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), good);
}

void answer(http::Response& response, int status, std::string_view content_type,
            std::string_view body) {
  response.status(status);
  response.content_type(content_type);
  response.header("Cache-Control", "no-store");
  response.promise_nothing();
  response.body().append(body);
}

/// A drain needs no reason.
void answer_readiness(http::Response& response, const std::vector<Health::Failure>& failures) {
  if (failures.empty()) return answer(response, 200, "application/json", R"({"status":"ok"})");
  std::string names;
  std::string reasons;
  for (const Health::Failure& failure : failures) {
    const std::string name = '"' + failure.check + '"';
    names.append(names.empty() ? "" : ",").append(name);
    if (failure.reason.empty()) continue;
    reasons.append(reasons.empty() ? "" : ",").append(name).append(":\"");
    reasons.append(failure.reason).append("\"");
  }
  std::string body = R"({"status":"unavailable","failing":[)" + names + "]";
  if (!reasons.empty()) body.append(R"(,"reasons":{)").append(reasons).append("}");
  answer(response, 503, "application/json", body.append("}"));
}

}  // namespace

void Health::add(std::string_view name, Check check) {
  MS_CHECK(is_name(name));
  auto checks = checks_.lock();
  for (const auto& [known, unused] : *checks) MS_CHECK(known != name);
  checks->emplace_back(name, std::move(check));
}

std::vector<std::string> Health::failing() const {
  std::vector<std::string> names;
  for (Failure& failure : failures()) names.push_back(std::move(failure.check));
  return names;
}

std::vector<Health::Failure> Health::failures() const {
  if (draining_) return {{"draining", {}}};
  std::vector<Failure> failures;
  auto checks = checks_.lock();
  for (const auto& [name, check] : *checks) {
    if (const auto state = check(); state.has_error()) {
      failures.push_back({name, state.error().name()});
    }
  }
  return failures;
}

void register_routes(http::Router& router, metrics::Registry& registry, Health& health) {
  using http::Method;
  using http::Request;
  using http::Response;
  router.add(Method::get, "/liveness", [](const Request&, Response& response) {
    answer(response, 200, "application/json", R"({"status":"ok"})");
  });
  router.add(Method::get, "/readiness", [&health](const Request&, Response& response) {
    answer_readiness(response, health.failures());
  });
  router.add(Method::get, "/metrics", [&registry](const Request&, Response& response) {
    answer(response, 200, "text/plain; version=0.0.4; charset=utf-8", registry.text());
  });
}

}  // namespace mainstay::health
