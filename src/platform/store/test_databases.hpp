#pragma once

#include <cstdlib>
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "base/random.hpp"
#include "base/temporary_folder.hpp"
#include "platform/store/store_contract.hpp"

namespace mainstay::store {

/// Empty databases for tests, one type an engine:
///   TEST_CASE_TEMPLATE("jobs: a killed worker's job runs again", Database, SqliteOnFile,
///                      PostgresSchema) {
///     Database database;
///     if (!database.is_there()) return;  // says what was skipped
///     auto store = database.open({});
class SqliteOnFile {
 public:
  [[nodiscard]] bool is_there() const { return true; }
  [[nodiscard]] std::unique_ptr<Store> open(const ContractLimits& limits) const {
    auto store = open_sqlite(
        {folder_.path("test.db"), limits.queue_max, limits.batch_max, limits.selects_max});
    REQUIRE_MESSAGE(store.has_value(), (store ? "" : store.error().message()));
    return std::move(*store);
  }
  [[nodiscard]] std::string path() const { return folder_.path("test.db"); }
  [[nodiscard]] std::string url() const { return "sqlite:" + path(); }

 private:
  TemporaryFolder folder_;
};

/// A schema of its own on the server of MAINSTAY_TEST_POSTGRES, dropped at the end.
class PostgresSchema {
 public:
  PostgresSchema() {
    if (server().empty()) {
      MESSAGE("skipped on PostgreSQL: MAINSTAY_TEST_POSTGRES names no server");
      return;
    }
    run("CREATE SCHEMA " + name_);
  }
  ~PostgresSchema() {
    if (!server().empty()) run("DROP SCHEMA " + name_ + " CASCADE");
  }
  PostgresSchema(const PostgresSchema&) = delete;
  PostgresSchema& operator=(const PostgresSchema&) = delete;

  [[nodiscard]] bool is_there() const { return !server().empty(); }
  [[nodiscard]] std::unique_ptr<Store> open(const ContractLimits& limits) const {
    return open_with(options(limits));
  }
  [[nodiscard]] PostgresOptions options(const ContractLimits& limits) const {
    PostgresOptions options;
    options.url = url();
    options.queue_max = limits.queue_max;
    options.batch_max = limits.batch_max;
    options.selects_max = limits.selects_max;
    return options;
  }
  [[nodiscard]] static std::unique_ptr<Store> open_with(PostgresOptions options) {
    auto store = open_postgres(std::move(options));
    REQUIRE_MESSAGE(store.has_value(), (store ? "" : store.error().message()));
    return std::move(*store);
  }
  [[nodiscard]] std::string url() const {
    return server() + (server().find('?') == std::string::npos ? "?" : "&") +
           "options=-csearch_path%3D" + name_ + "&application_name=" + name_;
  }
  /// The schema, and the application_name that its connections show in pg_stat_activity.
  [[nodiscard]] const std::string& name() const { return name_; }
  /// On the server, outside the schema, over a connection of its own.
  static void run(const std::string& sql) {
    PostgresOptions options;
    options.url = server();
    const auto outcome =
        open_with(options)->write_now([&sql](Session& session) { return session.script(sql); });
    CHECK_MESSAGE(outcome.has_value(), (outcome ? "" : outcome.error().message()));
  }

 private:
  [[nodiscard]] static std::string server() {
    const char* const url = std::getenv("MAINSTAY_TEST_POSTGRES");
    return url == nullptr ? "" : url;
  }
  const std::string name_ = "ms_test_" + secret_hex(6);
};

}  // namespace mainstay::store
