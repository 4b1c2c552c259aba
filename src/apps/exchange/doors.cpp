#include "apps/exchange/doors.hpp"

#include <utility>
#include <vector>

#include "apps/exchange/grants.hpp"
#include "apps/exchange/inbound/http/key_routes.hpp"
#include "apps/exchange/inbound/http/rest_door.hpp"
#include "apps/exchange/inbound/ws/stream_door.hpp"
#include "apps/exchange/venue_calls.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::exchange {
namespace {

ApiLimits api_limits(const settings::Settings& settings) {
  const auto number = [&](std::string_view key) {
    return static_cast<std::uint64_t>(settings.integer(key));
  };
  return {.weight_per_minute = number("apps.exchange.weight_per_minute"),
          .orders_per_10s = number("apps.exchange.orders_per_10s"),
          .orders_live_max = number("apps.exchange.orders_per_account_max")};
}

}  // namespace

struct Doors::Impl {
  Impl(Platform& lent, Venue& of, AccountOwners& owners)
      : platform(lent),
        venue(of),
        accounts(owners, [this](AccountId account) { grant(venue, directory, account, grants); }),
        hub(of, directory, listen_keys, lent.clock),
        rest({.venue = of,
              .directory = directory,
              .accounts = accounts,
              .listen_keys = listen_keys,
              .depth_watch = hub,
              .guard = lent.guard,
              .limits = api_limits(lent.settings),
              .threads = lent.threads}),
        streams(hub, directory, listen_keys) {
    venue.listen(directory);
    venue.listen(hub.feed());
  }

  Platform& platform;
  Venue& venue;
  Directory directory;
  std::vector<Grant> grants;
  Accounts accounts;
  ListenKeys listen_keys;
  StreamHub hub;
  RestDoor rest;
  StreamDoor streams;
};

Doors::Doors(Platform& platform, Venue& venue, AccountOwners& owners)
    : impl_(std::make_unique<Impl>(platform, venue, owners)) {}
Doors::~Doors() = default;

Result<> Doors::start() {
  MS_TRY(impl_->grants,
         parse_grants(impl_->platform.settings.text("apps.exchange.new_accounts_get")));
  (void)look_and_wait(impl_->venue, [&](const Views& views) {
    impl_->directory.refresh(views);
    return true;
  });
  impl_->hub.start();
  return {};
}

void Doors::register_routes(http::Router& router) {
  impl_->rest.register_routes(router);
  impl_->streams.register_routes(router);
  if (impl_->platform.guard != nullptr) register_key_routes(router, *impl_->platform.guard);
}

void Doors::stop() { impl_->hub.stop(); }

const Directory& Doors::directory() const { return impl_->directory; }
Accounts& Doors::accounts() { return impl_->accounts; }

}  // namespace mainstay::exchange
