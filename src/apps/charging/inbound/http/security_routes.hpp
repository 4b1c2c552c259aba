#pragma once

#include "apps/charging/ports/security_store.hpp"
#include "apps/charging/ports/station_host.hpp"
#include "apps/charging/ports/station_link.hpp"
#include "apps/charging/station_keys.hpp"
#include "platform/auth/guard.hpp"
#include "platform/http/router.hpp"
#include "platform/json/json.hpp"

namespace mainstay::charging {

/// All of it outlives the routes.
struct SecurityParts {
  const StationHost& stations;
  StationKeys& keys;
  SecurityStore& store;
  StationLink& link;
  const Clock& clock;
};

/// How stations prove who they are, for operators: /charging/v1/stations/{station}/security and
/// what lies below, /charging/v1/certificates, /charging/v1/security-events.
void register_security(http::Router& router, const SecurityParts& parts, auth::Guard& guard);

json::Value to_json(const CertificateRow& row);

}  // namespace mainstay::charging
