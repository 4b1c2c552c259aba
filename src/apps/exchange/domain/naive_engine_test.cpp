#include <doctest/doctest.h>

#include "apps/exchange/domain/engine.hpp"

namespace mainstay::exchange::naive_engine_test {

TEST_CASE("naive engine: knows the venue's account and nothing else") {
  EngineOptions options;
  options.book = BookKind::naive;
  const Engine engine{options};
  CHECK(engine.has_account(AccountId{}));
  CHECK(engine.symbols().empty());
  CHECK(engine.assets().empty());
  CHECK(engine.orders(AccountId{}, 10).empty());
}

}  // namespace mainstay::exchange::naive_engine_test
