#include "apps/apim/outbound/memory/memory_catalog_store.hpp"

#include <doctest/doctest.h>

#include "apps/apim/ports/catalog_store_contract.hpp"

namespace mainstay::apim::memory_catalog_store_test {
namespace {

struct InMemory {
  CatalogStore& store() { return rows; }
  MemoryCatalogStore rows;
};

}  // namespace

TEST_CASE_TEMPLATE_INVOKE(catalog_store_contract, InMemory);

}  // namespace mainstay::apim::memory_catalog_store_test
