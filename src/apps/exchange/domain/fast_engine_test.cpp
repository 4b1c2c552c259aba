#include <doctest/doctest.h>

#include "apps/exchange/domain/engine.hpp"

namespace mainstay::exchange {

TEST_CASE("fast engine: an empty one is like an empty naive one") {
  const Engine fast{{}};
  EngineOptions options;
  options.book = BookKind::naive;
  CHECK(fast.state_hash() == Engine{options}.state_hash());
}

}  // namespace mainstay::exchange
