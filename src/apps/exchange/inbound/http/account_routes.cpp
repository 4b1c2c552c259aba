#include <array>
#include <string>
#include <utility>
#include <vector>

#include "apps/exchange/inbound/http/api_errc.hpp"
#include "apps/exchange/inbound/http/json_members.hpp"
#include "apps/exchange/inbound/http/order_json.hpp"
#include "apps/exchange/inbound/http/rest_call.hpp"
#include "apps/exchange/limits.hpp"
#include "base/text.hpp"

namespace mainstay::exchange {
namespace {

using http::Method;
using http::Response;

/// The account's balances, in the order of the assets.
struct AccountView {
  std::vector<Balance> balances;
  Time updated{};
};

void append_account(std::string& out, const AccountView& view, const Listings& listings,
                    AccountId account, bool omit_zeros) {
  Members members{out};
  for (const char* rate :
       {"makerCommission", "takerCommission", "buyerCommission", "sellerCommission"}) {
    members.number(rate, std::int64_t{0});  // each symbol has its own
  }
  for (const char* allowed : {"canTrade", "canWithdraw", "canDeposit"}) {
    members.flag(allowed, true);
  }
  for (const char* off : {"brokered", "requireSelfTradePrevention", "preventSor"}) {
    members.flag(off, false);
  }
  members.number("updateTime", milliseconds(view.updated));
  members.text("accountType", "SPOT");
  members.name("balances").push_back('[');
  for (std::size_t i = 0; i < view.balances.size(); ++i) {
    const Balance& balance = view.balances[i];
    if (omit_zeros && balance.free == 0 && balance.held == 0) continue;
    const DefineAsset& asset = listings.assets()[i];
    if (out.back() != '[') out.push_back(',');
    out.append("{\"asset\":\"").append(asset.name.text()).append("\",\"free\":\"");
    append_signed_decimal(out, balance.free, asset.decimals);
    out.append("\",\"locked\":\"");
    append_signed_decimal(out, balance.held, asset.decimals);
    out.append("\"}");
  }
  out.push_back(']');
  members.name("permissions").append(R"(["SPOT"])");
  members.number("uid", account.get());
}

Result<> account(const RestParts& parts, const RestCall& call, Parameters& parameters,
                 Response& response) {
  MS_TRY(const bool omit_zeros, parameters.flag("omitZeroBalances", false));
  MS_TRY_VOID(parameters.all_read());
  auto listings = parts.directory.current();
  return look(
      parts, call, response,
      [listings, of = call.account](const Views& views) -> Result<AccountView> {
        AccountView out;
        out.updated = views.engine.last_time();
        for (const DefineAsset& asset : listings->assets()) {
          out.balances.push_back(views.engine.balance(of, asset.id));
        }
        return out;
      },
      [listings, of = call.account, omit_zeros](std::string& out, const AccountView& view) {
        append_account(out, view, *listings, of, omit_zeros);
      });
}

struct FillRange {
  AccountId account{};
  SymbolId symbol{};
  std::uint64_t order = 0;  // 0: any
  std::uint64_t from_id = 0;
  Time from{};
  Time to{INT64_MAX};
  std::size_t max = 0;
  bool oldest = false;

  [[nodiscard]] bool holds(const Fill& fill) const {
    return fill.symbol == symbol && (order == 0 || fill.order.get() == order) &&
           fill.trade.get() >= from_id && fill.at >= from && fill.at <= to && !fill.busted;
  }
};

std::vector<Fill> fills_in(const Views& views, const FillRange& range) {
  std::vector<Fill> out;
  for (const Fill& fill : views.orders.fills(range.account)) {
    if (range.holds(fill)) out.push_back(fill);
  }
  if (out.size() > range.max && range.oldest) out.resize(range.max);
  if (out.size() > range.max) {
    out.erase(out.begin(), out.end() - static_cast<std::ptrdiff_t>(range.max));
  }
  return out;
}

Result<> my_trades(const RestParts& parts, const RestCall& call, Parameters& parameters,
                   Response& response) {
  MS_TRY(auto listing, named_listing(parts, parameters));
  FillRange range{.account = call.account, .symbol = listing->definition.id};
  MS_TRY(range.max, limit_parameter(parameters, 500, Limits::rows_max));
  MS_TRY(const auto order, parameters.number("orderId"));
  MS_TRY(const auto from_id, parameters.number("fromId"));
  MS_TRY(const auto from, time_parameter(parameters, "startTime"));
  MS_TRY(const auto to, time_parameter(parameters, "endTime"));
  range.order = order.value_or(0);
  range.from_id = from_id.value_or(0);
  range.from = from.value_or(range.from);
  range.to = to.value_or(range.to);
  range.oldest = from_id.has_value() || from.has_value();
  MS_TRY_VOID(parameters.all_read());
  return look(
      parts, call, response,
      [range](const Views& views) -> Result<std::vector<Fill>> { return fills_in(views, range); },
      [listing](std::string& out, const std::vector<Fill>& fills) {
        out.push_back('[');
        for (const Fill& fill : fills) {
          if (out.back() != '[') out.push_back(',');
          append_fill(out, fill, *listing);
        }
        out.push_back(']');
      });
}

Result<> open_user_stream(const RestParts& parts, const RestCall& call, Parameters& parameters,
                          Response& response) {
  MS_TRY_VOID(parameters.all_read());
  const auto key = parts.listen_keys.open(call.account, call.request.at);
  if (!key) return ApiErrc::overloaded;
  Members members{response.body()};
  members.text("listenKey", *key);
  return {};
}

Result<> keep_user_stream(const RestParts& parts, const RestCall& call, Parameters& parameters,
                          Response& response) {
  MS_TRY(const auto key, parameters.required("listenKey"));
  MS_TRY_VOID(parameters.all_read());
  if (!parts.listen_keys.keep(key, call.account, call.request.at)) {
    return ApiErrc::listen_key_unknown;
  }
  response.body().append("{}");
  return {};
}

Result<> close_user_stream(const RestParts& parts, const RestCall& call, Parameters& parameters,
                           Response& response) {
  MS_TRY(const auto key, parameters.required("listenKey"));
  MS_TRY_VOID(parameters.all_read());
  if (!parts.listen_keys.close(key, call.account, call.request.at)) {
    return ApiErrc::listen_key_unknown;
  }
  response.body().append("{}");
  return {};
}

/// What ccxt asks of whoever has a key: there is no margin.
Result<> margin_pairs(const RestParts&, const RestCall&, Parameters& parameters,
                      Response& response) {
  MS_TRY_VOID(parameters.all_read());
  response.body().append("[]");
  return {};
}

/// Of each symbol, or of one.
Result<> trade_fees(const RestParts& parts, const RestCall&, Parameters& parameters,
                    Response& response) {
  constexpr unsigned rate_digits = 6;
  const auto listings = parts.directory.current();
  const Listing* const one = listings->find(parameters.text("symbol"));
  if (parameters.has("symbol") && one == nullptr) return ApiErrc::symbol_invalid;
  MS_TRY_VOID(parameters.all_read());
  std::string& out = response.body();
  out.push_back('[');
  for (const Listing& listing : listings->symbols()) {
    if (one != nullptr && &listing != one) continue;
    if (out.back() != '[') out.push_back(',');
    out.append(R"({"symbol":")").append(listing.name()).append(R"(","makerCommission":")");
    append_signed_decimal(out, listing.definition.rules.maker_fee, rate_digits);
    out.append(R"(","takerCommission":")");
    append_signed_decimal(out, listing.definition.rules.taker_fee, rate_digits);
    out.append("\"}");
  }
  out.push_back(']');
  return {};
}

constexpr std::array account_table{
    RestRoute{Method::get, "/sapi/v1/asset/tradeFee", 1, Security::account, trade_fees},
    RestRoute{Method::get, "/api/v3/account", 20, Security::account, account},
    RestRoute{Method::get, "/api/v3/myTrades", 20, Security::account, my_trades},
    RestRoute{Method::post, "/api/v3/userDataStream", 2, Security::key, open_user_stream},
    RestRoute{Method::put, "/api/v3/userDataStream", 2, Security::key, keep_user_stream},
    RestRoute{Method::delete_, "/api/v3/userDataStream", 2, Security::key, close_user_stream},
    RestRoute{Method::get, "/sapi/v1/margin/allPairs", 1, Security::account, margin_pairs},
    RestRoute{Method::get, "/sapi/v1/margin/isolated/allPairs", 1, Security::account,
              margin_pairs}};

}  // namespace

std::span<const RestRoute> account_routes() { return account_table; }

}  // namespace mainstay::exchange
