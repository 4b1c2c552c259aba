#include "apps/clusters/domain/instance_type.hpp"

#include <doctest/doctest.h>

namespace mainstay::clusters::instance_type_test {
namespace {

InstanceType type(std::string name, std::uint32_t vcpu) {
  InstanceType out;
  out.name = std::move(name);
  out.vcpu = vcpu;
  return out;
}

TEST_CASE("instance type: memory is read exactly, TiB and thousands included") {
  CHECK(parse_memory("16 GiB") == 17'179'869'184);
  CHECK(parse_memory("0.5 GiB") == 536'870'912);
  CHECK(parse_memory("3.75 GiB") == 4'026'531'840);
  CHECK(parse_memory("61 GiB") == 65'498'251'264);
  CHECK(parse_memory("512Mi") == 536'870'912);
  CHECK(parse_memory("1k") == 1'000);
  CHECK(parse_memory("2 Ki") == 2'048);
  CHECK(parse_memory("7 M") == 7'000'000);
  CHECK(parse_memory("7G") == 7'000'000'000);
  CHECK(parse_memory("4096") == 4'096);
  CHECK(parse_memory("0.1 Ki") == 103);  // 102.4: a part of a byte counts as one
  // The source loses these.
  CHECK(parse_memory("1,952 GiB") == 2'095'944'040'448);
  CHECK(parse_memory("24,576 GiB") == 26'388'279'066'624);
  CHECK(parse_memory("1.5 TiB") == 1'649'267'441'664);
  CHECK(parse_memory("32Ti") == 35'184'372'088'832);
  // 32-bit floating point tells 34,359,738,368 and 16,777,216 for these.
  CHECK(parse_memory("34359738367") == 34'359'738'367);
  CHECK(parse_memory("16777217") == 16'777'217);
}

TEST_CASE("instance type: what is no memory is refused") {
  for (const auto* bad : {"",
                          " ",
                          "GiB",
                          "NA",
                          "1 gib",
                          "1 GB",
                          "-1 GiB",
                          "1e3 Mi",
                          "1.2.3 Mi",
                          "1, Gi",
                          ",1 Gi",
                          "1,9,52 GiB",
                          "19,52 GiB",
                          "1952,123 Gi",
                          "1.",
                          ".5 Gi",
                          "1.0000000001 Gi",
                          "1 Gi B extra",
                          "9223372036854775808",
                          "99999999 TiB",
                          "18446744073709551616"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_memory(bad).has_value());
  }
  CHECK(parse_memory("9223372036854775807") == INT64_MAX);
}

TEST_CASE("instance type: memory for people") {
  CHECK(memory_text(17'179'869'184) == "16 GiB");
  CHECK(memory_text(4'026'531'840) == "3.75 GiB");
  CHECK(memory_text(8'053'063'680) == "7.5 GiB");
  CHECK(memory_text(536'870'912) == "512 MiB");
}

TEST_CASE("instance type: architectures") {
  CHECK(parse_architecture("amd64") == Architecture::x86_64);
  CHECK(parse_architecture(to_text(Architecture::arm64)) == Architecture::arm64);
  CHECK(parse_architecture(to_text(Architecture::unknown)) == Architecture::unknown);
  CHECK_FALSE(parse_architecture("i386").has_value());
}

TEST_CASE("instance type set: by name, the first of two stays") {
  const InstanceTypeSet set{{}, {type("m5.large", 2), type("c5.large", 3), type("m5.large", 9)}};
  REQUIRE(set.types().size() == 2);
  CHECK(set.types()[0].name == "c5.large");
  CHECK(set.find("m5.large")->vcpu == 2);
  CHECK(set.find("m5.larg") == nullptr);
  CHECK(set.find("z") == nullptr);
  CHECK(set.priced() == 0);
  CHECK(InstanceTypeSet{}.find("m5.large") == nullptr);
}

TEST_CASE("instance type set: sizes of one and prices of the other") {
  InstanceType priced = type("m5.large", 1);
  priced.price = HourlyPrice{107};
  priced.family = "General purpose";
  InstanceTypeOrigin origin;
  origin.version = "prices";
  const InstanceTypeSet prices{origin, {priced, type("old.large", 4)}};
  const InstanceTypeSet details{{}, {type("m5.large", 2), type("new.large", 8)}};
  const InstanceTypeSet both = merged(prices, details);
  CHECK(both.origin().version == "prices");
  REQUIRE(both.types().size() == 3);
  CHECK(both.find("m5.large")->vcpu == 2);
  CHECK(both.find("m5.large")->price == HourlyPrice{107});
  CHECK(both.find("m5.large")->family == "General purpose");
  CHECK(both.find("new.large")->vcpu == 8);
  CHECK(both.find("old.large")->vcpu == 4);
  CHECK(both.priced() == 1);
}

}  // namespace
}  // namespace mainstay::clusters::instance_type_test
