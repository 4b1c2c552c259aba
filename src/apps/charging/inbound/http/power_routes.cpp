#include "apps/charging/inbound/http/power_routes.hpp"

#include <limits>
#include <string>
#include <utility>

#include "apps/charging/inbound/http/network_calls.hpp"
#include "apps/charging/inbound/http/query.hpp"
#include "apps/charging/power_desk.hpp"
#include "platform/json/member_reader.hpp"

namespace mainstay::charging {
namespace {

using http::Request;
using http::Response;

using PowerRoute = void (*)(PowerDesk&, const Request&, Response&);

PlotId site_in(const Request& request) {
  return PlotId{static_cast<std::int64_t>(request.params.number("site") & INT64_MAX)};
}

PowerDesk::Answer answer_to(Response& response) {
  return [reply = later(response)](Result<json::Value> answer) { reply->give(std::move(answer)); };
}

void put_circuits(PowerDesk& desk, const Request& request, Response& response) {
  const PlotId site = site_in(request);
  if (site.get() < 1) {
    return http::problem(response, 400, "member_invalid", "site: 1 and up is wanted");
  }
  auto input = read_site(request.body);
  if (!input) return http::refuse_problem(response, input.error());
  desk.put_site(site, std::move(*input), answer_to(response));
}

void delete_circuits(PowerDesk& desk, const Request& request, Response& response) {
  desk.remove_site(site_in(request), [reply = later(response)](Result<json::Value> done) {
    if (done.has_error()) return reply->give(std::move(done).error());
    reply->give_with([](Response& late) { late.status(204); });
  });
}

void get_sites(PowerDesk& desk, const Request&, Response& response) {
  desk.sites(answer_to(response));
}

void get_circuits(PowerDesk& desk, const Request& request, Response& response) {
  desk.site(site_in(request), answer_to(response));
}

void get_allocation(PowerDesk& desk, const Request& request, Response& response) {
  desk.allocation(site_in(request), answer_to(response));
}

void get_profiles(PowerDesk& desk, const Request& request, Response& response) {
  desk.profiles(std::string{request.params.text("station")}, answer_to(response));
}

Result<PowerDesk::CompositeWanted> read_composite(const Request& request) {
  MS_TRY(const auto query, Query::parse(request.query, {"connector", "duration", "unit"}));
  PowerDesk::CompositeWanted out;
  out.identity = request.params.text("station");
  MS_TRY(const auto connector,
         query.number("connector", 0, 0, std::numeric_limits<std::uint16_t>::max()));
  out.connector = ConnectorNumber{static_cast<std::uint16_t>(connector)};
  MS_TRY(const auto duration,
         query.number("duration", 86'400, 1, power::Window::duration_max.count()));
  out.duration = Seconds{duration};
  const std::string_view unit = query.text("unit");
  if (unit == "W") {
    out.unit = ocpp::ChargingRateUnit::watts;
  } else if (!unit.empty() && unit != "A") {
    return json::member_invalid("unit", "A or W is wanted");
  }
  return out;
}

void get_composite(PowerDesk& desk, const Request& request, Response& response) {
  auto wanted = read_composite(request);
  if (!wanted) return http::refuse_problem(response, wanted.error());
  desk.composite(std::move(*wanted), answer_to(response));
}

}  // namespace

void register_power(http::Router& router, PowerDesk& desk, auth::Guard& guard) {
  const auto add = [&](http::Method method, std::string_view pattern, PowerRoute route) {
    router.add(
        method, pattern,
        require_role(guard, operator_role,
                     [&desk, route](const Request& request, Response& response,
                                    const auth::Caller&) { route(desk, request, response); }));
  };
  using http::Method;
  add(Method::get, "/charging/v1/sites", get_sites);
  add(Method::get, "/charging/v1/sites/{site:u64}/circuits", get_circuits);
  add(Method::put, "/charging/v1/sites/{site:u64}/circuits", put_circuits);
  add(Method::delete_, "/charging/v1/sites/{site:u64}/circuits", delete_circuits);
  add(Method::get, "/charging/v1/sites/{site:u64}/allocation", get_allocation);
  add(Method::get, "/charging/v1/stations/{station}/charging-profiles", get_profiles);
  add(Method::get, "/charging/v1/stations/{station}/composite-schedule", get_composite);
}

}  // namespace mainstay::charging
