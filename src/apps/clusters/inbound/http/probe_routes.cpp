#include "apps/clusters/inbound/http/probe_routes.hpp"

#include "apps/clusters/errc.hpp"
#include "apps/clusters/inbound/http/api_calls.hpp"
#include "apps/clusters/roles.hpp"

namespace mainstay::clusters {
namespace {

using http::Request;
using http::Response;

void answer_probe(Response& response, int status, std::string_view body) {
  response.promise_nothing();
  response.status(status);
  response.content_type("application/json");
  response.body() = body;
}

void add_plain_probes(http::Router& router, const std::string& prefix,
                      const health::Health& health) {
  router.add(http::Method::get, prefix + "/liveness",
             [](const Request&, Response& response) { answer_probe(response, 200, "\"ok\""); });
  router.add(http::Method::get, prefix + "/readiness",
             [&health](const Request&, Response& response) {
               const bool is_ready = health.failing().empty();
               answer_probe(response, is_ready ? 200 : 503,
                            is_ready ? "\"ok\"" : "\"Application not ready\"");
             });
}

void get_status(const ClusterReader& cluster, const health::Health& health, const Request& request,
                Response& response) {
  json::Array failing;
  for (const auto& failure : health.failures()) {
    failing.push_back(json::Object{{"check", failure.check}, {"reason", failure.reason}});
  }
  json::Array caches;
  for (const CacheState& state : cluster.states()) {
    const auto age = std::chrono::duration_cast<Millis>(request.at - state.heard).count();
    caches.push_back(json::Object{
        {"name", state.name},
        {"synced", state.synced},
        {"objects", static_cast<std::int64_t>(state.objects)},
        {"resource_version", state.resource_version},
        {"age_milliseconds", state.heard == SystemTime{} ? json::Value{} : json::Value{age}},
        {"problem", state.problem}});
  }
  response.promise_nothing();
  http::answer_json(response,
                    json::Object{{"failing", std::move(failing)}, {"caches", std::move(caches)}});
}

}  // namespace

void register_probe_routes(http::Router& router, const Access& access, const ClusterReader& cluster,
                           const health::Health& health) {
  using http::Method;
  add_plain_probes(router, "/api", health);
  router.add(Method::get, "/.backstage/health/v1/liveness", [](const Request&, Response& response) {
    answer_probe(response, 200, R"({"status":"ok"})");
  });
  router.add(Method::get, "/.backstage/health/v1/readiness",
             [&health](const Request&, Response& response) {
               const bool is_ready = health.failing().empty();
               answer_probe(response, is_ready ? 200 : 503,
                            is_ready
                                ? R"({"status":"ok"})"
                                : R"({"message":"Backend has not started yet","status":"error"})");
             });
  router.add(Method::get, "/api/status",
             access.require(reader_role, [&cluster, &health](const Request& request,
                                                             Response& response, const Asker&) {
               get_status(cluster, health, request, response);
             }));
}

void register_own_probes(http::Router& router, const health::Health& health) {
  add_plain_probes(router, "", health);
}

}  // namespace mainstay::clusters
