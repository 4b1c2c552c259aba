#include "apps/apim/outbound/memory/idempotency_keys.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "apps/apim/outbound/journal/records.hpp"

namespace mainstay::apim::idempotency_keys_test {
namespace {

constexpr UnixSeconds start = 1'795'224'654;
constexpr UnixSeconds day = 86'400;

CallKey key(std::string_view text, std::string_view request = "r") {
  return {"service", CallKey::Kind::authrep, text, request};
}

/// What a call with the key at `now` becomes.
Keyed call(IdempotencyKeys& keys, const CallKey& of, UnixSeconds now = start) {
  const KeyMark mark = keys.mark_of(of, now);
  auto stripe = keys.lock(mark);
  if (const auto known = IdempotencyKeys::known(*stripe, mark, now)) return *known;
  if (!keys.reserve(*stripe, mark)) return Keyed::full;
  IdempotencyKeys::put(*stripe, mark);
  return Keyed::counted;
}

TEST_CASE("idempotency keys: service, kind and text tell keys apart") {
  IdempotencyKeys keys;
  for (const std::string_view service : {"a", "b", "ab", ""}) {
    for (const auto kind : {CallKey::Kind::authrep, CallKey::Kind::report}) {
      for (const std::string_view text : {"bc", "c", "b"}) {
        CHECK(call(keys, {service, kind, text, "r"}) == Keyed::counted);
      }
    }
  }
  CHECK(keys.size() == 24);
  CHECK(call(keys, {"a", CallKey::Kind::report, "c", "r"}) == Keyed::repeated);
  CHECK(call(keys, {"a", CallKey::Kind::report, "c", "other"}) == Keyed::reused);
  CHECK(keys.was_counted({"a", CallKey::Kind::report, "c", "r"}, start));
  CHECK_FALSE(keys.was_counted({"a", CallKey::Kind::report, "c", "other"}, start));
}

TEST_CASE("idempotency keys: known for a day by the calls' clock, a clock set back forgets none") {
  IdempotencyKeys keys;
  CHECK(call(keys, key("k")) == Keyed::counted);
  CHECK(call(keys, key("k"), start - day) == Keyed::repeated);
  CHECK(call(keys, key("k"), start + day - 1) == Keyed::repeated);
  CHECK(call(keys, key("k"), start + day) == Keyed::repeated);  // rounded up to a minute
  CHECK_FALSE(keys.was_counted(key("k"), start + day + 60));
  CHECK(call(keys, key("k", "another"), start + day + 60) == Keyed::counted);
  CHECK(call(keys, key("k"), start + day + 60) == Keyed::reused);
  CHECK(keys.size() == 1);
}

TEST_CASE("idempotency keys: full, known keys are still known, and expired ones make room") {
  IdempotencyKeys keys{3};
  for (const std::string_view text : {"a", "b", "c"})
    CHECK(call(keys, key(text)) == Keyed::counted);
  CHECK(call(keys, key("d")) == Keyed::full);
  CHECK(call(keys, key("a")) == Keyed::repeated);
  CHECK(keys.size() == 3);
  const UnixSeconds later = start + day + IdempotencyKeys::clock_slack.count() + 180;
  CHECK(call(keys, key("d"), later - 3'600) == Keyed::full);
  keys.forget_expired(keys.newest_call());
  CHECK(call(keys, key("a"), start) == Keyed::repeated);  // within the slack nothing is forgotten
  CHECK(call(keys, key("d"), later) == Keyed::full);
  keys.forget_expired(start);  // whatever a call's clock said
  CHECK(keys.size() == 3);
  keys.forget_expired(keys.newest_call());
  CHECK(keys.size() == 0);
  CHECK(call(keys, key("d"), later) == Keyed::counted);
}

TEST_CASE("idempotency keys: none at all, each is refused") {
  IdempotencyKeys keys{0};
  CHECK(call(keys, key("a")) == Keyed::full);
}

TEST_CASE("idempotency keys: saved and loaded, the same keys under the same secret") {
  IdempotencyKeys keys;
  keys.set_secret({11, 12});
  for (int i = 0; i < 5'000; ++i) call(keys, key(std::to_string(i)), start + i);
  std::string saved;
  keys.save(saved);
  IdempotencyKeys loaded;
  CHECK_FALSE(loaded.has_secret());
  ByteReader in{as_bytes(saved)};
  REQUIRE(loaded.load(in).has_value());
  CHECK(in.at_end());
  CHECK(loaded.has_secret());
  CHECK(loaded.size() == 5'000);
  bool all = true;
  for (int i = 0; i < 5'000; ++i) {
    all = all && call(loaded, key(std::to_string(i)), start + day + i - 1) == Keyed::repeated;
  }
  CHECK(all);
  CHECK(call(loaded, key("new")) == Keyed::counted);
  std::string again;
  keys.save(again);
  CHECK(again == saved);
}

TEST_CASE("idempotency keys: another secret, other hashes") {
  IdempotencyKeys one;
  IdempotencyKeys two;
  one.set_secret({1, 1});
  two.set_secret({1, 2});
  CHECK_FALSE(one.mark_of(key("k"), start).matches(two.mark_of(key("k"), start)));
  CHECK(one.mark_of(key("k"), start).request != two.mark_of(key("k"), start).request);
}

TEST_CASE("idempotency keys: damaged, refused at every length") {
  IdempotencyKeys keys;
  for (int i = 0; i < 20; ++i) call(keys, key(std::to_string(i)));
  std::string saved;
  keys.save(saved);
  for (std::size_t size = 0; size < saved.size(); ++size) {
    IdempotencyKeys loaded;
    ByteReader in{as_bytes(std::string_view{saved}.substr(0, size))};
    const auto result = loaded.load(in);
    REQUIRE(result.has_error());
    CHECK(result.error().is(RecordErrc::snapshot_malformed));
  }
}

}  // namespace
}  // namespace mainstay::apim::idempotency_keys_test
