// Commands to stations, and the operations that they are.
#include <array>
#include <string>
#include <utility>

#include "apps/charging/inbound/http/network_calls.hpp"
#include "apps/charging/inbound/http/network_input.hpp"
#include "apps/charging/inbound/http/query.hpp"

namespace mainstay::charging {
namespace {

using http::Request;
using http::Response;

constexpr std::int64_t wait_seconds_max = 55;  // below what proxies allow

void begin(const NetworkParts& parts, Result<OperationsDesk::Wanted> wanted, Response& response,
           const auth::Caller& caller) {
  if (!wanted) return http::refuse_problem(response, wanted.error());
  wanted->made_by = caller.user_id;
  auto reply = later(response);
  parts.operations.begin(std::move(*wanted), [reply](Result<OperationId> made) {
    if (made.has_error()) return reply->give(std::move(made).error());
    reply->give_with([id = made->get()](Response& late) {
      late.status(202);
      late.header("Location", "/charging/v1/operations/" + std::to_string(id));
      http::answer_json(late, json::Object{{"operation", id}});
    });
  });
}

void post_command(const NetworkParts& parts, const Request& request, Response& response,
                  const auth::Caller& caller) {
  begin(parts,
        read_command(request.params.text("command"), request.body,
                     std::string{request.params.text("station")}),
        response, caller);
}

void post_bulk(const NetworkParts& parts, const Request& request, Response& response,
               const auth::Caller& caller) {
  begin(parts, read_command(request.params.text("command"), request.body, {}), response, caller);
}

// --- operations ----------------------------------------------------------------------------------

OperationId operation_in(const Request& request) {
  return OperationId{static_cast<std::int64_t>(request.params.number("operation") & INT64_MAX)};
}

json::Value counts_json(const NetworkStore::StepCounts& counts) {
  return json::Object{{"waiting", counts[0]},
                      {"sent", counts[1]},
                      {"done", counts[2]},
                      {"failed", counts[3]},
                      {"lost", counts[4]}};
}

void show_operation(NetworkService& network, OperationId id, const ReplyPtr& reply) {
  network.store().operation(id, [id, reply, &network](Result<std::optional<OperationRow>> row) {
    if (row.has_error()) return reply->give(std::move(row).error());
    if (!*row) return reply->give(Error{NetworkErrc::operation_unknown});
    network.store().step_counts(
        id, [row = std::move(**row), reply](Result<NetworkStore::StepCounts> counts) {
          if (counts.has_error()) return reply->give(std::move(counts).error());
          json::Value out = to_json(row);
          out.if_object()->push_back({"stations", counts_json(*counts)});
          reply->give(std::move(out));
        });
  });
}

/// With `wait` it answers once the operation has ended, or then.
void get_operation(const NetworkParts& parts, const Request& request, Response& response,
                   const auth::Caller&) {
  const auto query = Query::parse(request.query, {"wait"});
  if (!query) return http::refuse_problem(response, query.error());
  const auto wait = query->number("wait", 0, 0, wait_seconds_max);
  if (!wait) return http::refuse_problem(response, wait.error());
  const OperationId id = operation_in(request);
  parts.operations.watch(id, Seconds{*wait},
                         [id, reply = later(response), &network = parts.network] {
                           show_operation(network, id, reply);
                         });
}

void get_operation_stations(const NetworkParts& parts, const Request& request, Response& response,
                            const auth::Caller&) {
  const auto page = read_page(request.query);
  if (!page) return http::refuse_problem(response, page.error());
  auto reply = later(response);
  NetworkService& network = parts.network;
  const std::size_t rows = page->limit;
  network.store().steps(
      operation_in(request), StationId{page->cursor}, rows,
      [reply, rows, &network](Result<std::vector<StepRow>> found) {
        if (found.has_error()) return reply->give(std::move(found).error());
        reply->give(page_of(
            "stations", *found, rows,
            [&](const StepRow& row) { return to_json(row, network.identity_of(row.station)); },
            [](const StepRow& row) { return row.station.get(); }));
      });
}

void get_operations(const NetworkParts& parts, const Request& request, Response& response,
                    const auth::Caller&) {
  const auto page = read_page(request.query);
  if (!page) return http::refuse_problem(response, page.error());
  auto reply = later(response);
  const std::size_t rows = page->limit;
  parts.network.store().operations(
      page->cursor, rows, [reply, rows](Result<std::vector<OperationRow>> found) {
        if (found.has_error()) return reply->give(std::move(found).error());
        reply->give(page_of(
            "operations", *found, rows, [](const OperationRow& row) { return to_json(row); },
            [](const OperationRow& row) { return row.id.get(); }));
      });
}

}  // namespace

void register_commands(http::Router& router, const NetworkParts& parts, auth::Guard& guard) {
  OperatorRoutes routes{router, parts, guard};
  using http::Method;
  const std::string one = "/charging/v1/operations/{operation:u64}";
  routes.add(Method::post, "/charging/v1/stations/{station}/commands/{command}", post_command);
  routes.add(Method::post, "/charging/v1/commands/{command}", post_bulk);
  routes.add(Method::get, "/charging/v1/operations", get_operations);
  routes.add(Method::get, one, get_operation);
  routes.add(Method::get, one + "/stations", get_operation_stations);
}

}  // namespace mainstay::charging
