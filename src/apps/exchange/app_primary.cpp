#include "apps/exchange/app_primary.hpp"

#include "apps/exchange/inbound/http/primary_routes.hpp"
#include "apps/exchange/outbound/sqlite/account_owner_rows.hpp"
#include "apps/exchange/outbound/sqlite/primary_rows.hpp"
#include "apps/exchange/primary_desk.hpp"
#include "platform/lane/ticker.hpp"
#include "platform/log/log.hpp"

namespace mainstay::exchange {
namespace {

/// How late a payment may be that did not go through at once.
constexpr Millis retries_every{250};

}  // namespace

struct PrimaryApp::Impl {
  Impl(Platform& lent, Venue& the_venue)
      : venue(the_venue),
        rows(lent.store),
        owners(lent.store),
        desk(rows, owners, venue, lent.clock,
             [&log = lent.log](const Error& error) {
               log.warning("exchange.primary.failed", {{"error", error.message()}});
             }),
        retries("exchange.retry", retries_every, [this] { desk.tick(); }) {}

  Venue& venue;
  SqlPrimaryStore rows;
  SqlAccountOwners owners;
  PrimaryDesk desk;
  Ticker retries;
};

PrimaryApp::PrimaryApp(Platform& platform, Venue& venue)
    : impl_(std::make_unique<Impl>(platform, venue)) {}
PrimaryApp::~PrimaryApp() = default;

void PrimaryApp::start() {
  impl_->desk.start();
  impl_->retries.start();
}

void PrimaryApp::register_routes(http::Router& router, auth::Guard& guard) {
  register_primary_market(router, impl_->desk, impl_->venue, guard);
}

PrimaryDesk& PrimaryApp::desk() { return impl_->desk; }

void PrimaryApp::stop() {
  impl_->retries.stop();
  impl_->desk.stop();
}

}  // namespace mainstay::exchange
