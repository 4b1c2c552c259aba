#include "apps/clusters/inbound/http/api_calls.hpp"

#include <algorithm>
#include <utility>

#include "apps/clusters/errc.hpp"
#include "apps/clusters/limits.hpp"
#include "apps/clusters/roles.hpp"
#include "base/text.hpp"
#include "platform/auth/utc_text.hpp"
#include "platform/json/json.hpp"
#include "platform/tls/digest.hpp"

namespace mainstay::clusters {
namespace {

constexpr std::size_t idempotency_bytes_max = 128;
constexpr std::size_t parameters_of_call_max = 32;

void refuse_busy_call(http::Response& response) { refuse_call(response, Error{Errc::busy}); }

bool prefers_async(std::string_view prefer) {
  for (const std::string_view part : split(prefer, ',')) {
    if (equals_ignoring_case(trimmed(part), "respond-async")) return true;
  }
  return false;
}

bool is_idempotency_key(std::string_view key) {
  return !key.empty() && key.size() <= idempotency_bytes_max &&
         std::ranges::all_of(key, [](char c) { return c > ' ' && c < '\x7f'; });
}

std::string place_of_change(const ChangeRequest& request) {
  return "/api/requests/" + request.id.get();
}

/// What the answer to a POST has besides its status.
json::Object acknowledgement(const ChangeRequest& request, std::string_view status) {
  return {{"status", status},
          {"request", request.id.get()},
          {"url", request.pull_request.url.empty() ? json::Value{}
                                                   : json::Value{request.pull_request.url}},
          {"state", name_of(request.state)}};
}

}  // namespace

ApiReply api_reply(http::Response& response) {
  return std::make_shared<http::JsonReply>(response, refuse_busy_call);
}

void refuse_call(http::Response& response, const Error& error) {
  if (error.retryable()) response.header("Retry-After", "1");
  response.promise_nothing();
  http::refuse_problem(response, error);
}

// --- what came -----------------------------------------------------------------------------------

Result<ApiQuery> ApiQuery::parse(std::string_view query,
                                 std::initializer_list<std::string_view> known) {
  auto fields = http::parse_form(query, parameters_of_call_max);
  if (!fields) return Error{Errc::query_invalid, "the query cannot be read"};
  for (auto at = fields->begin(); at != fields->end(); ++at) {
    if (std::ranges::find(known, std::string_view{at->first}) == known.end()) {
      return Error{Errc::query_invalid,
                   "no parameter is called " + repaired_utf8(at->first.substr(0, 80))};
    }
    if (std::any_of(fields->begin(), at, [&](const auto& one) { return one.first == at->first; })) {
      return Error{Errc::query_invalid, at->first + " comes twice"};
    }
  }
  ApiQuery out;
  out.fields_ = std::move(*fields);
  return out;
}

std::string_view ApiQuery::text(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (key == name) return value;
  }
  return {};
}

Result<std::int64_t> ApiQuery::number(std::string_view name, std::int64_t fallback,
                                      std::int64_t least, std::int64_t most) const {
  const std::string_view given = text(name);
  if (given.empty()) return fallback;
  const auto number = parse_i64(given);
  if (!number || *number < least || *number > most) {
    return Error{Errc::query_invalid, std::string{name} + ": a whole number from " +
                                          std::to_string(least) + " to " + std::to_string(most) +
                                          " is wanted"};
  }
  return *number;
}

Result<bool> ApiQuery::flag(std::string_view name) const {
  const std::string_view given = text(name);
  if (given == "true" || given == "1") return true;
  if (given.empty() || given == "false" || given == "0") return false;
  return Error{Errc::query_invalid, std::string{name} + ": true or false is wanted"};
}

Result<Document> parse_api_body(const http::Request& request) {
  json::ParseLimits limits;
  limits.bytes_max = Limits::body_bytes_max;
  auto parsed = json::parse(request.body, limits);
  if (parsed.has_value()) return std::move(*parsed);
  if (parsed.error().is(json::Errc::too_large)) {
    return Error{Errc::too_large,
                 "a body has at most " + std::to_string(Limits::body_bytes_max) + " bytes"};
  }
  // Where it is wrong, not what is there: it may be a secret.
  return Error{Errc::body_invalid, std::string{parsed.error().text()}};
}

void tell_staleness(http::Response& response, std::string_view resource_version, SystemTime heard,
                    SystemTime now) {
  response.header("X-Cache-Resource-Version", resource_version);
  const auto age = std::chrono::duration_cast<Seconds>(now - heard).count();
  std::string text;
  append_number(text, std::max<std::int64_t>(age, 0));
  response.header("X-Cache-Age", text);
}

std::string asked_of(const http::Request& request, std::string_view what) {
  std::string all{http::to_text(request.method)};
  all.append(" ").append(request.target).append("\n").append(what);
  return hexadecimal(tls::sha256(all));
}

Result<Order> read_order(const http::Request& request, const Asker& asker, const Document* body) {
  Order order;
  order.asker = asker;
  order.wait = !prefers_async(request.header("prefer"));
  if (request.has_header("idempotency-key")) {
    order.idempotency_key = request.header("idempotency-key");
    if (!is_idempotency_key(order.idempotency_key)) return Error{Errc::idempotency_key_invalid};
  }
  MS_TRY(const ApiQuery query,
         ApiQuery::parse(request.query, {"plan", "skip_pull_request", "reason", "namespace"}));
  MS_TRY(order.only_plan, query.flag("plan"));
  MS_TRY(order.skip_pull_request, query.flag("skip_pull_request"));
  order.reason = query.text("reason");
  if (body != nullptr) {
    const Document* skip = body->find("skip_pull_request");
    if (skip != nullptr && skip->if_bool() != nullptr && *skip->if_bool()) {
      order.skip_pull_request = true;
    }
    if (const std::string* reason = body->find_string("reason")) order.reason = *reason;
  }
  order.asked = asked_of(request, request.body);
  if (order.reason.size() > Limits::reason_bytes_max) {
    return Error{Errc::field_invalid,
                 "reason: at most " + std::to_string(Limits::reason_bytes_max) + " bytes"};
  }
  if (order.skip_pull_request) {
    MS_TRY_VOID(check_may(asker, direct_role, "skip_pull_request"));
  }
  return order;
}

// --- what goes out -------------------------------------------------------------------------------

namespace {

void answer_change(http::JsonReply& reply, const Order& order, Result<ChangeRequest> made) {
  if (made.has_error()) {
    return reply.give_with(
        [error = made.error()](http::Response& response) { refuse_call(response, error); });
  }
  if (order.only_plan) {
    json::Value plan = change_json(*made, Detail::whole);
    set_member(plan, "status", "planned");
    return reply.give(std::move(plan));
  }
  const ChangeRequest& request = *made;
  const bool has_failed = request.state == ChangeState::failed;
  const bool is_done = !request.pull_request.url.empty() || !request.merge_commit.empty();
  const int status = has_failed ? 502 : is_done && order.wait ? 200 : 202;
  const std::string_view word = has_failed ? "failed" : status == 200 ? "ok" : "accepted";
  json::Object body = acknowledgement(request, word);
  if (!request.last_error.empty()) body.push_back({"error", request.last_error});
  reply.give_with([body = json::Value{std::move(body)}, place = place_of_change(request), status,
                   is_async = !order.wait, has_failed,
                   error = request.last_error](http::Response& response) {
    response.header("Location", place);
    if (has_failed) {
      return http::refuse_problem(response, Error{Errc::forge_refused, error});
    }
    if (is_async) response.header("Preference-Applied", "respond-async");
    response.status(status);
    http::answer_json(response, body);
  });
}

}  // namespace

ChangeDesk::Done change_reply(http::Response& response, Order order) {
  return [reply = api_reply(response), order = std::move(order)](Result<ChangeRequest> made) {
    answer_change(*reply, order, std::move(made));
  };
}

json::Value time_json(SystemTime at) {
  return at == SystemTime{} ? json::Value{} : json::Value{auth::utc_text(at)};
}

json::Value change_json(const ChangeRequest& request, Detail detail) {
  const Change& change = request.change;
  json::Array timeline;
  for (const ChangeStep& step : request.timeline) {
    timeline.push_back(json::Object{
        {"state", name_of(step.state)}, {"at", time_json(step.at)}, {"note", step.note}});
  }
  json::Value pull_request;
  if (request.pull_request.number != 0 || !request.pull_request.url.empty()) {
    pull_request =
        json::Object{{"number", request.pull_request.number}, {"url", request.pull_request.url}};
  }
  json::Array policies;
  for (const std::string& verdict : change.facts.verdicts) policies.push_back(verdict);
  json::Object out{{"id", request.id.get()},
                   {"kind", name_of(change.kind)},
                   {"verb", name_of(change.verb)},
                   {"name", change.name},
                   {"namespace", change.name_space},
                   {"state", name_of(request.state)},
                   {"is_over", is_over(request.state)},
                   {"title", change.title},
                   {"requested_by", change.requested_by},
                   {"skip_pull_request", change.skip_pull_request},
                   {"branch", request.branch},
                   {"commit", request.commit},
                   {"pull_request", std::move(pull_request)},
                   {"merge_commit", request.merge_commit},
                   {"monthly_cost", change.facts.monthly_cost},
                   {"policies", std::move(policies)},
                   {"dry_run", change.facts.dry_run},
                   {"last_error", request.last_error},
                   {"created_at", time_json(request.created_at)},
                   {"updated_at", time_json(request.updated_at)},
                   {"timeline", std::move(timeline)}};
  if (detail == Detail::brief) return json::Value{std::move(out)};
  json::Array files;
  for (const FileChange& file : change.files) {
    files.push_back(json::Object{{"path", file.path}, {"removed", !file.content}});
  }
  out.push_back({"files", std::move(files)});
  out.push_back({"diff", change.facts.diff});
  return json::Value{std::move(out)};
}

}  // namespace mainstay::clusters
