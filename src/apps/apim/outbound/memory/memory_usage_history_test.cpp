#include "apps/apim/outbound/memory/memory_usage_history.hpp"

#include <functional>

#include <doctest/doctest.h>

#include "apps/apim/ports/usage_history_contract.hpp"

namespace mainstay::apim::memory_usage_history_test {
namespace {

struct HistoryInMemory {
  UsageHistory& history() { return values; }
  MemoryUsageHistory values;
};

}  // namespace

MS_USAGE_HISTORY_CONTRACT(HistoryInMemory);

}  // namespace mainstay::apim::memory_usage_history_test
