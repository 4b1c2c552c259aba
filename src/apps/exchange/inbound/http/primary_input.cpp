#include "apps/exchange/inbound/http/primary_input.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "platform/http/form.hpp"
#include "platform/json/json.hpp"
#include "platform/json/member_reader.hpp"

namespace mainstay::exchange {
namespace {

using json::InputErrc;
using json::member_invalid;
using json::MemberReader;

constexpr std::int64_t milliseconds_max = 253'402'300'799'999;  // of the year 9999

Result<json::Value> parse_body(std::string_view text) {
  return json::parse(text, {.bytes_max = PrimaryInputLimits::body_bytes_max, .depth_max = 4});
}

bool is_upper_or_digit(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

Result<> read_key(MemberReader& in, std::string& out) {
  MS_TRY_VOID(in.text("key", out));
  const bool printable = std::ranges::all_of(out, [](char c) { return c > ' ' && c < '\x7f'; });
  if (in.find("key") != nullptr && (out.empty() || out.size() > 64 || !printable)) {
    return member_invalid("key", "1 to 64 printable ASCII characters are wanted");
  }
  return {};
}

Result<> read_time(MemberReader& in, std::string_view name, SystemTime& out) {
  std::int64_t milliseconds = -1;
  MS_TRY_VOID(in.number(name, milliseconds));
  if (in.find(name) == nullptr) return {};
  if (milliseconds < 0 || milliseconds > milliseconds_max) {
    return member_invalid(name, "milliseconds since 1970 are wanted");
  }
  out = SystemTime{Millis{milliseconds}};
  return {};
}

/// Must be said, and be ahead.
Result<> read_future(MemberReader& in, std::string_view name, SystemTime now, SystemTime& out) {
  MS_TRY_VOID(in.require(name));
  MS_TRY_VOID(read_time(in, name, out));
  if (out <= now) return member_invalid(name, "a time ahead is wanted");
  return {};
}

Result<> read_account(MemberReader& in, InvestorAccount& wanted) {
  if (in.find("account") == nullptr) return {};
  std::string account;
  MS_TRY_VOID(in.text("account", account));
  if (account != "own" && account != "mine") {
    return member_invalid("account",
                          "mine (where you trade) or own (one of the investor's own) is wanted");
  }
  wanted = account == "mine" ? InvestorAccount::mine : InvestorAccount::own;
  return {};
}

Result<> read_ticker(MemberReader& in, std::string& out) {
  MS_TRY_VOID(in.require("ticker"));
  MS_TRY_VOID(in.text("ticker", out));
  const bool fits = !out.empty() && out.size() <= PrimaryInputLimits::ticker_bytes_max;
  if (!fits || !std::ranges::all_of(out, is_upper_or_digit)) {
    return member_invalid("ticker", "1 to 12 of A-Z and 0-9 are wanted");
  }
  return {};
}

Result<> read_history(MemberReader& in, std::vector<double>& out) {
  const json::Value* found = in.find("history");
  if (found == nullptr) return {};
  const json::Array* values = found->if_array();
  if (values == nullptr || values->size() > PrimaryInputLimits::history_max) {
    return member_invalid("history", "a list of at most 1000 numbers is wanted");
  }
  for (const json::Value& value : *values) {
    if (const auto* whole = value.if_int()) {
      out.push_back(static_cast<double>(*whole));
    } else if (const auto* real = value.if_double()) {
      out.push_back(*real);
    } else {
      return member_invalid("history", "a list of at most 1000 numbers is wanted");
    }
  }
  return {};
}

/// Both, unless a history says them.
Result<> read_moments(MemberReader& in, double& mu, double& sigma, bool known) {
  if (!known) {
    MS_TRY_VOID(in.require("mu"));
    MS_TRY_VOID(in.require("sigma"));
  }
  MS_TRY_VOID(in.number("mu", mu));
  return in.number("sigma", sigma);
}

}  // namespace

Result<InvestorInput> read_investor(std::string_view json, SystemTime now) {
  InvestorInput out;
  models::InvestorUser& user = out.record.user;
  MS_TRY(const auto value, parse_body(json));
  MS_TRY(auto in, MemberReader::of(value));
  MS_TRY_VOID(in.require("principal"));
  MS_TRY_VOID(in.number("principal", user.principal));
  MS_TRY_VOID(read_moments(in, user.mu, user.sigma, false));
  MS_TRY_VOID(in.text("genre", user.genre));
  MS_TRY_VOID(read_future(in, "time_horizon", now, user.time_horizon));
  MS_TRY_VOID(read_account(in, out.account));
  MS_TRY_VOID(read_key(in, out.record.request_key));
  MS_TRY_VOID(in.all_known());
  out.record.created_at = now;
  return out;
}

Result<ArtistRecord> read_artist(std::string_view json, SystemTime now) {
  ArtistRecord out;
  models::AssetUser& user = out.user;
  user.pricing_date = now;
  MS_TRY(const auto value, parse_body(json));
  MS_TRY(auto in, MemberReader::of(value));
  MS_TRY_VOID(read_ticker(in, out.ticker));
  MS_TRY_VOID(in.require("genre"));
  MS_TRY_VOID(in.text("genre", user.genre));
  MS_TRY_VOID(read_history(in, user.history));
  MS_TRY_VOID(read_moments(in, user.mu, user.sigma, user.history.size() >= 2));
  MS_TRY_VOID(read_future(in, "expiration_date", now, user.expiration_date));
  MS_TRY_VOID(read_time(in, "pricing_date", user.pricing_date));
  MS_TRY_VOID(in.require("total_fund"));
  MS_TRY_VOID(in.number("total_fund", user.total_fund));
  MS_TRY_VOID(in.number("unit_price", user.unit_price));
  MS_TRY_VOID(in.all_known());
  if (user.unit_price > std::numeric_limits<std::uint32_t>::max()) {
    return member_invalid("unit_price", "at most 4294967295 is wanted");
  }
  out.created_at = now;
  return out;
}

Result<AllocationRecord> read_allocation(std::string_view json, SystemTime now) {
  AllocationRecord out;
  MS_TRY(const auto value, parse_body(json));
  MS_TRY(auto in, MemberReader::of(value));
  MS_TRY_VOID(in.require("method"));
  std::string method;
  MS_TRY_VOID(in.text("method", method));
  MS_TRY_VOID(read_key(in, out.request_key));
  MS_TRY_VOID(in.all_known());
  if (method == "mean_variance") {
    out.method = models::AllocationMethod::mean_variance;
  } else if (method == "deferred_acceptance") {
    out.method = models::AllocationMethod::deferred_acceptance;
  } else {
    return member_invalid("method", "mean_variance or deferred_acceptance is wanted");
  }
  out.created_at = now;
  return out;
}

Result<PageOf> read_page(std::string_view query) {
  PageOf out;
  const auto fields = http::parse_form(query, 8);
  if (!fields) return member_invalid("query", "a form of at most 8 fields is wanted");
  for (const auto& [name, value] : *fields) {
    const auto number = parse_u64(value);
    if (name == "cursor") {
      if (!number || std::cmp_greater(*number, std::numeric_limits<std::int64_t>::max())) {
        return member_invalid("cursor", "the `next` of the page before is wanted");
      }
      out.after = *number;
    } else if (name == "limit") {
      if (!number || *number < 1 || *number > PrimaryInputLimits::rows_max) {
        return member_invalid("limit", "1 to 1000 is wanted");
      }
      out.limit = *number;
    } else {
      return Error{InputErrc::member_unknown, name};
    }
  }
  return out;
}

}  // namespace mainstay::exchange
