#include "apps/clusters/domain/instance_query.hpp"

#include <doctest/doctest.h>

#include "apps/clusters/errc.hpp"

namespace mainstay::clusters::instance_query_test {
namespace {

constexpr std::uint64_t gib = 1ULL << 30U;

InstanceType type(std::string name, std::uint32_t vcpu, std::uint64_t memory_gib,
                  std::optional<std::int64_t> price) {
  InstanceType out;
  out.name = std::move(name);
  out.family = "General purpose";
  out.vcpu = vcpu;
  out.memory_bytes = memory_gib * gib;
  if (price) out.price = HourlyPrice{*price};
  return out;
}

InstanceTypeSet some() {
  auto graviton = type("m6g.large", 2, 8, 86);
  graviton.architecture = Architecture::arm64;
  auto gpu = type("g4dn.xlarge", 4, 16, 587);
  gpu.gpu = 1;
  gpu.family = "GPU instance";
  auto old = type("m1.large", 2, 7, 190);
  old.is_current = false;
  return {{},
          {type("m5.large", 2, 8, 107), type("m5.xlarge", 4, 16, 214), type("c5.large", 2, 4, 96),
           type("r5.large", 2, 16, 141), type("x9.large", 2, 64, {}), graviton, gpu, old}};
}

Result<InstanceQuery> read(std::initializer_list<QueryParameter> parameters) {
  return read_instance_query(std::span{parameters.begin(), parameters.size()});
}

std::string names(const InstancePage& page) {
  std::string out;
  for (const InstanceType* one : page.types) out.append(one->name).append(" ");
  return out;
}

std::string found(std::initializer_list<QueryParameter> parameters) {
  const auto query = read(parameters);
  if (query.has_error()) return query.error().message();
  const InstanceTypeSet set = some();
  const auto page = search(set, *query);
  return page.has_error() ? page.error().message() : names(*page);
}

TEST_CASE("instance query: nothing asked gives all by name") {
  CHECK(found({}) ==
        "c5.large g4dn.xlarge m1.large m5.large m5.xlarge m6g.large r5.large x9.large ");
}

TEST_CASE("instance query: filters hold together") {
  CHECK(found({{"name", "m5.*"}}) == "m5.large m5.xlarge ");
  CHECK(found({{"vcpu_min", "4"}}) == "g4dn.xlarge m5.xlarge ");
  CHECK(found({{"vcpu_max", "2"}, {"memory_min", "16GiB"}}) == "r5.large x9.large ");
  CHECK(found({{"memory_max", "4 GiB"}}) == "c5.large ");
  CHECK(found({{"gpu_min", "1"}}) == "g4dn.xlarge ");
  CHECK(found({{"arch", "arm64"}}) == "m6g.large ");
  CHECK(found({{"family", "gpu INSTANCE"}}) == "g4dn.xlarge ");
  CHECK(found({{"current", "false"}}) == "m1.large ");
  CHECK(found({{"priced", "false"}}) == "x9.large ");
  CHECK(found({{"price_max", "0.0000001"}}) == "c5.large m6g.large ");
  CHECK(found({{"name", "none"}}).empty());
}

TEST_CASE("instance query: orders, those without a price last either way") {
  CHECK(found({{"sort", "price"}, {"vcpu_max", "2"}}) ==
        "m6g.large c5.large m5.large r5.large m1.large x9.large ");
  CHECK(found({{"sort", "-price"}, {"vcpu_max", "2"}}) ==
        "m1.large r5.large m5.large c5.large m6g.large x9.large ");
  CHECK(found({{"sort", "-name"}, {"vcpu_min", "4"}}) == "m5.xlarge g4dn.xlarge ");
  CHECK(found({{"sort", "-memory"}, {"vcpu_min", "4"}}) == "g4dn.xlarge m5.xlarge ");
}

TEST_CASE("instance query: the cheapest that fits") {
  CHECK(found({{"cheapest", "true"}, {"vcpu_min", "2"}, {"memory_min", "8GiB"}}) == "m6g.large ");
  CHECK(found({{"cheapest", "1"}, {"memory_min", "8GiB"}, {"arch", "unknown"}}) == "m5.large ");
  CHECK(found({{"cheapest", "true"}, {"memory_min", "1 TiB"}}).empty());
  CHECK(found({{"cheapest", "true"}, {"sort", "name"}}).empty() == false);
  CHECK(found({{"cheapest", "true"}, {"limit", "2"}}).find("goes without") != std::string::npos);
}

TEST_CASE("instance query: pages of every order and size give each type once") {
  const InstanceTypeSet set = some();
  for (const auto* sort : {"name", "-name", "price", "-price", "vcpu", "-vcpu", "memory", "gpu"}) {
    CAPTURE(sort);
    const std::string whole = found({{"sort", sort}});
    for (const auto* limit : {"1", "2", "3", "7", "8", "500"}) {
      std::string all;
      std::string cursor;
      do {
        auto query = read({{"sort", sort}, {"limit", limit}});
        REQUIRE(query.has_value());
        CHECK(query->is_paged);
        query->cursor = cursor;
        const auto page = search(set, *query);
        REQUIRE(page.has_value());
        all += names(*page);
        cursor = page->next;
      } while (!cursor.empty());
      CHECK(all == whole);
    }
  }
}

TEST_CASE("instance query: a cursor goes on in a new set, and in its own order only") {
  auto query = read({{"sort", "vcpu"}, {"limit", "3"}}).value();
  const InstanceTypeSet before = some();
  query.cursor = search(before, query).value().next;
  InstanceTypeSet after{{}, {type("a.large", 1, 1, 1), type("z.large", 2, 1, 1)}};
  CHECK(names(search(after, query).value()) == "z.large ");
  query.sort = InstanceQuery::Sort::price;
  CHECK(search(before, query).error().is(Errc::query_invalid));
  for (const auto* bad : {"x", "!!", "cHJpY2U", "cHJpY2UgMCB4IHk", "cHJpY2UgMiAxIHk"}) {
    query.cursor = bad;
    CHECK(search(before, query).error().is(Errc::query_invalid));
  }
}

TEST_CASE("instance query: what cannot be asked is refused by name") {
  const QueryParameter wrong[] = {
      {"vcpu_min", "-1"},    {"vcpu_min", "two"}, {"memory_min", "16 GB"}, {"gpu_max", "1.5"},
      {"arch", "sparc"},     {"price_max", "$1"}, {"current", "yes"},      {"sort", "colour"},
      {"sort", "--name"},    {"limit", "0"},      {"limit", "501"},        {"limit", "x"},
      {"cheapest", "maybe"}, {"name", ""},        {"regexp", ".*"}};
  for (const QueryParameter& one : wrong) {
    CAPTURE(one.name);
    CAPTURE(one.value);
    const auto query = read({one});
    REQUIRE(query.has_error());
    CHECK(query.error().is(Errc::query_invalid));
    CHECK(query.error().detail().starts_with(one.name));
  }
  CHECK(read({{"name", "a"}, {"name", "b"}}).error().detail() == "name: it comes twice");
  CHECK(read({{"name", std::string(501, 'a')}}).error().is(Errc::query_invalid));
}

TEST_CASE("pattern: stars and question marks") {
  CHECK(matches_pattern("*", ""));
  CHECK(matches_pattern("", ""));
  CHECK(matches_pattern("m?.*", "m5.large"));
  CHECK(matches_pattern("*.metal", "m5.metal"));
  CHECK(matches_pattern("*a*b*", "xxaxxbxx"));
  CHECK(matches_pattern("*aab", "aaaaab"));
  CHECK_FALSE(matches_pattern("m5.*", "m5a.large"));
  CHECK_FALSE(matches_pattern("m5", "m5.large"));
  CHECK_FALSE(matches_pattern("?", ""));
  CHECK_FALSE(matches_pattern("*.metal", "m5.metal-48xl"));
}

}  // namespace
}  // namespace mainstay::clusters::instance_query_test
