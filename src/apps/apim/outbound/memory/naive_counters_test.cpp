#include "apps/apim/outbound/memory/naive_counters.hpp"

#include <doctest/doctest.h>

#include "apps/apim/ports/counters_contract.hpp"

namespace mainstay::apim::naive_counters_test {
namespace {

struct Naive {
  NaiveCounters counters;
};

TEST_CASE("naive counters: keep the contract") { CountersContract<Naive>::run(); }

struct NaiveWithRoom {
  explicit NaiveWithRoom(std::size_t keys_max) : counters(keys_max) {}
  NaiveCounters counters;
};

TEST_CASE("naive counters: no room for a key, refused and not counted") {
  CountersContract<Naive>::no_room<NaiveWithRoom>();
}

}  // namespace
}  // namespace mainstay::apim::naive_counters_test
