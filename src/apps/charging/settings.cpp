#include "apps/charging/settings.hpp"

#include <utility>

namespace mainstay::charging {

using settings::Kind;

namespace {

/// Of the door at which stations connect.
std::vector<settings::Spec> ocpp_settings() {
  return {
      {.key = "apps.charging.ocpp_profile",
       .fallback = "1",
       .help = "OCPP security profile of stations on the common listener: 1 asks for a key by HTTP "
               "Basic, 0 for nothing (loopback only), none: no stations there",
       .choices = {"none", "0", "1"}},
      {.key = "apps.charging.ocpp_open_to_all",
       .kind = Kind::boolean,
       .fallback = "false",
       .help = "profile 0 beyond loopback too: only in a network where nobody else is"},
      {.key = "apps.charging.ocpp_tls_listen",
       .help = "address:port for stations of security profile 2: TLS, and a key; empty: none"},
      {.key = "apps.charging.ocpp_mutual_tls_listen",
       .help = "address:port for stations of security profile 3: TLS, and a certificate of theirs; "
               "empty: none"},
      {.key = "apps.charging.ocpp_tls_certificate",
       .help = "the certificate (PEM chain) of both; empty: http.tls_certificate"},
      {.key = "apps.charging.ocpp_tls_key", .help = "its key (PEM)"},
      {.key = "apps.charging.ocpp_tls_other_certificate",
       .help = "a second one whose key is of the other kind: stations may want RSA or ECDSA"},
      {.key = "apps.charging.ocpp_tls_other_key", .help = "its key (PEM)"},
      {.key = "apps.charging.ocpp_client_roots",
       .help = "roots (PEM) of stations' certificates; empty: the one of `charging ca init`"},
      {.key = "apps.charging.ocpp_organization",
       .fallback = "Mainstay",
       .help = "the operator's name: O in stations' certificates (OCPP's key CpoName)"},
      {.key = "apps.charging.ocpp_certificate_days",
       .kind = Kind::integer,
       .fallback = "365",
       .help = "how long a certificate is good that a station asked for",
       .least = 1,
       .most = 3'650},
  };
}

/// Of their connections.
std::vector<settings::Spec> link_settings() {
  return {
      {.key = "apps.charging.ocpp_call_timeout",
       .kind = Kind::duration,
       .fallback = "30s",
       .help = "how long a station may take to answer a call",
       .least = 100,
       .most = 600'000},
      {.key = "apps.charging.ocpp_ping_interval",
       .kind = Kind::duration,
       .fallback = "60s",
       .help = "silence of a station before it is pinged; 0: never",
       .least = 0},
      {.key = "apps.charging.ocpp_pong_timeout",
       .kind = Kind::duration,
       .fallback = "20s",
       .help = "how long a station that was pinged may be silent before it is cut off",
       .least = 100,
       .most = 600'000},
      {.key = "apps.charging.ocpp_message_bytes_max",
       .kind = Kind::bytes,
       .fallback = "256KiB",
       .help = "longest message of a station; a longer one ends its connection (1009)",
       .least = 4'096,
       .most = 16'777'216},
      {.key = "apps.charging.ocpp_tolerances",
       .kind = Kind::list,
       .help = "what firmware is forgiven beside what is known of it, by how its vendor, model and "
               "version begin: \"ACME/Wall/1.4: unknown_values missing_timestamps\", or strict "
               "(docs/charging_ocpp.md)"},
  };
}

/// How long what happened is kept.
std::vector<settings::Spec> history_settings() {
  return {
      {.key = "apps.charging.keep_events_days",
       .kind = Kind::integer,
       .fallback = "400",
       .help = "how long events, security events, ended commands and reservations, and decided "
               "unknown stops are kept; 0: for ever",
       .least = 0,
       .most = 36'500},
      {.key = "apps.charging.keep_meter_values_days",
       .kind = Kind::integer,
       .fallback = "1500",
       .help = "how long meter values of settled charges, and what connectors told of their use, "
               "are kept (records and invoices are for ever); 0: for ever",
       .least = 0,
       .most = 36'500},
  };
}

}  // namespace

std::vector<settings::Spec> setting_specs() {
  std::vector<settings::Spec> all = {
      {.key = "apps.charging.enabled",
       .kind = Kind::boolean,
       .fallback = "false",
       .help = "run the charging network under /charging; --demo does, with a small one"},
      {.key = "apps.charging.listen",
       .help = "address:port of a listener for charging alone; empty: the common one"},
      {.key = "apps.charging.heartbeat_seconds",
       .kind = Kind::integer,
       .fallback = "300",
       .help = "how often accepted stations are told to send a Heartbeat",
       .least = 10,
       .most = 86'400},
      {.key = "apps.charging.accept_unknown_tags",
       .kind = Kind::boolean,
       .fallback = "false",
       .help = "charge for tags that nobody registered: for tests and sites that are open to all"},
      {.key = "apps.charging.webhooks_private",
       .kind = Kind::boolean,
       .fallback = "false",
       .help = "webhooks of operators may lead to addresses of your own network"},
      {.key = "apps.charging.currency",
       .fallback = "EUR",
       .help = "of what costs nothing and has no tariff: a code of ISO 4217"},
      {.key = "apps.charging.invoicing",
       .fallback = "charge",
       .help = "an invoice for each charge, or one a driver, currency and month",
       .choices = {"charge", "month"}},
      {.key = "apps.charging.visit_hold",
       .kind = Kind::integer,
       .fallback = "50",
       .help = "what is held for somebody without an account, in whole units of the tariff's "
               "currency, unless the tariff has a max_price",
       .least = 1,
       .most = 1'000'000},
      {.key = "apps.charging.visit_patience",
       .kind = Kind::duration,
       .fallback = "10m",
       .help = "how long somebody without an account may take to plug in before the payment is "
               "let go",
       .least = 60'000,
       .most = 3'600'000},
  };
  for (auto& spec : history_settings()) all.push_back(std::move(spec));
  for (auto& spec : ocpp_settings()) all.push_back(std::move(spec));
  for (auto& spec : link_settings()) all.push_back(std::move(spec));
  return all;
}

}  // namespace mainstay::charging
