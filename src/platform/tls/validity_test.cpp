#include "platform/tls/validity.hpp"

#include <doctest/doctest.h>

#include "platform/tls/context.hpp"
#include "platform/tls/test_certificates.hpp"

namespace mainstay::tls::validity_test {
namespace {

TEST_CASE("validity: the end of a certificate; what is none is refused by name") {
  const test::TemporaryFile file{test::Authority{}.issue({.valid_until = 86'400}).certificate};
  const auto end = certificate_end(file.path());
  REQUIRE(end.has_value());
  const auto left = *end - MachineClock{}.wall();
  CHECK(left > Seconds{86'000});
  CHECK(left <= Seconds{86'400});
  const test::TemporaryFile none{"no certificate"};
  CHECK(certificate_end(none.path()).error().detail() == none.path());
  CHECK(certificate_end("/no/such/file").error().is(Errc::certificate_invalid));
}

}  // namespace
}  // namespace mainstay::tls::validity_test
