#include "apps/apim/domain/authorize.hpp"

#include <doctest/doctest.h>

#include "apps/apim/domain/limit_headers.hpp"
#include "apps/apim/domain/test_catalog.hpp"
#include "apps/apim/domain/test_zones.hpp"
#include "apps/apim/limits.hpp"
#include "apps/apim/outbound/memory/naive_counters.hpp"

namespace mainstay::apim::authorize_test {
namespace {

constexpr SystemTime now{Seconds{1795224654}};  // 2026-11-21 01:30:54 UTC

/// A service "1" of provider "p": hits <- search; plan "gold" with 3 hits a minute.
struct Fixture {
  Catalog catalog;
  NaiveCounters counters;
  Authorizer authorizer{counters, ReferrerMatch::whole};
  Status status;
  std::vector<UsageParameter> usage;
  TestService service{"1", "p"};

  Fixture() {
    service.metrics({{"hits", ""}, {"search", "hits"}});
    service.limit("gold", "hits", Period::minute, 3).application("a", "gold").user_key("u", "a");
  }

  AuthorizeCommand command(AuthorizeCommand::Kind kind = AuthorizeCommand::Kind::authrep) {
    AuthorizeCommand out;
    out.kind = kind;
    out.caller.service_id = "1";
    out.app_id = "a";
    return out;
  }

  /// "ok", the code of the refusal, or the code of the error.
  std::string decide(AuthorizeCommand command, SystemTime at = now) {
    catalog = {};
    service.add_to(catalog);
    command.usage = usage;
    const auto done = authorizer.decide(catalog, "p", command, at, status);
    if (done.has_error()) return "error " + std::string{done.error().name()};
    return status.rejection ? std::string{error_row(status.rejection->code).name} : "ok";
  }
};

constexpr auto authorize = AuthorizeCommand::Kind::authorize;

}  // namespace

TEST_CASE_FIXTURE(Fixture,
                  "authorize: authrep up to the limit, passes and then is refused exactly") {
  usage = {{"hits", "1"}};
  for (int i = 1; i <= 3; ++i) {
    CHECK(decide(command()) == "ok");
    CHECK(status.reports[0].stored == i - 1);
    CHECK(status.reports[0].current == i);
  }
  CHECK(decide(command()) == "limits_exceeded");
  CHECK(status.reports[0].current == 3);
  CHECK_FALSE(status.charged);
  CHECK(decide(command(), now + Seconds{60}) == "ok");
}

TEST_CASE_FIXTURE(Fixture, "authorize: authorize, predicts and counts nothing") {
  usage = {{"hits", "3"}};
  CHECK(decide(command(authorize)) == "ok");
  CHECK(decide(command(authorize)) == "ok");
  CHECK(status.reports[0].current == 0);
  usage = {{"hits", "4"}};
  CHECK(decide(command(authorize)) == "limits_exceeded");
}

TEST_CASE_FIXTURE(Fixture, "authorize: without usage, exactly at the limit still passes") {
  usage = {{"hits", "3"}};
  CHECK(decide(command()) == "ok");
  usage.clear();
  CHECK(decide(command(authorize)) == "ok");
  usage = {{"hits", "#4"}};
  CHECK(decide(command(authorize)) == "limits_exceeded");
}

TEST_CASE_FIXTURE(Fixture, "authorize: usage of a child, counts for and is limited by its parent") {
  usage = {{"search", "2"}};
  CHECK(decide(command()) == "ok");
  CHECK(status.reports[0].current == 2);
  CHECK(decide(command()) == "limits_exceeded");
  AuthorizeCommand flat = command();
  flat.extensions.flat_usage = true;
  CHECK(decide(flat) == "ok");
}

TEST_CASE_FIXTURE(Fixture,
                  "authorize: usage beyond what one record holds, refused and not counted") {
  const MetricId endless{std::string(Limits::charge_bytes_max, 'm')};
  service.edit().metrics = std::make_shared<MetricTree>(std::vector<Metric>{{endless, "big", {}}});
  usage = {{"big", "1"}};
  CHECK(decide(command()) == "error usage_too_large");
  CHECK(decide(command(authorize)) == "error usage_too_large");
  CHECK(error_row(Errc::usage_too_large).http_status == 413);
  CHECK(counters.value({"1", "a"}, endless.get(), Period::day, unix_seconds(now)) == 0);
  usage.clear();
  CHECK(decide(command()) == "ok");
}

TEST_CASE_FIXTURE(Fixture, "authorize: only limits on what is used, are looked at") {
  service.limit("gold", "search", Period::day, 0);
  usage = {{"hits", "1"}};
  CHECK(decide(command()) == "ok");
  usage = {{"search", "1"}};
  CHECK(decide(command()) == "limits_exceeded");
}

TEST_CASE_FIXTURE(Fixture, "authorize: a log code without usage, counts the code alone") {
  AuthorizeCommand with_code = command();
  with_code.response_code = 200;
  CHECK(decide(with_code) == "ok");
  CHECK(status.charged);
  CHECK(decide(command()) == "ok");
  CHECK_FALSE(status.charged);
}

TEST_CASE_FIXTURE(Fixture, "authorize: application keys, must match if there are any") {
  CHECK(decide(command()) == "ok");
  service.edit().applications = {};
  service.application(
      {ApplicationId{"a"}, "active", PlanId{"gold"}, "gold", "", {ApplicationKey{"k"}}, {}});
  CHECK(decide(command()) == "application_key_invalid");
  CHECK(status.rejection->reason == "application key is missing");
  AuthorizeCommand wrong = command();
  wrong.app_key = "x";
  CHECK(decide(wrong) == "application_key_invalid");
  CHECK(status.rejection->reason == "application key \"x\" is invalid");
  wrong.app_key = "k";
  CHECK(decide(wrong) == "ok");
}

TEST_CASE_FIXTURE(Fixture, "authorize: version 1, knows callers by user key alone") {
  service.edit().backend_version = "1";
  CHECK(decide(command()) == "error user_key_invalid");
  AuthorizeCommand by_key = command();
  by_key.app_id = {};
  by_key.user_key = "u";
  CHECK(decide(by_key) == "ok");
  by_key.user_key = "wrong";
  CHECK(decide(by_key) == "error user_key_invalid");
  by_key.app_id = "a";
  CHECK(decide(by_key) == "error authentication_error");
}

TEST_CASE_FIXTURE(Fixture,
                  "authorize: other versions, ignore the user key and need an application id") {
  AuthorizeCommand none = command();
  none.app_id = {};
  CHECK(decide(none) == "error application_not_found");
  none.app_id = "nope";
  CHECK(decide(none) == "error application_not_found");
}

TEST_CASE_FIXTURE(Fixture, "authorize: oauth, a key may be left out but not be empty or wrong") {
  service.edit().backend_version = "oauth";
  AuthorizeCommand call = command();
  call.oauth = true;
  CHECK(decide(call) == "ok");
  call.app_key = "";
  CHECK(decide(call) == "application_key_invalid");
  call.app_key = "k";
  CHECK(decide(call) == "application_key_invalid");
  service.edit().applications = {};
  service.application({ApplicationId{"a"},
                       "active",
                       PlanId{"gold"},
                       "gold",
                       "http://r",
                       {ApplicationKey{"k"}},
                       {}});
  CHECK(decide(call) == "ok");
  call.redirect = "http://x";
  call.redirect_named_url = false;
  CHECK(decide(call) == "redirect_uri_invalid");
  call.redirect_named_url = true;
  CHECK(decide(call) == "redirect_url_invalid");
  CHECK(status.rejection->reason == "redirect_url \"http://x\" is invalid");
  call.redirect = "http://r";
  CHECK(decide(call) == "ok");
}

TEST_CASE_FIXTURE(Fixture, "authorize: an oauth path on another service, is not enabled") {
  AuthorizeCommand call = command();
  call.oauth = true;
  CHECK(decide(call) == "oauth_not_enabled");
}

TEST_CASE_FIXTURE(Fixture, "authorize: two rules broken, the earlier one answers") {
  service.edit().referrer_filters_required = true;
  service.edit().state = "suspended";
  service.edit().applications = {};
  Application application{ApplicationId{"a"},    "suspended", PlanId{"gold"}, "gold", "",
                          {ApplicationKey{"k"}}, {"*.x.org"}};
  service.application(application);
  usage = {{"hits", "99"}};
  AuthorizeCommand call = command();
  CHECK(decide(call) == "application_key_invalid");
  call.app_key = "k";
  CHECK(decide(call) == "referrer_not_allowed");
  call.referrer = "evil.org";
  CHECK(decide(call) == "referrer_not_allowed");
  call.referrer = "www.x.org";
  CHECK(decide(call) == "application_not_active");
  application.state = "active";
  service.application(application);
  CHECK(decide(call) == "service_not_active");
  service.edit().state = "active";
  CHECK(decide(call) == "limits_exceeded");
}

TEST_CASE_FIXTURE(
    Fixture,
    "authorize: a wrong metric, is found after the refusals but before them without a body") {
  service.edit().state = "suspended";
  usage = {{"nope", "1"}};
  CHECK(decide(command()) == "service_not_active");
  AuthorizeCommand bare = command();
  bare.extensions.no_body = true;
  CHECK(decide(bare) == "error metric_invalid");
  service.edit().state = "active";
  CHECK(decide(command()) == "error metric_invalid");
}

TEST_CASE_FIXTURE(Fixture,
                  "limit headers: the tightest limit of what is used, in calls of the same kind") {
  service.limit("gold", "search", Period::eternity, 100);
  usage = {{"search", "1"}};
  AuthorizeCommand call = command(authorize);
  CHECK(decide(call) == "ok");
  call.usage = usage;
  const LimitHeaders headers = limit_headers(status, call, now);
  CHECK(headers.remaining == 3);
  CHECK(headers.reset == 6);
  CHECK(headers.max_value == 3);
}

TEST_CASE_FIXTURE(Fixture,
                  "limit headers: an authrep, counts itself; equal limits give the longer period") {
  service.limit("gold", "hits", Period::hour, 3);
  usage = {{"hits", "1"}};
  const AuthorizeCommand call = command();
  CHECK(decide(call) == "ok");
  const LimitHeaders headers = limit_headers(status, call, now);
  CHECK(headers.remaining == 2);
  CHECK(headers.reset == 1746);
}

TEST_CASE_FIXTURE(Fixture, "limit headers: nothing constrains, minus one and no maximum") {
  const AuthorizeCommand call = command(authorize);
  CHECK(decide(call) == "ok");
  const LimitHeaders headers = limit_headers(status, call, now);
  CHECK(headers.remaining == -1);
  CHECK(headers.reset == -1);
  CHECK_FALSE(headers.max_value);
}

TEST_CASE_FIXTURE(Fixture, "authorize: authrep with a key again, is authorized and not counted") {
  usage = {{"search", "2"}};
  AuthorizeCommand keyed = command();
  keyed.idempotency_key = "k";
  CHECK(decide(keyed) == "ok");
  CHECK(status.charged);
  CHECK(status.reports[0].current == 2);
  CHECK(decide(keyed) == "ok");
  CHECK(status.repeated);
  CHECK_FALSE(status.charged);
  CHECK(status.reports[0].stored == 2);
  CHECK(status.reports[0].current == 2);
  usage = {{"hits", "1"}};
  CHECK(decide(command()) == "ok");
  CHECK_FALSE(status.repeated);
  CHECK(decide(command()) == "limits_exceeded");
  CHECK(decide(keyed) == "error idempotency_key_reused");
  usage = {{"search", "2"}};
  CHECK(decide(keyed) == "ok");  // as it was answered first, though nothing is left
  CHECK(status.reports[0].current == 3);
}

TEST_CASE_FIXTURE(Fixture, "authorize: authrep with a key denied, may be tried again with it") {
  usage = {{"hits", "4"}};
  AuthorizeCommand keyed = command();
  keyed.idempotency_key = "k";
  CHECK(decide(keyed) == "limits_exceeded");
  CHECK_FALSE(status.charged);
  usage = {{"hits", "3"}};
  CHECK(decide(keyed) == "ok");
  CHECK(status.charged);
}

TEST_CASE_FIXTURE(Fixture, "authorize: a caller who no longer passes, is denied with its key too") {
  usage = {{"hits", "1"}};
  AuthorizeCommand keyed = command();
  keyed.idempotency_key = "k";
  CHECK(decide(keyed) == "ok");
  Application suspended = *service.edit().applications.find("a");
  suspended.state = "suspended";
  service.application(suspended);
  CHECK(decide(keyed) == "application_not_active");
}

TEST_CASE_FIXTURE(Fixture, "authorize: with a key but no usage, stays authorized") {
  AuthorizeCommand keyed = command();
  keyed.idempotency_key = "k";
  CHECK(decide(keyed) == "ok");
  CHECK_FALSE(status.charged);
  CHECK(decide(keyed) == "ok");
  CHECK(status.repeated);
  keyed.kind = authorize;
  CHECK(decide(keyed) == "ok");  // nothing to count: keys are not looked at
  CHECK_FALSE(status.repeated);
}

TEST_CASE("authorize: no room for a key, an error and nothing counted") {
  Fixture full;
  NaiveCounters none{0};
  Authorizer authorizer{none, ReferrerMatch::whole};
  full.usage = {{"hits", "1"}};
  full.service.add_to(full.catalog);
  AuthorizeCommand keyed = full.command();
  keyed.usage = full.usage;
  keyed.idempotency_key = "k";
  const auto done = authorizer.decide(full.catalog, "p", keyed, now, full.status);
  REQUIRE(done.has_error());
  CHECK(done.error().is(Errc::idempotency_store_full));
  CHECK(done.error().retryable());
  CHECK(none.state_hash() == 0);
}

TEST_CASE_FIXTURE(Fixture, "authorize: a service with a zone, limits follow its days") {
  using test_zones::utc;
  const TimeZone berlin = test_zones::berlin();
  const auto at = [](UnixSeconds moment) { return SystemTime{Seconds{moment}}; };
  service.limit("gold", "search", Period::day, 1).edit().zone = &berlin;
  usage = {{"search", "1"}};
  CHECK(decide(command(), at(utc(2026, 10, 24, 22))) == "ok");
  CHECK(status.windows[index(Period::day)] == Window{utc(2026, 10, 24, 22), utc(2026, 10, 25, 23)});
  CHECK(decide(command(), at(utc(2026, 10, 25, 22, 59))) == "limits_exceeded");
  CHECK(limit_headers(status, command(), at(utc(2026, 10, 25, 22, 59))).reset == 60);
  CHECK(decide(command(), at(utc(2026, 10, 25, 23))) == "ok");
  // Within the same minute: another zone, and the statuses of a thread that share their windows.
  service.edit().zone = nullptr;
  CHECK(decide(command(), at(utc(2026, 10, 25, 23))) == "ok");
  CHECK(status.windows == windows_at(utc(2026, 10, 25, 23)));
  WindowsOfNow of_now;
  status.of_now = &of_now;
  service.edit().zone = &berlin;
  CHECK(decide(command(), at(utc(2026, 10, 25, 23))) == "limits_exceeded");
  CHECK(status.windows == windows_at(utc(2026, 10, 25, 23), &berlin));
}

TEST_CASE_FIXTURE(Fixture, "authorize: a grace, passes above the limit and says so") {
  TestService graced{"1", "p"};
  graced.metrics({{"hits", ""}}).limit("gold", "hits", Period::minute, 3, 70);
  service = graced.application("a", "gold");
  usage = {{"hits", "1"}};
  for (int i = 1; i <= 5; ++i) {
    CHECK(decide(command()) == "ok");
    CHECK(status.in_grace() == (i > 3));
    CHECK(status.reports[0].limit.max == 3);
  }
  CHECK(decide(command()) == "limits_exceeded");
  CHECK_FALSE(status.in_grace());
  CHECK(status.reports[0].stored == 5);
  usage.clear();
  CHECK(decide(command(authorize)) == "ok");
}

TEST_CASE_FIXTURE(Fixture, "authorize: a grace refuses exactly, whatever else would too") {
  TestService graced{"1", "p"};
  graced.metrics({{"hits", ""}}).limit("gold", "hits", Period::minute, 0, 1'000);
  graced.spike("gold", "hits", {1, 1, 1});
  service = graced.application("a", "gold");
  usage = {{"hits", "1"}};
  CHECK(decide(command()) == "limits_exceeded");  // of a disabled metric no part is allowed
  CHECK(status.spikes.at(0).wait == 0);
  CHECK(decide(command()) == "limits_exceeded");
  CHECK(status.spikes.at(0).wait == 0);  // what was refused filled nothing
}

TEST_CASE_FIXTURE(Fixture, "authorize: a shadow limit, refuses nobody and shows when asked") {
  service.limit("gold", "hits", Period::day, 1, 0, true);
  usage = {{"hits", "2"}};
  CHECK(decide(command()) == "ok");
  CHECK(status.reports.size() == 1);
  CHECK(status.shadow_reports.empty());
  AuthorizeCommand asked = command();
  asked.extensions.shadow_limits = true;
  usage = {{"hits", "1"}};
  CHECK(decide(asked) == "ok");
  CHECK(status.reports.size() == 1);
  REQUIRE(status.shadow_reports.size() == 1);
  CHECK(status.shadow_reports[0].limit.period == Period::day);
  CHECK(status.shadow_reports[0].stored == 2);
  CHECK(status.shadow_reports[0].current == 3);
  CHECK(decide(asked) == "limits_exceeded");
  CHECK(status.shadow_reports[0].current == 3);
}

TEST_CASE_FIXTURE(Fixture, "authorize: a spike limit, refuses until there is room again") {
  TestService spiky{"1", "p"};
  spiky.metrics({{"hits", ""}, {"search", "hits"}}).spike("gold", "hits", {2, 1, 2});
  service = spiky.application("a", "gold");
  usage = {{"search", "2"}};  // counts for its parent
  CHECK(decide(command(authorize)) == "ok");
  CHECK(decide(command()) == "ok");
  CHECK(decide(command()) == "limits_exceeded");
  CHECK_FALSE(status.charged);
  usage = {{"hits", "1"}};
  CHECK(decide(command(authorize)) == "limits_exceeded");
  CHECK(decide(command(), now + Micros{499'999}) == "limits_exceeded");
  CHECK(decide(command(authorize), now + Micros{500'000}) == "ok");
  CHECK(decide(command(), now + Micros{500'000}) == "ok");
  CHECK(decide(command(), now + Micros{500'000}) == "limits_exceeded");
  usage = {{"hits", "#9"}};
  CHECK(decide(command(), now + Micros{500'000}) == "ok");  // a value that is set is no burst
  usage.clear();
  CHECK(decide(command(authorize), now + Micros{500'000}) == "ok");
}

TEST_CASE_FIXTURE(Fixture, "authorize: with a key, a spike limit refuses and fills once") {
  TestService spiky{"1", "p"};
  spiky.metrics({{"hits", ""}}).spike("gold", "hits", {1, 60, 2});
  service = spiky.application("a", "gold");
  usage = {{"hits", "2"}};
  AuthorizeCommand keyed = command();
  keyed.idempotency_key = "k";
  CHECK(decide(keyed) == "ok");
  CHECK(limit_headers(status, keyed, now).remaining == 0);
  CHECK(decide(keyed) == "ok");  // again, though there is no room
  CHECK(status.repeated);
  CHECK(limit_headers(status, keyed, now).remaining == 0);
  CHECK(limit_headers(status, keyed, now).reset == 120);
  usage = {{"hits", "1"}};
  keyed.idempotency_key = "l";
  CHECK(decide(keyed) == "limits_exceeded");
  CHECK(decide(keyed, now + Seconds{59}) == "limits_exceeded");
  CHECK(decide(keyed, now + Seconds{60}) == "ok");
  CHECK_FALSE(status.repeated);
}

TEST_CASE_FIXTURE(Fixture, "authorize: a call that is refused before, fills no spike limit") {
  service.spike("gold", "hits", {1, 60, 1});
  Application off = *service.edit().applications.find("a");
  off.state = "off";
  service.application(off);
  usage = {{"hits", "1"}};
  CHECK(decide(command()) == "application_not_active");
  off.state = "active";
  service.application(off);
  CHECK(decide(command()) == "ok");
  CHECK(decide(command()) == "limits_exceeded");
}

}  // namespace mainstay::apim::authorize_test
