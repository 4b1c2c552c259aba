#include "apps/apim/inbound/http/batch_body.hpp"

#include "apps/apim/inbound/http/application_json.hpp"
#include "apps/apim/inbound/http/attributes.hpp"
#include "apps/apim/inbound/http/internal_call.hpp"
#include "apps/apim/limits.hpp"

namespace mainstay::apim {
namespace {

BatchEntry read_entry(const json::Value& value) {
  BatchEntry entry;
  if (value.if_object() == nullptr) {
    entry.refusal = wrong_type("applications", "a list of objects");
    return entry;
  }
  Attributes attributes{value};
  ApplicationBundle& bundle = entry.bundle;
  bundle.id = attributes.id<ApplicationId>("id").value_or(ApplicationId{});
  bundle.change = read_application(attributes);
  bundle.user_key = attributes.id<UserKey>("user_key");
  for (auto& key : attributes.texts("application_keys")) bundle.keys.emplace_back(std::move(key));
  bundle.referrer_filters = attributes.texts("referrer_filters");
  if (const auto checked = attributes.checked(); checked.has_error()) {
    entry.refusal = checked.error();
  }
  return entry;
}

}  // namespace

Result<std::vector<BatchEntry>> read_batch(const InternalCall& call) {
  MS_TRY(const json::Value body, call.body());
  const json::Value* found = body.find("applications");
  if (found == nullptr || found->is_null()) return missing_parameter("applications");
  const json::Array* list = found->if_array();
  if (list == nullptr) return wrong_type("applications", "a list of objects");
  if (list->size() > Limits::batch_applications_max) {
    return too_many("applications in one batch", Limits::batch_applications_max);
  }
  std::vector<BatchEntry> entries;
  for (const json::Value& value : *list) entries.push_back(read_entry(value));
  return entries;
}

}  // namespace mainstay::apim
