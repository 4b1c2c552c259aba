#pragma once

#include "apps/apim/catalog_service.hpp"
#include "apps/apim/inbound/http/basic_auth.hpp"
#include "apps/apim/ports/counters.hpp"
#include "apps/apim/ports/events.hpp"
#include "apps/apim/ports/record_log.hpp"
#include "platform/http/router.hpp"

namespace mainstay::apim {

/// What the internal API works on: everything outlives the server.
struct InternalApi {
  CatalogService& catalog;
  Counters& counters;
  Events& events;
  ErrorLists& errors;
  InternalCredentials credentials;
  bool test_routes = false;        // POST to events and errors: in the environment `test` only
  const RecordLog* log = nullptr;  // whether changes can be recorded; null: they always can
};

/// All routes below /internal, and the answers to what matches none of them. Credentials come first
/// everywhere. A write is answered once it is on disk, and refused with 503 while nothing can be
/// recorded; reads see the newest snapshot. `api` must outlive the router.
void register_internal_routes(http::Router& router, InternalApi& api);

}  // namespace mainstay::apim
