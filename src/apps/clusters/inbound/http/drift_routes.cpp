#include "apps/clusters/inbound/http/drift_routes.hpp"

#include <memory>
#include <string>
#include <utility>

#include "apps/clusters/errc.hpp"
#include "apps/clusters/roles.hpp"
#include "platform/http/json_reply.hpp"

namespace mainstay::clusters {
namespace {

json::Value drift_json(const Drift& drift) {
  json::Array fields;
  for (const FieldDrift& one : drift.fields) {
    fields.emplace_back(json::Object{
        {"field", one.field}, {"repository", one.repository}, {"cluster", one.cluster}});
  }
  return json::Object{{"name", drift.name},
                      {"namespace", drift.namespace_name},
                      {"drift", to_text(drift.kind)},
                      {"fields", std::move(fields)}};
}

json::Value drift_report_json(const DriftReport& report) {
  json::Array groups;
  for (const Drift& one : report.drift) groups.push_back(drift_json(one));
  json::Array unreadable;
  for (const std::string& one : report.unreadable) unreadable.emplace_back(one);
  return json::Object{{"commit", report.commit},
                      {"in_repository", std::uint64_t{report.in_repository}},
                      {"in_cluster", std::uint64_t{report.in_cluster}},
                      {"groups", std::move(groups)},
                      {"unreadable", std::move(unreadable)}};
}

void drift_busy(http::Response& response) { http::refuse_problem(response, Errc::busy); }

}  // namespace

void register_drift_routes(http::Router& router, const Access& access, const LookForDrift& look) {
  router.add(http::Method::get, "/api/drift",
             access.require(reader_role,
                            [&look](const http::Request&, http::Response& response, const Asker&) {
                              auto reply = std::make_shared<http::JsonReply>(response, drift_busy);
                              // Not taken: the reply is dropped, which answers that we are busy.
                              static_cast<void>(look([reply](Result<DriftReport> report) {
                                if (report.has_error()) return reply->give(report.error());
                                reply->give(drift_report_json(*report));
                              }));
                            }));
}

}  // namespace mainstay::clusters
