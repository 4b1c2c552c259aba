#include "apps/clusters/errc.hpp"

#include <doctest/doctest.h>

namespace mainstay::clusters::errc_test {

TEST_CASE("clusters errors: every code has the row of its name") {
  CHECK(error_row(Errc::body_invalid).name == "body_invalid");
  CHECK(error_row(Errc::idempotency_key_reused).name == "idempotency_key_reused");
  CHECK(error_row(Errc::conflict).name == "conflict");
  CHECK(error_row(Errc::policy_denied).name == "policy_denied");
  CHECK(error_row(Errc::git_failed).name == "git_failed");
  CHECK(error_row(Errc::catalogue_unavailable).name == "catalogue_unavailable");
  CHECK(error_row(Errc::store_failed).name == "store_failed");
  CHECK(error_row(Errc::too_many_requests).name == "too_many_requests");
}

}  // namespace mainstay::clusters::errc_test
