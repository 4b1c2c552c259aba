#include "apps/charging/commands/certificates.hpp"

#include <cstdio>
#include <string>
#include <utility>

#include "apps/charging/app_ocpp.hpp"
#include "apps/charging/commands/listing.hpp"
#include "apps/charging/domain/network_errc.hpp"
#include "apps/charging/domain/station_key.hpp"
#include "apps/charging/inbound/http/security_routes.hpp"
#include "apps/charging/waiting.hpp"
#include "platform/json/json.hpp"
#include "platform/store/rehearsal.hpp"

namespace mainstay::charging {
namespace {

int run_list_certificates(const Call& call) {
  return with_store(call, [&](store::Store& store) -> Result<> {
    MS_TRY(const auto names, StationNames::read(store));
    CertificateFilter filter;
    filter.limit = limit_of(call);
    if (!call.text("--station").empty()) {
      MS_TRY(filter.station, names.find(call.text("--station")));
    }
    MS_TRY(const auto rows, wait_for<std::vector<CertificateRow>>([&](auto done) {
             security_store(store)->certificates(filter, std::move(done));
           }));
    Listing listing{{"serial", "station", "issued", "expires", "revoked"}};
    for (const CertificateRow& row : rows) {
      listing.add(to_json(row), {row.serial, names.of(row.station), time_cell(row.issued_at),
                                 time_cell(row.expires_at), time_cell(row.revoked_at)});
    }
    listing.print(call);
    return {};
  });
}

Result<Revocation> read_revocation(const Call& call, store::Store& store) {
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
    MS_TRY(const auto names, StationNames::read(store));
    MS_TRY(out.station, names.find(call.text("--station")));
  }
  out.takes_foreign = call.has("--foreign");
  out.at = MachineClock{}.wall();
  return out;
}

void tell_revoked(const Call& call, const std::vector<std::string>& serials) {
  if (call.json) {
    json::Array all;
    for (const auto& serial : serials) all.push_back(serial);
    std::printf("%s\n", json::dump(json::Object{{"revoked", std::move(all)}}).c_str());
    return;
  }
  if (serials.empty()) std::printf("the station has no certificate that has not expired\n");
  for (const auto& serial : serials) {
    std::printf("%srevoked %s\n", dry_run_lead(call.has("--dry-run")), serial.c_str());
  }
}

int run_revoke_certificates(const Call& call) {
  if (call.rest("serial").empty() && call.text("--station").empty()) {
    return call.fail("say which: serial numbers, or --station IDENTITY for all of a station's",
                     exit_usage);
  }
  return with_store(call, [&](store::Store& real) -> Result<> {
    MS_TRY(auto wanted, read_revocation(call, real));
    store::Rehearsal rehearsal{real};
    auto& store = call.has("--dry-run") ? static_cast<store::Store&>(rehearsal) : real;
    MS_TRY(const auto serials, wait_for<std::vector<std::string>>([&](auto done) {
             security_store(store)->revoke(std::move(wanted), std::move(done));
           }));
    tell_revoked(call, serials);
    return {};
  });
}

}  // namespace

std::vector<Command> certificate_commands() {
  return {
      {.name = "charging certificates", .help = "certificates of stations (security profile 3)"},
      {.name = "charging certificates list",
       .help = "list them, the newest first, with those that are revoked",
       .arguments = {text("--station", "of that identity only"), limit_argument()},
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
