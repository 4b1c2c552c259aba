#include "apps/charging/money_office.hpp"

#include <future>
#include <memory>
#include <optional>

#include <doctest/doctest.h>

#include "apps/charging/app.hpp"
#include "apps/charging/domain/money/test_tariffs.hpp"
#include "apps/charging/domain/network_errc.hpp"
#include "apps/charging/money_desk.hpp"
#include "apps/charging/network_service.hpp"
#include "apps/charging/outbound/memory/fake_payment_provider.hpp"
#include "apps/charging/outbound/sqlite/history_sql.hpp"
#include "apps/charging/outbound/sqlite/money_rows.hpp"
#include "apps/charging/outbound/sqlite/network_sql.hpp"
#include "apps/charging/ports/test_station_link.hpp"
#include "apps/charging/waiting.hpp"
#include "base/temporary_folder.hpp"
#include "platform/store/migrations.hpp"

namespace mainstay::charging::money_office_test {
namespace {

using namespace std::chrono_literals;

struct OnePlace final : Places {
  Result<Place> of(StationId station, ConnectorNumber) override {
    Place out;
    out.is_known = station.get() == 1;
    out.plot = PlotId{7};
    out.name = "Market square";
    out.host = "hilda";
    return out;
  }
};

/// A network with one station, and money behind it.
struct Town {
  Town() {
    auto made = store::open_sqlite({.path = folder.path("test.db")});
    REQUIRE(made.has_value());
    opened = std::move(*made);
    store::Migrator migrator{*opened, migrations()};
    REQUIRE(migrator.up(clock.wall()).has_value());
    begin();
    REQUIRE(change([](Network& state, SystemTime now, Batch& batch) -> Result<> {
              StationRow row;
              row.identity = "CP-1";
              MS_TRY([[maybe_unused]] const auto id, state.add_station(row, now, batch));
              TagRow tag;
              tag.tag = "CARD";
              tag.owner = "ann";
              return state.put_tag(tag, now, batch);
            }).has_value());
    link.online.insert(station);
    ocpp::BootNotification boot;
    boot.charge_point_vendor = "Acme";
    say(boot);
  }
  ~Town() {
    network.reset();
    opened->stop();
  }
  void connect() {
    LinkFacts facts;
    facts.at = clock.wall();
    newest = LinkNumber{newest.get() + 1};
    network->connected(station, newest, facts);
  }
  /// As a start of the program does; `options`: of the office.
  void begin(OfficeOptions options = {}) {
    network.reset();
    options.currency = *Currency::find("EUR");
    network_rows.emplace(*opened);
    network.emplace(*network_rows, clock, [](const Error&) {});
    network->use_link(link);
    REQUIRE(network->start().has_value());
    rows.emplace(*opened);
    office.emplace(
        *rows, provider, *network_rows, place, zones, [](const Error&) {}, options);
  }
  Result<> change(NetworkService::Change change) {
    const auto done = wait_for<bool>([&](auto answer) {
      network->change(std::move(change), [answer = std::move(answer)](Result<> outcome) mutable {
        if (outcome.has_error()) return answer(std::move(outcome).error());
        answer(true);
      });
    });
    if (done.has_error()) return done.error();
    return {};
  }
  template <class Request>
  typename Request::Answer say(Request request) {
    const auto answer = wait_for<StationAnswer>([&](auto done) {
      network->handle(station, StationRequest{std::move(request)}, clock.wall(),
                      [done = std::move(done)](auto said) mutable {
                        done(std::get<StationAnswer>(std::move(said)));
                      });
    });
    REQUIRE(answer.has_value());
    return std::get<typename Request::Answer>(*answer);
  }

  void use(std::string_view flat, std::string_view kwh, std::string_view parking_hour) {
    TariffRecord wanted;
    wanted.tariff = test::tariff(
        {test::element(test::component(Dimension::flat, flat, 20, 1)),
         test::element(test::component(Dimension::energy, kwh, 20, 1)),
         test::element(test::component(Dimension::parking_time, parking_hour, 20, 60))});
    Restrictions no_show;
    no_show.reservation = ReservationRule::expires;
    wanted.tariff.elements.push_back(
        test::element(test::component(Dimension::flat, "4", 20, 1), no_show));
    wanted.made_at = clock.wall();
    REQUIRE(rows->put_tariff(wanted).has_value());
    REQUIRE(rows->use_tariff({"plot:7", "test", "op", clock.wall()}).has_value());
  }
  void status(ocpp::ConnectorStatus status) {
    ocpp::StatusNotification said;
    said.connector_id = one;
    said.status = status;
    said.timestamp = clock.wall();
    say(said);
  }
  TransactionId start(const std::string& tag, std::int32_t reservation = 0,
                      std::optional<SystemTime> at = {}) {
    ocpp::StartTransaction said;
    said.connector_id = one;
    said.id_tag = tag;
    said.meter_start = 1'000;
    said.timestamp = at.value_or(clock.wall());
    if (reservation != 0) said.reservation_id = reservation;
    const auto id = say(said).transaction_id;
    status(ocpp::ConnectorStatus::charging);
    return id;
  }
  /// The connector, for ann; the station says yes.
  ReservationRow reserve(Seconds length) {
    const auto kept = wait_for<ReservationRow>([&](auto done) {
      ReservationRow wanted;
      wanted.station = station;
      wanted.connector = one;
      wanted.tag = "CARD";
      wanted.owner = "ann";
      wanted.expires_at = clock.wall() + length;
      auto held = std::make_shared<decltype(done)>(std::move(done));
      network->reserve(wanted, [held](auto row) { (*held)(std::move(row)); });
      // The station is asked behind the commit, on the store's thread.
      while (true) {
        const auto asked = wait_for<bool>([&](auto seen) {
          (void)network->look(
              [&, seen = std::move(seen)](const Network&) mutable { seen(!link.calls.empty()); });
        });
        if (asked.has_value() && *asked) break;
      }
      ocpp::ReserveNowAnswer yes;
      yes.status = ocpp::ReservationStatus::accepted;
      link.answer(BackendAnswer{yes});
    });
    REQUIRE(kept.has_value());
    return *kept;
  }
  void meter(TransactionId id, WattHours energy) {
    ocpp::MeterValues said;
    said.connector_id = one;
    said.transaction_id = id;
    ocpp::MeterValue value;
    value.timestamp = clock.wall();
    ocpp::SampledValue sample;
    sample.value = std::to_string(energy);
    value.sampled_value.push_back(sample);
    said.meter_value.push_back(value);
    say(said);
  }
  void stop(TransactionId id, WattHours energy) {
    ocpp::StopTransaction said;
    said.transaction_id = id;
    said.meter_stop = energy;
    said.timestamp = clock.wall();
    say(said);
  }
  void settle() {
    while (true) {
      const auto more = office->catch_up(clock.wall());
      REQUIRE_MESSAGE(more.has_value(), (more ? "" : more.error().message()));
      if (!*more) break;
    }
    REQUIRE(office->tick(clock.wall()).has_value());
  }
  Charge charge(TransactionId id) {
    auto found = office->charge(id, clock.wall());
    REQUIRE(found.has_value());
    return std::move(*found);
  }

  const StationId station{1};
  const ConnectorNumber one{1};
  TemporaryFolder folder;
  ManualClock clock{SystemTime{Seconds{test::monday}}};
  std::unique_ptr<store::Store> opened;
  TestStationLink link;
  LinkNumber newest{};
  FakePaymentProvider provider;
  OnePlace place;
  zones::TimeZones zones;
  std::optional<SqlNetworkStore> network_rows;
  std::optional<SqlMoneyStore> rows;
  std::optional<NetworkService> network;
  std::optional<MoneyOffice> office;
};

}  // namespace

TEST_CASE("money office: a charge is watched, settled once, invoiced and paid") {
  Town town;
  town.use("1", "0.50", "6");
  REQUIRE(town.rows->set_payment_method("ann", "fake:slow", town.clock.wall()).has_value());
  const TransactionId id = town.start("CARD");
  town.clock.advance(30min);
  town.meter(id, 11'000);
  town.settle();
  CHECK(town.charge(id).bill.gross() == 720);  // 1 + 10 kWh, and VAT
  town.status(ocpp::ConnectorStatus::suspended_ev);
  town.clock.advance(20min);
  town.use("9", "9", "9");  // counts for charges that begin later
  town.stop(id, 11'000);
  CHECK_FALSE(town.charge(id).record);
  town.settle();
  const Charge done = town.charge(id);
  REQUIRE(done.record);
  CHECK(done.record->bill.gross() == 960);  // with 20 minutes of parking
  CHECK(done.record->charging == 30min);
  CHECK(done.record->parking == 20min);
  CHECK(done.record->host == "hilda");
  CHECK(done.record->invoice == 1);
  CHECK(town.provider.taken() == 0);  // slow
  for (int tries = 0; tries < 3; ++tries) {
    town.clock.advance(10s);
    town.settle();
  }
  CHECK(town.provider.taken() == 960);
  // All of it told again, as after a crash before the cursor moved, and to another process.
  REQUIRE(town.rows->advance(0, {}).has_value());
  town.begin();
  town.settle();
  town.clock.advance(1h);
  town.settle();
  CHECK(town.rows->cdrs({})->size() == 1);
  CHECK(town.rows->invoices({})->size() == 1);
  CHECK(town.provider.taken() == 960);
}

TEST_CASE("money office: nobody pays for how long the one before stood there") {
  Town town;
  town.use("0", "0", "60");  // 1 a minute
  const TransactionId first = town.start("CARD");
  town.clock.advance(30min);
  town.status(ocpp::ConnectorStatus::finishing);
  town.clock.advance(10min);
  town.stop(first, 11'000);
  bool is_told = true;
  SUBCASE("it is told that the connector became free") {
    town.clock.advance(1min);
    town.status(ocpp::ConnectorStatus::available);
    town.clock.advance(30min);
    town.status(ocpp::ConnectorStatus::preparing);
  }
  SUBCASE("the station is offline, and tells only starts and ends") { is_told = false; }
  town.clock.advance(1min);
  ocpp::StartTransaction begun;
  begun.connector_id = town.one;
  begun.id_tag = "CARD";
  begun.meter_start = 11'000;
  begun.timestamp = town.clock.wall();
  const TransactionId second = town.say(begun).transaction_id;
  town.clock.advance(40s);
  if (is_told) town.status(ocpp::ConnectorStatus::charging);
  town.clock.advance(20min);
  town.stop(second, 12'000);
  town.settle();
  CHECK(town.charge(first).record->parking == 10min);
  CHECK(town.charge(second).record->parking == 0min);
  CHECK(town.charge(second).record->charging == 20min + 40s);
  CHECK(town.charge(second).record->bill.gross() == 0);
}

TEST_CASE("money office: what ended before a crash is settled after the start") {
  Town town;
  town.use("0", "0.50", "0");
  const TransactionId id = town.start("CARD");
  town.clock.advance(1h);
  town.stop(id, 21'000);
  OfficeOptions monthly;
  monthly.invoice_each_charge = false;
  town.begin(monthly);
  town.settle();
  CHECK(town.charge(id).record->bill.gross() == 1'200);
  CHECK(town.rows->invoices({})->empty());
  town.clock.advance(std::chrono::hours{24 * 30});
  town.settle();
  CHECK(town.rows->invoices({})->front().bill.gross() == 1'200);
}

TEST_CASE("money office: it goes on where the history has forgotten what others told meanwhile") {
  Town town;
  town.use("0", "0.50", "0");
  const TransactionId first = town.start("CARD");
  town.settle();
  // Nothing of money's for long, and then the history's work.
  REQUIRE(town.change([](Network& state, SystemTime now, Batch& batch) -> Result<> {
                for (int i = 0; i < 3; ++i) {
                  StationRow row;
                  row.identity = "NEW-" + std::to_string(i);
                  MS_TRY([[maybe_unused]] const auto id, state.add_station(row, now, batch));
                }
                return {};
              })
              .has_value());
  town.clock.advance(std::chrono::hours{24 * 3});
  const auto none = [](std::string_view) { return std::optional<EventKind>{}; };
  const auto forgotten = forget_history(*town.opened, {.log_days = 2, .parse_kind = none},
                                        town.clock.wall(), [] { return false; });
  REQUIRE(forgotten.has_value());
  CHECK(forgotten->events > 0);
  town.settle();
  town.stop(first, 21'000);
  town.settle();
  CHECK(town.charge(first).record->bill.gross() == 1'200);
  CHECK_FALSE(*town.office->catch_up(town.clock.wall()));
  CHECK(town.rows->cdrs({})->size() == 1);
}

TEST_CASE("money office: one that was superseded is billed once somebody closes it") {
  Town town;
  town.use("0", "0.50", "0");
  const TransactionId lost = town.start("CARD");
  town.clock.advance(1h);
  town.start("CARD");
  town.settle();
  CHECK(town.rows->cdrs({})->empty());
  const auto row = wait_for<std::optional<TransactionRow>>(
      [&](auto done) { town.network_rows->find(lost, std::move(done)); });
  REQUIRE(row.has_value());
  REQUIRE((*row)->state == TransactionState::superseded);
  REQUIRE(town.change([&](Network& state, SystemTime now, Batch& batch) -> Result<> {
                MS_TRY([[maybe_unused]] const auto closed,
                       state.close_transaction(**row, 21'000, now - 10min, now, batch));
                return {};
              })
              .has_value());
  town.settle();
  CHECK(town.charge(lost).record->bill.gross() == 1'200);
}

TEST_CASE("money office: nobody came for a reservation") {
  Town town;
  town.connect();
  town.use("0", "0.50", "0");
  town.status(ocpp::ConnectorStatus::available);
  const ReservationRow kept = town.reserve(30min);
  town.clock.advance(31min);
  town.network->tick();
  REQUIRE(town.change([](Network&, SystemTime, Batch&) -> Result<> { return {}; }).has_value());
  town.settle();
  const auto records = town.rows->cdrs({.user = "ann"});
  REQUIRE(records->size() == 1);
  CHECK(records->front().source == "r" + std::to_string(kept.id.get()));
  CHECK(records->front().bill.gross() == 480);
  CHECK(records->front().reserved == 30min);
  // Somebody came in time after all, and is told of too late. It has been decided, and nobody pays
  // for the same time twice.
  const TransactionId late = town.start("CARD", kept.id.get(), town.clock.wall() - 20min);
  town.clock.advance(10min);
  town.stop(late, 2'000);
  town.settle();
  CHECK(town.rows->cdrs({.user = "ann"})->size() == 2);
  CHECK(town.charge(late).record->reserved == 0min);
  CHECK(town.charge(late).record->charging == 30min);
}

TEST_CASE("money office: who came in time to a station that was away is no no-show") {
  Town town;
  town.use("0", "0.50", "0");
  town.connect();
  town.status(ocpp::ConnectorStatus::available);
  const ReservationRow kept = town.reserve(30min);
  town.network->disconnected(town.station, town.newest);
  const auto pass = [&](Seconds some) {
    town.clock.advance(some);
    town.network->tick();
    REQUIRE(town.change([](Network&, SystemTime, Batch&) -> Result<> { return {}; }).has_value());
    town.settle();
  };
  pass(2h);
  CHECK(town.rows->cdrs({.user = "ann"})->empty());
  const auto cancelled = wait_for<bool>([&](auto done) {
    town.network->cancel_reservation(kept.id, "ann",
                                     [done = std::move(done)](Result<> outcome) mutable {
                                       if (outcome.has_error())
                                         return done(std::move(outcome).error());
                                       done(true);
                                     });
  });
  CHECK(cancelled.error().is(NetworkErrc::reservation_unknown));  // its time is up
  town.connect();
  pass(5min);
  const TransactionId told = town.start("CARD", kept.id.get(), kept.made_at + 20min);
  town.stop(told, 2'000);
  pass(1h);
  const auto records = town.rows->cdrs({.user = "ann"});
  REQUIRE(records->size() == 1);
  CHECK(records->front().source == "t" + std::to_string(told.get()));
  CHECK(records->front().reserved == 20min);
}

TEST_CASE("money office: reserved time is billed to the charge that used it, and no other") {
  Town town;
  town.use("0", "0.50", "0");
  town.status(ocpp::ConnectorStatus::available);
  const ReservationRow kept = town.reserve(30min);
  town.clock.advance(10min);
  const TransactionId first = town.start("CARD", kept.id.get());
  town.clock.advance(5min);
  town.stop(first, 2'000);
  town.clock.advance(1min);
  const TransactionId second = town.start("BOB", kept.id.get());
  town.clock.advance(5min);
  CHECK(town.charge(second).use.reserved == 0min);
  town.stop(second, 3'000);
  town.settle();
  CHECK(town.charge(first).record->reserved == 10min);
  CHECK(town.charge(second).record->reserved == 0min);
  // As rows of before are: with the number that the station said.
  TransactionRow foreign = town.charge(second).transaction;
  foreign.id = TransactionId{99};
  foreign.reservation_id = kept.id.get();
  CHECK(town.office->settle(foreign, town.clock.wall())->reserved == 0min);
}

TEST_CASE("money office: a visit is paid from what was held, or let go") {
  Town town;
  town.use("1", "0.50", "0");
  const ConnectorName here{town.station, town.one};
  CHECK(town.office->open_visit({StationId{9}, town.one}, "fake:ok", town.clock.wall())
            .error()
            .is(NetworkErrc::connector_unknown));
  CHECK(town.office->open_visit(here, "fake:declined", town.clock.wall())
            .error()
            .is(ProviderErrc::declined));
  const auto visit = town.office->open_visit(here, "fake:ok", town.clock.wall());
  REQUIRE(visit.has_value());
  CHECK(visit->record.tag.size() == 20);
  CHECK(town.office->visit("guessed").error().is(LedgerErrc::not_found));
  const TransactionId id = town.start(visit->record.tag);
  town.clock.advance(30min);
  town.stop(id, 11'000);
  town.settle();
  town.settle();
  CHECK(town.office->visit(visit->token)->transaction == id);
  CHECK(town.provider.taken() == 720);
  CHECK(town.rows->payment(visit->record.payment)->facts.state == PaymentState::captured);
  CHECK(town.rows->invoices({})->front().payment == visit->record.payment);
  const auto gone = town.office->open_visit(here, "fake:ok", town.clock.wall());
  town.clock.advance(11min);
  town.settle();
  town.settle();
  CHECK_FALSE(town.office->visit(gone->token)->failure.empty());
  CHECK(town.rows->payment(gone->record.payment)->facts.state == PaymentState::cancelled);
  // A vehicle that comes all the same is charged, and its invoice stays open.
  const TransactionId late = town.start(gone->record.tag);
  town.clock.advance(30min);
  town.stop(late, 11'000);
  town.settle();
  town.settle();
  CHECK(town.rows->invoice(town.charge(late).record->invoice)->payment == 0);
  CHECK(town.provider.taken() == 720);
}

TEST_CASE("money office: a second charge with a visit's tag is not paid by the first one's money") {
  Town town;
  town.use("1", "0.50", "0");
  const ConnectorName here{town.station, town.one};
  const auto visit = town.office->open_visit(here, "fake:ok", town.clock.wall());
  REQUIRE(visit.has_value());
  const auto charged = [&](WattHours energy) {
    const TransactionId id = town.start(visit->record.tag);
    town.clock.advance(30min);
    town.stop(id, 1'000 + energy);
    town.settle();
    town.settle();
    return town.charge(id).record->invoice;
  };
  const std::int64_t first = charged(10'000);
  const std::int64_t second = charged(20'000);
  CHECK(town.rows->invoice(first)->payment == visit->record.payment);
  CHECK(town.rows->invoice(second)->payment == 0);
  CHECK(town.provider.taken() == 720);
  SUBCASE("it is paid another way") {
    REQUIRE(town.rows->pay(second, "fake:ok", town.clock.wall()).has_value());
    town.settle();
    CHECK(town.provider.taken() == 720 + 1'320);
    CHECK(
        town.rows->pay(second, "fake:ok", town.clock.wall()).error().is(LedgerErrc::already_paid));
  }
  SUBCASE("to take it back moves no money") {
    REQUIRE(town.rows->credit(second, "mistake", town.clock.wall()).has_value());
    town.settle();
    CHECK(town.provider.taken() == 720);
    CHECK(town.rows->payment(visit->record.payment)->facts.state == PaymentState::captured);
  }
}

TEST_CASE("money office: connectors and tags by name") {
  CHECK(to_text(*parse_connector("12-1")) == "12-1");
  for (const char* bad : {"", "12", "12-", "-1", "0-1", "12-0", "a-1", "1-99999", "1-1-1"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_connector(bad));
  }
  CHECK(is_made_tag(new_tag(app_tag)));
  CHECK(is_tag(new_tag(visit_tag)));
  TagRow visit;
  visit.tag = new_tag(visit_tag);
  visit.expires_at = SystemTime{Seconds{1}};
  CHECK(is_visit_tag(visit));
  visit.tag = new_tag(app_tag);
  CHECK_FALSE(is_visit_tag(visit));
  CHECK(new_tag(app_tag) != new_tag(app_tag));
}

TEST_CASE("money desk: tells of a charge until it has ended") {
  Town town;
  town.use("1", "0.50", "0");
  const TransactionId id = town.start("CARD");
  MoneyDesk desk{*town.office, town.clock, [](const Error&) {}, 100};
  desk.start();
  std::promise<TransactionState> first;
  const auto last = wait_for<Charge>([&](auto done) {
    desk.watch(id, [&, ended = std::move(done), is_first = true](const Charge& charge) mutable {
      if (is_first) first.set_value(charge.transaction.state);
      is_first = false;
      if (charge.record) ended(charge);
      return true;
    });
    CHECK(first.get_future().get() == TransactionState::active);
    town.stop(id, 3'000);
    TransactionRow row;
    row.id = id;
    desk.told(TransactionEnded{row});
  });
  REQUIRE(last.has_value());
  CHECK(last->record->bill.gross() == 240);
  desk.stop();
}

}  // namespace mainstay::charging::money_office_test
