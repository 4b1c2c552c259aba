#include "apps/apim/inbound/http/public_api.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "apps/apim/outbound/memory/alert_marks.hpp"
#include "apps/apim/outbound/memory/error_lists.hpp"
#include "apps/apim/outbound/memory/event_queue.hpp"
#include "apps/apim/outbound/memory/journaled_ledger.hpp"
#include "apps/apim/outbound/memory/memory_catalog_store.hpp"
#include "apps/apim/outbound/memory/notice_queue.hpp"
#include "apps/apim/outbound/memory/striped_counters.hpp"
#include "platform/health/health.hpp"
#include "platform/metrics/metrics.hpp"

namespace mainstay::apim::public_api_test {
namespace {

using http::Method;

constexpr std::string_view cors_headers =
    "Access-Control-Allow-Origin: *\r\n"
    "Access-Control-Expose-Headers: ETag, Link, 3scale-rejection-reason\r\n";

/// The API on an empty catalog, beside a route of another application.
struct Served {
  explicit Served(bool everywhere = false) {
    REQUIRE(catalog.start().has_value());
    router.add(Method::get, "/transactions/broken", throws);
    router.add(Method::get, "/other/broken", throws);
    api.register_routes(router, everywhere);
  }
  static void throws(const http::Request&, http::Response& response) {
    response.header("X-Half", "done");
    response.body() = "half";
    throw std::runtime_error{"a secret"};
  }
  std::string ask(Method method, std::string_view path) {
    http::Request request;
    request.method = method;
    request.target = request.path = path;
    response.clear();
    router.handle(request, response);
    return std::to_string(response.status()) + " " + response.body();
  }

  MemoryCatalogStore store;
  CatalogService catalog{store};
  NoLog log;
  EventQueue events{log};
  StripedCounters counters{log, 1'000, &events};
  NoticeQueue consumers{log};
  JournaledAlertMarks marks{log, events, consumers};
  JournaledErrorLists errors{log};
  JournaledLedger ledger{log, counters};
  Notices notices{counters, marks};
  MasterMeter meter{ledger, notices, {}, 1};
  metrics::Registry registry;
  Probe probe{registry};
  health::Health health;
  PublicApi api{{.catalog = catalog,
                 .counters = counters,
                 .errors = errors,
                 .notices = notices,
                 .meter = meter,
                 .probe = probe,
                 .log = log,
                 .health = &health}};
  http::Router router;
  http::Response response;
};

}  // namespace

TEST_CASE("public api: a handler that throws, plain text on its own paths only") {
  Served served;
  CHECK(served.ask(Method::get, "/transactions/broken") == "500 Internal Server Error");
  CHECK(served.response.header_lines() == cors_headers);
  CHECK(served.ask(Method::get, "/other/broken").find("internal_error") != std::string::npos);
  Served alone{true};
  CHECK(alone.ask(Method::get, "/other/broken") == "500 Internal Server Error");
}

TEST_CASE("public api: available, until the server drains") {
  Served served;
  CHECK(served.ask(Method::head, "/available") == "200 ");
  served.health.drain();
  CHECK(served.ask(Method::head, "/available") == "404 ");
  CHECK(served.ask(Method::get, "/check.txt") == "200 ok");
}

}  // namespace mainstay::apim::public_api_test
