#pragma once

#include <array>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "base/check.hpp"
#include "base/temporary_folder.hpp"
#include "platform/store/store.hpp"

namespace mainstay::apim {

/// A store in a folder of its own, with the app's tables. For tests, which run in the project's
/// root.
class MigratedStore {
 public:
  MigratedStore() : store_(open()) { run("up"); }
  ~MigratedStore() { store_->stop(); }
  store::Store& store() { return *store_; }
  [[nodiscard]] const TemporaryFolder& folder() const { return folder_; }

  /// Runs the migration's `up` or `down`.
  void run(const std::string& direction) {
    std::ifstream file{"src/apps/apim/migrations/20261121000000_apim_catalog." + direction +
                       ".sql"};
    const std::string sql{std::istreambuf_iterator<char>{file}, {}};
    MS_CHECK(!sql.empty());
    const auto done =
        store_->write_now([&sql](store::Session& session) { return session.script(sql); });
    MS_CHECK(done.has_value());
  }

 private:
  std::unique_ptr<store::Store> open() {
    auto opened = store::open_sqlite({folder_.path("main.db")});
    MS_CHECK(opened.has_value());
    return std::move(*opened);
  }

  TemporaryFolder folder_;
  std::unique_ptr<store::Store> store_;
};

}  // namespace mainstay::apim
