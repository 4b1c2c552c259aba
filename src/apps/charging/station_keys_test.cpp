#include "apps/charging/station_keys.hpp"

#include <future>
#include <map>

#include <doctest/doctest.h>

#include "apps/charging/ports/test_station_link.hpp"
#include "apps/charging/security_desk.hpp"
#include "base/locked.hpp"
#include "base/text.hpp"
#include "platform/tls/authority.hpp"
#include "platform/tls/test_certificates.hpp"

namespace mainstay::charging {
namespace {

using ocpp::Knock;
using Verdict = ocpp::StationGate::Verdict;

/// In memory; nothing waits.
class SecurityRows final : public SecurityStore {
 public:
  Result<std::vector<StationKeyRow>> load_keys() override {
    auto all = keys.lock();
    std::vector<StationKeyRow> rows;
    for (const auto& [id, row] : *all) rows.push_back(row);
    return rows;
  }
  void put_key(StationKeyRow row, Done done) override {
    {
      auto all = keys.lock();
      (*all)[row.station] = std::move(row);
    }
    done({});
  }
  Result<> leave_key(LeftKey key) override {
    auto all = left.lock();
    all->push_back(std::move(key));
    return {};
  }
  Result<std::vector<LeftKey>> left_keys() override {
    auto all = left.lock();
    return *all;
  }
  void take_up_key(StationKeyRow row, Done done) override {
    {
      auto all = left.lock();
      all->clear();
    }
    put_key(std::move(row), std::move(done));
  }
  void add_event(SecurityEventRow row, Done done) override {
    {
      auto all = kinds.lock();
      all->push_back(row.kind);
    }
    done({});
  }
  void events(std::int64_t, StationId, std::size_t,
              UniqueFunction<void(Result<std::vector<SecurityEventRow>>)>) override {}
  Result<> add_certificate(CertificateRow row) override {
    auto all = certificates_made.lock();
    all->push_back(std::move(row));
    return {};
  }
  void certificates(const CertificateFilter&,
                    UniqueFunction<void(Result<std::vector<CertificateRow>>)>) override {}
  void revoke(Revocation, UniqueFunction<void(Result<std::vector<std::string>>)>) override {}
  Result<std::vector<RevokedSerial>> revoked(std::int64_t after) override {
    auto all = revoked_serials.lock();
    std::vector<RevokedSerial> news;
    for (const auto& one : *all) {
      if (one.id > after) news.push_back(one);
    }
    return news;
  }

  Locked<std::map<StationId, StationKeyRow>> keys;
  Locked<std::vector<LeftKey>> left;
  Locked<std::vector<std::string>> kinds;
  Locked<std::vector<CertificateRow>> certificates_made;
  Locked<std::vector<RevokedSerial>> revoked_serials;
};

struct PassingHost final : StationHost {
  std::optional<KnownStation> find(std::string_view) const override { return std::nullopt; }
  void connected(StationId, LinkNumber, LinkFacts) override {}
  void disconnected(StationId, LinkNumber) override {}
  void handle(StationId, StationRequest request, SystemTime, Reply reply) override {
    if (std::holds_alternative<ocpp::SecurityEventNotification>(request)) {
      ++security_events;
      return reply(StationAnswer{ocpp::SecurityEventNotificationAnswer{}});
    }
    reply(StationAnswer{ocpp::HeartbeatAnswer{}});
  }

  int security_events = 0;
};

const std::string random_key = "00ff10a1b2c3d4e5f60718293a4b5c6d7e8f9001";
const std::string other_key = "1122334455667788990011223344556677889900";
const std::string third_key = "99aabbccddeeff00112233445566778899aabbcc";
const std::string human_key = "correct horse battery staple";
const StationId key_station{7};
const auth::Keys server_keys{std::string(64, 'k')};

struct KeysFixture {
  KeysFixture() { restart(); }
  void restart() {
    keys.reset();
    keys = std::make_unique<StationKeys>(
        store, clock, StationKeysOptions{server_keys, "Operator", {8'192, 1}, 16},
        [this](StationId, std::string_view, std::string) { ++noted; });
    REQUIRE(keys->start().has_value());
  }
  void set(const std::string& key) {
    std::promise<bool> stored;
    keys->set(key_station, key, [&](Result<> result) { stored.set_value(result.has_value()); });
    REQUIRE(stored.get_future().get());
  }
  Result<std::string> try_propose(const std::string& key) {
    std::promise<Result<std::string>> kept;
    keys->propose(key_station, key,
                  [&](Result<std::string> result) { kept.set_value(std::move(result)); });
    return kept.get_future().get();
  }
  /// What settle() wants of it.
  std::string propose(const std::string& key) {
    auto kept = try_propose(key);
    REQUIRE(kept.has_value());
    return std::move(*kept);
  }
  /// What was posted to the keys' lane before is done.
  void wait_for_lane() {
    std::promise<void> done;
    keys->admit_slowly(knock(""), [&](Verdict) { done.set_value(); });
    done.get_future().get();
  }
  static Knock knock(const std::string& password, std::uint8_t profile = 1) {
    Knock made;
    made.station.id = key_station;
    made.identity = "CP";
    made.profile = profile;
    made.authorization = "Basic " + base64_encode("CP:" + password);
    return made;
  }
  Verdict admit(const std::string& password, std::uint8_t profile = 1) {
    const auto asked = knock(password, profile);
    const auto at_once = keys->admit(asked);
    if (at_once != Verdict::later) return at_once;
    ++slow;
    std::promise<Verdict> verdict;
    keys->admit_slowly(asked, [&](Verdict given) { verdict.set_value(given); });
    return verdict.get_future().get();
  }
  StationKeyRow row() {
    auto all = store.keys.lock();
    return (*all)[key_station];
  }

  ManualClock clock{SystemTime{Seconds{1'795'000'000}}};
  SecurityRows store;
  std::unique_ptr<StationKeys> keys;
  int slow = 0;
  int noted = 0;
};

const std::string raw_key{
    "\x00\xff\x10\xa1\xb2\xc3\xd4\xe5\xf6\x07\x18\x29\x3a\x4b\x5c\x6d\x7e"
    "\x8f\x90\x01",
    20};

}  // namespace

TEST_CASE("station keys: a random key is checked at once, as bytes or as digits") {
  KeysFixture test;
  CHECK(test.admit(raw_key) == Verdict::unauthorized);  // none is set
  test.set(random_key);
  CHECK(test.admit(raw_key) == Verdict::admitted);
  CHECK(test.admit(random_key) == Verdict::admitted);
  CHECK(test.admit("00FF10A1B2C3D4E5F60718293A4B5C6D7E8F9001") == Verdict::admitted);
  CHECK(test.admit(other_key) == Verdict::unauthorized);
  CHECK(test.admit("") == Verdict::unauthorized);
  CHECK(test.row().current.find(random_key) == std::string::npos);
  test.restart();
  CHECK(test.admit(raw_key) == Verdict::admitted);
  CHECK(test.slow == 0);
}

TEST_CASE("station keys: one that a person chose is slow once, and cannot be guessed for long") {
  KeysFixture test;
  test.set(human_key);
  CHECK(test.row().current.starts_with("$argon2id$"));
  CHECK(test.admit(human_key) == Verdict::admitted);
  CHECK(test.slow == 1);
  CHECK(test.admit(human_key) == Verdict::admitted);
  test.restart();
  CHECK(test.admit(human_key) == Verdict::admitted);
  CHECK(test.slow == 1);
  for (int i = 0; i < 10; ++i) CHECK(test.admit("wrong horse battery") == Verdict::unauthorized);
  CHECK(test.admit("wrong horse battery") == Verdict::busy);
  CHECK(test.admit(human_key) == Verdict::admitted);
  std::promise<bool> refused;
  test.keys->set(key_station, "short", [&](Result<> result) {
    refused.set_value(result.has_error() && result.error().is(StationKeyErrc::key_invalid));
  });
  CHECK(refused.get_future().get());
}

TEST_CASE("station keys: who is refused without end is noted ten times a minute") {
  KeysFixture test;
  test.set(random_key);
  for (int i = 0; i < 100; ++i) CHECK(test.admit(other_key) == Verdict::unauthorized);
  CHECK(test.noted == 10);
  test.clock.advance(Seconds{60});
  CHECK(test.admit(other_key) == Verdict::unauthorized);
  CHECK(test.noted == 11);
  CHECK(test.admit(random_key) == Verdict::admitted);
}

TEST_CASE("station keys: both keys count while one is on its way, then one does") {
  KeysFixture test;
  test.set(random_key);
  const auto refused = test.propose(other_key);
  CHECK(test.admit(random_key) == Verdict::admitted);
  CHECK(test.keys->summary(key_station).has_proposed);
  test.keys->settle(key_station, refused, StationKeys::Settled::refused);
  CHECK(test.admit(other_key) == Verdict::unauthorized);

  const auto taken = test.propose(other_key);
  test.keys->settle(key_station, taken, StationKeys::Settled::taken);
  CHECK(test.admit(random_key) == Verdict::unauthorized);
  CHECK(test.admit(other_key) == Verdict::admitted);

  test.propose(random_key);  // and no answer: the station shows which it has
  test.restart();
  CHECK(test.admit(other_key) == Verdict::admitted);
  CHECK(test.admit(random_key) == Verdict::admitted);
  CHECK(test.admit(other_key) == Verdict::unauthorized);

  test.propose(human_key);
  CHECK(test.admit(random_key) == Verdict::admitted);
  CHECK(test.admit(human_key) == Verdict::admitted);
  CHECK(test.slow == 1);
  CHECK(test.admit(random_key) == Verdict::unauthorized);
}

TEST_CASE("station keys: a key without an answer counts until a later one is used or taken") {
  KeysFixture test;
  test.set(random_key);
  test.propose(other_key);  // taken, but its answer was lost
  const auto second = test.propose(third_key);
  test.keys->settle(key_station, second, StationKeys::Settled::refused);
  test.restart();
  CHECK(test.admit(random_key) == Verdict::admitted);
  CHECK(test.admit(other_key) == Verdict::admitted);
  CHECK(test.admit(third_key) == Verdict::unauthorized);
  CHECK(test.admit(random_key) == Verdict::unauthorized);

  test.propose(random_key);
  test.propose(human_key);
  test.propose(third_key);
  CHECK(test.admit(human_key) == Verdict::admitted);  // slowly
  CHECK(test.admit(random_key) == Verdict::unauthorized);
  CHECK(test.admit(other_key) == Verdict::unauthorized);
  CHECK(test.admit(third_key) == Verdict::admitted);  // the later one may still come

  // The same key twice: that the second is refused says nothing of the first.
  test.propose(random_key);
  const auto again = test.propose(random_key);
  test.keys->settle(key_station, again, StationKeys::Settled::refused);
  CHECK(test.admit(random_key) == Verdict::admitted);
  for (std::size_t i = 0; i < StationKeys::proposals_max; ++i) test.propose(other_key);
  CHECK(test.try_propose(third_key).error().is(StationKeyErrc::unsettled));
  test.set(third_key);
  CHECK(test.admit(other_key) == Verdict::unauthorized);
  CHECK(test.try_propose(random_key).has_value());
}

TEST_CASE("station keys: one that a command left counts from the next look, or start") {
  KeysFixture test;
  test.set(random_key);
  test.propose(third_key);
  const auth::PasswordHasher hasher{{8'192, 1}};
  const auto leave = [&](const std::string& key) {
    REQUIRE(test.store.leave_key({key_station, kept_of_key(server_keys, hasher, key_station, key)})
                .has_value());
  };
  leave(other_key);
  CHECK(test.admit(other_key) == Verdict::unauthorized);
  REQUIRE(test.keys->take_up_left().has_value());
  CHECK(test.admit(other_key) == Verdict::admitted);
  CHECK(test.admit(random_key) == Verdict::unauthorized);
  CHECK(test.admit(third_key) == Verdict::unauthorized);
  CHECK(test.store.left_keys()->empty());
  leave(human_key);
  test.restart();
  CHECK(test.admit(other_key) == Verdict::unauthorized);
  CHECK(test.admit(human_key) == Verdict::admitted);
  CHECK(test.slow > 0);
}

TEST_CASE("station keys: a security profile may only rise") {
  KeysFixture test;
  CHECK(test.admit("", 0) == Verdict::admitted);
  test.set(random_key);
  CHECK(test.admit(random_key, 2) == Verdict::admitted);
  CHECK(test.admit(random_key, 1) == Verdict::forbidden);
  test.restart();
  CHECK(test.admit("", 0) == Verdict::forbidden);
  auto knock = KeysFixture::knock("", 3);
  knock.common_name = "CP";
  knock.organization = "Somebody";
  CHECK(test.keys->admit(knock) == Verdict::unauthorized);
  knock.organization = "Operator";
  CHECK(test.keys->admit(knock) == Verdict::admitted);
  knock.common_name = "CQ";
  CHECK(test.keys->admit(knock) == Verdict::unauthorized);
  CHECK(test.admit(random_key, 2) == Verdict::forbidden);
  test.keys->lower_profile(key_station, 1, [](Result<>) {});
  CHECK(test.admit(random_key, 1) == Verdict::admitted);
}

TEST_CASE("station keys: a certificate that is revoked opens nothing, and closes what it opened") {
  KeysFixture test;
  auto knock = KeysFixture::knock("", 3);
  knock.common_name = "CP";
  knock.organization = "Operator";
  knock.serial_number = "4A01";
  CHECK(test.keys->admit(knock) == Verdict::admitted);
  test.keys->revoke({"4A02"});
  CHECK(test.keys->to_be_cut_off().empty());
  test.keys->revoke({"4A01"});
  CHECK(test.keys->to_be_cut_off() == std::vector<StationId>{key_station});
  CHECK(test.keys->admit(knock) == Verdict::unauthorized);
  knock.serial_number = "4A03";
  CHECK(test.keys->admit(knock) == Verdict::admitted);
  CHECK(test.keys->to_be_cut_off().empty());

  // By a command beside us, and before a start.
  {
    auto all = test.store.revoked_serials.lock();
    *all = {{1, "4A01"}, {2, "4A03"}};
  }
  CHECK(test.keys->revoke_what_is_new().has_value());
  CHECK(test.keys->to_be_cut_off() == std::vector<StationId>{key_station});
  test.restart();
  CHECK(test.keys->admit(knock) == Verdict::unauthorized);
}

TEST_CASE("security desk: AuthorizationKey changes what is admitted as the station answers") {
  KeysFixture test;
  test.set(random_key);
  PassingHost host;
  TestStationLink door;
  door.online.insert(key_station);
  SecurityDesk desk{host, test.store, *test.keys, test.clock, {}};
  desk.use_link(door);
  desk.start();
  const auto change = [&](const std::string& key, CallOutcome answer) {
    std::promise<CallOutcome> outcome;
    desk.call(key_station, ocpp::ChangeConfiguration{"authorizationkey", key},
              [&](CallOutcome given) { outcome.set_value(std::move(given)); });
    test.wait_for_lane();
    if (!door.calls.empty()) door.answer(std::move(answer));
    return outcome.get_future().get();
  };
  const auto said = [](ocpp::ConfigurationStatus status) {
    return CallOutcome{BackendAnswer{ocpp::ChangeConfigurationAnswer{status}}};
  };
  change(other_key, said(ocpp::ConfigurationStatus::not_supported));
  CHECK(test.admit(other_key) == Verdict::unauthorized);
  change(other_key, CallFailure{CallFailure::Kind::refused, "NotImplemented", ""});
  CHECK(test.admit(other_key) == Verdict::unauthorized);
  change(other_key, said(ocpp::ConfigurationStatus::accepted));
  CHECK(test.admit(random_key) == Verdict::unauthorized);
  CHECK(test.admit(other_key) == Verdict::admitted);
  change(random_key, CallFailure{CallFailure::Kind::timed_out, "", ""});
  // A second rotation, while the station has the key of the first: it answered, and nobody heard.
  change(third_key, said(ocpp::ConfigurationStatus::rejected));
  CHECK(test.admit(other_key) == Verdict::admitted);
  CHECK(test.admit(random_key) == Verdict::admitted);
  CHECK(test.admit(third_key) == Verdict::unauthorized);

  CHECK(test.admit(random_key, 2) == Verdict::admitted);
  std::optional<CallOutcome> lower;
  desk.call(key_station, ocpp::ChangeConfiguration{"SecurityProfile", "1"},
            [&](CallOutcome given) { lower = std::move(given); });
  CHECK(std::get<CallFailure>(*lower).kind == CallFailure::Kind::invalid);
}

TEST_CASE("security desk: events are stored, certificates are signed by our own root") {
  KeysFixture test;
  PassingHost host;
  TestStationLink door;
  door.online.insert(key_station);
  const auto root =
      tls::make_root("Stations", "Operator", MachineClock{}.wall(), std::chrono::days{9}).value();
  const tls::test::TemporaryFile key{root.key};
  const tls::test::TemporaryFile certificate{root.certificate};
  SecurityDeskOptions options{tls::RootAuthority::load(key.path(), certificate.path()).value(),
                              "Operator", std::chrono::days{1}};
  SecurityDesk desk{host, test.store, *test.keys, test.clock, std::move(options)};
  desk.use_link(door);
  desk.start();
  desk.connected(key_station, LinkNumber{1}, LinkFacts{"CP", {}, 2, false, {}});
  const auto ask = [&](StationRequest request) {
    std::promise<StationAnswer> answer;
    desk.handle(key_station, std::move(request), {}, [&](auto outcome) {
      answer.set_value(std::get<StationAnswer>(std::move(outcome)));
    });
    return answer.get_future().get();
  };
  ask(ocpp::SecurityEventNotification{"TamperDetectionActivated", {}, {}});
  CHECK(host.security_events == 1);  // for its event log
  CHECK(std::holds_alternative<ocpp::HeartbeatAnswer>(ask(ocpp::Heartbeat{})));
  const auto sign = [&](const std::string& name) {
    const auto request = tls::test::make_request(name, "Operator").request;
    return std::get<ocpp::SignCertificateAnswer>(ask(ocpp::SignCertificate{request})).status;
  };
  CHECK(sign("Somebody") == ocpp::Verdict::rejected);
  CHECK(sign("CP") == ocpp::Verdict::accepted);
  desk.stop();
  REQUIRE(door.calls.size() == 1);
  {
    auto made = test.store.certificates_made.lock();
    REQUIRE(made->size() == 1);
    CHECK(made->front().station == key_station);
    CHECK(made->front().serial.size() == 32);
    CHECK(made->front().expires_at - made->front().issued_at == std::chrono::days{1});
  }
  const auto& sent = std::get<ocpp::CertificateSigned>(door.calls[0].request);
  CHECK(sent.certificate_chain.find(root.certificate) != std::string::npos);
  door.answer(BackendAnswer{ocpp::CertificateSignedAnswer{ocpp::Verdict::rejected}});
  auto kinds = test.store.kinds.lock();
  CHECK(*kinds == std::vector<std::string>{"TamperDetectionActivated", "CertificateRefused",
                                           "CertificateIssued", "CertificateNotTaken"});
}

}  // namespace mainstay::charging
