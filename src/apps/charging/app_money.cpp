#include "apps/charging/app_money.hpp"

#include "apps/charging/outbound/memory/fake_payment_provider.hpp"
#include "apps/charging/outbound/sqlite/money_rows.hpp"

namespace mainstay::charging {

struct MoneyApp::Impl {
  explicit Impl(Platform& lent) : rows(lent.store) {}

  SqlMoneyStore rows;
  FakePaymentProvider provider;
};

MoneyApp::MoneyApp(Platform& platform) : impl_(std::make_unique<Impl>(platform)) {}
MoneyApp::~MoneyApp() = default;

}  // namespace mainstay::charging
