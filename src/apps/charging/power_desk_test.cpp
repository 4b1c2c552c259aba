#include "apps/charging/power_desk.hpp"

#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace mainstay::charging::power_desk_test {
namespace {

constexpr SystemTime start{Seconds{1'795'219'200}};

/// Stations that answer at once: accepted.
class FakeDoor final : public StationLink {
 public:
  void call(StationId station, BackendRequest request, CallDone done) override {
    {
      const std::lock_guard held{mutex_};
      calls_.emplace_back(station, request);
    }
    if (std::holds_alternative<ocpp::SetChargingProfile>(request)) {
      ocpp::SetChargingProfileAnswer answer;
      answer.status = ocpp::ChargingProfileStatus::accepted;
      return done(BackendAnswer{answer});
    }
    if (std::holds_alternative<ocpp::ClearChargingProfile>(request)) {
      return done(BackendAnswer{
          ocpp::ClearChargingProfileAnswer{ocpp::ClearChargingProfileStatus::accepted}});
    }
    done(BackendAnswer{ocpp::RemoteStartTransactionAnswer{ocpp::Verdict::accepted}});
  }
  void close(StationId, std::string_view) override {}
  [[nodiscard]] bool is_online(StationId) const override { return true; }

  /// What was asked, in words: "1/0 clear", "1/1 set 320".
  [[nodiscard]] std::vector<std::string> said() const {
    const std::lock_guard held{mutex_};
    std::vector<std::string> out;
    for (const auto& [station, request] : calls_) {
      std::string words = std::to_string(station.get());
      if (const auto* set = std::get_if<ocpp::SetChargingProfile>(&request)) {
        words += '/' + std::to_string(set->connector_id.get());
        for (const auto& period :
             set->cs_charging_profiles.charging_schedule.charging_schedule_period) {
          words += ' ' + std::to_string(period.limit_tenths);
        }
      } else if (std::holds_alternative<ocpp::ClearChargingProfile>(request)) {
        words += " clear";
      } else {
        words += " other";
      }
      out.push_back(std::move(words));
    }
    return out;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::pair<StationId, BackendRequest>> calls_;
};

/// CP1 to CP4, all online. Answers at once.
class FakeDirectory final : public StationDirectory {
 public:
  [[nodiscard]] bool find(std::vector<std::string> identities, Found found) override {
    std::vector<std::optional<StationNow>> out;
    for (const std::string& name : identities) {
      const bool known = name.size() == 3 && name[2] >= '1' && name[2] <= '4';
      out.push_back(known ? now(StationId{name[2] - '0'}) : std::nullopt);
    }
    found(std::move(out));
    return true;
  }
  [[nodiscard]] bool find(std::vector<StationId> stations, Found found) override {
    std::vector<std::optional<StationNow>> out;
    for (const StationId station : stations) out.push_back(now(station));
    found(std::move(out));
    return true;
  }
  void charges(std::int64_t station, std::int32_t transaction) {
    const std::lock_guard held{mutex_};
    charging_[StationId{station}] = TransactionId{transaction};
  }

 private:
  std::optional<StationNow> now(StationId station) {
    const std::lock_guard held{mutex_};
    return StationNow{.station = station,
                      .identity = "CP" + std::to_string(station.get()),
                      .is_online = true,
                      .connectors = {{ConnectorNumber{1}, charging_[station], start}}};
  }
  std::mutex mutex_;
  std::map<StationId, TransactionId> charging_;
};

/// Rows in memory; saved on the caller's thread.
class FakeStore final : public PowerStore {
 public:
  Result<PowerRows> load() override {
    const std::lock_guard held{mutex_};
    PowerRows out;
    for (const auto& [key, row] : sites_) out.sites.push_back(row);
    for (const auto& [key, row] : holds_) out.holds.push_back(row);
    for (const auto& [key, row] : profiles_) out.profiles.push_back(row);
    return out;
  }
  void save(std::vector<PowerChange> changes, UniqueFunction<void(Result<>)> done) override {
    {
      const std::lock_guard held{mutex_};
      for (const PowerChange& change : changes) {
        std::visit([this](const auto& row) { write(row); }, change);
      }
    }
    done({});
  }

 private:
  void write(const PowerSiteRow& row) { sites_[row.site] = row; }
  void write(const PowerSiteRemoved& row) { sites_.erase(row.site); }
  void write(const PowerHoldRow& row) {
    holds_[{row.station, row.connector}] = row;
    if (!row.confirmed && !row.doubtful) holds_.erase({row.station, row.connector});
  }
  void write(const PowerProfileRow& row) {
    profiles_[{row.station, row.id}] = row;
    if (row.profile.empty()) profiles_.erase({row.station, row.id});
  }
  std::mutex mutex_;
  std::map<PlotId, PowerSiteRow> sites_;
  std::map<std::pair<StationId, ConnectorNumber>, PowerHoldRow> holds_;
  std::map<std::pair<StationId, std::int32_t>, PowerProfileRow> profiles_;
};

/// Two stations on 40 A.
const std::string two_stations =
    R"({"circuits":[{"name":"main","amperes":40}],"connectors":[)"
    R"({"station":"CP1","connector":1,"circuit":"main","phases":"RST","max_amperes":32},)"
    R"({"station":"CP2","connector":1,"circuit":"main","phases":"RST","max_amperes":32}]})";

struct Bench {
  Bench() { open(); }
  ~Bench() { desk->stop(); }

  void open() {
    desk.emplace(
        store, door, directory, clock, [](std::string_view) { return nullptr; },
        [](const Error& error) { FAIL_CHECK(error.message()); });
    REQUIRE(desk->start().has_value());
  }

  template <class Ask>
  std::string ask(Ask ask) {
    auto promise = std::make_shared<std::promise<std::string>>();
    ask([promise](Result<json::Value> answer) {
      promise->set_value(answer.has_value() ? json::dump(*answer) : answer.error().message());
    });
    return promise->get_future().get();
  }
  std::string put(std::int64_t site, std::string_view text) {
    auto input = read_site(text);
    REQUIRE(input.has_value());
    return ask(
        [&](auto answer) { desk->put_site(PlotId{site}, std::move(*input), std::move(answer)); });
  }
  std::string allocation() {
    return ask([&](auto answer) { desk->allocation(PlotId{7}, std::move(answer)); });
  }
  std::string profiles(const std::string& identity) {
    return ask([&](auto answer) { desk->profiles(identity, std::move(answer)); });
  }
  /// Asks the lane until `holds`; what happens there takes some of its rounds.
  template <class Holds>
  bool comes(Holds holds) {
    for (int round = 0; round < 1'000; ++round) {
      if (holds()) return true;
      desk->tick();
      (void)allocation();
    }
    return false;
  }
  bool said(const std::vector<std::string>& wanted) {
    return comes([&] { return door.said() == wanted; });
  }
  bool allocates(const std::string& part) {
    return comes([&] { return allocation().find(part) != std::string::npos; });
  }
  void started(std::int64_t station, std::int32_t transaction) {
    directory.charges(station, transaction);
    TransactionRow row;
    row.id = TransactionId{transaction};
    row.station = StationId{station};
    row.connector = ConnectorNumber{1};
    desk->heard(TransactionStarted{row});
  }
  /// A start from before the one that runs there: the directory tells of that one only.
  void replayed(std::int64_t station, std::int32_t transaction) {
    TransactionRow row;
    row.id = TransactionId{transaction};
    row.station = StationId{station};
    row.connector = ConnectorNumber{1};
    row.state = TransactionState::superseded;
    desk->heard(TransactionStarted{row});
  }
  void ended(std::int64_t station, std::int32_t transaction) {
    directory.charges(station, 0);
    TransactionRow row;
    row.id = TransactionId{transaction};
    row.station = StationId{station};
    row.connector = ConnectorNumber{1};
    desk->heard(TransactionEnded{row});
  }
  /// Of one that another one follows; `running`: that has begun; 0: it is about to.
  void ended_late(std::int64_t station, std::int32_t transaction, std::int32_t running) {
    TransactionRow row;
    row.id = TransactionId{transaction};
    row.station = StationId{station};
    row.connector = ConnectorNumber{1};
    row.state = running == 0 ? TransactionState::superseded : TransactionState::ended;
    desk->heard(TransactionEnded{row, TransactionId{running}});
  }
  CallOutcome call(std::int64_t station, BackendRequest request) {
    auto promise = std::make_shared<std::promise<CallOutcome>>();
    desk->call(StationId{station}, std::move(request),
               [promise](CallOutcome outcome) { promise->set_value(std::move(outcome)); });
    return promise->get_future().get();
  }

  ManualClock clock{start};
  FakeStore store;
  FakeDoor door;
  FakeDirectory directory;
  std::optional<PowerDesk> desk;
};

ocpp::SetChargingProfile profile(std::int32_t id, ocpp::ChargingProfilePurpose purpose) {
  ocpp::SetChargingProfile out;
  out.cs_charging_profiles.charging_profile_id = id;
  out.cs_charging_profiles.charging_profile_purpose = purpose;
  out.cs_charging_profiles.charging_schedule.charging_schedule_period = {{Seconds{0}, 100, {}}};
  return out;
}

bool is_refused(const CallOutcome& outcome) {
  const auto* failure = std::get_if<CallFailure>(&outcome);
  return failure != nullptr && failure->kind == CallFailure::Kind::invalid;
}

TEST_CASE("power desk: a site's stations get fall-backs, and charges their shares") {
  Bench bench;
  CHECK(bench.put(7, two_stations).find(R"("station":"CP2")") != std::string::npos);
  // What they had is cleared; 20 A each are what remains without us.
  std::vector<std::string> said = {"1 clear", "1 clear", "1/0 0 200",
                                   "2 clear", "2 clear", "2/0 0 200"};
  REQUIRE(bench.said(said));
  REQUIRE(bench.allocates(R"("state":"idle","transaction":null)"));
  bench.started(1, 11);
  said.emplace_back("1/1 320 200");
  REQUIRE(bench.said(said));
  CHECK(bench.allocates(R"("share":32,"confirmed":32)"));
  bench.clock.advance(Seconds{60});
  bench.started(2, 12);
  // Down first, and then up: to what is their fall-back too.
  said.emplace_back("1/1 200");
  said.emplace_back("2/1 200");
  REQUIRE(bench.said(said));
  CHECK(bench.allocates(R"("reason":{"bound":"amperes","circuit":"main","phase":"R"})"));

  // What is installed, and what follows from it.
  CHECK(bench.comes(
      [&] { return bench.profiles("CP2").find(R"("transactionId":12)") != std::string::npos; }));
  CHECK(bench.ask([&](auto answer) {
    bench.desk->composite({"CP2", ConnectorNumber{1}, Seconds{60}, {}}, std::move(answer));
  }) == R"({"connector":1,"schedule_start":"2026-11-21T00:01:00.000Z","duration":60,)"
        R"("unit":"A","periods":[{"start":0,"limit":20,"phases":3}]})");
  bench.ended(2, 12);
  CHECK(bench.comes(
      [&] { return bench.profiles("CP2").find(R"("transactionId":12)") == std::string::npos; }));
}

TEST_CASE("power desk: a start that is replayed behind a newer one takes nothing from it") {
  Bench bench;
  bench.put(7, two_stations);
  bench.started(1, 11);
  REQUIRE(bench.allocates(R"("share":32,"confirmed":32)"));
  const std::size_t said = bench.door.said().size();
  bench.clock.advance(Seconds{60});
  bench.replayed(1, 12);
  CHECK(bench.allocates(R"("transaction":11)"));
  CHECK(bench.allocation().find(R"("transaction":12)") == std::string::npos);
  CHECK(bench.allocation().find(R"("share":32,"confirmed":32)") != std::string::npos);
  CHECK(bench.door.said().size() == said);
  // Its end frees the connector: nothing is kept for the other one.
  bench.ended(1, 11);
  CHECK(bench.comes([&] {
    return bench.allocation().find(R"("state":"charging")") == std::string::npos &&
           bench.profiles("CP1").find(R"("transactionId")") == std::string::npos;
  }));
}

TEST_CASE("power desk: a site needs stations that are there, each in one site") {
  Bench bench;
  std::string text = two_stations;
  text.replace(text.find("CP2"), 3, "CP9");
  CHECK(bench.put(7, text) == "no station of this number: CP9");
  bench.put(7, two_stations);
  CHECK(bench.put(8, two_stations).find("CP1 is in site 7") != std::string::npos);
  CHECK(bench.ask([&](auto answer) { bench.desk->remove_site(PlotId{7}, std::move(answer)); }) ==
        "{}");
  CHECK(bench.put(8, two_stations).find(R"("site":8)") != std::string::npos);
  CHECK(bench.ask([&](auto answer) { bench.desk->sites(std::move(answer)); })
            .find(R"({"site":8,"circuits":1,"connectors":2)") != std::string::npos);
}

TEST_CASE("power desk: profiles of others are checked and kept, and yield to a site") {
  using Purpose = ocpp::ChargingProfilePurpose;
  Bench bench;
  bench.put(7, two_stations);
  auto most = profile(1, Purpose::charge_point_max_profile);
  CHECK_FALSE(is_refused(bench.call(1, most)));
  CHECK(bench.profiles("CP1").find("ChargePointMaxProfile") != std::string::npos);
  CHECK(is_refused(bench.call(1, profile(2, Purpose::tx_default_profile))));
  CHECK(is_refused(bench.call(1, ocpp::ClearChargingProfile{})));
  CHECK_FALSE(is_refused(bench.call(3, profile(2, Purpose::tx_default_profile))));
  most.connector_id = ConnectorNumber{1};
  CHECK(is_refused(bench.call(3, most)));
  auto reserved = profile(power::first_site_profile, Purpose::tx_default_profile);
  CHECK(is_refused(bench.call(3, reserved)));
  // A TxProfile that a remote start brought ends with its transaction.
  ocpp::RemoteStartTransaction remote;
  remote.connector_id = ConnectorNumber{1};
  remote.charging_profile = profile(4, Purpose::tx_profile).cs_charging_profiles;
  CHECK_FALSE(is_refused(bench.call(3, remote)));
  CHECK(bench.profiles("CP3").find("TxProfile") != std::string::npos);
  bench.started(3, 30);
  bench.ended(3, 30);
  CHECK(bench.comes([&] { return bench.profiles("CP3").find("TxProfile") == std::string::npos; }));
  CHECK(bench.profiles("CP3").find("TxDefaultProfile") != std::string::npos);
  CHECK_FALSE(is_refused(bench.call(3, ocpp::ClearChargingProfile{})));
  CHECK(bench.profiles("CP3").find("TxDefaultProfile") == std::string::npos);
}

TEST_CASE("power desk: a late end takes its own profile, not one of the charge that runs there") {
  Bench bench;
  bench.started(3, 30);
  auto one = profile(4, ocpp::ChargingProfilePurpose::tx_profile);
  one.connector_id = ConnectorNumber{1};
  CHECK_FALSE(is_refused(bench.call(3, one)));
  one.cs_charging_profiles.charging_profile_id = 5;
  one.cs_charging_profiles.stack_level = 1;
  one.cs_charging_profiles.transaction_id = TransactionId{30};
  CHECK_FALSE(is_refused(bench.call(3, one)));
  const auto has = [&](std::string_view id) {
    return bench.profiles("CP3").find("\"chargingProfileId\":" + std::string{id}) !=
           std::string::npos;
  };
  CHECK(has("4"));
  CHECK(has("5"));
  SUBCASE("superseded: another one begins there") { bench.ended_late(3, 30, 0); }
  SUBCASE("ended: another one has begun there") { bench.ended_late(3, 30, 31); }
  CHECK(bench.comes([&] { return !has("5"); }));
  CHECK(has("4"));
  bench.started(3, 31);
  bench.ended(3, 31);
  CHECK(bench.comes([&] { return !has("4"); }));
}

TEST_CASE("power desk: a remote start brings a TxProfile of no transaction for a connector") {
  using Purpose = ocpp::ChargingProfilePurpose;
  Bench bench;
  ocpp::RemoteStartTransaction good;
  good.connector_id = ConnectorNumber{2};
  good.charging_profile = profile(4, Purpose::tx_profile).cs_charging_profiles;
  auto lasting = good;
  lasting.charging_profile = profile(4, Purpose::tx_default_profile).cs_charging_profiles;
  auto of_another = good;
  of_another.charging_profile->transaction_id = TransactionId{30};
  auto anywhere = good;
  anywhere.connector_id.reset();
  for (const auto& bad : {lasting, of_another, anywhere}) CHECK(is_refused(bench.call(3, bad)));
  CHECK(bench.door.said().empty());
  CHECK(bench.profiles("CP3").find("Profile\"") == std::string::npos);
  CHECK_FALSE(is_refused(bench.call(3, good)));
  CHECK(bench.profiles("CP3").find(R"("connector":2)") != std::string::npos);
  anywhere.charging_profile.reset();
  CHECK_FALSE(is_refused(bench.call(3, anywhere)));
}

TEST_CASE("power desk: a station has so many profiles at most") {
  Bench bench;
  auto one = profile(1, ocpp::ChargingProfilePurpose::tx_default_profile);
  for (std::int32_t i = 0; i < 100; ++i) {
    one.cs_charging_profiles.charging_profile_id = i;
    one.cs_charging_profiles.stack_level = i;
    REQUIRE_FALSE(is_refused(bench.call(4, one)));
  }
  one.cs_charging_profiles.charging_profile_id = 100;
  CHECK(is_refused(bench.call(4, one)));
  CHECK_FALSE(is_refused(bench.call(4, ocpp::ClearChargingProfile{})));
  CHECK_FALSE(is_refused(bench.call(4, one)));
}

TEST_CASE("power desk: what stations have confirmed is known behind a restart") {
  Bench bench;
  bench.put(7, two_stations);
  bench.started(1, 11);
  REQUIRE(bench.allocates(R"("confirmed":32,"counted":32)"));
  REQUIRE(bench.comes(
      [&] { return bench.profiles("CP1").find(R"("transactionId":11)") != std::string::npos; }));
  const std::size_t said = bench.door.said().size();
  bench.desk->stop();
  bench.open();
  CHECK(bench.allocates(R"("share":32,"confirmed":32)"));
  CHECK(bench.profiles("CP1").find(R"("transactionId":11)") != std::string::npos);
  CHECK(bench.door.said().size() == said);  // nothing to say anew
  // It ended while we were away.
  bench.desk->stop();
  bench.directory.charges(1, 0);
  bench.open();
  CHECK(bench.allocates(R"("state":"idle")"));
  CHECK(bench.profiles("CP1").find(R"("transactionId":11)") == std::string::npos);
}

}  // namespace
}  // namespace mainstay::charging::power_desk_test
