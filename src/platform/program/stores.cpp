#include "platform/program/stores.hpp"

#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>

#include "platform/program/errc.hpp"
#include "platform/program/product.hpp"
#include "platform/store/open.hpp"

namespace mainstay {

namespace {

/// Longer than a lease lasts: one that a killed operator left ends before it.
constexpr Millis migrating_max{75'000};

void tell(const Product& product, const std::string& text) {
  const std::string line = product.name + ": " + text + "\n";
  std::fputs(line.c_str(), stderr);  // tidy: nothing serves yet, and commands have no log
}

}  // namespace

Result<> make_data_folder(const settings::Settings& settings) {
  const std::filesystem::path folder{settings.text("data.folder")};
  std::error_code failure;
  // Somebody's own folder keeps its mode; the files in it are 0600 either way.
  const bool made = std::filesystem::create_directories(folder, failure);
  if (made) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failure);
  if (failure) {
    return Error{ApplicationErrc::data_folder, folder.string() + ": " + failure.message()};
  }
  return {};
}

Result<std::unique_ptr<store::Store>> open_store(const Product& product,
                                                 const settings::Settings& settings) {
  MS_TRY_VOID(make_data_folder(settings));
  store::OpenOptions options;
  options.url = settings.text("store.url");
  options.default_path = default_database(product, settings);
  options.statement_timeout = settings.duration("store.statement_timeout");
  options.wait_max = settings.duration("store.wait");
  options.on_wait = [&product](const Error& error) {
    tell(product, "waiting for the database: " + error.message());
  };
  return store::open(options);
}

std::string default_database(const Product& product, const settings::Settings& settings) {
  return (std::filesystem::path{settings.text("data.folder")} / (product.name + ".db")).string();
}

Result<std::unique_ptr<store::Store>> open_current_store(const Product& product,
                                                         const settings::Settings& settings,
                                                         SystemTime now) {
  MS_TRY(auto store, open_store(product, settings));
  const auto all = migrations(product);
  store::Migrator migrator{*store, all};
  if (settings.boolean("store.migrate_on_start")) {
    // Several may start at once: one migrates, the others wait.
    const auto waiting = [&product](const Error& error) { tell(product, error.message()); };
    MS_TRY([[maybe_unused]] const auto applied,
           store::up_in_turn(migrator, now, migrating_max, waiting));
  }
  MS_TRY_VOID(migrator.require_current());
  return store;
}

}  // namespace mainstay
