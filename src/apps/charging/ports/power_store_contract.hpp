#pragma once

#include <future>
#include <memory>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "apps/charging/ports/power_store.hpp"

namespace mainstay::charging {

/// Saves, and waits for it.
inline Result<> save_now(PowerStore& store, std::vector<PowerChange> changes) {
  auto promise = std::make_shared<std::promise<Result<>>>();
  store.save(std::move(changes), [promise](Result<> done) { promise->set_value(std::move(done)); });
  return promise->get_future().get();
}

/// What every PowerStore does. A Holder is default-made with empty tables: `bool is_there()`,
/// `PowerStore& store()`.
TEST_CASE_TEMPLATE_DEFINE("power store contract", Holder, power_store_contract) {
  Holder holder;
  if (!holder.is_there()) return;
  PowerStore& store = holder.store();
  const StationId first{1};
  const StationId second{2};
  const ConnectorNumber whole{0};
  const ConnectorNumber one{1};
  const power::Hold hold{320, SystemTime{Seconds{1'795'223'566}}, 100};
  const power::Hold still{0, power::Hold::forever, 0};

  const auto empty = store.load();
  REQUIRE(empty.has_value());
  CHECK(empty->sites.empty());

  const PowerSiteRow site{PlotId{7}, "{}", SystemTime{Seconds{1}}};
  const PowerHoldRow fallback{first, whole, {}, still, {}};
  const PowerHoldRow charge{first, one, TransactionId{9}, hold, still};
  const PowerProfileRow profile{second, 5, one, R"({"it's":"one"})"};
  REQUIRE(save_now(store, {site, fallback, charge, profile}).has_value());
  auto rows = store.load();
  REQUIRE(rows.has_value());
  CHECK(rows->sites == std::vector{site});
  CHECK(rows->holds == std::vector{fallback, charge});
  CHECK(rows->profiles == std::vector{profile});

  // Rows replace others of their key, in their order; empty ones remove.
  PowerSiteRow changed = site;
  changed.circuits = "[]";
  PowerHoldRow told = charge;
  told.doubtful.reset();
  told.transaction = TransactionId{10};
  const PowerHoldRow no_fallback{first, whole, {}, {}, {}};
  const PowerProfileRow gone{second, 5, {}, {}};
  PowerProfileRow again = profile;
  again.connector = whole;
  REQUIRE(save_now(store, {changed, told, no_fallback, gone, again}).has_value());
  rows = store.load();
  REQUIRE(rows.has_value());
  CHECK(rows->sites == std::vector{changed});
  CHECK(rows->holds == std::vector{told});
  CHECK(rows->profiles == std::vector{again});
  REQUIRE(save_now(store, {PowerSiteRemoved{PlotId{7}}, gone}).has_value());
  rows = store.load();
  REQUIRE(rows.has_value());
  CHECK(rows->sites.empty());
  CHECK(rows->profiles.empty());
  CHECK(rows->holds.size() == 1);
}

}  // namespace mainstay::charging
