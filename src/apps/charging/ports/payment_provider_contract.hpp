#pragma once

#include <doctest/doctest.h>

#include "apps/charging/ports/payment_provider.hpp"

namespace mainstay::charging {

/// What every PaymentProvider must do. A Holder is default-made: `PaymentProvider& provider()`,
/// `std::string good_method()`, `std::string declined_method()`.
TEST_CASE_TEMPLATE_DEFINE("payment provider contract", Holder, payment_provider_contract) {
  Holder holder;
  PaymentProvider& provider = holder.provider();
  const Currency eur = *Currency::find("EUR");
  const auto held = provider.authorise("a1", holder.good_method(), 5'000, eur);
  REQUIRE(held.has_value());

  SUBCASE("the same key is the same request") {
    CHECK(*provider.authorise("a1", holder.good_method(), 5'000, eur) == *held);
    CHECK(*provider.authorise("a2", holder.good_method(), 5'000, eur) != *held);
    CHECK(provider.capture("c1", *held, 1'386).has_value());
    CHECK(provider.capture("c1", *held, 1'386).has_value());
    CHECK(provider.refund("r1", *held, 1'000).has_value());
    CHECK(provider.refund("r1", *held, 1'000).has_value());
    CHECK(provider.refund("r2", *held, 386).has_value());
  }
  SUBCASE("no more is taken than is held, and that once") {
    CHECK(provider.capture("c1", *held, 5'001).error().is(ProviderErrc::declined));
    CHECK(provider.capture("c2", *held, 5'000).has_value());
    CHECK(provider.capture("c3", *held, 1).error().is(ProviderErrc::declined));
  }
  SUBCASE("no more is given back than was taken") {
    CHECK(provider.refund("r1", *held, 1).error().is(ProviderErrc::declined));
    CHECK(provider.capture("c1", *held, 100).has_value());
    CHECK(provider.refund("r2", *held, 60).has_value());
    CHECK(provider.refund("r3", *held, 60).error().is(ProviderErrc::declined));
  }
  SUBCASE("what was let go is gone") {
    CHECK(provider.cancel("x1", *held).has_value());
    CHECK(provider.cancel("x1", *held).has_value());
    CHECK(provider.capture("c1", *held, 1).error().is(ProviderErrc::declined));
  }
  SUBCASE("a bad method is declined, again and again") {
    const std::string bad = holder.declined_method();
    CHECK(provider.authorise("b1", bad, 1, eur).error().is(ProviderErrc::declined));
    CHECK(provider.authorise("b1", bad, 1, eur).error().is(ProviderErrc::declined));
  }
}

}  // namespace mainstay::charging
