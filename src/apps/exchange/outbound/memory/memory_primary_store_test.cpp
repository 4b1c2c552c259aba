#include "apps/exchange/outbound/memory/memory_primary_store.hpp"

#include "apps/exchange/ports/primary_store_contract.hpp"

namespace mainstay::exchange::memory_primary_store_test {
namespace {

struct InMemory {
  static bool is_there() { return true; }
  PrimaryStore& store() { return rows; }
  MemoryPrimaryStore rows{{.investors_max = 3, .artists_max = 3, .of_an_owner_max = 2}};
};

}  // namespace

TEST_CASE_TEMPLATE_INVOKE(primary_store_contract, InMemory);

}  // namespace mainstay::exchange::memory_primary_store_test
