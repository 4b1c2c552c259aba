#include "apps/apim/outbound/journal/records.hpp"

#include <array>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

namespace mainstay::apim::records_test {
namespace {

std::vector<std::string> one_of_each() {
  const std::array<MetricCharge, 2> metrics{
      MetricCharge{"hits", {3, false}},
      MetricCharge{"bytes", {std::numeric_limits<std::int64_t>::max(), true}}};
  const std::array<SpikeAdvance, 2> advanced{SpikeAdvance{"hits", {5, 6}},
                                             SpikeAdvance{"bytes", {7, 0}}};
  Windows zoned = windows_at(1'795'000'000);  // some zone's, east of UTC but for its year
  for (Window& window : zoned) window.begin -= 3'600;
  zoned[index(Period::year)].begin += 18'000;
  zoned[index(Period::minute)] = windows_at(1'795'000'000)[index(Period::minute)];
  zoned[index(Period::eternity)].begin = 0;
  const std::array<Charge, 4> charges{
      Charge{{"service", "app1"}, 1'795'000'000, metrics, 0},
      Charge{{"service", "app2"}, 1'794'999'000, {}, 404, nullptr, {}, advanced},
      Charge{{"other", ""}, 1'795'000'000, {metrics.data(), 1}, 200},
      Charge{{"other", "b"},
             1'795'000'000,
             {metrics.data(), 1},
             0,
             &zoned,
             {},
             std::span{advanced}.first(1)}};
  std::string usage;
  encode_usage(usage, charges, 1'795'000'000);
  UsageRider rider;
  rider.key = {11, 12, 13, 14};
  rider.settled = {3, 1'795'000'020, {{"pk", 5, 6}, {"", 0, 1}}};
  rider.firsts = {70, {{0, false}, {0, true}, {3, true}}};
  std::string ridden;
  encode_usage(ridden, charges, 1'795'000'000, &rider);
  CallsMetered metered;
  metered.of = {63, 1'795'000'020, {{"provider", 1, 2}}};
  return {usage,
          encoded(ServiceErased{"service"}),
          encoded(EventAdded{7, "alert", 1'795'000'000, R"({"id":1})"}),
          encoded(EventRemoved{7}),
          encoded(EventsRemovedUpto{9}),
          encoded(ErrorAdded{"service", "metric_invalid", "metric \"m\" is invalid", 5, "{}"}),
          encoded(ErrorsCleared{"service"}),
          encoded(AlertMarked{"service", "app", 300, 1'795'000'000}),
          encoded(AlertIdTaken{11}),
          ridden,
          encoded(KeySecretChosen{{21, 22}}),
          encoded(metered),
          encoded(WindowRestored{"service", "app", "hits", Period::day, 1'794'960'000, 12}),
          encoded(HistoryErased{"service", 77}),
          encoded(NoticeAdded{3, "service", "app", 9, "{}"}),
          encoded(NoticeRemoved{3}),
          encoded(WindowsPut{"service",
                             "app",
                             "hits",
                             {{Period::day, 1'794'960'000, 12}, {Period::eternity, 0, 40}},
                             1'795'000'000}),
          encoded(ToldOnce{{"service", "app", 80, 8}, {9, "alert", 8, "{}"}, {}}),
          encoded(ToldOnce{{"service", "app", 1, 8},
                           {9, "limit_grace_entered", 8, "{}"},
                           NoticeAdded{4, "service", "app", 8, "{1}"}}),
          encoded(MarksErased{"service"})};
}

template <class R>
R decoded(std::string_view bytes) {
  auto record = decode(as_bytes(bytes));
  REQUIRE(record.has_value());
  REQUIRE(std::holds_alternative<R>(*record));
  return std::get<R>(std::move(*record));
}

TEST_CASE("records: usage, decoded as it was encoded") {
  const auto records = one_of_each();
  const auto usage = decoded<UsageCharged>(records[0]);
  CHECK(usage.now == 1'795'000'000);
  REQUIRE(usage.charges.size() == 4);
  const Charge& first = usage.charges[0];
  CHECK(first.subject.service_id == "service");
  CHECK(first.subject.application_id == "app1");
  CHECK(first.at == usage.now);
  CHECK(first.response_code == 0);
  REQUIRE(first.metrics.size() == 2);
  CHECK(first.metrics[0].metric_id == "hits");
  CHECK(first.metrics[0].value == UsageValue{3, false});
  CHECK(first.metrics[1].metric_id == "bytes");
  CHECK(first.metrics[1].value == UsageValue{std::numeric_limits<std::int64_t>::max(), true});
  const Charge& second = usage.charges[1];
  CHECK(second.subject.service_id == "service");
  CHECK(second.subject.application_id == "app2");
  CHECK(second.at == 1'794'999'000);
  CHECK(second.response_code == 404);
  CHECK(second.metrics.empty());
  REQUIRE(second.advanced.size() == 2);
  CHECK(second.advanced[0].metric_id == "hits");
  CHECK(second.advanced[0].state == SpikeState{5, 6});
  CHECK(second.advanced[1].state == SpikeState{7, 0});
  CHECK(first.advanced.empty());
  const Charge& third = usage.charges[2];
  CHECK(third.subject.service_id == "other");
  CHECK(third.subject.application_id.empty());
  CHECK(third.response_code == 200);
  CHECK(third.metrics.size() == 1);
  for (std::size_t i = 0; i < 3; ++i) CHECK(usage.charges[i].windows == nullptr);
  REQUIRE(usage.charges[3].windows != nullptr);
  REQUIRE(usage.charges[3].advanced.size() == 1);
  CHECK(usage.charges[3].advanced[0].state == SpikeState{5, 6});
  const Windows utc = windows_at(1'795'000'000);
  const auto ahead = [&](Period period) {
    const Window& window = (*usage.charges[3].windows)[index(period)];
    CHECK(window.end == utc[index(period)].end);
    return window.begin - utc[index(period)].begin;
  };
  CHECK(ahead(Period::minute) == 0);
  CHECK(ahead(Period::hour) == -3'600);
  CHECK(ahead(Period::month) == -3'600);
  CHECK(ahead(Period::year) == 14'400);
  CHECK(ahead(Period::eternity) == 0);
}

TEST_CASE("records: every other type, decoded as it was encoded") {
  const auto records = one_of_each();
  CHECK(decoded<ServiceErased>(records[1]).service_id == "service");
  const auto event = decoded<EventAdded>(records[2]);
  CHECK(event.id == 7);
  CHECK(event.type == "alert");
  CHECK(event.at == 1'795'000'000);
  CHECK(event.object == R"({"id":1})");
  CHECK(decoded<EventRemoved>(records[3]).id == 7);
  CHECK(decoded<EventsRemovedUpto>(records[4]).id == 9);
  const auto error = decoded<ErrorAdded>(records[5]);
  CHECK(error.service_id == "service");
  CHECK(error.code == "metric_invalid");
  CHECK(error.message == "metric \"m\" is invalid");
  CHECK(error.at == 5);
  CHECK(error.context == "{}");
  CHECK(decoded<ErrorsCleared>(records[6]).service_id == "service");
  const auto mark = decoded<AlertMarked>(records[7]);
  CHECK(mark.service_id == "service");
  CHECK(mark.application_id == "app");
  CHECK(mark.bin == 300);
  CHECK(mark.at == 1'795'000'000);
  CHECK(decoded<AlertIdTaken>(records[8]).id == 11);
  CHECK(decoded<KeySecretChosen>(records[10]).secret == SipKey{21, 22});
  const auto metered = decoded<CallsMetered>(records[11]);
  CHECK(metered.of.slot == 63);
  CHECK(metered.of.minute == 1'795'000'020);
  REQUIRE(metered.of.calls.size() == 1);
  CHECK(metered.of.calls[0].provider_key == "provider");
  CHECK(metered.of.calls[0].authorizations == 1);
  CHECK(metered.of.calls[0].transactions == 2);
  const auto notice = decoded<NoticeAdded>(records[14]);
  CHECK(notice.id == 3);
  CHECK(notice.service_id == "service");
  CHECK(notice.application_id == "app");
  CHECK(notice.at == 9);
  CHECK(notice.body == "{}");
  CHECK(decoded<NoticeRemoved>(records[15]).id == 3);
}

TEST_CASE("records: usage with what rides in it, decoded as it was encoded") {
  const auto records = one_of_each();  // what is decoded points into them
  const auto usage = decoded<UsageCharged>(records[9]);
  CHECK(usage.charges.size() == 4);
  CHECK(usage.charges[2].subject.service_id == "other");
  REQUIRE(usage.rider.key.has_value());
  CHECK(*usage.rider.key == KeyMark{11, 12, 13, 14});
  REQUIRE(usage.rider.settled.has_value());
  CHECK(usage.rider.settled->slot == 3);
  CHECK(usage.rider.settled->minute == 1'795'000'020);
  REQUIRE(usage.rider.settled->calls.size() == 2);
  CHECK(usage.rider.settled->calls[0].provider_key == "pk");
  CHECK(usage.rider.settled->calls[0].authorizations == 5);
  CHECK(usage.rider.settled->calls[1].transactions == 1);
  CHECK_FALSE(decoded<UsageCharged>(records[0]).rider.key.has_value());
}

TEST_CASE("records: a key without a charge, is 35 bytes and refused without an expiry") {
  UsageRider rider;
  rider.key = {1, 2, 3, 4};
  std::string record;
  encode_usage(record, {}, 5, &rider);
  CHECK(record.size() == 1 + 1 + 24 + 8 + 1);
  CHECK(decoded<UsageCharged>(record).charges.empty());
  rider.key->expires = 0;
  record.clear();
  encode_usage(record, {}, 5, &rider);
  CHECK(decode(as_bytes(record)).has_error());
}

TEST_CASE("records: a call of one metric, takes few bytes") {
  const MetricCharge hit{"hits", {1, false}};
  const Charge charge{{"2555417700000", "8f3a1c2e"}, 1'795'000'000, {&hit, 1}, 0};
  std::string record;
  encode_usage(record, {&charge, 1}, 1'795'000'000);
  CHECK(record.size() == 1 + 8 + 1 + 1 + 14 + 9 + 1 + 5 + 1);
}

TEST_CASE("records: usage around the room for small ones, decoded as it was encoded") {
  for (std::size_t size = 150; size < 320; ++size) {
    CAPTURE(size);
    const std::string id(size, 'a');
    const std::vector<MetricCharge> metrics{{"m", {300, false}}, {"n", {1, true}}};
    const Charge charge{{"s", id}, 70, metrics, 404};
    std::string record = "before";  // it is appended
    encode_usage(record, {&charge, 1}, 71, nullptr);
    REQUIRE(record.starts_with("before"));
    const std::string encoded = record.substr(6);
    const auto usage = decoded<UsageCharged>(encoded);
    REQUIRE(usage.charges.size() == 1);
    CHECK(usage.now == 71);
    CHECK(usage.charges[0].subject.application_id.size() == size);
    CHECK(usage.charges[0].at == 70);
    CHECK(usage.charges[0].response_code == 404);
    REQUIRE(usage.charges[0].metrics.size() == 2);
    CHECK(usage.charges[0].metrics[0].value == UsageValue{300, false});
    CHECK(usage.charges[0].metrics[1].value == UsageValue{1, true});
  }
}

TEST_CASE("records: cut at any byte or with one too many, refused") {
  for (const std::string& record : one_of_each()) {
    for (std::size_t size = 0; size < record.size(); ++size) {
      const auto result = decode(as_bytes(std::string_view{record}.substr(0, size)));
      REQUIRE(result.has_error());
      CHECK(result.error().is(RecordErrc::malformed));
    }
    const auto longer = decode(as_bytes(record + '\0'));
    REQUIRE(longer.has_error());
    CHECK(longer.error().is(RecordErrc::malformed));
  }
}

TEST_CASE("records: every byte changed to any other, never more than a refusal or another record") {
  for (const std::string& record : one_of_each()) {
    for (std::size_t at = 0; at < record.size(); ++at) {
      std::string changed = record;
      for (int value = 0; value < 256; ++value) {
        changed[at] = static_cast<char>(value);
        const auto result = decode(as_bytes(changed));
        if (result.has_value() && std::holds_alternative<UsageCharged>(*result)) {
          for (const Charge& charge : std::get<UsageCharged>(*result).charges) {
            for (const MetricCharge& metric : charge.metrics) CHECK(metric.value.amount >= 0);
            if (charge.windows == nullptr) continue;
            for (const Window& window : *charge.windows) CHECK(window.begin >= 0);
          }
        }
      }
    }
  }
}

TEST_CASE("records: a type of a newer version, named") {
  const auto result = decode(as_bytes(std::string_view{"\xf0rest"}));
  REQUIRE(result.has_error());
  CHECK(result.error().is(RecordErrc::type_unknown));
  CHECK(result.error().detail() == "record type 240");
}

TEST_CASE("records: counts beyond the bytes there are, refused before anything is reserved") {
  std::string record;
  ByteWriter out{record};
  out.u8(1);
  out.i64(0);
  out.varint(1ULL << 60U);
  CHECK(decode(as_bytes(record)).has_error());
}

TEST_CASE("records: the same service before the first charge, refused") {
  std::string record;
  ByteWriter out{record};
  out.u8(1);
  out.i64(0);
  out.varint(1);
  out.u8(1);  // same service
  out.text("app");
  out.varint(0);
  CHECK(decode(as_bytes(record)).has_error());
}

TEST_CASE("records: a window restored and a history erased, decoded as they were encoded") {
  const auto records = one_of_each();
  const auto window = decoded<WindowRestored>(records[12]);
  CHECK(window.service_id == "service");
  CHECK(window.application_id == "app");
  CHECK(window.metric_id == "hits");
  CHECK(window.period == Period::day);
  CHECK(window.begin == 1'794'960'000);
  CHECK(window.base == 12);
  const auto erased = decoded<HistoryErased>(records[13]);
  CHECK(erased.service_id == "service");
  CHECK(erased.erasure == 77);
  const auto refused = [](const WindowRestored& record) {
    return decode(as_bytes(encoded(record))).has_error();
  };
  CHECK(refused({"s", "a", "m", static_cast<Period>(7), 0, 1}));
  CHECK(refused({"s", "a", "m", Period::day, 0, -1}));
}

TEST_CASE("records: windows that were put, decoded as they were encoded; odd ones refused") {
  const auto records = one_of_each();
  const auto put = decoded<WindowsPut>(records[16]);
  CHECK(put.service_id == "service");
  CHECK(put.application_id == "app");
  CHECK(put.metric_id == "hits");
  REQUIRE(put.windows.size() == 2);
  CHECK(put.windows[0].period == Period::day);
  CHECK(put.windows[0].begin == 1'794'960'000);
  CHECK(put.windows[0].value == 12);
  CHECK(put.now == 1'795'000'000);
  const auto refused = [](CounterWindow window) {
    return decode(as_bytes(encoded(WindowsPut{"s", "a", "m", {window}, 0}))).has_error();
  };
  CHECK(refused({static_cast<Period>(7), 0, 1}));
  CHECK(refused({Period::day, 0, -1}));
  CHECK(refused({Period::week, -3 * 86'400, 1}));
}

}  // namespace
}  // namespace mainstay::apim::records_test
