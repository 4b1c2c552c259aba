#include "apps/apim/outbound/redis/apisonator_keys.hpp"

#include <array>

#include <doctest/doctest.h>

namespace mainstay::apim::apisonator_keys_test {
namespace {

constexpr UnixSeconds saturday = 1'795'219'200;  // 2026-11-21 00:00:00

Names some_names() {
  Names names;
  ServiceNames& one = names["s+1"];
  one.id = "s 1";
  add_name(one.applications, "app one");
  add_name(one.applications, "a/metric:m");
  add_name(one.metrics, "m");
  add_name(one.metrics, "two words");
  add_name(one.plans, "gold plan");
  names["s"].id = "s";
  return names;
}

std::string kind_of(std::string_view key) {
  static constexpr std::array names{"counter",          "total",       "service_gone",
                                    "application_gone", "metric_gone", "malformed"};
  return names[static_cast<std::size_t>(parse_stats_key(key, some_names()).kind)];
}

/// The text of a window's begin as apisonator writes it: `%Y%m%d%H%M%S`, then zeros at the end of
/// the time of day, up to six, removed.
std::string stats_time(UnixSeconds begin) {
  std::string text = utc_text(begin).substr(0, 19);
  std::erase_if(text, [](char c) { return c < '0' || c > '9'; });
  while (text.size() > 8 && text.back() == '0') text.pop_back();
  return text;
}

}  // namespace

TEST_CASE("stats window: the forms of the table") {
  const auto begin = [](std::string_view text) {
    const auto window = parse_stats_window(text);
    return window ? window->begin - saturday : -1;
  };
  CHECK(begin("minute:20261121013") == 90 * 60);
  CHECK(begin("minute:202611210131") == 91 * 60);
  CHECK(begin("minute:2026112101") == 3'600);
  CHECK(begin("minute:20261121") == 0);
  CHECK(begin("hour:202611211") == 36'000);
  CHECK(begin("hour:2026112101") == 3'600);
  CHECK(begin("hour:202611212") == 72'000);
  CHECK(begin("hour:20261121") == 0);
  CHECK(begin("day:20261121") == 0);
  CHECK(begin("week:20261116") == -5 * 86'400);
  CHECK(begin("month:20261101") == -20 * 86'400);
  CHECK(parse_stats_window("year:20260101")->begin == 1'767'225'600);
  CHECK(parse_stats_window("eternity")->begin == 0);
}

TEST_CASE("stats window: every minute and hour of a day is read back") {
  for (UnixSeconds at = saturday; at < saturday + 86'400; at += 60) {
    const auto minute = parse_stats_window("minute:" + stats_time(at));
    REQUIRE(minute);
    CHECK(minute->begin == at);
    if (at % 3'600 == 0) CHECK(parse_stats_window("hour:" + stats_time(at))->begin == at);
  }
}

TEST_CASE("stats window: what is none is refused") {
  for (const std::string_view text :
       {"", "day", "day:", "eternity:20261121", "decade:20260101", "day:2026112", "day:20261321",
        "day:20261131", "hour:2026112124", "minute:202611210060", "week:20261117", "month:20261102",
        "hour:202611210130", "day:20261121013000x", "minute:20261121013001", "day:-0261121",
        "week:19691229"}) {
    CHECK_MESSAGE(!parse_stats_window(text), text);
  }
}

TEST_CASE("stats key: ids come back as they were, separators in them or not") {
  const Names names = some_names();
  const auto key = parse_stats_key(
      "stats/{service:s+1}/cinstance:app+one/metric:two+words/hour:202611211", names);
  REQUIRE(key.kind == StatsKey::Kind::counter);
  CHECK(key.service->id == "s 1");
  CHECK(*key.application_id == "app one");
  CHECK(key.metric_id == "two words");
  CHECK(key.window.begin == saturday + 36'000);
  const auto odd =
      parse_stats_key("stats/{service:s+1}/cinstance:a/metric:m/metric:m/eternity", names);
  REQUIRE(odd.kind == StatsKey::Kind::counter);
  CHECK(*odd.application_id == "a/metric:m");
  const auto code = parse_stats_key(
      "stats/{service:s+1}/cinstance:app+one/response_code:404/day:20261121", names);
  REQUIRE(code.kind == StatsKey::Kind::counter);
  CHECK(code.metric_id ==
        "\x1f"
        "404");
}

TEST_CASE("stats key: what leads to nothing is told apart") {
  CHECK(kind_of("stats/{service:s+1}/metric:m/day:20261121") == "total");
  CHECK(kind_of("stats/{service:s+1}/cinstances") == "total");
  CHECK(kind_of("stats/{service:x}/cinstance:a/metric:m/eternity") == "service_gone");
  CHECK(kind_of("stats/{service:s+1}/cinstance:x/metric:m/eternity") == "application_gone");
  CHECK(kind_of("stats/{service:s+1}/cinstance:app+one/metric:x/eternity") == "metric_gone");
  CHECK(kind_of("stats/{service:s+1}/cinstance:app+one/response_code:201/eternity") ==
        "metric_gone");
  CHECK(kind_of("stats/{service:s+1}/cinstance:app+one/metric:m/day:tomorrow") == "malformed");
  CHECK(kind_of("other") == "malformed");
}

TEST_CASE("configuration keys: tokens, user keys and limits") {
  const Names names = some_names();
  using Kind = ConfigurationKey::Kind;
  const auto token = parse_configuration_key("service_token/token:t/service_id:s+1", names);
  CHECK(token.kind == Kind::token);
  CHECK(token.service->id == "s 1");
  CHECK(token.value == "t");
  const auto user = parse_configuration_key("application/service_id:s/key:a/b/id", names);
  CHECK(user.kind == Kind::user_key);
  CHECK(user.service->id == "s");
  CHECK(user.value == "a/b");
  CHECK(parse_configuration_key("application/service_id:s/id:a/state", names).kind == Kind::other);
  CHECK(parse_configuration_key("application/service_id:s/id:x/key:y/id", names).kind ==
        Kind::other);
  CHECK(parse_configuration_key("application/service_id:gone/key:u/id", names).service == nullptr);
  const auto limit = parse_configuration_key(
      "usage_limit/service_id:s+1/plan_id:gold+plan/metric_id:two+words/day", names);
  CHECK(limit.kind == Kind::usage_limit);
  const auto parts = parse_limit_key(limit.value, *limit.service);
  REQUIRE(parts);
  CHECK(parts->plan_id == "gold plan");
  CHECK(parts->metric_id == "two words");
  CHECK(parts->period == Period::day);
  CHECK(!parse_limit_key("p/metric_id:m/sometimes", *limit.service));
  CHECK(!parse_limit_key("p/day", *limit.service));
}

}  // namespace mainstay::apim::apisonator_keys_test
