#include "apps/apim/outbound/memory/memory_usage_history.hpp"

#include <functional>

#include <doctest/doctest.h>

#include "apps/apim/ports/usage_history_contract.hpp"

namespace mainstay::apim {
namespace {

struct HistoryInMemory {
  UsageHistory& history() { return values; }
  MemoryUsageHistory values;
};

}  // namespace

TEST_CASE_TEMPLATE_INVOKE(usage_history_contract, HistoryInMemory);

}  // namespace mainstay::apim
