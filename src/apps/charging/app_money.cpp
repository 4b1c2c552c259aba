#include "apps/charging/app_money.hpp"

#include <string>
#include <utility>

#include "apps/charging/inbound/http/money_routes.hpp"
#include "apps/charging/money_desk.hpp"
#include "apps/charging/money_document.hpp"
#include "apps/charging/money_office.hpp"
#include "apps/charging/outbound/memory/fake_payment_provider.hpp"
#include "apps/charging/outbound/sqlite/money_rows.hpp"
#include "apps/charging/plots_desk.hpp"
#include "apps/charging/waiting.hpp"
#include "platform/log/log.hpp"
#include "platform/settings/settings.hpp"
#include "platform/zones/time_zones.hpp"

namespace mainstay::charging {
namespace {

enum class MoneyAppErrc : std::uint8_t { currency_unknown = 1 };
const ErrorRow& error_row(MoneyAppErrc) {
  static constexpr ErrorRow row{"currency_unknown",
                                "apps.charging.currency is no code of ISO 4217, as EUR"};
  return row;
}

/// A plot that shows the connector says where it is; else its station does.
class KnownPlaces final : public Places {
 public:
  KnownPlaces(NetworkService& network, const PlotsDesk& plots) : network_(network), plots_(plots) {}

  Result<Place> of(StationId station, ConnectorNumber connector) override {
    MS_TRY(auto out, of_station(station, connector));
    plots_.read([&](const PlotTable& table) {
      const auto shown = table.plot_of(station, connector);
      const PlotRow* const row = table.find(shown.value_or(out.plot));
      if (row != nullptr) add_plot(row->plot, {station, connector}, out);
    });
    return out;
  }

 private:
  Result<Place> of_station(StationId station, ConnectorNumber connector) {
    return wait_for<Place>([&](auto done) {
      (void)network_.look([station, connector, done = std::move(done)](const Network& network) {
        Place out;
        if (const Station* const found = network.station(station)) {
          out.is_known = connector.get() == 0 || found->connector(connector) != nullptr;
          out.name = found->row.name.empty() ? found->row.identity : found->row.name;
          out.plot = found->row.plot;
        }
        done(out);
      });
    });
  }

  static void add_plot(const Plot& plot, const ConnectorName& at, Place& out) {
    out.plot = plot.id;
    out.name = plot.name;
    out.host = plot.host;
    out.zone = plot.time_zone;
    for (const ConnectorOffer& offer : plot.offers) {
      if (offer.station == at.station && offer.connector == at.connector) out.tariff = offer.tariff;
    }
  }

  NetworkService& network_;
  const PlotsDesk& plots_;
};

OfficeOptions office_options(const settings::Settings& settings) {
  OfficeOptions out;
  out.invoice_each_charge = settings.text("apps.charging.invoicing") == "charge";
  out.currency = Currency::find(settings.text("apps.charging.currency")).value_or(Currency{});
  out.visit_hold = settings.integer("apps.charging.visit_hold");
  out.visit_patience =
      std::chrono::duration_cast<Seconds>(settings.duration("apps.charging.visit_patience"));
  return out;
}

constexpr std::size_t queue_max = 4'096;
constexpr std::string_view demo_tariff = R"({"id": "demo", "currency": "EUR",
  "tariff_alt_text": [{"language": "en", "text": "0.59 EUR a kWh with VAT; parking costs."}],
  "elements": [{"price_components": [
    {"type": "ENERGY", "price": 0.4917, "vat": 20, "step_size": 1},
    {"type": "PARKING_TIME", "price": 3, "vat": 20, "step_size": 300}]}]})";

}  // namespace

std::unique_ptr<MoneyStore> money_store(store::Store& store) {
  return std::make_unique<SqlMoneyStore>(store);
}

struct MoneyApp::Impl {
  Impl(Platform& lent, NetworkService& the_network, const PlotsDesk& plots)
      : platform(lent),
        network(the_network),
        rows(lent.store),
        places(the_network, plots),
        office(rows, provider, the_network.store(), places, zones, warn("charging.money.failed"),
               office_options(lent.settings)),
        desk(office, lent.clock, warn("charging.settlement.failed"), queue_max),
        stream(desk) {
    the_network.subscribe([this](const NetworkEvent& event) { desk.told(event); });
  }

  UniqueFunction<void(const Error&)> warn(std::string_view event) {
    return [&log = platform.log, event](const Error& error) {
      log.warning(event, {{"error", error.message()}});
    };
  }

  /// So that a demo has something to charge for.
  Result<> offer_demo_tariff() {
    TariffRecord wanted;
    MS_TRY(wanted.tariff, parse_tariff(demo_tariff, {}));
    wanted.made_at = platform.clock.wall();
    MS_TRY_VOID(rows.put_tariff(wanted));
    MS_TRY(const auto used, rows.tariff_used("default", wanted.made_at));
    if (!used.empty()) return {};
    return rows.use_tariff({"default", wanted.tariff.id, {}, wanted.made_at});
  }

  Platform& platform;
  NetworkService& network;
  SqlMoneyStore rows;
  FakePaymentProvider provider;
  KnownPlaces places;
  zones::TimeZones zones;
  MoneyOffice office;
  MoneyDesk desk;
  ChargeStream stream;
};

MoneyApp::MoneyApp(Platform& platform, NetworkService& network, const PlotsDesk& plots)
    : impl_(std::make_unique<Impl>(platform, network, plots)) {}
MoneyApp::~MoneyApp() = default;

Result<> MoneyApp::start() {
  if (impl_->office.options().currency == Currency{}) return MoneyAppErrc::currency_unknown;
  impl_->desk.start();
  if (impl_->platform.demo) return impl_->offer_demo_tariff();
  return {};
}

void MoneyApp::register_routes(http::Router& router) {
  std::string url = impl_->platform.settings.text("auth.public_url");
  while (url.ends_with('/')) url.pop_back();
  const MoneyParts parts{impl_->desk, impl_->network, impl_->stream, std::move(url)};
  register_visit_routes(router, parts);
  if (impl_->platform.guard == nullptr) return;
  register_money_routes(router, parts, *impl_->platform.guard);
  register_driver_routes(router, parts, *impl_->platform.guard);
}

void MoneyApp::stop() { impl_->desk.stop(); }

}  // namespace mainstay::charging
