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
  response.body().append(body);
}

void answer_readiness(http::Response& response, const std::vector<std::string>& failing) {
  if (failing.empty()) return answer(response, 200, "application/json", R"({"status":"ok"})");
  std::string body = R"({"status":"unavailable","failing":[)";
  for (const std::string& name : failing) {
    if (body.back() != '[') body.push_back(',');
    body.append("\"").append(name).append("\"");
  }
  answer(response, 503, "application/json", body.append("]}"));
}

}  // namespace

void Health::add(std::string_view name, Check check) {
  MS_CHECK(is_name(name));
  auto checks = checks_.lock();
  for (const auto& [known, unused] : *checks) MS_CHECK(known != name);
  checks->emplace_back(name, std::move(check));
}

std::vector<std::string> Health::failing() const {
  if (draining_) return {"draining"};
  std::vector<std::string> names;
  auto checks = checks_.lock();
  for (const auto& [name, check] : *checks) {
    if (check().has_error()) names.push_back(name);
  }
  return names;
}

void register_routes(http::Router& router, metrics::Registry& registry, Health& health) {
  using http::Method;
  using http::Request;
  using http::Response;
  router.add(Method::get, "/liveness", [](const Request&, Response& response) {
    answer(response, 200, "application/json", R"({"status":"ok"})");
  });
  router.add(Method::get, "/readiness", [&health](const Request&, Response& response) {
    answer_readiness(response, health.failing());
  });
  router.add(Method::get, "/metrics", [&registry](const Request&, Response& response) {
    answer(response, 200, "text/plain; version=0.0.4; charset=utf-8", registry.text());
  });
}

}  // namespace mainstay::health
