#include "apps/apim/inbound/http/application_json.hpp"
#include "apps/apim/inbound/http/batch_body.hpp"
#include "apps/apim/inbound/http/internal_call.hpp"

namespace mainstay::apim {
namespace {

json::Object entry_json(const Catalog& catalog, const ServiceId& service_id,
                        const ApplicationBundle& bundle) {
  const Application& application = **find_application(catalog, service_id, bundle.id);
  json::Object out = application_json(service_id, application);
  out.emplace_back("user_key",
                   bundle.user_key ? json::Value{bundle.user_key->get()} : json::Value{});
  add_keys_and_filters(application, out);
  return out;
}

/// Applies every entry that is good, each all or nothing, and tells of each.
class Batch {
 public:
  Batch(const Catalog& catalog, const ServiceId& service_id)
      : service_id_(service_id), edit_{catalog} {}

  void apply(const BatchEntry& entry) {
    const bool modifies = find_application(edit_.next, service_id_, entry.bundle.id).has_value();
    if (entry.refusal) return fail(entry.bundle.id, *entry.refusal);
    auto made = put_application_bundle(edit_.next, service_id_, entry.bundle);
    if (made.has_error()) return fail(entry.bundle.id, made.error());
    edit_.then(std::move(*made));
    applications_.emplace_back(
        json::Object{{"status", modifies ? "modified" : "created"},
                     {"application", entry_json(edit_.next, service_id_, entry.bundle)}});
  }

  CatalogEdit finish(json::Object& answer) {
    const auto total = static_cast<std::int64_t>(applications_.size());
    const auto failed = static_cast<std::int64_t>(failures_.size());
    answer = {{"status", "completed"},
              {"total", total},
              {"successful", total - failed},
              {"failed", failed}};
    answer.emplace_back("applications", std::move(applications_));
    if (failed > 0) answer.emplace_back("failures", std::move(failures_));
    return std::move(edit_);
  }

 private:
  void fail(const ApplicationId& id, const Error& error) {
    const json::Value shown = text_or_null(id.get());
    applications_.emplace_back(
        json::Object{{"status", "error"}, {"id", shown}, {"error", error.detail()}});
    failures_.emplace_back(json::Object{{"id", shown}, {"error", error.detail()}});
  }

  ServiceId service_id_;
  CatalogEdit edit_;
  json::Array applications_;
  json::Array failures_;
};

Result<> put_batch(InternalCall& call) {
  MS_TRY(auto entries, read_batch(call));
  edit(call,
       [entries = std::move(entries), service_id = call.service_id()](
           const Catalog& catalog, InternalAnswer& answer) -> Result<CatalogEdit> {
         if (const auto found = find_service(catalog, service_id); found.has_error()) {
           return found.error();
         }
         Batch batch{catalog, service_id};
         for (const BatchEntry& entry : entries) batch.apply(entry);
         return batch.finish(answer.object);
       });
  return {};
}

}  // namespace

void add_batch_routes(InternalRoutes& routes) {
  routes.add(http::Method::put, "/services/{service}/applications/batch[/]", put_batch);
}

}  // namespace mainstay::apim
