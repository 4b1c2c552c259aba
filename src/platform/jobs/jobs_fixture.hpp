#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "platform/jobs/enqueue.hpp"
#include "platform/jobs/table.hpp"
#include "platform/store/migrations.hpp"
#include "platform/store/store.hpp"
#include "platform/store/test_databases.hpp"

namespace mainstay::jobs {

using store::PostgresSchema;
using store::SqliteOnFile;

/// What every test of the table runs on.
#define JOBS_DATABASES SqliteOnFile, PostgresSchema

inline constexpr SystemTime noon{Micros{1'795'262'400'000'000}};

inline void require_done(const Result<>& outcome) {
  REQUIRE_MESSAGE(outcome.has_value(), (outcome ? "" : outcome.error().message()));
}

/// An empty table.
inline std::unique_ptr<store::Store> opened(const auto& database) {
  auto store = database.open({});
  require_done([&]() -> Result<> {
    MS_TRY([[maybe_unused]] const auto applied, store::Migrator(*store, migrations()).up(noon));
    return {};
  }());
  return store;
}

inline void in_table(store::Store& store, const std::function<Result<>(Table&)>& work) {
  require_done(store.write_now([&](store::Session& session) -> Result<> {
    Table table{session, store.engine()};
    return work(table);
  }));
}

inline Enqueued added(store::Store& store, std::string_view kind, std::string_view payload = "",
                      const Options& options = {}, SystemTime now = noon) {
  Enqueued out;
  require_done(store.write_now([&](store::Session& session) -> Result<> {
    MS_TRY(out, enqueue(session, kind, payload, options, now));
    return {};
  }));
  return out;
}

inline std::vector<Listed> listed(store::Store& store, const Filter& filter = {}) {
  std::vector<Listed> out;
  in_table(store, [&](Table& table) -> Result<> {
    MS_TRY(out, table.list(filter));
    return {};
  });
  return out;
}

inline Listed only(store::Store& store, const std::string& id) {
  const auto found = listed(store, {.id = id});
  REQUIRE(found.size() == 1);
  return found.front();
}

}  // namespace mainstay::jobs
