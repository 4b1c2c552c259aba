// Stations, tags and reservations.
#include <string>
#include <utility>

#include "apps/charging/inbound/http/network_calls.hpp"
#include "apps/charging/inbound/http/network_input.hpp"
#include "apps/charging/inbound/http/query.hpp"

namespace mainstay::charging {
namespace {

using http::Request;
using http::Response;

std::string path_text(const Request& request, std::string_view name) {
  return std::string{request.params.text(name)};
}

Result<json::Value> station_json(const Network& network, std::string_view identity) {
  const Station* const station = network.station(identity);
  if (station == nullptr) return NetworkErrc::station_unknown;
  return to_json(*station);
}

// --- stations ------------------------------------------------------------------------------------

struct StationList {
  StationId after{};
  std::size_t limit = 0;
  std::string group{};
  std::string text{};
  std::optional<bool> is_online{};
};

bool is_listed(const Station& station, const StationList& wanted) {
  const StationRow& row = station.row;
  if (wanted.is_online && station.is_online != *wanted.is_online) return false;
  if (!wanted.group.empty() && row.groups.find("," + wanted.group + ",") == row.groups.npos) {
    return false;
  }
  return wanted.text.empty() || row.identity.find(wanted.text) != row.identity.npos ||
         row.name.find(wanted.text) != row.name.npos;
}

json::Value list_stations(const Network& network, const StationList& wanted) {
  std::vector<const Station*> page;
  const auto& all = network.stations();
  for (auto at = all.upper_bound(wanted.after); at != all.end() && page.size() < wanted.limit;
       ++at) {
    if (is_listed(at->second, wanted)) page.push_back(&at->second);
  }
  return page_of(
      "stations", page, wanted.limit, [](const Station* one) { return to_json(*one); },
      [](const Station* one) { return one->row.id.get(); });
}

Result<StationList> read_station_list(std::string_view text) {
  MS_TRY(const auto query, Query::parse(text, {"cursor", "limit", "group", "q", "online"}));
  StationList out;
  MS_TRY(const auto cursor, query.number("cursor", 0, 0, INT64_MAX));
  MS_TRY(const auto limit, query.number("limit", 100, 1, page_rows_max));
  MS_TRY(out.is_online, query.flag("online"));
  out.after = StationId{cursor};
  out.limit = static_cast<std::size_t>(limit);
  out.group = query.text("group");
  out.text = query.text("q");
  return out;
}

void get_stations(const NetworkParts& parts, const Request& request, Response& response,
                  const auth::Caller&) {
  const auto wanted = read_station_list(request.query);
  if (!wanted) return http::refuse_problem(response, wanted.error());
  answer_from(parts, response, [wanted = *wanted](const Network& network) -> Result<json::Value> {
    return list_stations(network, wanted);
  });
}

void get_station(const NetworkParts& parts, const Request& request, Response& response,
                 const auth::Caller&) {
  answer_from(parts, response, [identity = path_text(request, "station")](const Network& network) {
    return station_json(network, identity);
  });
}

void get_connectors(const NetworkParts& parts, const Request& request, Response& response,
                    const auth::Caller&) {
  answer_from(
      parts, response,
      [identity = path_text(request, "station")](const Network& network) -> Result<json::Value> {
        const Station* const station = network.station(identity);
        if (station == nullptr) return NetworkErrc::station_unknown;
        json::Array all;
        for (const Connector& one : station->connectors) {
          all.push_back(to_json(one, Network::effective_status(*station, one)));
        }
        return json::Value{json::Object{{"connectors", std::move(all)}}};
      });
}

void post_station(const NetworkParts& parts, const Request& request, Response& response,
                  const auth::Caller&) {
  StationRow row;
  const auto input = read_station(request.body, true, row);
  if (!input) return http::refuse_problem(response, input.error());
  change_and_answer(
      parts, response,
      [row](Network& network, SystemTime now, Batch& batch) -> Result<> {
        MS_TRY([[maybe_unused]] const auto id, network.add_station(row, now, batch));
        return {};
      },
      201,
      [identity = row.identity](const Network& network) {
        return station_json(network, identity);
      });
}

void patch_station(const NetworkParts& parts, const Request& request, Response& response,
                   const auth::Caller&) {
  StationRow probe;
  const auto input = read_station(request.body, false, probe);
  if (!input) return http::refuse_problem(response, input.error());
  const std::string identity = path_text(request, "station");
  change_and_answer(
      parts, response,
      [identity, body = std::string{request.body}](Network& network, SystemTime now,
                                                   Batch& batch) -> Result<> {
        const Station* const station = network.station(identity);
        if (station == nullptr) return NetworkErrc::station_unknown;
        StationRow row = station->row;
        MS_TRY_VOID(read_station(body, false, row));
        return network.change_station(row, now, batch);
      },
      200, [identity](const Network& network) { return station_json(network, identity); });
}

void delete_station(const NetworkParts& parts, const Request& request, Response& response,
                    const auth::Caller&) {
  auto gone = std::make_shared<StationId>();
  NetworkService& network = parts.network;
  auto reply = later(response);
  network.change(
      [gone, identity = path_text(request, "station")](Network& state, SystemTime now,
                                                       Batch& batch) -> Result<> {
        const Station* const station = state.station(identity);
        if (station == nullptr) return NetworkErrc::station_unknown;
        *gone = station->row.id;
        return state.remove_station(*gone, now, batch);
      },
      [gone, reply, &network](Result<> stored) {
        if (stored.has_error()) return reply->give(std::move(stored).error());
        network.link().close(*gone, "the station was removed");
        reply->give_with([](Response& late) { late.status(204); });
      });
}

// --- tags ----------------------------------------------------------------------------------------

Result<json::Value> tag_json(const Network& network, std::string_view name) {
  const TagRow* const tag = network.tag(name);
  if (tag == nullptr) return NetworkErrc::tag_unknown;
  return to_json(*tag);
}

Result<TagFilter> read_tag_filter(std::string_view text) {
  MS_TRY(const auto query, Query::parse(text, {"cursor", "limit", "q", "owner", "blocked"}));
  TagFilter out;
  MS_TRY(const auto limit, query.number("limit", 100, 1, page_rows_max));
  out.limit = static_cast<std::size_t>(limit);
  out.after = query.text("cursor");
  out.begins = tag_key(query.text("q"));
  out.owner = query.text("owner");
  MS_TRY(out.is_blocked, query.flag("blocked"));
  return out;
}

void get_all_tags(const NetworkParts& parts, const Request& request, Response& response,
                  const auth::Caller&) {
  const auto filter = read_tag_filter(request.query);
  if (!filter) return http::refuse_problem(response, filter.error());
  auto reply = later(response);
  parts.network.store().tags(
      *filter, [reply, limit = filter->limit](Result<std::vector<TagRow>> found) {
        if (found.has_error()) return reply->give(std::move(found).error());
        reply->give(page_of(
            "tags", *found, limit, [](const TagRow& row) { return to_json(row); },
            [](const TagRow& row) { return row.tag; }));
      });
}

void get_tag(const NetworkParts& parts, const Request& request, Response& response,
             const auth::Caller&) {
  answer_from(parts, response, [name = path_text(request, "tag")](const Network& network) {
    return tag_json(network, name);
  });
}

void put_tag(const NetworkParts& parts, const Request& request, Response& response,
             const auth::Caller&) {
  TagRow row;
  const auto input = read_tag(request.body, row);
  if (!input) return http::refuse_problem(response, input.error());
  row.tag = path_text(request, "tag");
  change_and_answer(
      parts, response,
      [row](Network& network, SystemTime now, Batch& batch) {
        return network.put_tag(row, now, batch);
      },
      200, [name = row.tag](const Network& network) { return tag_json(network, name); });
}

void delete_tag(const NetworkParts& parts, const Request& request, Response& response,
                const auth::Caller&) {
  auto reply = later(response);
  parts.network.remove_tag(path_text(request, "tag"), [reply](Result<> stored) {
    if (stored.has_error()) return reply->give(std::move(stored).error());
    reply->give_with([](Response& late) { late.status(204); });
  });
}

// --- reservations --------------------------------------------------------------------------------

void get_reservations(const NetworkParts& parts, const Request& request, Response& response,
                      const auth::Caller&) {
  const auto page = read_page(request.query);
  if (!page) return http::refuse_problem(response, page.error());
  auto reply = later(response);
  NetworkService& network = parts.network;
  const std::size_t rows = page->limit;
  network.store().reservations(
      {static_cast<std::int32_t>(std::min<std::int64_t>(page->cursor, INT32_MAX)), rows, {}},
      [reply, rows, &network](Result<std::vector<ReservationRow>> found) {
        if (found.has_error()) return reply->give(std::move(found).error());
        reply->give(page_of(
            "reservations", *found, rows,
            [&](const ReservationRow& row) {
              return to_json(row, network.identity_of(row.station));
            },
            [](const ReservationRow& row) { return row.id.get(); }));
      });
}

void post_reservation(const NetworkParts& parts, const Request& request, Response& response,
                      const auth::Caller&) {
  auto input = read_reservation(request.body);
  if (!input) return http::refuse_problem(response, input.error());
  const auto known = parts.network.find(input->station);
  if (!known) {
    return http::refuse_problem(response, Error{NetworkErrc::station_unknown, input->station});
  }
  input->row.station = known->id;
  auto reply = later(response);
  parts.network.reserve(std::move(input->row),
                        [reply, identity = input->station](Result<ReservationRow> made) {
                          if (made.has_error()) return reply->give(std::move(made).error());
                          reply->give(to_json(*made, identity), 201);
                        });
}

void delete_reservation(const NetworkParts& parts, const Request& request, Response& response,
                        const auth::Caller&) {
  const auto number = request.params.number("reservation");
  if (number > INT32_MAX) {
    return http::refuse_problem(response, NetworkErrc::reservation_unknown);
  }
  auto reply = later(response);
  parts.network.cancel_reservation(ReservationId{static_cast<std::int32_t>(number)}, {},
                                   [reply](Result<> done) {
                                     if (done.has_error())
                                       return reply->give(std::move(done).error());
                                     reply->give_with([](Response& late) { late.status(204); });
                                   });
}

}  // namespace

void register_stations(http::Router& router, const NetworkParts& parts, auth::Guard& guard) {
  OperatorRoutes routes{router, parts, guard};
  using http::Method;
  routes.add(Method::get, "/charging/v1/stations", get_stations);
  routes.add(Method::post, "/charging/v1/stations", post_station);
  routes.add(Method::get, "/charging/v1/stations/{station}", get_station);
  routes.add(Method::patch, "/charging/v1/stations/{station}", patch_station);
  routes.add(Method::delete_, "/charging/v1/stations/{station}", delete_station);
  routes.add(Method::get, "/charging/v1/stations/{station}/connectors", get_connectors);
  routes.add(Method::get, "/charging/v1/tags", get_all_tags);
  routes.add(Method::get, "/charging/v1/tags/{tag}", get_tag);
  routes.add(Method::put, "/charging/v1/tags/{tag}", put_tag);
  routes.add(Method::delete_, "/charging/v1/tags/{tag}", delete_tag);
  routes.add(Method::get, "/charging/v1/reservations", get_reservations);
  routes.add(Method::post, "/charging/v1/reservations", post_reservation);
  routes.add(Method::delete_, "/charging/v1/reservations/{reservation:u64}", delete_reservation);
}

}  // namespace mainstay::charging
