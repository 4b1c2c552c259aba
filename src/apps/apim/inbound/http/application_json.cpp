#include "apps/apim/inbound/http/application_json.hpp"

#include "apps/apim/inbound/http/internal_call.hpp"

namespace mainstay::apim {
namespace {

template <class Range, class Text>
json::Array texts(const Range& range, Text text_of) {
  json::Array out;
  for (const auto& one : range) out.emplace_back(text_of(one));
  return out;
}

constexpr auto text_of_id = [](const auto& id) { return id.get(); };

}  // namespace

json::Object application_json(const ServiceId& service_id, const Application& application) {
  return {{"service_id", service_id.get()},
          {"id", application.id.get()},
          {"state", application.state},
          {"plan_id", text_or_null(application.plan_id.get())},
          {"plan_name", text_or_null(application.plan_name)},
          {"redirect_url", text_or_null(application.redirect_url)}};
}

void add_credentials(const Service& service, const Application& application, json::Object& out) {
  const auto* user_keys = service.user_keys_of.find(application.id.get());
  out.emplace_back("user_keys",
                   user_keys != nullptr ? texts(*user_keys, text_of_id) : json::Array{});
  add_keys_and_filters(application, out);
}

void add_keys_and_filters(const Application& application, json::Object& out) {
  out.emplace_back("application_keys", texts(application.keys, text_of_id));
  out.emplace_back("referrer_filters",
                   texts(application.referrer_filters, [](const auto& text) { return text; }));
}

ApplicationChange read_application(Attributes& attributes) {
  ApplicationChange change;
  change.state = attributes.text("state");
  change.plan_id = attributes.id<PlanId>("plan_id");
  change.plan_name = attributes.text("plan_name");
  change.redirect_url = attributes.text("redirect_url");
  return change;
}

}  // namespace mainstay::apim
