#include "apps/charging/inbound/http/power_routes.hpp"

#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "apps/charging/power_desk.hpp"
#include "apps/charging/roles.hpp"
#include "base/text.hpp"
#include "platform/http/form.hpp"
#include "platform/http/json_reply.hpp"

namespace mainstay::charging {
namespace {

using http::Request;
using http::Response;
using power::PowerErrc;

using Route = void (*)(PowerDesk&, const Request&, Response&);

void refuse_busy(Response& response) {
  response.header("Retry-After", "1");
  http::problem(response, 503, "charging_busy", "Too much waits. Try again in a second.");
}

using ReplyPtr = std::shared_ptr<http::JsonReply>;
ReplyPtr later(Response& response) {
  return std::make_shared<http::JsonReply>(response, refuse_busy);
}

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

Error invalid(std::string_view what) { return {PowerErrc::schedule_invalid, std::string{what}}; }

Result<PowerDesk::CompositeWanted> read_composite(const Request& request) {
  PowerDesk::CompositeWanted out;
  out.identity = request.params.text("station");
  out.duration = Seconds{86'400};
  const auto fields = http::parse_form(request.query, 8);
  if (!fields) return invalid("a form of at most 8 fields is wanted");
  for (const auto& [name, value] : *fields) {
    const auto number = parse_u64(value);
    if (name == "connector") {
      if (!number || *number > std::numeric_limits<std::uint16_t>::max()) {
        return invalid("connector: 0 to 65535 is wanted");
      }
      out.connector = ConnectorNumber{static_cast<std::uint16_t>(*number)};
    } else if (name == "duration") {
      constexpr auto most = static_cast<std::uint64_t>(power::Window::duration_max.count());
      if (!number || *number < 1 || *number > most) {
        return invalid("duration: 1 to 2678400 seconds are wanted");
      }
      out.duration = Seconds{static_cast<std::int64_t>(*number)};
    } else if (name == "unit" && (value == "A" || value == "W")) {
      out.unit = value == "W" ? ocpp::ChargingRateUnit::watts : ocpp::ChargingRateUnit::amperes;
    } else {
      return invalid(name + ": connector, duration and unit (A or W) may be told");
    }
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
  const auto add = [&](http::Method method, std::string_view pattern, Route route) {
    router.add(
        method, pattern,
        guard.require({.role = std::string{operator_role}},
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
