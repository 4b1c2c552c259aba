#include "apps/charging/commands/listing.hpp"

#include <cstdio>
#include <utility>

#include "apps/charging/app_network.hpp"
#include "base/text.hpp"
#include "platform/program/stores.hpp"
#include "platform/program/table.hpp"
#include "platform/store/rehearsal.hpp"

namespace mainstay::charging {
namespace {

constexpr std::int64_t listed_fallback = 50;

enum class ListingErrc : std::uint8_t { id_invalid = 1 };
const ErrorRow& error_row(ListingErrc) {
  static constexpr ErrorRow row{"id_invalid", "an id is a number"};
  return row;
}

}  // namespace

Argument limit_argument() { return number("--limit", "so many at most (default: 50)", 1, 10'000); }

std::size_t limit_of(const Call& call) {
  return static_cast<std::size_t>(call.number("--limit", listed_fallback));
}

Result<std::int64_t> id_of(const Call& call, const std::string& list) {
  const auto id = parse_i64(call.text("id"));
  if (!id) return Error{ListingErrc::id_invalid, "`" + list + "` has them"};
  return *id;
}

void Listing::add(json::Value row, Cells cells) {
  rows_.push_back(std::move(row));
  table_.push_back(std::move(cells));
}

void Listing::print(const Call& call) const {
  if (call.json) return print_json(rows_);
  print_table(table_);
}

std::string time_cell(SystemTime at) { return at == SystemTime{} ? "" : utc_text(at); }

void print_json(const json::Value& value) { std::printf("%s\n", json::dump_pretty(value).c_str()); }

int with_store(const Call& call, const std::function<Result<>(store::Store&)>& use) {
  const auto store = open_current_store(call.product, *call.settings, MachineClock{}.wall());
  if (store.has_error()) return call.fail(store.error());
  const auto used = use(**store);
  return used.has_error() ? call.fail(used.error()) : exit_ok;
}

int with_change(const Call& call, const std::string& what,
                const std::function<Result<>(store::Store&)>& change) {
  const bool is_dry = call.has("--dry-run");
  return with_store(call, [&](store::Store& store) -> Result<> {
    store::Rehearsal rehearsal{store};
    MS_TRY_VOID(change(is_dry ? static_cast<store::Store&>(rehearsal) : store));
    std::printf("%s%s\n", dry_run_lead(is_dry), what.c_str());
    return {};
  });
}

Result<StationNames> StationNames::read(store::Store& store) {
  StationNames out;
  MS_TRY(const auto rows, network_store(store)->load());
  for (const StationRow& row : rows.stations) out.identities_[row.id] = row.identity;
  return out;
}

std::string StationNames::of(StationId station) const {
  const auto found = identities_.find(station);
  return found == identities_.end() ? std::string{} : found->second;
}

Result<StationId> StationNames::find(const std::string& identity) const {
  for (const auto& [id, name] : identities_) {
    if (name == identity) return id;
  }
  return Error{NetworkErrc::station_unknown, identity};
}

}  // namespace mainstay::charging
