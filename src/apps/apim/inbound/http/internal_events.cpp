#include <algorithm>
#include <array>

#include "apps/apim/domain/catalog_errc.hpp"
#include "apps/apim/inbound/http/attributes.hpp"
#include "apps/apim/inbound/http/internal_call.hpp"
#include "apps/apim/limits.hpp"
#include "apps/apim/ports/events.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

constexpr std::array<std::string_view, 3> event_types{"first_traffic", "first_daily_traffic",
                                                      "alert"};

/// Objects are JSON already.
void append_event(std::string& out, const Event& event) {
  out.append(R"({"id":)").append(std::to_string(event.id));
  out.append(R"(,"type":)");
  append_json_quoted(out, event.type);
  out.append(R"(,"timestamp":)");
  append_json_quoted(out, utc_text(event.at));
  out.append(R"(,"object":)").append(event.object.empty() ? "{}" : event.object).append("}");
}

/// The oldest; who has read and deleted them comes again.
Result<> get_events(InternalCall& call) {
  std::string out = R"({"status":"found","events":[)";
  std::string_view separator;
  for (const Event& event : call.api.events.list(Limits::events_per_answer_max)) {
    append_event(out.append(separator), event);
    separator = ",";
  }
  call.answer_text(200, out.append("]}"));
  return {};
}

Result<> delete_event(InternalCall& call) {
  const auto id = parse_u64(call.param("id"));
  if (!id || !call.api.events.remove(*id)) {
    call.answer(404, {{"status", "not_found"}, {"error", "event not found"}});
  } else {
    call.answer(200, {{"status", "deleted"}});
  }
  return {};
}

/// `upto_id` in the body or the query; without one nothing is deleted.
Result<> delete_events(InternalCall& call) {
  MS_TRY(const json::Value body, call.body());
  Attributes attributes{body};
  auto upto = attributes.text("upto_id");
  MS_TRY_VOID(attributes.checked());
  if (!upto) {
    MS_TRY(upto, call.query("upto_id"));
  }
  const std::uint64_t id = parse_u64(upto.value_or("")).value_or(0);
  const std::size_t count = id > 0 ? call.api.events.remove_upto(id) : 0;
  call.answer(200, {{"status", "deleted"}, {"num_events", static_cast<std::int64_t>(count)}});
  return {};
}

Result<> add_event(const InternalCall& call, const json::Value& event) {
  const std::string* type = event.find_string("type");
  const json::Value* object = event.find("object");
  if (type == nullptr) return wrong_type("type", "a string");
  if (object == nullptr || object->if_object() == nullptr) return wrong_type("object", "an object");
  if (std::ranges::find(event_types, *type) == event_types.end()) return invalid_event_type(*type);
  call.api.events.add(*type, call.now(), json::dump(*object));
  return {};
}

Result<> post_events(InternalCall& call) {
  MS_TRY(const json::Value body, call.body());
  if (const json::Value* event = body.find("event")) {
    MS_TRY_VOID(add_event(call, *event));
  } else {
    const json::Value* events = body.find("events");
    if (events == nullptr || events->is_null()) return missing_parameter("events");
    const json::Array* list = events->if_array();
    if (list == nullptr) return wrong_type("events", "a list of objects");
    for (const json::Value& one : *list) MS_TRY_VOID(add_event(call, one));
  }
  call.answer(201, {{"status", "created"}});
  return {};
}

}  // namespace

void add_event_routes(InternalRoutes& routes) {
  routes.add(http::Method::get, "/events[/]", get_events);
  routes.add(http::Method::delete_, "/events[/]", delete_events);
  routes.add(http::Method::delete_, "/events/{id}[/]", delete_event);
  if (routes.api().test_routes) routes.add(http::Method::post, "/events[/]", post_events);
}

}  // namespace mainstay::apim
