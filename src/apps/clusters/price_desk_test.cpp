#include "apps/clusters/price_desk.hpp"

#include <deque>

#include <doctest/doctest.h>

#include "apps/clusters/errc.hpp"

namespace mainstay::clusters::price_desk_test {
namespace {

using namespace std::chrono_literals;

InstanceTypeSet set_of(std::string version, std::string source, SystemTime taken_at = {}) {
  InstanceTypeOrigin origin;
  origin.version = std::move(version);
  origin.source = std::move(source);
  origin.etag = "tag of " + origin.version;
  origin.taken_at = taken_at;
  InstanceType type;
  type.name = origin.version + ".large";
  return {origin, {type}};
}

struct MemoryKeep final : PriceKeep {
  Result<std::optional<InstanceTypeSet>> load() override {
    news = false;
    if (damaged) return Error{Errc::store_failed, "scribbled over"};
    return std::optional{kept};
  }
  Result<> save(const InstanceTypeSet& set) override {
    if (full) return Error{Errc::store_failed, "no space"};
    kept = set;
    return {};
  }
  bool has_news() override { return news; }

  std::optional<InstanceTypeSet> kept{};
  bool damaged = false;
  bool full = false;
  bool news = false;
};

struct ScriptedSource final : PriceSource {
  Result<std::optional<InstanceTypeSet>> fetch(const InstanceTypeOrigin& known,
                                               SystemTime now) override {
    etags.push_back(known.etag);
    if (versions.empty()) return Error{Errc::catalogue_unavailable, "nobody answers"};
    const std::string version = versions.front();
    versions.pop_front();
    if ("tag of " + version == known.etag) return std::optional<InstanceTypeSet>{};
    return std::optional{set_of(version, "url", now)};
  }
  void cancel() override {}

  std::deque<std::string> versions{};
  std::vector<std::string> etags{};
};

struct Desk {
  ManualClock clock{SystemTime{Seconds{1'800'000'000}}};
  MemoryKeep keep{};
  ScriptedSource source{};
  int outcomes = 0;
  std::optional<PriceDesk> desk{};

  PriceDesk& open() {
    desk.emplace(PriceDesk::Parts{keep, &source, clock,
                                  [this](const InstanceCatalogue::Status&) { ++outcomes; }},
                 RefreshSchedule{}, set_of("shipped", "shipped"), "url", 1);
    desk->load();
    return *desk;
  }
  [[nodiscard]] std::string version() const { return desk->current()->origin().version; }
};

TEST_CASE("price desk: what ships is there at once, and is replaced whole") {
  Desk at;
  at.source.versions = {"1"};
  PriceDesk& desk = at.open();
  CHECK(at.version() == "shipped");
  const auto before = desk.current();
  desk.tick();
  CHECK(at.version() == "1");
  CHECK(before->origin().version == "shipped");  // whoever reads goes on with what they have
  CHECK(at.keep.kept->origin().version == "1");
  CHECK(desk.status().last_error.empty());
  CHECK(desk.status().checked_at == at.clock.wall());
  CHECK(desk.status().types == 1);
  desk.tick();
  CHECK(at.source.etags.size() == 1);  // not due
}

TEST_CASE("price desk: weekly, and only what has changed") {
  Desk at;
  at.source.versions = {"1", "1", "2"};
  PriceDesk& desk = at.open();
  desk.tick();
  at.clock.advance(6 * 24h);
  desk.tick();
  CHECK(at.source.etags.size() == 1);
  at.clock.advance(2 * 24h);
  desk.tick();
  CHECK(at.version() == "1");
  CHECK(at.source.etags == std::vector<std::string>{"", "tag of 1"});
  CHECK(desk.status().checked_at == at.clock.wall());
  at.clock.advance(8 * 24h);
  desk.tick();
  CHECK(at.version() == "2");
  CHECK(at.outcomes == 3);
}

TEST_CASE("price desk: a failure leaves the last good set, with its age, and is retried hourly") {
  Desk at;
  at.source.versions = {"1"};
  PriceDesk& desk = at.open();
  desk.tick();
  const SystemTime taken = desk.status().origin.taken_at;
  at.clock.advance(8 * 24h);
  for (int hours = 0; hours < 3; ++hours) {
    desk.tick();
    CHECK(at.version() == "1");
    CHECK(desk.status().last_error.find("nobody answers") != std::string::npos);
    CHECK(desk.status().origin.taken_at == taken);
    at.clock.advance(59min);
    desk.tick();
    at.clock.advance(8min);
  }
  CHECK(at.source.etags.size() == 4);
  at.source.versions = {"2"};
  desk.tick();
  CHECK(at.version() == "2");
  CHECK(desk.status().last_error.empty());
}

TEST_CASE("price desk: a restart goes on with what was kept, and asks when it is due") {
  Desk at;
  at.source.versions = {"2"};
  at.keep.kept = set_of("1", "url", at.clock.wall() - 24h);
  PriceDesk& desk = at.open();
  CHECK(at.version() == "1");
  desk.tick();
  CHECK(at.source.etags.empty());
  at.clock.advance(7 * 24h);
  desk.tick();
  CHECK(at.source.etags == std::vector<std::string>{"tag of 1"});
  CHECK(at.version() == "2");
}

TEST_CASE("price desk: a set of another source is asked for anew") {
  Desk at;
  at.source.versions = {"2"};
  at.keep.kept = set_of("1", "another", at.clock.wall());
  at.open().tick();
  CHECK(at.source.etags == std::vector<std::string>{""});
  CHECK(at.version() == "2");
}

TEST_CASE("price desk: damage and full disks are told and survived") {
  Desk at;
  at.source.versions = {"1"};
  at.keep.damaged = true;
  PriceDesk& desk = at.open();
  CHECK(at.version() == "shipped");
  CHECK(desk.status().last_error.find("scribbled over") != std::string::npos);
  at.keep.full = true;
  desk.tick();
  CHECK(at.version() == "1");
  CHECK(desk.status().last_error.find("no space") != std::string::npos);
}

TEST_CASE("price desk: what a command has imported is seen, also without a source") {
  Desk at;
  PriceDesk desk{{at.keep, nullptr, at.clock}, {}, set_of("shipped", "shipped"), "", 1};
  desk.load();
  CHECK(desk.status().next_at == SystemTime{});
  at.keep.kept = set_of("imported", "a file");
  desk.tick();
  CHECK(desk.current()->origin().version == "shipped");
  at.keep.news = true;
  desk.tick();
  CHECK(desk.current()->origin().version == "imported");
  at.keep.damaged = at.keep.news = true;
  desk.tick();
  CHECK(desk.current()->origin().version == "imported");
  CHECK(desk.status().last_error.find("scribbled over") != std::string::npos);
}

}  // namespace
}  // namespace mainstay::clusters::price_desk_test
