#include "platform/program/stores.hpp"

#include <filesystem>
#include <system_error>

#include "platform/program/errc.hpp"
#include "platform/program/product.hpp"

namespace mainstay {

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
  constexpr std::string_view scheme = "sqlite:";
  const std::string& url = settings.text("store.url");
  if (!url.starts_with(scheme)) {
    // The text may hold a password: it is not repeated.
    return Error{ApplicationErrc::setting, "store.url (also DATABASE_URL) must begin with sqlite:"};
  }
  const std::filesystem::path folder{settings.text("data.folder")};
  MS_TRY_VOID(make_data_folder(settings));
  const std::string path = url.substr(scheme.size());
  return store::open_sqlite(
      {.path = path.empty() ? (folder / (product.name + ".db")).string() : path});
}

Result<std::unique_ptr<store::Store>> open_current_store(const Product& product,
                                                         const settings::Settings& settings,
                                                         SystemTime now) {
  MS_TRY(auto store, open_store(product, settings));
  const auto all = migrations(product);
  store::Migrator migrator{*store, all};
  if (settings.boolean("store.migrate_on_start")) {
    MS_TRY([[maybe_unused]] const auto applied, migrator.up(now));
  }
  MS_TRY_VOID(migrator.require_current());
  return store;
}

}  // namespace mainstay
