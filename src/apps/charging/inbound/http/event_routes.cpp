// The event log, and who is told of it.
#include <string>
#include <utility>

#include "apps/charging/inbound/http/network_calls.hpp"
#include "apps/charging/inbound/http/network_input.hpp"
#include "apps/charging/inbound/http/query.hpp"
#include "base/text.hpp"

namespace mainstay::charging {
namespace {

using http::Request;
using http::Response;

constexpr std::size_t webhooks_max = 32;

Result<EventFilter> read_filter(const Request& request, const NetworkService& network) {
  MS_TRY(const auto query, Query::parse(request.query, {"after", "limit", "station", "kinds"}));
  EventFilter out;
  MS_TRY(out.after, query.number("after", 0, 0, INT64_MAX));
  MS_TRY(const auto limit, query.number("limit", 100, 1, page_rows_max));
  out.limit = static_cast<std::size_t>(limit);
  if (query.has("station")) {
    const auto known = network.find(query.text("station"));
    if (!known) return Error{NetworkErrc::station_unknown, std::string{query.text("station")}};
    out.station = known->id;
  }
  if (!query.has("kinds")) return out;
  for (const std::string_view name : split(query.text("kinds"), ',')) {
    const auto kind = parse_event_kind(name);
    if (!kind) return Error{NetworkErrc::input_invalid, "no kind of event: " + std::string{name}};
    out.kinds.push_back(*kind);
  }
  return out;
}

/// `after` of the next call is always there: the last one's number, or what was given.
void get_events(const NetworkParts& parts, const Request& request, Response& response,
                const auth::Caller&) {
  const auto filter = read_filter(request, parts.network);
  if (!filter) return http::refuse_problem(response, filter.error());
  auto reply = later(response);
  NetworkService& network = parts.network;
  network.store().events(
      *filter, [reply, after = filter->after, &network](Result<std::vector<EventRow>> found) {
        if (found.has_error()) return reply->give(std::move(found).error());
        json::Array all;
        for (const EventRow& row : *found) {
          all.push_back(to_json(row, network.identity_of(row.station)));
        }
        const std::int64_t last = found->empty() ? after : found->back().id;
        reply->give(json::Value{json::Object{{"events", std::move(all)}, {"after", last}}});
      });
}

void get_webhooks(const NetworkParts& parts, const Request&, Response& response,
                  const auth::Caller&) {
  parts.network.store().webhooks([reply = later(response)](Result<std::vector<WebhookRow>> found) {
    if (found.has_error()) return reply->give(std::move(found).error());
    json::Array all;
    for (const WebhookRow& row : *found) all.push_back(to_json(row));
    reply->give(json::Value{json::Object{{"webhooks", std::move(all)}}});
  });
}

/// Begins with what happens from now on. The secret is shown this once.
void post_webhook(const NetworkParts& parts, const Request& request, Response& response,
                  const auth::Caller&) {
  auto row = read_webhook(request.body);
  if (!row) return http::refuse_problem(response, row.error());
  auto wanted = std::make_shared<WebhookRow>(std::move(*row));
  wanted->made_at = request.at;
  auto reply = later(response);
  NetworkService& network = parts.network;
  (void)network.look([wanted, reply, &network](const Network& state) {
    wanted->sent_to = state.last_event();
    network.store().add_webhook(*wanted, webhooks_max, [reply](Result<WebhookRow> made) {
      if (made.has_error()) return reply->give(std::move(made).error());
      json::Value out = to_json(*made);
      out.if_object()->push_back({"secret", made->secret});
      reply->give(std::move(out), 201);
    });
  });
}

void delete_webhook(const NetworkParts& parts, const Request& request, Response& response,
                    const auth::Caller&) {
  const auto id = static_cast<std::int64_t>(request.params.number("webhook") & INT64_MAX);
  parts.network.store().remove_webhook(id, [reply = later(response)](Result<> done) {
    if (done.has_error()) return reply->give(std::move(done).error());
    reply->give_with([](Response& late) { late.status(204); });
  });
}

void post_webhook_retry(const NetworkParts& parts, const Request& request, Response& response,
                        const auth::Caller&) {
  const auto id = static_cast<std::int64_t>(request.params.number("webhook") & INT64_MAX);
  parts.retry_webhook(id, [reply = later(response)](Result<> done) {
    if (done.has_error()) return reply->give(std::move(done).error());
    reply->give_with([](Response& late) { late.status(204); });
  });
}

}  // namespace

void register_events(http::Router& router, const NetworkParts& parts, auth::Guard& guard) {
  OperatorRoutes routes{router, parts, guard};
  using http::Method;
  routes.add(Method::get, "/charging/v1/events", get_events);
  routes.add(Method::get, "/charging/v1/webhooks", get_webhooks);
  routes.add(Method::post, "/charging/v1/webhooks", post_webhook);
  routes.add(Method::delete_, "/charging/v1/webhooks/{webhook:u64}", delete_webhook);
  routes.add(Method::post, "/charging/v1/webhooks/{webhook:u64}/retry", post_webhook_retry);
}

void register_network(http::Router& router, const NetworkParts& parts, auth::Guard& guard) {
  register_stations(router, parts, guard);
  register_transactions(router, parts, guard);
  register_commands(router, parts, guard);
  register_events(router, parts, guard);
}

}  // namespace mainstay::charging
