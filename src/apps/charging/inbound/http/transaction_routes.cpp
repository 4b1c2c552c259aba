// Transactions, their readings, and stops that named none.
#include <string>
#include <utility>

#include "apps/charging/inbound/http/network_calls.hpp"
#include "apps/charging/inbound/http/network_input.hpp"
#include "apps/charging/inbound/http/query.hpp"

namespace mainstay::charging {
namespace {

using http::Request;
using http::Response;

Result<TransactionId> transaction_in(const Request& request) {
  const auto number = request.params.number("transaction");
  if (number == 0 || number > INT32_MAX) return NetworkErrc::transaction_unknown;
  return TransactionId{static_cast<std::int32_t>(number)};
}

Result<TransactionFilter> read_filter(const Request& request, const NetworkService& network,
                                      std::int64_t rows_max) {
  MS_TRY(const auto query, Query::parse(request.query, {"cursor", "limit", "station", "tag",
                                                        "owner", "state", "from", "to"}));
  TransactionFilter out;
  MS_TRY(const auto cursor, query.number("cursor", 0, 0, INT32_MAX));
  MS_TRY(const auto limit,
         query.number("limit", std::min<std::int64_t>(rows_max, 100), 1, rows_max));
  out.before = static_cast<std::int32_t>(cursor);
  out.limit = static_cast<std::size_t>(limit);
  if (query.has("station")) {
    const auto known = network.find(query.text("station"));
    if (!known) return Error{NetworkErrc::station_unknown, std::string{query.text("station")}};
    out.station = known->id;
  }
  out.tag = query.text("tag");
  out.owner = query.text("owner");
  if (query.has("state")) {
    out.state = parse_transaction_state(query.text("state"));
    if (!out.state) return Error{NetworkErrc::input_invalid, "state: active, ended, superseded"};
  }
  MS_TRY(out.from, query.time("from"));
  MS_TRY(out.to, query.time("to"));
  return out;
}

void get_transactions(const NetworkParts& parts, const Request& request, Response& response,
                      const auth::Caller&) {
  const auto filter = read_filter(request, parts.network, page_rows_max);
  if (!filter) return http::refuse_problem(response, filter.error());
  auto reply = later(response);
  NetworkService& network = parts.network;
  network.store().transactions(*filter, [reply, limit = filter->limit,
                                         &network](Result<std::vector<TransactionRow>> found) {
    if (found.has_error()) return reply->give(std::move(found).error());
    reply->give(page_of(
        "transactions", *found, limit,
        [&](const TransactionRow& row) { return to_json(row, network.identity_of(row.station)); },
        [](const TransactionRow& row) { return row.id.get(); }));
  });
}

/// A page of CSV; `X-Next-Cursor` when there is more.
void give_csv(const ReplyPtr& reply, std::string text, std::string next) {
  reply->give_with([text = std::move(text), next = std::move(next)](Response& late) {
    late.content_type("text/csv; charset=utf-8");
    late.header("Content-Disposition", "attachment");
    if (!next.empty()) late.header("X-Next-Cursor", next);
    late.body() = text;
  });
}

void get_transactions_csv(const NetworkParts& parts, const Request& request, Response& response,
                          const auth::Caller&) {
  const auto filter = read_filter(request, parts.network, csv_rows_max);
  if (!filter) return http::refuse_problem(response, filter.error());
  auto reply = later(response);
  NetworkService& network = parts.network;
  network.store().transactions(
      *filter, [reply, limit = filter->limit, &network](Result<std::vector<TransactionRow>> found) {
        if (found.has_error()) return reply->give(std::move(found).error());
        std::vector<std::string> stations;
        for (const TransactionRow& row : *found) {
          stations.push_back(network.identity_of(row.station));
        }
        const bool is_full = found->size() == limit;
        give_csv(reply, transactions_csv(*found, stations),
                 is_full ? std::to_string(found->back().id.get()) : std::string{});
      });
}

void get_transaction(const NetworkParts& parts, const Request& request, Response& response,
                     const auth::Caller&) {
  const auto id = transaction_in(request);
  if (!id) return http::refuse_problem(response, id.error());
  auto reply = later(response);
  NetworkService& network = parts.network;
  network.store().find(*id, [reply, &network](Result<std::optional<TransactionRow>> found) {
    if (found.has_error()) return reply->give(std::move(found).error());
    if (!*found) return reply->give(Error{NetworkErrc::transaction_unknown});
    reply->give(to_json(**found, network.identity_of((*found)->station)));
  });
}

// --- readings ------------------------------------------------------------------------------------

enum class As : std::uint8_t { json, csv };

void answer_meters(const NetworkParts& parts, const Request& request, Response& response,
                   std::int64_t of, As as) {
  const auto page = read_page(request.query, page_rows_max);
  if (!page) return http::refuse_problem(response, page.error());
  auto reply = later(response);
  const std::size_t rows = page->limit;
  parts.network.store().meters(
      {of, page->cursor, rows}, [reply, rows, as](Result<std::vector<MeterRow>> found) {
        if (found.has_error()) return reply->give(std::move(found).error());
        if (as == As::csv) {
          const bool is_full = found->size() == rows;
          return give_csv(reply, meters_csv(*found),
                          is_full ? std::to_string(found->back().id) : std::string{});
        }
        reply->give(page_of(
            "meter_values", *found, rows, [](const MeterRow& row) { return to_json(row); },
            [](const MeterRow& row) { return row.id; }));
      });
}

void get_meters(const NetworkParts& parts, const Request& request, Response& response,
                const auth::Caller&) {
  const auto id = transaction_in(request);
  if (!id) return http::refuse_problem(response, id.error());
  answer_meters(parts, request, response, id->get(), As::json);
}

void get_meters_csv(const NetworkParts& parts, const Request& request, Response& response,
                    const auth::Caller&) {
  const auto id = transaction_in(request);
  if (!id) return http::refuse_problem(response, id.error());
  answer_meters(parts, request, response, id->get(), As::csv);
}

/// Those that no transaction is known of.
void get_station_meters(const NetworkParts& parts, const Request& request, Response& response,
                        const auth::Caller&) {
  const auto known = parts.network.find(request.params.text("station"));
  if (!known) return http::refuse_problem(response, NetworkErrc::station_unknown);
  answer_meters(parts, request, response, -known->id.get(), As::json);
}

// --- ending --------------------------------------------------------------------------------------

struct Closing {
  TransactionRow target{};
  CloseInput input{};
  ReplyPtr reply{};
};

void close(NetworkService& network, const std::shared_ptr<Closing>& one) {
  network.change(
      [one](Network& state, SystemTime now, Batch& batch) -> Result<> {
        MS_TRY(one->target,
               state.close_transaction(one->target, one->input.meter_stop,
                                       one->input.stopped_at.value_or(now), now, batch));
        return {};
      },
      [one, &network](Result<> stored) {
        if (stored.has_error()) return one->reply->give(std::move(stored).error());
        one->reply->give(to_json(one->target, network.identity_of(one->target.station)));
      });
}

/// Looked up, since one that is superseded is not in memory.
void post_close(const NetworkParts& parts, const Request& request, Response& response,
                const auth::Caller&) {
  const auto id = transaction_in(request);
  if (!id) return http::refuse_problem(response, id.error());
  const auto input = read_close(request.body);
  if (!input) return http::refuse_problem(response, input.error());
  auto one = std::make_shared<Closing>();
  one->input = *input;
  one->reply = later(response);
  NetworkService& network = parts.network;
  network.store().find(*id, [one, &network](Result<std::optional<TransactionRow>> found) {
    if (found.has_error()) return one->reply->give(std::move(found).error());
    if (!*found) return one->reply->give(Error{NetworkErrc::transaction_unknown});
    one->target = std::move(**found);
    close(network, one);
  });
}

void get_unknown_stops(const NetworkParts& parts, const Request& request, Response& response,
                       const auth::Caller&) {
  const auto query = Query::parse(request.query, {"cursor", "limit", "all"});
  if (!query) return http::refuse_problem(response, query.error());
  const auto cursor = query->number("cursor", 0, 0, INT64_MAX);
  if (!cursor) return http::refuse_problem(response, cursor.error());
  const auto limit = query->number("limit", 100, 1, page_rows_max);
  if (!limit) return http::refuse_problem(response, limit.error());
  const auto all = query->flag("all");
  if (!all) return http::refuse_problem(response, all.error());
  auto reply = later(response);
  NetworkService& network = parts.network;
  const auto rows = static_cast<std::size_t>(*limit);
  network.store().unknown_stops(*cursor, rows, all->value_or(false),
                                [reply, rows, &network](Result<std::vector<UnknownStopRow>> found) {
                                  if (found.has_error())
                                    return reply->give(std::move(found).error());
                                  reply->give(page_of(
                                      "unknown_stops", *found, rows,
                                      [&](const UnknownStopRow& row) {
                                        return to_json(row, network.identity_of(row.station));
                                      },
                                      [](const UnknownStopRow& row) { return row.id; }));
                                });
}

void post_attach(const NetworkParts& parts, const Request& request, Response& response,
                 const auth::Caller&) {
  const auto transaction = read_attachment(request.body);
  if (!transaction) return http::refuse_problem(response, transaction.error());
  auto reply = later(response);
  NetworkService& network = parts.network;
  const auto id = static_cast<std::int64_t>(request.params.number("stop") & INT64_MAX);
  network.settle_stop(id, TransactionId{*transaction},
                      [reply, &network](Result<UnknownStopRow> settled) {
                        if (settled.has_error()) return reply->give(std::move(settled).error());
                        reply->give(to_json(*settled, network.identity_of(settled->station)));
                      });
}

}  // namespace

void register_transactions(http::Router& router, const NetworkParts& parts, auth::Guard& guard) {
  OperatorRoutes routes{router, parts, guard};
  using http::Method;
  const std::string one = "/charging/v1/transactions/{transaction:u64}";
  routes.add(Method::get, "/charging/v1/transactions", get_transactions);
  routes.add(Method::get, "/charging/v1/transactions.csv", get_transactions_csv);
  routes.add(Method::get, one, get_transaction);
  routes.add(Method::post, one + "/close", post_close);
  routes.add(Method::get, one + "/meter_values", get_meters);
  routes.add(Method::get, one + "/meter_values.csv", get_meters_csv);
  routes.add(Method::get, "/charging/v1/stations/{station}/meter_values", get_station_meters);
  routes.add(Method::get, "/charging/v1/unknown_stops", get_unknown_stops);
  routes.add(Method::post, "/charging/v1/unknown_stops/{stop:u64}/attach", post_attach);
}

}  // namespace mainstay::charging
