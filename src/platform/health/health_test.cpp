#include "platform/health/health.hpp"

#include <cstdint>

#include <doctest/doctest.h>

namespace mainstay::health::health_test {
namespace {

enum class Errc : std::uint8_t { broken = 1 };
const ErrorRow& error_row(Errc) {
  static constexpr ErrorRow row{"broken", "broken"};
  return row;
}

/// A process with routes, asked without a server.
struct Process {
  Process() { register_routes(router, registry, health); }

  const http::Response& ask(std::string_view path, http::Method method = http::Method::get) {
    http::Request request;
    request.method = method;
    request.target = path;
    request.path = path;
    response.clear();
    router.handle(request, response);
    return response;
  }

  metrics::Registry registry;
  Health health;
  http::Router router;
  http::Response response;
};

TEST_CASE("health: liveness, ok even when not ready") {
  Process process;
  process.health.drain();
  CHECK(process.ask("/liveness").status() == 200);
  CHECK(process.response.body() == R"({"status":"ok"})");
  CHECK(process.response.content_type() == "application/json");
  CHECK(process.response.header_lines() == "Cache-Control: no-store\r\n");
}

TEST_CASE("health: readiness without checks, ok") {
  Process process;
  CHECK(process.ask("/readiness").status() == 200);
  CHECK(process.response.body() == R"({"status":"ok"})");
}

TEST_CASE("health: readiness with failing checks, their names and reasons, no details") {
  Process process;
  bool broken = true;
  const auto check = [&broken]() -> Result<> {
    if (broken) return Error{Errc::broken, "password=secret"};
    return {};
  };
  process.health.add("store", check);
  process.health.add("always", []() -> Result<> { return {}; });
  process.health.add("journal.disk", check);
  CHECK(process.ask("/readiness").status() == 503);
  CHECK(process.response.body() == R"({"status":"unavailable","failing":["store","journal.disk"],)"
                                   R"("reasons":{"store":"broken","journal.disk":"broken"}})");
  broken = false;
  CHECK(process.ask("/readiness").status() == 200);
}

TEST_CASE("health: draining, not ready and no check is asked") {
  Process process;
  int asked = 0;
  process.health.add("store", [&asked]() -> Result<> {
    ++asked;
    return {};
  });
  process.health.drain();
  CHECK(process.ask("/readiness").status() == 503);
  CHECK(process.response.body() == R"({"status":"unavailable","failing":["draining"]})");
  CHECK(asked == 0);
}

TEST_CASE("health: metrics, the registry's text with its version") {
  Process process;
  process.registry.counter("requests_total", "Requests.").add(7);
  CHECK(process.ask("/metrics").status() == 200);
  CHECK(process.response.body() == process.registry.text());
  CHECK(process.response.content_type() == "text/plain; version=0.0.4; charset=utf-8");
}

TEST_CASE("health: other method, 405") {
  Process process;
  CHECK(process.ask("/readiness", http::Method::post).status() == 405);
}

}  // namespace
}  // namespace mainstay::health::health_test
