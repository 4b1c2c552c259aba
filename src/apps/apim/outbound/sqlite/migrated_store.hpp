#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "base/temporary_folder.hpp"
#include "platform/store/store.hpp"
#include "platform/store/test_databases.hpp"

namespace mainstay::apim {

/// A store in a folder of its own, with the app's tables; with MAINSTAY_TEST_STORE=postgres in a
/// schema of its own. For tests, which run in the project's root.
class MigratedStore {
 public:
  MigratedStore() : store_(open()) { run("up"); }
  ~MigratedStore() { store_->stop(); }
  store::Store& store() { return *store_; }
  [[nodiscard]] const TemporaryFolder& folder() const { return folder_; }

  /// Runs the migrations' `up` or `down`, in their order.
  void run(const std::string& direction) {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator{"src/apps/apim/migrations"}) {
      if (entry.path().string().ends_with("." + direction + ".sql")) paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    if (direction == "down") std::ranges::reverse(paths);
    MS_CHECK(!paths.empty());
    for (const std::string& path : paths) run_file(path);
  }

 private:
  void run_file(const std::string& path) {
    std::ifstream file{path};
    const std::string sql{std::istreambuf_iterator<char>{file}, {}};
    MS_CHECK(!sql.empty());
    const auto done =
        store_->write_now([&sql](store::Session& session) { return session.script(sql); });
    MS_CHECK(done.has_value());
  }

  std::unique_ptr<store::Store> open() {
    const char* const engine = std::getenv("MAINSTAY_TEST_STORE");
    if (engine != nullptr && std::string_view{engine} == "postgres") {
      schema_ = std::make_unique<store::PostgresSchema>();
      return schema_->open({});
    }
    auto opened = store::open_sqlite({folder_.path("main.db")});
    MS_CHECK(opened.has_value());
    return std::move(*opened);
  }

  TemporaryFolder folder_;
  std::unique_ptr<store::PostgresSchema> schema_;
  std::unique_ptr<store::Store> store_;
};

}  // namespace mainstay::apim
