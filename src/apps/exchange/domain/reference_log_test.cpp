#include "apps/exchange/domain/reference_log.hpp"

#include <doctest/doctest.h>

namespace mainstay::exchange::reference_log_test {

TEST_CASE("reference log: repeated ones are known until newer ones push them out") {
  ReferenceLog log{2};
  CHECK(log.add({AccountId{1}, 7}));
  CHECK_FALSE(log.add({AccountId{1}, 7}));
  CHECK(log.add({AccountId{2}, 7}));
  CHECK(log.has({AccountId{1}, 7}));
  CHECK(log.add({AccountId{1}, 8}));
  CHECK_FALSE(log.has({AccountId{1}, 7}));
  log.keep(1);
  CHECK(log.entries().size() == 1);
  CHECK(log.has({AccountId{1}, 8}));
}

}  // namespace mainstay::exchange::reference_log_test
