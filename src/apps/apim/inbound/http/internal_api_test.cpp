#include "apps/apim/inbound/http/internal_api.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/apim/catalog_service.hpp"
#include "apps/apim/inbound/http/openapi.hpp"
#include "apps/apim/inbound/page/sessions.hpp"
#include "apps/apim/limits.hpp"
#include "apps/apim/outbound/memory/memory_catalog_store.hpp"
#include "apps/apim/outbound/memory/memory_usage_history.hpp"
#include "apps/apim/ports/counters.hpp"
#include "apps/apim/ports/events.hpp"
#include "apps/apim/usage_reader.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"
#include "platform/lane/lane.hpp"
#include "platform/store/store.hpp"
#include "platform/zones/time_zones.hpp"

namespace mainstay::apim::internal_api_test {
namespace {

/// Counters that say 7 of everything, and remember whose were erased.
struct SevenCounters final : Counters {
  bool check_and_charge(std::span<LimitProbe>, const Charge&, UnixSeconds, Traffic&) override {
    return false;
  }
  bool check(const Subject&, const Moment&, std::span<LimitProbe> probes) const override {
    for (LimitProbe& probe : probes) probe.current = 7;
    return true;
  }
  void charge(std::span<const Charge>, UnixSeconds, std::span<Traffic>) override {}
  Keyed check_and_charge_once(const CallKey&, std::span<LimitProbe>, const Charge&, UnixSeconds,
                              Traffic&) override {
    return Keyed::denied;
  }
  Keyed charge_once(const CallKey&, std::span<const Charge>, UnixSeconds,
                    std::span<Traffic>) override {
    return Keyed::denied;
  }
  bool was_counted(const CallKey&, UnixSeconds) const override { return false; }
  std::int64_t value(const Subject&, std::string_view, Period, const Moment&) const override {
    return 7;
  }
  void windows(const Subject&, std::string_view, Period, UnixSeconds, UnixSeconds,
               std::vector<UsagePoint>&) const override {}
  void erase_service(std::string_view service_id) override { erased.append(service_id); }
  bool is_erasure_pending(std::string_view) const override { return false; }
  std::uint64_t state_hash() const override { return 0; }
  std::string erased;
};

struct ListedEvents final : Events {
  std::uint64_t add(std::string_view type, UnixSeconds at, std::string_view object) override {
    events.push_back({++last, std::string{type}, at, std::string{object}});
    return last;
  }
  std::vector<Event> list(std::size_t count_max) const override {
    const auto count = static_cast<std::ptrdiff_t>(std::min(count_max, events.size()));
    return {events.begin(), events.begin() + count};
  }
  bool remove(std::uint64_t id) override {
    return std::erase_if(events, [id](const Event& event) { return event.id == id; }) > 0;
  }
  std::size_t remove_upto(std::uint64_t id) override {
    return std::erase_if(events, [id](const Event& event) { return event.id <= id; });
  }
  std::size_t size() const override { return events.size(); }
  std::vector<Event> events;
  std::uint64_t last = 0;
};

struct ListedErrors final : ErrorLists {
  void add(std::string_view service_id, StoredError error) override {
    auto& list = lists[std::string{service_id}];
    list.insert(list.begin(), std::move(error));
  }
  Page list(std::string_view service_id, std::size_t offset, std::size_t count_max) const override {
    Page page;
    const auto found = lists.find(service_id);
    if (found == lists.end()) return page;
    page.count = found->second.size();
    for (std::size_t i = offset; i < page.count && page.errors.size() < count_max; ++i) {
      page.errors.push_back(found->second[i]);
    }
    return page;
  }
  void clear(std::string_view service_id) override { lists.erase(std::string{service_id}); }
  std::map<std::string, std::vector<StoredError>, std::less<>> lists;
};

/// Marks that remember whose were erased.
struct ErasedMarks final : AlertMarks {
  bool tell_once(std::string_view, std::string_view, int, UnixSeconds,
                 const UniqueFunction<Telling()>&) override {
    return false;
  }
  bool is_marked(std::string_view, std::string_view, int, UnixSeconds) const override {
    return false;
  }
  void erase_service(std::string_view service_id) override { erased.append(service_id); }
  std::uint64_t next_alert_id() override { return 1; }
  std::string erased;
};

/// A memory store that can have too much to do, or a full disk, or commit later.
struct TestStore final : CatalogStore {
  Result<Catalog> load() override { return rows.load(); }
  void write(Work work, Done done) override {
    if (refusal) return done(Error{*refusal, "/secret/path.db"});
    if (!holds) return rows.write(std::move(work), std::move(done));
    held.emplace_back(std::move(work), std::move(done));
  }
  void let_go() {
    for (auto& [work, done] : held) rows.write(std::move(work), std::move(done));
    held.clear();
  }
  MemoryCatalogStore rows;
  std::optional<store::Errc> refusal;
  bool holds = false;
  std::vector<std::pair<Work, Done>> held;
};

/// Where a deferred answer arrives.
struct Mailbox final : http::Response::DeferPoint {
  struct Sink final : http::Deferred::Sink {
    explicit Sink(http::Response& to) : response(to) {}
    void complete(UniqueFunction<void(http::Response&)> fill) override {
      response.clear();
      fill(response);
    }
    http::Response& response;
  };
  explicit Mailbox(http::Response& to) : response(to) {}
  std::shared_ptr<http::Deferred::Sink> make_sink() override {
    return std::make_shared<Sink>(response);
  }
  http::Response& response;
};

/// The API on stores in memory. `call("GET /services/1")` gives "200 {...}".
struct Api {
  explicit Api(bool test_routes = false)
      : api{catalog, counters,   events, errors,           marks,
            usage,   usage_lane, zones,  {"user", "pass"}, test_routes} {
    REQUIRE(catalog.start().has_value());
    register_internal_routes(router, api);
  }

  std::string call(std::string_view line, std::string_view body = "") {
    send(line, body);
    return std::to_string(response.status()) + " " + response.body();
  }

  void send(std::string_view line, std::string_view body) {
    const auto blank = line.find(' ');
    const std::string target = "/internal" + std::string{line.substr(blank + 1)};
    std::vector<http::Header> headers{{"Authorization", authorization}};
    headers.insert(headers.end(), more_headers.begin(), more_headers.end());
    http::Request request;
    request.method = method(line.substr(0, blank));
    request.target = target;
    request.path = std::string_view{target}.substr(0, target.find('?'));
    if (request.path.size() < target.size()) {
      request.query = std::string_view{target}.substr(request.path.size() + 1);
    }
    request.headers = headers;
    request.body = body;
    request.at = SystemTime{Seconds{1'795'223'566}};  // 2026-11-21 01:12:46
    response.clear();
    response.defer_point(&mailbox);
    router.handle(request, response);
  }

  static http::Method method(std::string_view text) {
    for (const auto one : {http::Method::get, http::Method::head, http::Method::post,
                           http::Method::put, http::Method::delete_, http::Method::options}) {
      if (http::to_text(one) == text) return one;
    }
    return http::Method::patch;
  }

  TestStore store;
  CatalogService catalog{store};
  SevenCounters counters;
  ListedEvents events;
  ListedErrors errors;
  ErasedMarks marks;
  MemoryUsageHistory history;
  UsageReader usage{counters, history};
  Lane usage_lane{"usage", 1};
  zones::TimeZones zones;
  InternalApi api;
  http::Router router;
  http::Response response;
  Mailbox mailbox{response};
  std::string authorization = "Basic " + base64_encode("user:pass");
  std::vector<http::Header> more_headers;
};

constexpr const char* no_service = R"(404 {"status":"not_found","error":"service not found"})";
constexpr const char* no_application =
    R"(404 {"status":"not_found","error":"application not found"})";
constexpr const char* no_route = R"(404 {"status":"not_found","error":"Not found"})";
constexpr const char* deleted = R"(200 {"status":"deleted"})";

/// With service 1 of provider p, and its application a.
struct Made : Api {
  explicit Made(bool test_routes = false) : Api(test_routes) {
    call("POST /services/", R"({"service":{"id":"1","provider_key":"p"}})");
    call("POST /services/1/applications/a",
         R"({"application":{"state":"active","plan_id":"g","plan_name":"Gold"}})");
  }
};

}  // namespace

TEST_CASE("internal api: without credentials, 401 with an empty body, unknown routes too") {
  Made api;
  for (const char* wrong : {"", "Basic dXNlcjp4", "Bearer x"}) {
    api.authorization = wrong;
    for (const char* line : {"GET /check.json", "GET /services/1", "DELETE /services/1",
                             "GET /nothing", "PATCH /services/1", "OPTIONS /services/1"}) {
      CHECK(api.call(line) == "401 ");
      CHECK(api.response.header_lines() == "WWW-Authenticate: Basic realm=\"\"\r\n");
    }
  }
  CHECK(api.catalog.current()->services.size() == 1);
}

TEST_CASE("internal api: a session of the page passes in place of Basic, a change with its token") {
  Made api;
  Sessions sessions{"key"};
  sessions.open("token", SystemTime{Seconds{1'795'223'566}});
  const auto call = [&](std::string_view line, std::vector<http::Header> headers) {
    headers.push_back({"Cookie", "mainstay=token"});
    api.more_headers = std::move(headers);
    return api.call(line).substr(0, 3);
  };
  const std::string token = sessions.csrf_token("token");
  api.authorization.clear();
  CHECK(call("GET /check.json", {}) == "401");  // not without the page
  CHECK(api.response.header_lines() == "WWW-Authenticate: Session realm=\"apim\"\r\n");
  api.api.sessions = &sessions;
  CHECK(call("GET /check.json", {}) == "200");
  CHECK(call("GET /nothing", {}) == "404");
  CHECK(call("DELETE /services/1", {}) == "403");
  CHECK(call("DELETE /services/1", {{"X-CSRF-Token", "x"}}) == "403");
  CHECK(call("DELETE /services/1", {{"X-CSRF-Token", token}, {"Sec-Fetch-Site", "cross-site"}}) ==
        "403");
  CHECK(api.catalog.current()->services.size() == 1);
  CHECK(call("DELETE /services/1", {{"X-CSRF-Token", token}}) == "200");
  api.authorization = "Basic dXNlcjp4";
  CHECK(call("GET /check.json", {}) == "401");
}

TEST_CASE("internal api: a handler that throws, plain text as the original's") {
  Made api;
  api.router.add(http::Method::get, "/internal/broken", [](const auto&, auto& response) {
    response.body() = "half";
    throw std::runtime_error{"a secret"};
  });
  CHECK(api.call("GET /broken") == "500 Internal Server Error");
}

TEST_CASE("internal api: every route is described, and nothing but routes") {
  Api api{true};
  openapi::Document document;
  const auto described = describe(document);
  REQUIRE_MESSAGE(described.has_value(), described.error().detail());
  const auto rendered = document.render({}, api.router.routes());
  for (const std::string& route : rendered.undescribed) FAIL_CHECK(route);
  for (const std::string& operation : rendered.unused) {
    if (operation.find(" /internal") != std::string::npos) FAIL_CHECK(operation);
  }
}

TEST_CASE("internal api: check, status, unknown routes and methods") {
  Api api;
  CHECK(api.call("GET /check.json") == R"(200 {"status":"ok"})");
  CHECK(api.response.content_type() == "application/json");
  CHECK(api.call("GET /status/") == R"(200 {"status":"ok","version":{"backend":"3.4.3"}})");
  CHECK(api.call("GET /nothing") == no_route);
  CHECK(api.call("PATCH /services/1") == no_route);
  CHECK(api.call("OPTIONS /services/1") == no_route);
  CHECK(api.call("POST /events/", R"({"events":[]})") == no_route);
  CHECK(api.call("POST /services/1/errors/", R"({"errors":[]})") == no_route);
}

TEST_CASE("internal api: services made, found, changed, deleted") {
  Api api;
  CHECK(api.call("GET /services/1") == R"(404 {"error":"not_found"})");
  CHECK(api.call("POST /services/", R"({"service":{"id":1,"provider_key":"p","unknown":[]}})") ==
        R"(201 {"service":{"id":"1","state":"active","provider_key":"p","backend_version":null,)"
        R"("referrer_filters_required":false,"default_service":true},"status":"created"})");
  CHECK(api.call("PUT /services/1/",
                 R"({"service":{"id":"1","backend_version":"2","referrer_filters_required":true,)"
                 R"("state":"suspended","default_service":null}})") ==
        R"(200 {"service":{"id":"1","state":"suspended","provider_key":"p","backend_version":"2",)"
        R"("referrer_filters_required":true,"default_service":true},"status":"ok"})");
  CHECK(api.call("GET /services/1") ==
        R"(200 {"status":"found","service":{"id":"1","state":"suspended","provider_key":"p",)"
        R"("backend_version":"2","referrer_filters_required":true,"default_service":true}})");
  CHECK(api.call("PUT /services/9", R"({"service":{"id":"2","provider_key":"p"}})")
            .starts_with(R"(200 {"service":{"id":"2")"));
  CHECK(api.call("PUT /services/2", R"({"service":{"id":"1"}})") ==
        R"(400 {"status":"error","error":"parameter 'id' must be the one in the path"})");
  CHECK(api.call("DELETE /services/1") ==
        R"(400 {"error":"Service id=\"1\" is the default service, cannot be removed"})");
  api.errors.add("2", {});
  CHECK(api.call("DELETE /services/2") == deleted);
  CHECK(api.errors.lists.empty());
  CHECK(api.call("DELETE /services/2") ==
        R"(404 {"status":"not_found","error":"service id \"2\" is invalid"})");
}

TEST_CASE("internal api: bodies that are missing, malformed or of wrong types, 400") {
  Made api;
  CHECK(api.call("POST /services/") ==
        R"(400 {"status":"error","error":"missing parameter 'service'"})");
  CHECK(api.call("POST /services/", R"({"service":null})") ==
        R"(400 {"status":"error","error":"missing parameter 'service'"})");
  CHECK(api.call("POST /services/", "{")
            .starts_with(R"(400 {"status":"error","error":"the request's body is malformed JSON)"));
  CHECK(api.call("POST /services/", "[1]").starts_with("400 "));
  CHECK(api.call("POST /services/", R"({"service":{"id":"2","default_service":"yes"}})") ==
        R"(400 {"status":"error","error":"parameter 'default_service' must be true or false"})");
  CHECK(api.call("PUT /services/1/applications/a", R"({"application":{"state":["x"]}})") ==
        R"(400 {"status":"error","error":"parameter 'state' must be a string"})");
  CHECK(api.call("PUT /services/1/applications/a", R"({"application":7})") ==
        R"(400 {"status":"error","error":"parameter 'application' must be an object"})");
  CHECK(api.call("POST /services/", R"({"service":{"id":"2"}})") ==
        R"(400 {"status":"error","error":"provider_key is missing"})");
}

TEST_CASE("internal api: provider keys changed") {
  Made api;
  CHECK(api.call("PUT /services/change_provider_key/p", R"({"new_key":"q"})") ==
        R"(200 {"status":"ok"})");
  CHECK(api.catalog.current()->services.find("1")->provider_key.get() == "q");
  CHECK(api.call("PUT /services/change_provider_key/p", R"({"new_key":"r"})") ==
        R"(400 {"error":"Provider key=\"p\" does not exist"})");
  CHECK(api.call("PUT /services/change_provider_key/p", R"({"new_key":"q"})") ==
        R"(400 {"error":"Provider key=\"q\" already exists"})");
  CHECK(api.call("PUT /services/change_provider_key/q") ==
        R"(400 {"error":"Provider keys are not valid, must be not nil and different"})");
}

TEST_CASE("internal api: applications") {
  Made api;
  const std::string one = "/services/1/applications/b%2Fc";
  CHECK(api.call("GET " + one) == no_application);
  CHECK(api.call("POST " + one, R"({"application":{"plan_id":7}})") ==
        R"(400 {"status":"bad_request","error":"Application with id=\"b/c\" has no state"})");
  CHECK(api.call("POST " + one, R"({"application":{"state":"active","plan_id":7}})") ==
        R"(201 {"status":"created","application":{"service_id":"1","id":"b/c","state":"active",)"
        R"("plan_id":"7","plan_name":null,"redirect_url":null}})");
  CHECK(api.call("POST " + one, R"({"application":{"state":"active"}})") ==
        R"(405 {"status":"exists","error":"application cannot be created, exists already"})");
  CHECK(api.call("PUT " + one, R"({"application":{"state":"on","redirect_url":"u"}})") ==
        R"(200 {"status":"modified","application":{"service_id":"1","id":"b/c","state":"on",)"
        R"("plan_id":"7","plan_name":null,"redirect_url":"u"}})");
  CHECK(api.call("PUT /services/1/applications/n", R"({"application":{"state":"on"}})")
            .starts_with(R"(200 {"status":"created","application":)"));
  CHECK(api.call("GET " + one).starts_with(R"(200 {"status":"found","application":)"));
  CHECK(api.call("DELETE " + one) == deleted);
  CHECK(api.call("DELETE " + one) == no_application);
  CHECK(api.call("PUT /services/2/applications/x", R"({"application":{"state":"on"}})") ==
        no_service);
  CHECK(api.call("GET /services/2/applications/x") == no_service);
}

TEST_CASE("internal api: user keys") {
  Made api;
  CHECK(api.call("GET /services/1/applications/key/u") ==
        R"(404 {"status":"not_found","error":"application key not found"})");
  CHECK(api.call("PUT /services/1/applications/a/key/u") ==
        R"(200 {"status":"modified","application":{"id":"a"}})");
  CHECK(api.call("GET /services/1/applications/key/u") ==
        R"(200 {"status":"found","application":{"id":"a"}})");
  CHECK(api.call("DELETE /services/1/applications/key/u") == deleted);
  CHECK(api.call("DELETE /services/1/applications/key/u") == deleted);
  CHECK(api.call("PUT /services/1/applications/a/key/%20")
            .starts_with(R"(400 {"status":"error","error":"Application id=\"a\")"));
}

TEST_CASE("internal api: application keys, given and random") {
  Made api;
  const std::string all = "/services/1/applications/a/keys";
  CHECK(api.call("GET " + all + "/") == R"(200 {"status":"found","application_keys":[]})");
  CHECK(api.call("POST " + all, R"({"application_key":{"value":"k1"}})") ==
        R"(201 {"status":"created","application_key":{"app_id":"a","value":"k1"}})");
  CHECK(api.call("GET " + all) ==
        R"(200 {"status":"found","application_keys":[{"service_id":"1","app_id":"a",)"
        R"("value":"k1"}]})");
  CHECK(api.call("DELETE " + all + "/k1") == deleted);
  CHECK(api.call("DELETE " + all + "/k1") ==
        R"(404 {"status":"not_found","error":"application key not found"})");
  const std::string random = api.call("POST " + all + "/");
  CHECK(random.starts_with(R"(201 {"status":"created","application_key":{"app_id":"a","value":")"));
  CHECK(random.size() == std::string{R"(201 {"status":"created","application_key":{"app_id":"a",)"
                                     R"("value":""}})"}
                                 .size() +
                             32);
  CHECK(api.call("GET /services/1/applications/x/keys/") == no_application);
  CHECK(api.call("POST /services/1/applications/x/keys/") == no_application);
}

TEST_CASE("internal api: referrer filters, deleted by base64 or as they are") {
  Made api;
  const std::string all = "/services/1/applications/a/referrer_filters";
  for (const char* filter : {"x.org", "*.example.com", "abcd"}) {
    CHECK(api.call("POST " + all, R"({"referrer_filter":")" + std::string{filter} + R"("})") ==
          R"(201 {"status":"created","referrer_filter":")" + std::string{filter} + R"("})");
  }
  CHECK(api.call("GET " + all) ==
        R"(200 {"status":"found","referrer_filters":["*.example.com","abcd","x.org"]})");
  CHECK(api.call("POST " + all, R"({"referrer_filter":" "})") ==
        R"(400 {"error":"referrer filter can't be blank"})");
  CHECK(api.call("DELETE " + all + "/" + base64_encode("x.org")) == deleted);
  CHECK(api.call("DELETE " + all + "/%2A.example.com") == deleted);
  CHECK(api.call("DELETE " + all + "/abcd") ==
        deleted);  // base64 of something, but not of a filter
  CHECK(api.call("GET " + all) == R"(200 {"status":"found","referrer_filters":[]})");
  CHECK(api.call("DELETE " + all + "/gone") == deleted);
  CHECK(api.call("GET /services/1/applications/x/referrer_filters") == no_application);
}

TEST_CASE("internal api: metrics") {
  Made api;
  const std::string missing = R"(404 {"status":"not_found","error":"metric not found"})";
  CHECK(api.call("GET /services/1/metrics/10") == missing);
  CHECK(api.call("POST /services/1/metrics/10", R"({"metric":{"name":"hits"}})") ==
        R"(201 {"status":"created","metric":{"service_id":"1","id":"10","parent_id":null,)"
        R"("name":"hits"}})");
  CHECK(api.call("PUT /services/1/metrics/11", R"({"metric":{"name":"find","parent_id":10}})") ==
        R"(200 {"status":"modified","metric":{"service_id":"1","id":"11","parent_id":"10",)"
        R"("name":"find"}})");
  CHECK(api.call("GET /services/1/metrics/11") ==
        R"(200 {"status":"found","metric":{"service_id":"1","id":"11","parent_id":"10",)"
        R"("name":"find"}})");
  CHECK(api.call("PUT /services/1/metrics/12", R"({"metric":{"name":"hits"}})")
            .starts_with(R"(400 {"status":"error","error":"metric name \"hits\" is taken)"));
  CHECK(api.call("PUT /services/1/metrics/10", R"({"metric":{"parent_id":"11"}})")
            .starts_with("400 "));
  CHECK(api.call("POST /services/1/metrics/12", "{}") ==
        R"(400 {"status":"error","error":"missing parameter 'metric'"})");
  CHECK(api.call("DELETE /services/1/metrics/11") == deleted);
  CHECK(api.call("DELETE /services/1/metrics/11") == missing);
  CHECK(api.call("GET /services/2/metrics/10") == no_service);
}

TEST_CASE("internal api: usage limits") {
  Made api;
  const std::string one = "/services/1/plans/g/usagelimits/10/day";
  const std::string missing = R"(404 {"status":"not_found","error":"usagelimit not found"})";
  CHECK(api.call("GET " + one) == missing);
  CHECK(api.call("PUT " + one, R"({"usagelimit":{"day":"100"}})") ==
        R"(200 {"status":"modified","usagelimit":{"service_id":"1","plan_id":"g",)"
        R"("metric_id":"10","day":100}})");
  CHECK(api.call("GET " + one) ==
        R"(200 {"status":"found","usagelimit":{"service_id":"1","plan_id":"g",)"
        R"("metric_id":"10","day":100}})");
  CHECK(api.call("PUT " + one, R"({"usagelimit":{"hour":1}})") ==
        R"(400 {"status":"error","error":"missing parameter 'day'"})");
  CHECK(api.call("PUT " + one, R"({"usagelimit":{"day":-1}})") ==
        R"(400 {"status":"error","error":"usagelimit must not be negative"})");
  CHECK(api.call("PUT " + one, R"({"usagelimit":{"day":1.5}})") ==
        R"(400 {"status":"error","error":"parameter 'day' must be an integer"})");
  CHECK(api.call("PUT /services/1/plans/g/usagelimits/10/fortnight",
                 R"({"usagelimit":{"fortnight":1}})")
            .starts_with("400 "));
  CHECK(api.call("GET /services/1/plans/g/usagelimits/10/fortnight") == missing);
  CHECK(api.call("DELETE " + one) == deleted);
  CHECK(api.call("DELETE " + one) == deleted);
  CHECK(api.call("DELETE /services/1/plans/g/usagelimits/10/fortnight") == deleted);
  CHECK(api.call("DELETE /services/2/plans/g/usagelimits/10/day") == no_service);
}

TEST_CASE("internal api: alert limits") {
  Made api;
  const std::string all = "/services/1/alert_limits";
  CHECK(api.call("POST " + all, R"({"alert_limit":{"value":80}})") ==
        R"(201 {"status":"created","alert_limit":{"service_id":"1","value":80}})");
  CHECK(api.call("POST " + all, R"({"alert_limit":{"value":"50"}})").starts_with("201 "));
  CHECK(api.call("GET " + all + "/") ==
        R"(200 {"status":"found","alert_limits":[{"service_id":"1",)"
        R"("value":50},{"service_id":"1","value":80}]})");
  for (const char* value : {"80", "81", "\"x\"", "null", "true"}) {
    CHECK(api.call("POST " + all, R"({"alert_limit":{"value":)" + std::string{value} + "}}") ==
          R"(400 {"error":"alert limit is invalid"})");
  }
  CHECK(api.call("DELETE " + all + "/80") == deleted);
  CHECK(api.call("DELETE " + all + "/80") ==
        R"(404 {"status":"not_found","error":"alert limit not found"})");
  CHECK(api.call("DELETE " + all + "/x").starts_with("404 "));
}

TEST_CASE("internal api: errors, newest first, by pages") {
  Made api{true};
  const std::string all = "/services/1/errors/";
  CHECK(api.call("POST " + all, R"({"errors":["one","two","three"]})") ==
        R"(201 {"status":"created"})");
  api.errors.add("1", {"metric_invalid", "metric \"x\"", 1'795'223'566, R"({"url":"/"})"});
  CHECK(api.call("GET " + all + "?per_page=2") ==
        R"(200 {"status":"found","errors":[{"code":"metric_invalid","message":"metric \"x\"",)"
        R"("timestamp":"2026-11-21 01:12:46 UTC","context_info":{"url":"/"}},)"
        R"({"code":"error","message":"three","timestamp":"2026-11-21 01:12:46 UTC",)"
        R"("context_info":{}}],"count":4})");
  CHECK(api.call("GET " + all + "?page=2&per_page=3") ==
        R"(200 {"status":"found","errors":[{"code":"error","message":"one",)"
        R"("timestamp":"2026-11-21 01:12:46 UTC","context_info":{}}],"count":4})");
  CHECK(api.call("GET " + all + "?page=99999999999999999999&per_page=1000000") ==
        api.call("GET " + all + "?page=1&per_page=1000000"));
  CHECK(api.call("GET " + all + "?page=3") == R"(200 {"status":"found","errors":[],"count":4})");
  for (const char* wrong : {"0", "-1", "x", ""}) {
    CHECK(api.call("GET " + all + "?per_page=" + wrong) ==
          R"(400 {"error":"per_page needs to be > 0"})");
  }
  CHECK(api.call("DELETE " + all) == deleted);
  CHECK(api.call("GET " + all) == R"(200 {"status":"found","errors":[],"count":0})");
  CHECK(api.call("GET /services/2/errors") == no_service);
  CHECK(api.call("POST " + all, "{}") ==
        R"(400 {"status":"error","error":"missing parameter 'errors'"})");
}

TEST_CASE("internal api: events, listed and deleted") {
  Api api{true};
  CHECK(api.call("POST /events", R"({"event":{"type":"alert","object":{"id":1,"b":"x"}}})") ==
        R"(201 {"status":"created"})");
  CHECK(api.call("POST /events/", R"({"events":[{"type":"first_traffic","object":{}},)"
                                  R"({"type":"first_traffic","object":{}}]})")
            .starts_with("201"));
  CHECK(api.call("POST /events/", "{}") ==
        R"(400 {"status":"error","error":"missing parameter 'events'"})");
  CHECK(api.call("GET /events/") ==
        R"(200 {"status":"found","events":[{"id":1,"type":"alert",)"
        R"("timestamp":"2026-11-21 01:12:46 UTC","object":{"id":1,"b":"x"}},)"
        R"({"id":2,"type":"first_traffic","timestamp":"2026-11-21 01:12:46 UTC","object":{}},)"
        R"({"id":3,"type":"first_traffic","timestamp":"2026-11-21 01:12:46 UTC","object":{}}]})");
  const std::string missing = R"(404 {"status":"not_found","error":"event not found"})";
  CHECK(api.call("DELETE /events/1") == deleted);
  CHECK(api.call("DELETE /events/1") == missing);
  CHECK(api.call("DELETE /events/x") == missing);
  CHECK(api.call("DELETE /events/") == R"(200 {"status":"deleted","num_events":0})");
  CHECK(api.call("DELETE /events/?upto_id=2") == R"(200 {"status":"deleted","num_events":1})");
  CHECK(api.call("DELETE /events/", R"({"upto_id":3})") ==
        R"(200 {"status":"deleted","num_events":1})");
}

TEST_CASE("internal api: events beyond one answer, the oldest") {
  Api api;
  for (std::size_t i = 0; i < Limits::events_per_answer_max + 1; ++i) api.events.add("t", 0, "{}");
  const std::string answer = api.call("GET /events/");
  CHECK(answer.find(R"("id":10000,)") != std::string::npos);
  CHECK(answer.find(R"("id":10001,)") == std::string::npos);
}

TEST_CASE("internal api: service tokens") {
  Made api;
  CHECK(api.call("POST /service_tokens/",
                 R"({"service_tokens":{"t":{"service_id":"1"},"u":{"service_id":2}}})") ==
        R"(201 {"status":"created"})");
  CHECK(api.call("HEAD /service_tokens/t/1/") == "200 ");
  CHECK(api.call("HEAD /service_tokens/t/2/") == "404 ");
  CHECK(api.call("GET /service_tokens/t/1/") == no_route);
  CHECK(api.call("GET /service_tokens/t/1/provider_key") ==
        R"(200 {"status":"found","provider_key":"p"})");
  const std::string missing =
      R"(404 {"status":"not_found","error":"token/service combination not found"})";
  CHECK(api.call("GET /service_tokens/x/1/provider_key") == missing);
  CHECK(api.call("GET /service_tokens/u/2/provider_key") == missing);  // no such service yet
  CHECK(api.call("POST /service_tokens/", R"({"service_tokens":{"v":{"service_id":"1"},"":{}}})") ==
        R"(422 {"status":"error","error":"Service token cannot be blank"})");
  CHECK(api.call("POST /service_tokens/", R"({"service_tokens":{"v":{}}})") ==
        R"(422 {"status":"error","error":"Service ID cannot be blank"})");
  CHECK(api.call("HEAD /service_tokens/v/1/") == "404 ");
  CHECK(api.call("POST /service_tokens/") ==
        R"(400 {"error":"missing parameter 'service_tokens'"})");
  CHECK(api.call("DELETE /service_tokens/",
                 R"({"service_tokens":[{"service_token":"t","service_id":"1"},)"
                 R"({"service_token":"t","service_id":"1"},{"service_token":"x"}]})") ==
        R"(200 {"status":"deleted","count":1})");
  CHECK(api.call("HEAD /service_tokens/t/1/") == "404 ");
}

TEST_CASE("internal api: utilization and stats") {
  Made api;
  api.call("POST /services/1/metrics/10", R"({"metric":{"name":"hits"}})");
  api.call("PUT /services/1/plans/g/usagelimits/10/hour", R"({"usagelimit":{"hour":5}})");
  api.call("PUT /services/1/plans/g/usagelimits/10/day", R"({"usagelimit":{"day":9}})");
  CHECK(
      api.call("GET /services/1/applications/a/utilization/") ==
      R"(200 {"status":"found","utilization":[{"period":"day","metric_name":"hits","max_value":9,)"
      R"("current_value":7},{"period":"hour","metric_name":"hits","max_value":5,)"
      R"("current_value":7}]})");
  CHECK(api.call("GET /services/1/applications/x/utilization/") == no_application);
  CHECK(api.call("GET /services/2/applications/a/utilization/") == no_service);
  CHECK(api.call("DELETE /services/1/stats", R"({"deletejobdef":{}})") ==
        R"(200 {"status":"to_be_deleted"})");
  CHECK(api.counters.erased == "1");
  CHECK(api.call("DELETE /services/2/stats") == no_service);
}

TEST_CASE("internal api: a batch tells of each application, bad ones hinder nobody") {
  Made api;
  CHECK(api.call("PUT /services/1/applications/batch",
                 R"({"applications":[)"
                 R"({"id":"b","state":"active","plan_id":"g","plan_name":"Gold","user_key":"u",)"
                 R"("application_keys":["k1","k2"],"referrer_filters":["z","y"]},)"
                 R"({"id":"c"},{"id":"d","state":"on","application_keys":7},)"
                 R"({"id":"a","state":"on"}]})") ==
        R"(200 {"status":"completed","total":4,"successful":2,"failed":2,"applications":[)"
        R"({"status":"created","application":{"service_id":"1","id":"b","state":"active",)"
        R"("plan_id":"g","plan_name":"Gold","redirect_url":null,"user_key":"u",)"
        R"("application_keys":["k1","k2"],"referrer_filters":["y","z"]}},)"
        R"({"status":"error","id":"c","error":"Application with id=\"c\" has no state"},)"
        R"({"status":"error","id":"d",)"
        R"("error":"parameter 'application_keys' must be a list of strings"},)"
        R"({"status":"modified","application":{"service_id":"1","id":"a","state":"on",)"
        R"("plan_id":"g","plan_name":"Gold","redirect_url":null,"user_key":null,)"
        R"("application_keys":[],"referrer_filters":[]}}],)"
        R"("failures":[{"id":"c","error":"Application with id=\"c\" has no state"},)"
        R"({"id":"d","error":"parameter 'application_keys' must be a list of strings"}]})");
  CHECK(api.call("GET /services/1/applications/key/u").starts_with("200 "));
  CHECK(api.call("PUT /services/1/applications/batch") ==
        R"(400 {"status":"error","error":"missing parameter 'applications'"})");
  CHECK(api.call("PUT /services/2/applications/batch", R"({"applications":[]})") == no_service);
  std::string many = R"({"applications":[{})";
  for (std::size_t i = 0; i < Limits::batch_applications_max; ++i) many.append(",{}");
  const std::string refused = api.call("PUT /services/1/applications/batch", many + "]}");
  CHECK(refused.starts_with("400 "));
  CHECK(refused.find("1000") != std::string::npos);
  CHECK(api.call("PUT /services/1/applications/batch", R"({"applications":[]})") ==
        R"(200 {"status":"completed","total":0,"successful":0,"failed":0,"applications":[]})");
}

TEST_CASE("internal api: a write is answered after its commit only") {
  Made api;
  api.store.holds = true;
  api.send("DELETE /services/1", "");
  CHECK(api.response.deferred());
  CHECK(api.response.body().empty());
  CHECK(api.catalog.current()->services.size() == 1);
  api.store.let_go();
  CHECK(api.response.body() == R"({"status":"deleted"})");
  CHECK(api.catalog.current()->services.empty());
}

TEST_CASE("internal api: a service deleted, its counters and errors go once that is committed") {
  Made api;
  api.errors.add("1", {});
  api.errors.add("10", {});
  api.call("DELETE /services/1/applications/a");
  CHECK(api.counters.erased.empty());
  api.store.holds = true;
  api.send("DELETE /services/1", "");
  CHECK(api.counters.erased.empty());
  CHECK(api.errors.lists.size() == 2);
  api.store.let_go();
  CHECK(api.counters.erased == "1");
  CHECK(api.marks.erased == "1");
  CHECK_FALSE(api.errors.lists.contains("1"));
  CHECK(api.errors.lists.contains("10"));
}

TEST_CASE("internal api: a service that stays, keeps its counters and errors") {
  Made api;
  api.errors.add("1", {});
  api.store.refusal = store::Errc::busy;
  CHECK(api.call("DELETE /services/1").starts_with("503 "));
  api.store.refusal.reset();
  api.call("POST /services/", R"({"service":{"id":"2","provider_key":"p"}})");
  CHECK(api.call("DELETE /services/1").starts_with("400 "));  // the default service
  CHECK(api.counters.erased.empty());
  CHECK(api.errors.lists.contains("1"));
}

TEST_CASE("internal api: lists of services, applications, metrics, plans and limits, in pages") {
  Made api;
  CHECK(api.call("GET /services/") ==
        R"(200 {"status":"found","services":[{"id":"1","state":"active","provider_key":"p",)"
        R"("backend_version":null,"referrer_filters_required":false,"default_service":true}],)"
        R"("count":1,"next":null})");
  CHECK(api.call("GET /services/1/applications") ==
        R"(200 {"status":"found","applications":[{"service_id":"1","id":"a","state":"active",)"
        R"("plan_id":"g","plan_name":"Gold","redirect_url":null}],"count":1,"next":null})");
  api.call("PUT /services/1/applications/a/key/u1");
  api.call("POST /services/1/applications/a/keys", R"({"application_key":{"value":"k"}})");
  CHECK(api.call("GET /services/1/applications?credentials=1")
            .find(R"("user_keys":["u1"],"application_keys":["k"],"referrer_filters":[])") !=
        std::string::npos);
  CHECK(api.call("GET /services/1/metrics/") ==
        R"(200 {"status":"found","metrics":[],"count":0,"next":null})");
  api.call("POST /services/1/metrics/m2", R"({"metric":{"name":"two"}})");
  api.call("POST /services/1/metrics/m1", R"({"metric":{"name":"one"}})");
  CHECK(api.call("GET /services/1/metrics?per_page=1") ==
        R"(200 {"status":"found","metrics":[{"service_id":"1","id":"m2","parent_id":null,)"
        R"("name":"two"}],"count":2,"next":"m2"})");
  CHECK(api.call("GET /services/1/metrics?per_page=1&after=m2") ==
        R"(200 {"status":"found","metrics":[{"service_id":"1","id":"m1","parent_id":null,)"
        R"("name":"one"}],"count":2,"next":null})");
  CHECK(api.call("GET /services/1/plans") ==
        R"(200 {"status":"found","plans":[],"count":0,"next":null})");
  api.call("PUT /services/1/plans/g/usagelimits/m%2F1/day", R"({"usagelimit":{"day":5}})");
  api.call("PUT /services/1/plans/g/usagelimits/m%2F1/hour", R"({"usagelimit":{"hour":5}})");
  CHECK(api.call("GET /services/1/plans/") ==
        R"(200 {"status":"found","plans":[{"service_id":"1","id":"g","usagelimits":2,)"
        R"("spikelimits":0}],"count":1,"next":null})");
  CHECK(api.call("GET /services/1/plans/g/usagelimits?per_page=1") ==
        R"(200 {"status":"found","usagelimits":[{"service_id":"1","plan_id":"g","metric_id":"m/1",)"
        R"("hour":5}],"count":2,"next":"m/1/hour"})");
  for (const char* after : {"m/1/hour", "m/1/minute", "a/year"}) {
    const std::string rest =
        api.call(std::string{"GET /services/1/plans/g/usagelimits?after="} + after);
    CHECK(rest.find(R"("day":5)") != std::string::npos);
    CHECK(rest.ends_with(R"("count":2,"next":null})"));
  }
  CHECK(api.call("GET /services/1/plans/none/usagelimits") ==
        R"(200 {"status":"found","usagelimits":[],"count":0,"next":null})");
}

TEST_CASE("internal api: lists refuse what is no page") {
  Made api;
  for (const char* wrong : {"0", "1001", "-1", "x", "99999999999999999999"}) {
    CHECK(api.call(std::string{"GET /services?per_page="} + wrong) ==
          R"(400 {"status":"error","error":"parameter 'per_page' must be 1 to 1000"})");
  }
  CHECK(api.call("GET /services/1/metrics?after=x") ==
        R"(400 {"status":"error","error":"parameter 'after' names no metric"})");
  for (const char* wrong : {"x", "x/fortnight", "/"}) {
    CHECK(api.call(std::string{"GET /services/1/plans/g/usagelimits?after="} + wrong) ==
          R"(400 {"status":"error","error":"parameter 'after' names no usage limit"})");
  }
  for (const char* list : {"applications", "metrics", "plans", "plans/p/usagelimits"}) {
    CHECK(api.call(std::string{"GET /services/2/"} + list + "?per_page=0") == no_service);
  }
}

TEST_CASE("internal api: a walk through a list's pages meets every application once") {
  Made api;
  for (int i = 0; i < 120; ++i) {
    api.call("PUT /services/1/applications/x" + std::to_string(i),
             R"({"application":{"state":"s"}})");
  }
  std::map<std::string, int> met;
  std::string query;
  for (int page = 0; page < 30 && query != "end"; ++page) {
    const std::string text = api.call("GET /services/1/applications?per_page=7" + query);
    const auto body = json::parse(std::string_view{text}.substr(4));
    REQUIRE(body.has_value());
    for (const json::Value& one : *body->find("applications")->if_array()) {
      ++met[*one.find_string("id")];
    }
    const std::string* next = body->find_string("next");
    query = next != nullptr ? "&after=" + *next : "end";
  }
  CHECK(met.size() == 121);
  CHECK(std::ranges::all_of(met, [](const auto& one) { return one.second == 1; }));
}

TEST_CASE("internal api: a store with too much to do, 503 and when to come again") {
  Made api;
  api.store.refusal = store::Errc::busy;
  CHECK(api.call("DELETE /services/1") ==
        R"(503 {"status":"error","error":"the database has too much to do"})");
  CHECK(api.response.header_lines() == "Retry-After: 1\r\n");
  api.store.refusal = store::Errc::io;
  CHECK(api.call("DELETE /services/1") ==
        R"(503 {"status":"error","error":"the database cannot be opened, read or written"})");
  CHECK(api.response.header_lines() == "Retry-After: 1\r\n");
  CHECK(api.catalog.current()->services.size() == 1);
}

namespace {

/// Two hours of usage in the history; `call` waits for the reading lane.
struct Used : Made {
  Used() {
    call("POST /services/1/metrics/7", R"({"metric":{"name":"hits"}})");
    for (const auto& [application, value] : {std::pair{"a", 5}, std::pair{"b", 9}}) {
      const UsageRow row{"1", application, "7", Period::hour, 1'795'222'800, value};
      REQUIRE(history.write({&row, 1}).has_value());
    }
    usage_lane.start();
  }
  /// The last one: the lane has ended then.
  std::string last_call(std::string_view line) {
    send(line, "");
    usage_lane.stop();
    return std::to_string(response.status()) + " " + response.body();
  }
};

std::string used(std::string_view line) { return Used{}.last_call(line); }

}  // namespace

TEST_CASE("internal api: usage of an application, of a service, and who used most") {
  const std::string range = "metric=hits&period=hour&since=2026-11-21T00:00:00Z&zeros=0";
  CHECK(used("GET /services/1/applications/a/usage?" + range) ==
        R"(200 {"status":"found","usage":{"service_id":"1","application_id":"a",)"
        R"("metric":{"id":"7","name":"hits"},"period":"hour","since":"2026-11-21T00:00:00Z",)"
        R"("until":"2026-11-21T02:00:00Z","timezone":"UTC","total":5,"values":[)"
        R"({"period_start":"2026-11-21T01:00:00Z","value":5}],"next":null}})");
  CHECK(used("GET /services/1/usage?" + range).find(R"("total":14)") != std::string::npos);
  CHECK(used("GET /services/1/usage/top?metric=hits&period=hour&timezone=Europe/Berlin") ==
        R"(200 {"status":"found","usage":{"service_id":"1","metric":{"id":"7","name":"hits"},)"
        R"("period":"hour","period_start":"2026-11-21T02:00:00+01:00",)"
        R"("period_end":"2026-11-21T03:00:00+01:00","timezone":"Europe/Berlin","applications":[)"
        R"({"application_id":"b","value":9},{"application_id":"a","value":5}],"next":null}})");
}

TEST_CASE("internal api: usage as CSV, with its headers") {
  Used api;
  CHECK(api.last_call("GET /services/1/usage/top?metric=hits&period=hour&format=csv&per_page=1") ==
        "200 service_id,metric,period,period_start,application_id,value\r\n"
        "1,hits,hour,2026-11-21T01:00:00Z,b,9\r\n");
  CHECK(api.response.content_type() == "text/csv; charset=utf-8; header=present");
  CHECK(api.response.header_lines() ==
        "Vary: Accept\r\nContent-Disposition: attachment; filename=\"top-1-hits-hour.csv\"\r\n"
        "Link: </internal/services/1/usage/top?metric=hits&period=hour&since=1795222800"
        "&timezone=UTC&format=csv&per_page=1&page=2>; rel=\"next\"\r\n");
}

TEST_CASE("internal api: usage that cannot be shown, refused with what can") {
  CHECK(used("GET /services/9/usage?metric=hits") == no_service);
  CHECK(used("GET /services/1/applications/z/usage?metric=hits") == no_application);
  CHECK(used("GET /services/1/usage?metric=other") ==
        R"(404 {"status":"not_found","error":"metric not found"})");
  CHECK(used("GET /services/1/usage?metric=hits&timezone=Mars/Olympus") ==
        R"(400 {"status":"error","error":"parameter 'timezone' must be the name of an IANA time )"
        R"(zone, such as Europe/Berlin or UTC, not \"Mars/Olympus\""})");
  CHECK(used("GET /services/1/usage?metric=hits&since=yesterday") ==
        R"(400 {"status":"error","error":"parameter 'since' must be a date (2026-11-21), a date )"
        R"(and time (2026-11-21T10:00:00Z) or Unix seconds"})");
  CHECK(used("GET /services/1/usage?metric=hits&since=2026-11-21&until=2026-11-20")
            .starts_with(R"(422 {"status":"error","error":"since must be before until)"));
  CHECK(used("GET /services/1/usage?metric=hits&since=10000-01-01").starts_with("400 "));
  CHECK(used("GET /services/1/usage?metric=hits&since=1969-01-01").starts_with("422 "));
  CHECK(used("GET /services/1/usage?metric=hits&period=minute").starts_with("422 "));
  CHECK(used("GET /services/1/usage/top?metric=hits&per_page=2000&page=100").starts_with("400 "));
}

TEST_CASE("internal api: usage while too many wait for it, 503 and try again") {
  Made api;
  api.call("POST /services/1/metrics/7", R"({"metric":{"name":"hits"}})");
  CHECK(api.call("GET /services/1/usage?metric=hits") ==
        R"(503 {"status":"error","error":"too many readers of usage, try again"})");
  CHECK(api.response.header_lines() == "Retry-After: 1\r\n");
}

TEST_CASE("internal api: a service's time zone, shown where it is set") {
  Made api;
  CHECK(api.call("PUT /services/1", R"({"service":{"timezone":"Asia/Kolkata"}})")
            .ends_with(R"("default_service":true,"timezone":"Asia/Kolkata"},"status":"ok"})"));
  CHECK(api.call("PUT /services/1", R"({"service":{"state":"active"}})").find("Kolkata") !=
        std::string::npos);
  CHECK(api.catalog.current()->services.find("1")->zone == api.zones.find("Asia/Kolkata"));
  CHECK(api.call("PUT /services/1", R"({"service":{"timezone":"Asia/Atlantis"}})") ==
        R"(400 {"status":"error","error":"parameter 'timezone' must be the name of an IANA time )"
        R"(zone, such as Europe/Berlin or UTC, not \"Asia/Atlantis\""})");
  CHECK(api.call("PUT /services/1", R"({"service":{"timezone":7}})").starts_with("400 "));
  CHECK(api.call("PUT /services/1", R"({"service":{"timezone":""}})")
            .ends_with(R"("default_service":true},"status":"ok"})"));
  CHECK(api.call("GET /services/1").find("timezone") == std::string::npos);
}

}  // namespace mainstay::apim::internal_api_test
