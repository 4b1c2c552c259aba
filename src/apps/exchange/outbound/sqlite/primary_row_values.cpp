#include "apps/exchange/outbound/sqlite/primary_row_values.hpp"

#include <charconv>

#include "base/text.hpp"
#include "platform/store/columns.hpp"

namespace mainstay::exchange {
namespace {

using store::Columns;

constexpr auto done = static_cast<std::uint64_t>(Payment::State::done);

ArtistRecord artist_from(Columns& in) {
  ArtistRecord out;
  out.user.id = models::AssetUserId{in.count()};
  out.owner = in.text();
  out.ticker = in.text();
  out.account = AccountId{in.count()};
  out.user.mu = in.real();
  out.user.sigma = in.real();
  out.user.ranking = in.real();
  out.user.genre = in.text();
  out.user.expiration_date = in.time();
  out.user.pricing_date = in.time();
  out.user.total_fund = in.number();
  out.user.remaining_fund = in.number();
  out.user.unit_price = in.number();
  out.created_at = in.time();
  out.listed = in.count() == done;
  return out;
}

std::string artist_columns(std::string_view more) {
  return "SELECT a.id, a.owner_id, a.ticker, a.account, a.mu, a.sigma, a.ranking, a.genre, "
         "a.expiration_date, a.pricing_date, a.total_fund, a.remaining, a.unit_price, "
         "a.created_at, p.state" +
         std::string{more} +
         " FROM exchange_artists a JOIN exchange_payments p ON p.id = a.payment ";
}

}  // namespace

store::Value key_value(const std::string& key) {
  return key.empty() ? store::Value{} : store::Value{key};
}

std::string history_text(const std::vector<double>& history) {
  std::string out;
  for (const double one : history) {
    char room[32];
    const auto [end, error] = std::to_chars(room, room + sizeof room, one);
    if (!out.empty()) out.push_back(' ');
    out.append(room, end);
  }
  return out;
}

std::vector<double> parse_history(const std::string& text) {
  std::vector<double> out;
  for (const std::string_view part : split(text, ' ')) {
    double value = 0;
    const auto read = std::from_chars(part.data(), part.data() + part.size(), value);
    if (read.ec == std::errc{}) out.push_back(value);
  }
  return out;
}

const std::string select_investor =
    "SELECT i.id, i.owner_id, i.request_key, i.account, i.mu, i.sigma, i.principal, i.remaining, "
    "i.genre, i.time_horizon, i.created_at, p.state FROM exchange_investors i "
    "JOIN exchange_payments p ON p.id = i.payment ";

InvestorRecord investor_in(const store::Row& row) {
  Columns in{row};
  InvestorRecord out;
  out.user.id = models::InvestorUserId{in.count()};
  out.owner = in.text();
  out.request_key = in.text();
  out.account = AccountId{in.count()};
  out.user.mu = in.real();
  out.user.sigma = in.real();
  out.user.principal = in.number();
  out.user.remaining_principal = in.number();
  out.user.genre = in.text();
  out.user.time_horizon = in.time();
  out.created_at = in.time();
  out.paid = in.count() == done;
  return out;
}

const std::string select_artist = artist_columns("");
const std::string select_artist_with_history = artist_columns(", a.history");

ArtistRecord artist_in(const store::Row& row) {
  Columns in{row};
  return artist_from(in);
}

ArtistRecord artist_with_history_in(const store::Row& row) {
  Columns in{row};
  ArtistRecord out = artist_from(in);
  out.user.history = parse_history(in.text());
  return out;
}

std::string_view method_name(models::AllocationMethod method) {
  return method == models::AllocationMethod::mean_variance ? "mean_variance"
                                                           : "deferred_acceptance";
}

const std::string select_allocation =
    "SELECT id, owner_id, request_key, method, created_at, investors, matches, amount "
    "FROM exchange_allocations ";

AllocationRecord allocation_in(const store::Row& row) {
  Columns in{row};
  AllocationRecord out;
  out.id = in.count();
  out.owner = in.text();
  out.request_key = in.text();
  const auto mean_variance = models::AllocationMethod::mean_variance;
  out.method = in.text() == method_name(mean_variance)
                   ? mean_variance
                   : models::AllocationMethod::deferred_acceptance;
  out.created_at = in.time();
  out.investors = in.count();
  out.matches = in.count();
  out.amount = in.number();
  return out;
}

MatchRecord match_in(const store::Row& row) {
  Columns in{row};
  MatchRecord out;
  out.allocation = in.count();
  out.match.id = in.count();
  out.match.investor = models::InvestorUserId{in.count()};
  out.match.asset = models::AssetUserId{in.count()};
  out.match.amount = in.number();
  out.match.units = in.number();
  out.state = static_cast<MatchState>(in.number());
  return out;
}

Payment payment_in(const store::Row& row) {
  Columns in{row};
  Payment out;
  out.id = in.count();
  out.match = in.count();
  out.from = AccountId{in.count()};
  out.to = AccountId{in.count()};
  out.amount = in.number();
  out.ticker = in.text();
  out.units = in.number();
  out.unit_price = in.number();
  out.state = static_cast<Payment::State>(in.number());
  return out;
}

}  // namespace mainstay::exchange
