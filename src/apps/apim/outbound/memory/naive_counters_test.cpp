#include "apps/apim/outbound/memory/naive_counters.hpp"

#include <doctest/doctest.h>

#include "apps/apim/ports/counters_contract.hpp"

namespace mainstay::apim {
namespace {

struct Naive {
  NaiveCounters counters;
};

TEST_CASE("naive counters: keep the contract") { CountersContract<Naive>::run(); }

}  // namespace
}  // namespace mainstay::apim
