#include "apps/apim/inbound/gate/service_gate.hpp"

#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/apim/domain/test_catalog.hpp"
#include "apps/apim/outbound/memory/memory_catalog_store.hpp"
#include "apps/apim/outbound/memory/naive_counters.hpp"

namespace mainstay::apim::service_gate_test {
namespace {

constexpr UnixSeconds now = 1795224654;  // 2026-11-21 01:30:54 UTC

/// Has all marks, and counts how often it was asked.
struct AllMarked final : AlertMarks {
  bool tell_once(std::string_view, std::string_view, int, UnixSeconds,
                 const UniqueFunction<Telling()>&) override {
    return false;
  }
  bool is_marked(std::string_view, std::string_view, int, UnixSeconds) const override {
    ++asked;
    return true;
  }
  void erase_service(std::string_view) override {}
  std::uint64_t next_alert_id() override { return 1; }
  mutable int asked = 0;
};

struct KeptErrors final : ErrorLists {
  void add(std::string_view service_id, StoredError error) override {
    codes.append(service_id).append(" ").append(error.code).append(";");
  }
  Page list(std::string_view, std::size_t, std::size_t) const override { return {}; }
  void clear(std::string_view) override {}
  std::string codes;
};

struct SwitchedLog final : RecordLog {
  std::uint64_t append(std::string_view) override { return 0; }
  [[nodiscard]] bool accepts() const override { return is_on; }
  bool is_on = true;
};

/// Service "s" by user key, or as `version` says: hits <- search; plan "gold" with 3 hits a minute.
struct Gated {
  explicit Gated(std::string_view version = "1") {
    service.metrics({{"hits", ""}, {"search", "hits"}, {"off", ""}});
    service.edit().alert_limits = {80};
    service.limit("gold", "hits", Period::minute, 3).limit("gold", "off", Period::day, 0);
    service.application("a", "gold").user_key("u", "a");
    service.edit().backend_version = version;
    publish();
  }
  /// What the service is now becomes the catalog.
  void publish() {
    catalog.edit(
        [this](const Catalog&) -> Result<CatalogEdit> {
          Catalog next;
          service.add_to(next);
          return CatalogEdit{std::move(next)};
        },
        [](Result<> done) { REQUIRE(done.has_value()); });
  }
  std::unique_ptr<gate::Admission> route(std::vector<gate::Charge> charges) {
    return authority.admission(charges);
  }
  /// "admitted by a, 2 of 3 left, resets in 6", or the code of the refusal.
  std::string ask(gate::Admission& route, const gate::Credentials& credentials,
                  std::string_view referer = "") {
    const std::vector<http::Header> headers{{"Referer", referer}};
    http::Request request;
    request.at = SystemTime{Seconds{now}};
    request.headers = headers;
    const gate::Decision decision = route.admit(request, credentials);
    const bool admitted = decision.outcome == gate::Decision::Outcome::admitted;
    std::string out{admitted ? "admitted" : decision.code};
    if (!decision.caller.empty()) out.append(" by ").append(decision.caller);
    if (!decision.rate) return out;
    return out.append(", ")
        .append(std::to_string(decision.rate->remaining))
        .append(" of ")
        .append(std::to_string(decision.rate->limit))
        .append(" left, resets in ")
        .append(std::to_string(decision.rate->reset));
  }
  std::int64_t counted(std::string_view metric_id, std::string_view application = "a") {
    return counters.value({"s", application}, metric_id, Period::day, now);
  }

  TestService service{"s", "p"};
  MemoryCatalogStore store;
  CatalogService catalog{store};
  NaiveCounters counters;
  AllMarked marks;
  KeptErrors errors;
  Notices notices{counters, marks};
  metrics::Registry registry;
  Probe probe{registry};
  SwitchedLog log;
  ServiceGate authority{{.catalog = catalog,
                         .counters = counters,
                         .errors = errors,
                         .notices = notices,
                         .probe = probe,
                         .log = log},
                        ServiceId{"s"}};
};

}  // namespace

TEST_CASE("service gate: counts up to the limit, then refuses and counts nothing") {
  Gated gated;
  const auto route = gated.route({{"hits", 1}});
  CHECK(gated.ask(*route, {.user_key = "u"}) == "admitted by a, 2 of 3 left, resets in 6");
  CHECK(gated.ask(*route, {.user_key = "u"}) == "admitted by a, 1 of 3 left, resets in 6");
  CHECK(gated.ask(*route, {.user_key = "u"}) == "admitted by a, 0 of 3 left, resets in 6");
  CHECK(gated.ask(*route, {.user_key = "u"}) == "limits_exceeded, 0 of 3 left, resets in 6");
  CHECK(gated.counted("m-hits") == 3);
  CHECK(gated.marks.asked == 3);  // what was counted is looked at for alerts
}

TEST_CASE("service gate: a route's cost counts at once, parents included") {
  Gated gated;
  const auto route = gated.route({{"search", 2}});
  CHECK(gated.ask(*route, {.user_key = "u"}) == "admitted by a, 1 of 3 left, resets in 6");
  CHECK(gated.ask(*route, {.user_key = "u"}) == "limits_exceeded, 1 of 3 left, resets in 6");
  CHECK(gated.counted("m-search") == 2);
  CHECK(gated.counted("m-hits") == 2);
}

TEST_CASE("service gate: a spike limit that is the tightest, tells of its burst and refuses") {
  Gated gated;
  gated.service.spike("gold", "hits", {1, 10, 2});
  gated.publish();
  const auto route = gated.route({{"hits", 1}});
  CHECK(gated.ask(*route, {.user_key = "u"}) == "admitted by a, 1 of 2 left, resets in 10");
  CHECK(gated.ask(*route, {.user_key = "u"}) == "admitted by a, 0 of 2 left, resets in 20");
  CHECK(gated.ask(*route, {.user_key = "u"}) == "limits_exceeded, 0 of 2 left, resets in 10");
  CHECK(gated.counted("m-hits") == 2);
}

TEST_CASE("service gate: a metric that the plan does not include is 403, not 429") {
  Gated gated;
  const auto route = gated.route({{"off", 1}});
  CHECK(gated.ask(*route, {.user_key = "u"}) == "metric_disabled");
}

TEST_CASE("service gate: a route without charges checks the caller and counts nothing") {
  Gated gated;
  const auto route = gated.route({});
  CHECK(gated.ask(*route, {.user_key = "u"}) == "admitted");
  CHECK(gated.ask(*route, {.user_key = "x"}) == "credentials_invalid");
  CHECK(gated.counted("m-hits") == 0);
}

TEST_CASE("service gate: wrong credentials are refused and kept for the owner") {
  Gated gated;
  const auto route = gated.route({{"hits", 1}});
  CHECK(gated.ask(*route, {.user_key = "x"}) == "credentials_invalid");
  CHECK(gated.ask(*route, {.app_id = "a"}) == "credentials_invalid");
  CHECK(gated.ask(*route, {.user_key = "u", .app_id = "a"}) == "credentials_ambiguous");
  CHECK(gated.errors.codes == "s user_key_invalid;s user_key_invalid;s authentication_error;");
}

TEST_CASE("service gate: an application's key is checked where it has any") {
  Gated gated{"2"};
  const auto route = gated.route({{"hits", 1}});
  CHECK(gated.ask(*route, {.app_id = "a"}).starts_with("admitted"));
  Application application = *gated.catalog.current()->services.find("s")->applications.find("a");
  application.keys = {ApplicationKey{"k"}};
  gated.service.application(application);
  gated.publish();
  CHECK(gated.ask(*route, {.app_id = "a"}) == "credentials_invalid");
  CHECK(gated.ask(*route, {.app_id = "a", .app_key = "x"}) == "credentials_invalid");
  CHECK(gated.ask(*route, {.app_id = "a", .app_key = "k"}).starts_with("admitted"));
  CHECK(gated.ask(*route, {.app_id = "nobody"}) == "credentials_invalid");
}

TEST_CASE("service gate: what is known of a caller holds for his route and key, and one catalog") {
  Gated gated{"2"};
  Application application = *gated.catalog.current()->services.find("s")->applications.find("a");
  application.keys = {ApplicationKey{"k1"}, ApplicationKey{"k2"}};
  gated.service.application(application);
  gated.publish();
  const auto one = gated.route({{"hits", 1}});
  const auto none = gated.route({});
  const gate::Credentials first{.app_id = "a", .app_key = "k1"};
  for (int i = 0; i < 2; ++i) {
    CHECK(gated.ask(*one, first).starts_with("admitted by a"));
    CHECK(gated.ask(*none, first) == "admitted");
    CHECK(gated.ask(*one, {.app_id = "a", .app_key = "k"}) == "credentials_invalid");
    CHECK(gated.ask(*one, {.app_id = "a", .app_key = std::nullopt}) == "credentials_invalid");
  }
  CHECK(gated.ask(*one, {.app_id = "a", .app_key = "k2"}).starts_with("admitted by a"));
  application.keys = {ApplicationKey{"k2"}};
  gated.service.application(application);
  gated.publish();
  CHECK(gated.ask(*one, first) == "credentials_invalid");
  const std::string long_key(600, 'k');
  for (int i = 0; i < 2; ++i) {
    CHECK(gated.ask(*one, {.app_id = "a", .app_key = long_key}) == "credentials_invalid");
  }
  CHECK(gated.counted("m-hits") == 3);
}

TEST_CASE("service gate: states of service and application, referrers") {
  Gated gated;
  const auto route = gated.route({{"hits", 1}});
  Application application = *gated.catalog.current()->services.find("s")->applications.find("a");
  application.referrer_filters = {"*.x.org"};
  gated.service.application(application);
  gated.service.edit().referrer_filters_required = true;
  gated.publish();
  const gate::Credentials user{.user_key = "u"};
  for (const char* wrong : {"", "*", "http://*/", "http://x.com/a.x.org", "http://a.x.org@b.com"}) {
    CHECK(gated.ask(*route, user, wrong) == "referrer_not_allowed");
  }
  CHECK(gated.ask(*route, user, "https://a.x.org:8080/page").starts_with("admitted"));
  gated.service.edit().state = "suspended";
  gated.publish();
  CHECK(gated.ask(*route, user, "https://a.x.org/") == "service_not_active");
  application.state = "suspended";
  gated.service.application(application);
  gated.publish();
  CHECK(gated.ask(*route, user, "https://a.x.org/") == "application_not_active");
}

TEST_CASE("service gate: while a service or metric is missing, unavailable, and it says what") {
  Gated gated;
  const auto route = gated.route({{"search", 1}});
  CHECK(gated.authority.missing().empty());
  gated.service.metrics({{"hits", ""}, {"renamed", "hits"}, {"off", ""}});  // limits know places
  gated.publish();
  CHECK(gated.ask(*route, {.user_key = "u"}) == "gate_unavailable");
  CHECK(gated.authority.missing() == "service \"s\" has no metric \"search\"");
  gated.service.metrics({{"hits", ""}, {"search", "hits"}, {"off", ""}});
  gated.publish();
  CHECK(gated.ask(*route, {.user_key = "u"}).starts_with("admitted"));
  ServiceGate other{{.catalog = gated.catalog,
                     .counters = gated.counters,
                     .errors = gated.errors,
                     .notices = gated.notices,
                     .probe = gated.probe,
                     .log = gated.log},
                    ServiceId{"other"}};
  CHECK(gated.ask(*other.admission({}), {.user_key = "u"}) == "gate_unavailable");
  CHECK(other.missing() == "there is no service \"other\" in API management");
}

TEST_CASE("service gate: while nothing can be recorded, nobody is admitted and nothing is kept") {
  Gated gated;
  const auto route = gated.route({{"hits", 1}});
  gated.log.is_on = false;
  CHECK(gated.ask(*route, {.user_key = "u"}) == "journal_unavailable");
  CHECK(gated.ask(*route, {.user_key = "x"}) == "journal_unavailable");
  route->answered("a", 404, SystemTime{Seconds{now}}, 0);
  gated.log.is_on = true;
  CHECK(gated.errors.codes.empty());
  CHECK(gated.counted("m-hits") == 0);
  CHECK(gated.counted(response_code_metrics(404).of_class) == 0);
  CHECK(gated.ask(*route, {.user_key = "u"}).starts_with("admitted"));
}

TEST_CASE("service gate: an answer's status is counted for its caller") {
  Gated gated;
  const auto route = gated.route({{"hits", 1}});
  CHECK(gated.ask(*route, {.user_key = "u"}).starts_with("admitted"));
  const SystemTime at{Seconds{now}};
  route->answered("a", 404, at, 0);
  route->answered("a", 302, at, 0);
  const ResponseCodeMetrics not_found = response_code_metrics(404);
  CHECK(gated.counted(not_found.of_class) == 1);
  CHECK(gated.counted(not_found.of_code) == 1);
  CHECK(gated.counted("m-hits") == 1);
}

}  // namespace mainstay::apim::service_gate_test
