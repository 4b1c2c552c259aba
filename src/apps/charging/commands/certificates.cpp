#include "apps/charging/commands/certificates.hpp"

#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "apps/charging/app_network.hpp"
#include "apps/charging/app_ocpp.hpp"
#include "apps/charging/domain/station_key.hpp"
#include "apps/charging/inbound/http/security_routes.hpp"
#include "apps/charging/waiting.hpp"
#include "platform/json/json.hpp"
#include "platform/program/stores.hpp"
#include "platform/program/table.hpp"
#include "platform/store/rehearsal.hpp"

namespace mainstay::charging {
namespace {

constexpr std::int64_t certificates_listed = 50;

/// The store, and the stations by their numbers.
struct CertificateDesk {
  std::unique_ptr<store::Store> store;
  std::map<StationId, std::string> identities = {};

  [[nodiscard]] Result<StationId> station(const std::string& identity) const {
    for (const auto& [id, name] : identities) {
      if (name == identity) return id;
    }
    return Error{NetworkErrc::station_unknown, identity};
  }
};

Result<CertificateDesk> open_desk(const Call& call) {
  CertificateDesk desk;
  MS_TRY(desk.store, open_current_store(call.product, *call.settings, MachineClock{}.wall()));
  MS_TRY(const auto rows, network_store(*desk.store)->load());
  for (const auto& row : rows.stations) desk.identities[row.id] = row.identity;
  return desk;
}

Result<std::vector<CertificateRow>> listed_certificates(const Call& call, CertificateDesk& desk) {
  CertificateFilter filter;
  filter.limit = static_cast<std::size_t>(call.number("--limit", certificates_listed));
  if (!call.text("--station").empty()) {
    MS_TRY(filter.station, desk.station(call.text("--station")));
  }
  return wait_for<std::vector<CertificateRow>>(
      [&](auto done) { security_store(*desk.store)->certificates(filter, std::move(done)); });
}

int run_list_certificates(const Call& call) {
  auto desk = open_desk(call);
  if (desk.has_error()) return call.fail(desk.error());
  const auto rows = listed_certificates(call, *desk);
  if (rows.has_error()) return call.fail(rows.error());
  const auto cell = [](SystemTime at) { return at == SystemTime{} ? "" : utc_text(at); };
  json::Array all;
  std::vector<std::vector<std::string>> table{
      {"serial", "station", "issued", "expires", "revoked"}};
  for (const auto& row : *rows) {
    all.push_back(to_json(row));
    const auto station = desk->identities.find(row.station);
    table.push_back({row.serial, station == desk->identities.end() ? "" : station->second,
                     cell(row.issued_at), cell(row.expires_at), cell(row.revoked_at)});
  }
  if (call.json) {
    std::printf("%s\n", json::dump_pretty(all).c_str());
  } else {
    print_table(table);
  }
  return exit_ok;
}

Result<Revocation> read_revocation(const Call& call, const CertificateDesk& desk) {
  Revocation out;
  for (const auto& given : call.rest("serial")) {
    const auto serial = certificate_serial(given);
    if (!serial) {
      return Error{NetworkErrc::certificate_unknown, given +
                                                         " is no serial number: 4A0B..., "
                                                         "hexadecimal, as `list` shows them"};
    }
    out.serials.push_back(*serial);
  }
  if (!call.text("--station").empty()) {
    MS_TRY(out.station, desk.station(call.text("--station")));
  }
  out.takes_foreign = call.has("--foreign");
  out.at = MachineClock{}.wall();
  return out;
}

int run_revoke_certificates(const Call& call) {
  auto desk = open_desk(call);
  if (desk.has_error()) return call.fail(desk.error());
  auto wanted = read_revocation(call, *desk);
  if (wanted.has_error()) return call.fail(wanted.error());
  if (wanted->serials.empty() && wanted->station == StationId{}) {
    return call.fail("say which: serial numbers, or --station IDENTITY for all of a station's",
                     exit_usage);
  }
  store::Rehearsal rehearsal{*desk->store};
  const bool is_dry = call.has("--dry-run");
  auto& store = is_dry ? static_cast<store::Store&>(rehearsal) : *desk->store;
  const auto serials = wait_for<std::vector<std::string>>(
      [&](auto done) { security_store(store)->revoke(std::move(*wanted), std::move(done)); });
  if (serials.has_error()) return call.fail(serials.error());
  if (call.json) {
    json::Array all;
    for (const auto& serial : *serials) all.push_back(serial);
    std::printf("%s\n", json::dump(json::Object{{"revoked", std::move(all)}}).c_str());
    return exit_ok;
  }
  if (serials->empty()) std::printf("the station has no certificate that has not expired\n");
  for (const auto& serial : *serials) {
    std::printf("%srevoked %s\n", dry_run_lead(is_dry), serial.c_str());
  }
  return exit_ok;
}

}  // namespace

std::vector<Command> certificate_commands() {
  return {
      {.name = "charging certificates", .help = "certificates of stations (security profile 3)"},
      {.name = "charging certificates list",
       .help = "list them, the newest first, with those that are revoked",
       .arguments = {text("--station", "of that identity only"),
                     number("--limit", "so many at most (default: 50)", 1, 10'000)},
       .run = run_list_certificates},
      {.name = "charging certificates revoke",
       .help = "let nobody connect with a certificate any more, and cut off who is connected",
       .arguments = {text("--station", "all of that identity that have not expired"),
                     flag("--foreign", "also those that our own root has not signed"),
                     dry_run_flag(), rest("serial", "serial numbers, in hexadecimal")},
       .run = run_revoke_certificates},
  };
}

}  // namespace mainstay::charging
