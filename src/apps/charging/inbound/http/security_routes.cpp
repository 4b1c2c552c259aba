#include "apps/charging/inbound/http/security_routes.hpp"

#include <memory>
#include <string>
#include <utility>

#include "apps/charging/domain/network_errc.hpp"
#include "apps/charging/domain/station_key.hpp"
#include "apps/charging/inbound/http/network_calls.hpp"
#include "apps/charging/inbound/http/query.hpp"
#include "apps/charging/inbound/http/role_guard.hpp"
#include "apps/charging/inbound/ocpp/codec.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "platform/http/form.hpp"
#include "platform/http/json_reply.hpp"

namespace mainstay::charging {
namespace {

using http::Request;
using http::Response;

constexpr std::size_t key_bytes = 20;  // OCPP 1.6 hands over up to 40 hexadecimal digits
constexpr std::size_t events_max = 1'000;

json::Value time_or_null(SystemTime time) {
  return time == SystemTime{} ? json::Value{} : json::Value{ocpp::time_text(time)};
}

/// The station of the path; refused when there is none.
std::optional<KnownStation> station_of(const SecurityParts& parts, const Request& request,
                                       Response& response) {
  auto station = parts.stations.find(request.params.text("station"));
  if (!station) http::problem(response, 404, "station_unknown", "No such station is registered.");
  return station;
}

/// The body's `key`, or a new one of 160 random bits. Nothing: refused.
struct WantedKey {
  std::string key;
  bool is_made = false;
};
std::optional<WantedKey> wanted_key(const Request& request, Response& response) {
  json::Value body{json::Object{}};
  if (!request.body.empty()) {
    auto parsed = json::parse(request.body);
    if (parsed.has_error() || parsed->if_object() == nullptr) {
      http::problem(response, 400, "not_an_object", "The body must be a JSON object, or empty.");
      return std::nullopt;
    }
    body = std::move(*parsed);
  }
  if (const auto* const key = body.find_string("key")) return WantedKey{*key, false};
  if (!body.if_object()->empty()) {
    http::problem(response, 400, "member_unknown", "The only member is `key`, a string.");
    return std::nullopt;
  }
  return WantedKey{secret_hex(key_bytes), true};
}

/// A key that was made here is told once.
json::Object told(const WantedKey& wanted) {
  return wanted.is_made ? json::Object{{"key", wanted.key}} : json::Object{};
}

void get_security(const SecurityParts& parts, const Request& request, Response& response) {
  const auto station = station_of(parts, request, response);
  if (!station) return;
  const auto summary = parts.keys.summary(station->id);
  http::answer_json(
      response,
      json::Object{{"security_profile", static_cast<int>(summary.profile)},
                   {"key", summary.has_key ? (summary.is_slow ? "chosen" : "random") : "none"},
                   {"key_proposed", summary.has_proposed},
                   {"changed_at", time_or_null(summary.changed_at)}});
}

void put_key(const SecurityParts& parts, const Request& request, Response& response) {
  const auto station = station_of(parts, request, response);
  if (!station) return;
  const auto wanted = wanted_key(request, response);
  if (!wanted) return;
  auto reply = later(response);
  parts.keys.set(station->id, wanted->key, [reply, wanted = *wanted](Result<> stored) {
    if (stored.has_error()) return reply->give(std::move(stored).error());
    reply->give(json::Value{told(wanted)});
  });
}

void rotate_key(const SecurityParts& parts, const Request& request, Response& response) {
  const auto station = station_of(parts, request, response);
  if (!station) return;
  const auto wanted = wanted_key(request, response);
  if (!wanted) return;
  auto reply = later(response);
  parts.link.call(
      station->id, ocpp::ChangeConfiguration{"AuthorizationKey", wanted->key},
      [reply, wanted = *wanted](CallOutcome outcome) {
        if (const auto* const failure = std::get_if<CallFailure>(&outcome)) {
          return reply->give_with([failure = *failure](Response& to) {
            // What is busy is on our side: its own code, if it has one.
            const bool is_ours = failure.kind == CallFailure::Kind::busy && !failure.code.empty();
            http::problem(to, failure.kind == CallFailure::Kind::invalid ? 422 : 409,
                          is_ours ? failure.code : "station_refused",
                          failure.description.empty() ? "The station is not connected."
                                                      : failure.description);
          });
        }
        constexpr std::string_view names[] = {"Accepted", "Rejected", "RebootRequired",
                                              "NotSupported"};
        const auto status =
            std::get<ocpp::ChangeConfigurationAnswer>(std::get<BackendAnswer>(outcome)).status;
        auto body = told(wanted);
        body.push_back({"status", names[static_cast<std::size_t>(status)]});
        reply->give(json::Value{std::move(body)});
      });
}

void put_profile(const SecurityParts& parts, const Request& request, Response& response) {
  const auto station = station_of(parts, request, response);
  if (!station) return;
  const auto body = json::parse(request.body);
  const auto* const member = body ? body->find("security_profile") : nullptr;
  const auto* const profile = member != nullptr ? member->if_int() : nullptr;
  if (profile == nullptr || *profile < 0 || *profile > 3) {
    return http::problem(response, 400, "member_invalid",
                         "`security_profile` must be a number from 0 to 3.");
  }
  auto reply = later(response);
  parts.keys.lower_profile(station->id, static_cast<std::uint8_t>(*profile),
                           [reply](Result<> stored) {
                             if (stored.has_error()) return reply->give(std::move(stored).error());
                             reply->give(json::Value{json::Object{}});
                           });
}

json::Value to_json(const SecurityEventRow& row) {
  return json::Object{{"id", row.id},
                      {"station_id", row.station.get()},
                      {"kind", row.kind},
                      {"at", ocpp::time_text(row.at)},
                      {"received_at", ocpp::time_text(row.received_at)},
                      {"detail", row.detail}};
}

void get_security_events(const SecurityParts& parts, const Request& request, Response& response) {
  const auto fields = http::parse_form(request.query, 8);
  if (!fields) return http::problem(response, 400, "parameter_invalid", "The query is malformed.");
  std::int64_t after = 0;
  std::int64_t limit = 100;
  StationId station{};
  for (const auto& [name, text] : *fields) {
    const auto number = parse_i64(text);
    if (name == "station") {
      const auto known = parts.stations.find(text);
      if (!known) return http::problem(response, 404, "station_unknown", "No such station.");
      station = known->id;
    } else if (name == "after" && number && *number >= 0) {
      after = *number;
    } else if (name == "limit" && number && *number >= 1 &&
               *number <= static_cast<std::int64_t>(events_max)) {
      limit = *number;
    } else {
      return http::problem(response, 400, "parameter_invalid",
                           "Parameters are station, after and limit (1 to 1000).");
    }
  }
  auto reply = later(response);
  parts.store.events(after, station, static_cast<std::size_t>(limit),
                     [reply](Result<std::vector<SecurityEventRow>> rows) {
                       if (rows.has_error()) return reply->give(std::move(rows).error());
                       json::Array all;
                       for (const auto& row : *rows) all.push_back(to_json(row));
                       reply->give(json::Value{json::Object{{"events", std::move(all)}}});
                     });
}

// --- Certificates

Result<CertificateFilter> read_certificate_filter(const SecurityParts& parts,
                                                  std::string_view text) {
  MS_TRY(const auto query, Query::parse(text, {"cursor", "limit", "station"}));
  CertificateFilter out;
  MS_TRY(out.before, query.number("cursor", 0, 0, INT64_MAX));
  MS_TRY(const auto limit, query.number("limit", 100, 1, events_max));
  out.limit = static_cast<std::size_t>(limit);
  if (query.has("station")) {
    const auto known = parts.stations.find(query.text("station"));
    if (!known) return Error{NetworkErrc::station_unknown, std::string{query.text("station")}};
    out.station = known->id;
  }
  return out;
}

void get_certificates(const SecurityParts& parts, const Request& request, Response& response) {
  const auto filter = read_certificate_filter(parts, request.query);
  if (!filter) return http::refuse_problem(response, filter.error());
  auto reply = later(response);
  parts.store.certificates(
      *filter, [reply, limit = filter->limit](Result<std::vector<CertificateRow>> rows) {
        if (rows.has_error()) return reply->give(std::move(rows).error());
        json::Array all;
        for (const auto& row : *rows) all.push_back(to_json(row));
        json::Object body{{"certificates", std::move(all)}};
        if (rows->size() == limit) body.push_back({"next", std::to_string(rows->back().id)});
        reply->give(json::Value{std::move(body)});
      });
}

/// What is revoked closes the connections that were made with it, at once.
void revoke_and_answer(const SecurityParts& parts, Revocation wanted, Response& response) {
  wanted.at = parts.clock.wall();
  auto reply = later(response);
  parts.store.revoke(std::move(wanted), [reply, &keys = parts.keys, &link = parts.link](
                                            Result<std::vector<std::string>> serials) {
    if (serials.has_error()) return reply->give(std::move(serials).error());
    keys.revoke(*serials);
    for (const auto station : keys.to_be_cut_off()) link.close(station, revoked_text);
    json::Array all;
    for (const auto& serial : *serials) all.push_back(serial);
    reply->give(json::Value{json::Object{{"revoked", std::move(all)}}});
  });
}

void revoke_certificate(const SecurityParts& parts, const Request& request, Response& response) {
  const auto query = Query::parse(request.query, {"foreign"});
  if (!query) return http::refuse_problem(response, query.error());
  const auto foreign = query->flag("foreign");
  if (!foreign) return http::refuse_problem(response, foreign.error());
  const auto serial = certificate_serial(request.params.text("serial"));
  if (!serial) {
    return http::refuse_problem(response, Error{NetworkErrc::certificate_unknown,
                                                "a serial number has 1 to 40 hexadecimal digits"});
  }
  Revocation wanted;
  wanted.serials = {*serial};
  wanted.takes_foreign = foreign->value_or(false);
  revoke_and_answer(parts, std::move(wanted), response);
}

void revoke_certificates(const SecurityParts& parts, const Request& request, Response& response) {
  const auto station = station_of(parts, request, response);
  if (!station) return;
  Revocation wanted;
  wanted.station = station->id;
  revoke_and_answer(parts, std::move(wanted), response);
}

}  // namespace

json::Value to_json(const CertificateRow& row) {
  return json::Object{
      {"id", row.id},
      {"serial", row.serial},
      {"station_id", row.station == StationId{} ? json::Value{} : json::Value{row.station.get()}},
      {"issued_at", time_or_null(row.issued_at)},
      {"expires_at", time_or_null(row.expires_at)},
      {"revoked_at", time_or_null(row.revoked_at)}};
}

void register_security(http::Router& router, const SecurityParts& parts, auth::Guard& guard) {
  const auto add = [&](http::Method method, std::string_view pattern, auto route) {
    router.add(
        method, pattern,
        require_role(guard, operator_role,
                     [parts, route](const Request& request, Response& response,
                                    const auth::Caller&) { route(parts, request, response); }));
  };
  using http::Method;
  add(Method::get, "/charging/v1/stations/{station}/security", get_security);
  add(Method::put, "/charging/v1/stations/{station}/security/key", put_key);
  add(Method::post, "/charging/v1/stations/{station}/security/key/rotation", rotate_key);
  add(Method::put, "/charging/v1/stations/{station}/security/profile", put_profile);
  add(Method::get, "/charging/v1/certificates", get_certificates);
  add(Method::post, "/charging/v1/certificates/{serial}/revoke", revoke_certificate);
  add(Method::post, "/charging/v1/stations/{station}/security/certificates/revoke",
      revoke_certificates);
  add(Method::get, "/charging/v1/security-events", get_security_events);
}

}  // namespace mainstay::charging
