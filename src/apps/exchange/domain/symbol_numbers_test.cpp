#include "apps/exchange/domain/symbol_numbers.hpp"

#include <doctest/doctest.h>

namespace mainstay::exchange::symbol_numbers_test {

TEST_CASE("symbol numbers: any symbols, in the order of their coming") {
  SymbolNumbers numbers;
  CHECK(numbers.find(0) == SymbolNumbers::none);
  CHECK(numbers.find(0xFFFFFFFFU) == SymbolNumbers::none);
  for (std::uint32_t i = 0; i < 10'000; ++i) CHECK(numbers.add(i * 0x9E3779B1U) == i);
  CHECK(numbers.size() == 10'000);
  for (std::uint32_t i = 0; i < 10'000; ++i) CHECK(numbers.find(i * 0x9E3779B1U) == i);
  CHECK(numbers.find(1) == SymbolNumbers::none);
}

}  // namespace mainstay::exchange::symbol_numbers_test
