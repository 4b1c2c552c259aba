#include "apps/exchange/inbound/http/rest_call.hpp"

#include <algorithm>
#include <string>

#include "apps/exchange/inbound/http/api_errc.hpp"

namespace mainstay::exchange {
namespace {

constexpr std::uint64_t time_ms_max = 9'000'000'000'000;  // of a Time

}  // namespace

void begin_answer(http::Response& response, std::uint64_t weight_used, std::uint64_t orders_used) {
  // What it acknowledges is in the venue's journal already.
  response.promise_nothing();
  response.content_type("application/json;charset=UTF-8");
  if (weight_used != 0) response.header("X-MBX-USED-WEIGHT-1M", std::to_string(weight_used));
  if (orders_used != 0) response.header("X-MBX-ORDER-COUNT-10S", std::to_string(orders_used));
}

Pending::~Pending() {
  if (open_) refuse(ApiErrc::overloaded);
}

void Pending::refuse(Error error) {
  complete(
      [error = std::move(error)](http::Response& response) { exchange::refuse(response, error); });
}

Result<NamedListing> named_listing(const RestParts& parts, Parameters& parameters) {
  MS_TRY(const auto name, parameters.required("symbol"));
  NamedListing out;
  out.all = parts.directory.current();
  out.listing = out.all->find(name);
  if (out.listing == nullptr) return ApiErrc::symbol_invalid;
  return out;
}

Result<std::optional<Time>> time_parameter(Parameters& parameters, std::string_view name) {
  MS_TRY(const auto value, parameters.number(name));
  if (!value) return std::optional<Time>{};
  const auto ms = static_cast<std::int64_t>(std::min(*value, time_ms_max));
  return std::optional<Time>{Time{ms * 1'000'000}};
}

Result<std::size_t> limit_parameter(Parameters& parameters, std::size_t usual, std::size_t most) {
  MS_TRY(const auto value, parameters.number("limit"));
  if (value && *value == 0) return invalid("limit");
  return static_cast<std::size_t>(std::min<std::uint64_t>(value.value_or(usual), most));
}

}  // namespace mainstay::exchange
