#include "apps/exchange/inbound/http/simulation_routes.hpp"

#include "apps/exchange/inbound/http/json_answer.hpp"
#include "apps/exchange/live_market.hpp"
#include "platform/auth/guard.hpp"
#include "platform/json/json.hpp"
#include "platform/json/member_reader.hpp"

namespace mainstay::exchange {
namespace {

using json::member_invalid;
using json::MemberReader;

constexpr std::size_t body_bytes_max = 1024;

void answer_state(http::Response& response, const LiveMarket& market) {
  const LiveMarket::Control control = market.control();
  std::uint64_t zero = 0, parlour = 0, momentum = 0, makers = 0, investors = 0;
  for (const auto& scenario : market.options().scenarios) {
    zero += scenario.zero_intelligence;
    parlour += scenario.parlour_traders;
    momentum += scenario.momentum_traders;
    makers += scenario.market_makers;
    investors += scenario.investors ? 1 : 0;
  }
  const auto kind = [](const char* name, std::uint64_t count) {
    return json::Object{{"kind", name}, {"count", count}};
  };
  const json::Value body = json::Object{
      {"running", control.running},
      {"speed", control.speed},
      {"agents", json::Array{kind("zero_intelligence", zero), kind("parlour", parlour),
                             kind("momentum", momentum), kind("market_maker", makers)}},
      {"investors", investors},
      {"assets", std::uint64_t{market.options().scenarios.size()}}};
  response.promise_nothing();
  answer(response, body);
}

Result<LiveMarket::Control> read_control(std::string_view text, LiveMarket::Control control) {
  MS_TRY(const auto value, json::parse(text, {.bytes_max = body_bytes_max, .depth_max = 4}));
  MS_TRY(auto in, MemberReader::of(value));
  MS_TRY_VOID(in.flag("running", control.running));
  MS_TRY_VOID(in.number("speed", control.speed));
  MS_TRY_VOID(in.all_known());
  if (!(control.speed >= LiveMarket::speed_min) || control.speed > LiveMarket::speed_max) {
    return member_invalid("speed", "0.1 to 20 is wanted");
  }
  return control;
}

}  // namespace

void register_simulation(http::Router& router, LiveMarket& market, auth::Guard& guard) {
  router.add(http::Method::get, "/exchange/v1/simulation",
             [&market](const http::Request&, http::Response& response) {
               answer_state(response, market);
             });
  router.add(http::Method::put, "/exchange/v1/simulation",
             guard.require({.role = std::string{operator_role}},
                           [&market](const http::Request& request, http::Response& response,
                                     const auth::Caller&) {
                             const auto wanted = read_control(request.body, market.control());
                             if (!wanted) return refuse_problem(response, wanted.error());
                             market.set(*wanted);
                             answer_state(response, market);
                           }));
}

}  // namespace mainstay::exchange
