#include "apps/clusters/outbound/prices/price_snapshot.hpp"

#include <doctest/doctest.h>

#include "apps/clusters/outbound/prices/instance_type_reader.hpp"
#include "apps/clusters/outbound/prices/shipped_prices.hpp"

namespace mainstay::clusters::price_snapshot_test {
namespace {

InstanceTypeSet some() {
  InstanceTypeOrigin origin;
  origin.version = "20261101000000";
  origin.source = "https://prices.example/index.json";
  origin.etag = "\"abc\"";
  origin.region = "eu-west-1";
  origin.currency = Currency::parse("USD").value();
  origin.taken_at = SystemTime{Micros{1'795'000'000'123'456}};
  InstanceType priced;
  priced.name = "m5.large";
  priced.family = "General purpose";
  priced.memory_bytes = 8ULL << 30U;
  priced.vcpu = 2;
  priced.architecture = Architecture::x86_64;
  priced.price = HourlyPrice{107'000'000};
  InstanceType old;
  old.name = "g2.2xlarge";
  old.gpu = 1;
  old.is_current = false;
  return {origin, {priced, old}};
}

TEST_CASE("price snapshot: comes back as it was") {
  const InstanceTypeSet set = some();
  const std::string text = write_price_snapshot(set);
  CHECK(text.find("m5.large\tGeneral purpose\t8589934592\t2\t0\tx86_64\tcurrent\t0.107\n") !=
        std::string::npos);
  const auto read = read_price_snapshot(text);
  REQUIRE(read.has_value());
  CHECK(read->origin() == set.origin());
  CHECK(read->types() == set.types());
  CHECK(read_price_snapshot(write_price_snapshot({}))->types().empty());
}

TEST_CASE("price snapshot: cut anywhere, or changed anywhere, it is refused") {
  const std::string text = write_price_snapshot(some());
  for (std::size_t length = 0; length < text.size(); ++length) {
    CHECK(read_price_snapshot(text.substr(0, length)).error().is(PricesErrc::snapshot_invalid));
  }
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    CHECK(read_price_snapshot(changed).has_error());
  }
  CHECK(read_price_snapshot(text + "\n").has_error());
}

TEST_CASE("price snapshot: what is told cannot break a line") {
  InstanceTypeOrigin origin;
  origin.source = "a\nb";
  const auto read = read_price_snapshot(write_price_snapshot({origin, {}}));
  REQUIRE(read.has_value());
  CHECK(read->origin().source == "a b");
}

TEST_CASE("price snapshot: the one that ships is whole, priced and of sizes that fit") {
  const InstanceTypeSet set = shipped_prices();
  CHECK(set.types().size() > 300);
  CHECK(set.priced() == set.types().size());
  CHECK(set.origin().currency.code() == "USD");
  const InstanceType* type = set.find("m5.large");
  REQUIRE(type != nullptr);
  CHECK(type->vcpu == 2);
  CHECK(type->memory_bytes == 8ULL << 30U);
  for (const InstanceType& one : set.types()) {
    CAPTURE(one.name);
    CHECK(one.vcpu > 0);
    CHECK(one.memory_bytes >= 512ULL << 20U);
    CHECK(one.price->get() > 0);
    CHECK(one.architecture != Architecture::unknown);
  }
}

}  // namespace
}  // namespace mainstay::clusters::price_snapshot_test
