#pragma once

#include "apps/apim/inbound/http/basic_auth.hpp"

namespace mainstay::http {
class Router;
}

namespace mainstay {
class Lane;
}
namespace mainstay::zones {
class TimeZones;
}

namespace mainstay::apim {

class CatalogService;
class Counters;
class AlertMarks;
class ErrorLists;
class Events;
class RecordLog;
class Sessions;
class UsageReader;

/// What the internal API works on: everything outlives the server.
struct InternalApi {
  CatalogService& catalog;
  Counters& counters;
  Events& events;
  ErrorLists& errors;
  AlertMarks& marks;
  const UsageReader& usage;
  Lane& usage_lane;  // where it is read, for that blocks
  zones::TimeZones& zones;
  InternalCredentials credentials;
  bool test_routes = false;        // POST to events and errors: in the environment `test` only
  const RecordLog* log = nullptr;  // whether changes can be recorded; null: they always can
  Sessions* sessions = nullptr;    // of the page, taken in place of Basic; null: none are
};

/// All routes below /internal, and the answers to what matches none of them. Credentials come first
/// everywhere. A write is answered once it is on disk, and refused with 503 while nothing can be
/// recorded; reads see the newest snapshot. `api` must outlive the router.
void register_internal_routes(http::Router& router, InternalApi& api);

}  // namespace mainstay::apim
