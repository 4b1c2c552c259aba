#include "apps/charging/outbound/memory/fake_payment_provider.hpp"

#include "apps/charging/ports/payment_provider_contract.hpp"

namespace mainstay::charging::fake_payment_provider_test {
namespace {

struct InMemory {
  PaymentProvider& provider() { return fake; }
  static std::string good_method() { return "fake:ok"; }
  static std::string declined_method() { return "fake:declined"; }
  FakePaymentProvider fake;
};

}  // namespace

TEST_CASE_TEMPLATE_INVOKE(payment_provider_contract, InMemory);

TEST_CASE("fake payments: fail as their method says, and are known after a restart") {
  const Currency eur = *Currency::find("EUR");
  FakePaymentProvider fake;
  CHECK(fake.authorise("k1", "fake:unavailable", 1, eur).error().is(ProviderErrc::unavailable));
  CHECK(fake.authorise("k2", "fake:slow", 1, eur).error().is(ProviderErrc::unavailable));
  const auto slow = fake.authorise("k2", "fake:slow", 1, eur);
  REQUIRE(slow.has_value());
  CHECK(fake.capture("c2", *slow, 1).error().is(ProviderErrc::unavailable));
  CHECK(fake.capture("c2", *slow, 1).has_value());
  CHECK(fake.taken() == 1);
  const auto bad = fake.authorise("k3", "fake:capture_declined", 9, eur);
  CHECK(fake.capture("c3", *bad, 9).error().is(ProviderErrc::declined));
  CHECK(fake.authorise("k4", "visa", 1, eur).error().is(ProviderErrc::declined));
  const auto before = fake.authorise("k5", "fake:ok", 70, eur);
  FakePaymentProvider later;
  CHECK(later.capture("c5", *before, 71).error().is(ProviderErrc::declined));
  CHECK(later.capture("c5", *before, 70).has_value());
  CHECK(later.refund("r5", *before, 70).has_value());
  CHECK(later.taken() == 0);
  CHECK(later.capture("c6", "else", 1).error().is(ProviderErrc::declined));
}

}  // namespace mainstay::charging::fake_payment_provider_test
