#include "apps/exchange/demo.hpp"

#include <set>
#include <string>

#include <doctest/doctest.h>

#include "apps/exchange/outbound/memory/memory_primary_store.hpp"
#include "platform/journal/memory_file_system.hpp"

namespace mainstay::exchange::demo_test {
namespace {

struct NoOwners final : AccountOwners {
  void account_of(std::string_view, SystemTime, Found) override { FAIL("users are not asked"); }
};

VenueOptions venue_options() {
  VenueOptions options;
  options.journal.folder = "/exchange";
  options.journal.segment_bytes = 1U << 16U;
  return options;
}

/// A start and a stop of the demo, on what the one before left.
void show(journal::MemoryFileSystem& files, const Clock& clock, PrimaryStore& store) {
  NoOwners owners;
  Venue venue{venue_options(), clock, files};
  PrimaryDesk desk{store, owners, venue, clock, [](const Error& error) { FAIL(error.message()); }};
  REQUIRE(venue.start().has_value());
  desk.start();
  CHECK(define_demo_market(venue).has_value());
  CHECK(define_demo_primary_market(desk, clock.wall()).has_value());
  desk.stop();
  venue.stop();
}

}  // namespace

TEST_CASE("demo: the primary market has artists, investors and what was allocated; once") {
  journal::MemoryFileSystem files;
  ManualClock clock{SystemTime{std::chrono::days{20'000}}};
  MemoryPrimaryStore store;
  for (int start = 1; start <= 2; ++start) {
    show(files, clock, store);
    const auto artists = store.artists({}).value();
    CHECK(artists.size() == 4);
    for (const ArtistRecord& one : artists) CHECK(one.listed);
    const auto investors = store.investors({}).value();
    REQUIRE(investors.size() == 5);
    int served = 0;
    for (const InvestorRecord& one : investors) {
      CHECK(one.paid);
      if (one.user.remaining_principal < one.user.principal) ++served;
    }
    CHECK(served == 4);
    CHECK(is_waiting(investors.back()));
    const auto allocations = store.allocations({}).value();
    REQUIRE(allocations.size() == 1);
    CHECK(allocations[0].matches >= 4U);
    const auto matches = store.matches(MatchesOf::allocation, allocations[0].id, 0, 100).value();
    for (const MatchRecord& one : matches) CHECK(one.state == MatchState::issued);
    clock.advance(std::chrono::hours{24});
  }
}

}  // namespace mainstay::exchange::demo_test
