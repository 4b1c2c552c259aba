#include "apps/exchange/doors.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "apps/exchange/grants.hpp"
#include "apps/exchange/inbound/http/key_routes.hpp"
#include "apps/exchange/inbound/http/rest_door.hpp"
#include "apps/exchange/inbound/ws/stream_door.hpp"
#include "apps/exchange/venue_calls.hpp"
#include "platform/http/response.hpp"
#include "platform/metrics/metrics.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::exchange {
namespace {

/// What the lane answers of a batch wakes each I/O thread once.
class BatchOfAnswers final : public Listener {
 public:
  void on_outcome(const Outcome& /*outcome*/) override {}
  void on_batch_end(const Views& /*views*/) override {}
  void on_telling() override { together_.emplace(); }
  void on_told() override { together_.reset(); }

 private:
  std::optional<http::AnswersTogether> together_;
};

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
        accounts(owners,
                 [this](AccountId account) { return grant(venue, directory, account, grants); }),
        hub(of, directory, listen_keys, lent.clock),
        waker(of),
        rest({.venue = of,
              .waker = waker,
              .directory = directory,
              .accounts = accounts,
              .listen_keys = listen_keys,
              .depth_watch = hub,
              .guard = lent.guard,
              .limits = api_limits(lent.settings),
              .threads = lent.threads}),
        streams(hub, directory, listen_keys, lent.clock) {
    venue.listen(directory);
    venue.listen(hub.feed());
    venue.listen(answers);
  }

  void watch();

  Platform& platform;
  Venue& venue;
  Directory directory;
  std::vector<Grant> grants;
  Accounts accounts;
  ListenKeys listen_keys;
  StreamHub hub;
  BatchOfAnswers answers;
  VenueWaker waker;
  RestDoor rest;
  StreamDoor streams;
};

void Doors::Impl::watch() {
  const auto gauge = [this](std::string_view name, std::string_view help, auto read) {
    platform.metrics.gauge_function(name, help,
                                    [this, read] { return static_cast<double>(read(*this)); });
  };
  gauge("exchange_stream_connections", "WebSocket connections of the exchange's streams.",
        [](const Impl& impl) { return impl.streams.connections(); });
  gauge("exchange_stream_messages", "Messages to those who listen to streams since the start.",
        [](const Impl& impl) { return impl.hub.stats().messages; });
  gauge("exchange_stream_conflated", "Changes of a book that slow clients got later, as one.",
        [](const Impl& impl) { return impl.hub.stats().conflated; });
  gauge("exchange_stream_skipped", "Tickers, candles and levels that slow clients did not get.",
        [](const Impl& impl) { return impl.hub.stats().skipped; });
  gauge("exchange_stream_cut_off", "Streams ended because something could not be told.",
        [](const Impl& impl) { return impl.hub.stats().cut_off; });
}

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
  impl_->watch();
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
