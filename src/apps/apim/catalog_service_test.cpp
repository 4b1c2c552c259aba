#include "apps/apim/catalog_service.hpp"

#include <atomic>
#include <deque>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "apps/apim/domain/catalog_dump.hpp"
#include "apps/apim/domain/token_edit.hpp"
#include "apps/apim/outbound/memory/memory_catalog_store.hpp"
#include "apps/apim/outbound/sqlite/catalog_rows.hpp"
#include "apps/apim/outbound/sqlite/migrated_store.hpp"
#include "apps/apim/ports/catalog_store_contract.hpp"

namespace mainstay::apim::catalog_service_test {
namespace {

/// A store whose commits happen when the test says so, and fail when it says so.
class HeldStore final : public CatalogStore {
 public:
  Result<Catalog> load() override { return committed_.load(); }
  void write(Work work, Done done) override {
    if (full) return done(Error{store::Errc::busy});
    waiting_.push_back({std::move(work), std::move(done)});
  }

  /// Commits what waits, in one transaction.
  void commit(bool succeeds = true) {
    std::vector<Result<>> outcomes;
    MemoryCatalogTables tables = committed_;
    for (const Item& item : waiting_) {
      MemoryCatalogTables own = tables;
      Result<> outcome = item.work(own);
      if (outcome.has_value()) tables = own;
      outcomes.push_back(std::move(outcome));
    }
    if (succeeds) committed_ = tables;
    auto finished = std::move(waiting_);
    waiting_.clear();
    for (std::size_t i = 0; i < finished.size(); ++i) {
      if (!succeeds && outcomes[i].has_value()) outcomes[i] = Error{store::Errc::full};
      finished[i].done(std::move(outcomes[i]));
    }
  }

  bool full = false;

 private:
  struct Item {
    Work work;
    Done done;
  };
  std::deque<Item> waiting_;
  MemoryCatalogTables committed_;
};

/// Adds a token, unless it is there: then too_many.
CatalogService::Change add_token(std::string token) {
  return [token = std::move(token)](const Catalog& catalog) -> Result<CatalogEdit> {
    if (catalog.has_token(token, "1")) return catalog_error(CatalogErrc::too_many);
    return add_service_tokens(catalog,
                              std::vector{TokenGrant{ServiceToken{token}, ServiceId{"1"}}});
  };
}

struct Outcomes {
  CatalogService::Done next() {
    return [this](Result<> result) {
      text += result.has_value() ? "ok " : std::string{result.error().name()} + " ";
    };
  }
  std::string text;
};

struct Held {
  Held() { REQUIRE(service.start().has_value()); }
  HeldStore store;
  CatalogService service{store};
  Outcomes outcomes;
  void edit(const char* token) { service.edit(add_token(token), outcomes.next()); }
  [[nodiscard]] bool has(const char* token) const {
    return service.current()->has_token(token, "1");
  }
};

}  // namespace

TEST_CASE("catalog service: published after the commit, not before") {
  Held held;
  const auto before = held.service.version();
  held.edit("a");
  CHECK_FALSE(held.has("a"));
  CHECK(held.outcomes.text.empty());
  held.store.commit();
  CHECK(held.has("a"));
  CHECK(held.outcomes.text == "ok ");
  CHECK(held.service.version() > before);
}

TEST_CASE("catalog service: works of one batch see each other") {
  Held held;
  held.edit("a");
  held.edit("a");
  held.edit("b");
  held.store.commit();
  CHECK(held.outcomes.text == "ok too_many ok ");
  CHECK(held.has("a"));
  CHECK(held.has("b"));
}

TEST_CASE(
    "catalog service: a failed commit leaves no trace, the next edit starts from what is stored") {
  Held held;
  held.edit("a");
  held.store.commit();
  held.edit("b");
  held.edit("c");
  held.store.commit(false);
  CHECK(held.outcomes.text == "ok store_full store_full ");
  CHECK_FALSE(held.has("b"));
  held.edit("b");
  held.edit("a");
  held.store.commit();
  CHECK(held.outcomes.text == "ok store_full store_full ok too_many ");
  CHECK(held.has("b"));
  CHECK_FALSE(held.has("c"));
  CHECK(dump(*held.service.current()) == dump(*held.store.load()));
}

TEST_CASE("catalog service: a full store, refused at once") {
  Held held;
  held.store.full = true;
  held.edit("a");
  CHECK(held.outcomes.text == "store_busy ");
}

TEST_CASE("catalog service: random batches with random failures, published equals stored") {
  Held held;
  RandomEdit random_edit{7};
  Random random{8};
  for (int round = 0; round < 200; ++round) {
    const auto count = 1 + random.below(5);
    for (std::uint64_t i = 0; i < count; ++i) {
      held.service.edit([&](const Catalog& catalog) { return random_edit(catalog); },
                        [](Result<>) {});
    }
    held.store.commit(random.below(4) != 0);
    REQUIRE(dump(*held.service.current()) == dump(*held.store.load()));
  }
}

TEST_CASE("catalog reader: asks again only when something was published") {
  Held held;
  CatalogReader reader{held.service};
  const auto current = [&reader] { return &CatalogReader::Reading{reader}.catalog(); };
  const Catalog* first = current();
  CHECK(current() == first);
  held.edit("a");
  held.store.commit();
  CHECK(current() != first);
  CHECK(current()->has_token("a", "1"));
}

TEST_CASE("catalog service: what waits for readers, does while one looks at an older catalog") {
  Held held;
  CatalogReader reader{held.service};
  CatalogReader idle{held.service};
  std::atomic<bool> is_over = false;
  std::jthread waiting;
  {
    const CatalogReader::Reading before{reader};
    held.service.wait_for_readers();  // the newest one is looked at
    held.edit("a");
    held.store.commit();
    const CatalogReader::Reading newest{idle};
    waiting = std::jthread{[&] {
      held.service.wait_for_readers();
      is_over = true;
    }};
    for (int i = 0; i < 100; ++i) std::this_thread::yield();
    CHECK_FALSE(is_over);
    CHECK_FALSE(before.catalog().has_token("a", "1"));
  }
  waiting.join();
  CHECK(is_over);
}

TEST_CASE("catalog service: on SQLite, writers on several threads, readers see whole edits only") {
  MigratedStore database;
  zones::TimeZones zones;
  SqlCatalogStore rows{database.store(), zones};
  CatalogService service{rows};
  REQUIRE(service.start().has_value());
  std::atomic<int> answered{0};
  {
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < 3; ++writer) {
      writers.emplace_back([&, writer] {
        for (int i = 0; i < 20; ++i) {
          const std::string name = std::to_string(writer) + "." + std::to_string(i);
          service.edit(
              [name](const Catalog& catalog) {
                return add_service_tokens(
                    catalog, std::vector{TokenGrant{ServiceToken{name}, ServiceId{"1"}},
                                         TokenGrant{ServiceToken{name}, ServiceId{"2"}}});
              },
              [&answered](Result<> result) { answered += result.has_value() ? 1 : 0; });
        }
      });
    }
    CatalogReader reader{service};
    for (std::size_t seen = 0; seen < 120; std::this_thread::yield()) {
      seen = CatalogReader::Reading{reader}.catalog().tokens.size();
      CHECK(seen % 2 == 0);
    }
  }
  database.store().stop();
  CHECK(answered == 60);
  CatalogService again{rows};
  REQUIRE(again.start().has_value());
  CHECK(dump(*again.current()) == dump(*service.current()));
}

}  // namespace mainstay::apim::catalog_service_test
