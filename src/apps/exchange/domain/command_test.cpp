#include "apps/exchange/domain/command.hpp"

#include <string>

#include <doctest/doctest.h>

#include "apps/exchange/domain/engine.hpp"
#include "apps/exchange/domain/order_ladder.hpp"

namespace mainstay::exchange::command_test {

TEST_CASE("client order id: keeps its text, cuts what is too long") {
  CHECK(ClientOrderId{}.empty());
  CHECK(ClientOrderId{"abc"}.text() == "abc");
  CHECK(ClientOrderId{"abc"} == ClientOrderId{"abc"});
  CHECK_FALSE(ClientOrderId{"abc"} == ClientOrderId{"ab"});
  CHECK(ClientOrderId{std::string(40, 'x')}.text() == std::string(36, 'x'));
}

TEST_CASE("order node: two of them fit a cache line") {
  CHECK(sizeof(OrderNode) == 32);
  CHECK(EngineOptions{}.book == BookKind::fast);
}

TEST_CASE("name: sixteen characters") { CHECK(Name{std::string(20, 'x')}.text().size() == 16); }

}  // namespace mainstay::exchange::command_test
