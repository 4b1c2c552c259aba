#include "apps/clusters/outbound/prices/price_files.hpp"

#include <fstream>
#include <memory>
#include <span>
#include <system_error>
#include <utility>

#include "apps/clusters/limits.hpp"
#include "apps/clusters/outbound/prices/price_snapshot.hpp"
#include "platform/secrets/secret_file.hpp"

namespace mainstay::clusters {
namespace {

namespace fs = std::filesystem;

Error price_file_error(const fs::path& path, std::string_view what) {
  return Error{PricesErrc::file_failed, path.string() + ": " + std::string{what}};
}

/// Another one whenever the file was written; empty when it is not there.
std::string file_tag(const fs::path& path) {
  std::error_code failed;
  const auto size = fs::file_size(path, failed);
  if (failed) return {};
  const auto at = fs::last_write_time(path, failed);
  if (failed) return {};
  return std::to_string(size) + "-" + std::to_string(at.time_since_epoch().count());
}

Result<InstanceTypeSet> read_snapshot_file(std::ifstream& in, const fs::path& path) {
  std::string text(Limits::price_snapshot_bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > Limits::price_snapshot_bytes_max)
    return price_file_error(path, "a snapshot beyond 8 MiB");
  auto set = read_price_snapshot(text);
  if (set.has_error()) {
    return set.error().with_detail(path.string() + ": " + set.error().detail());
  }
  return set;
}

}  // namespace

Result<InstanceTypeSet> read_price_file(const fs::path& path, InstanceTypeOrigin origin,
                                        InstanceTypesLeftOut* left_out) {
  std::error_code failed;
  const auto status = fs::status(path, failed);
  if (!fs::exists(status)) return price_file_error(path, "there is no such file");
  if (fs::is_directory(status)) return price_file_error(path, "that is a folder");
  auto in = std::make_shared<std::ifstream>(path, std::ios::binary);
  std::string first(price_snapshot_magic.size(), '\0');
  if (!in->read(first.data(), static_cast<std::streamsize>(first.size())) && !in->eof()) {
    return price_file_error(path, "it cannot be read");
  }
  in->clear();
  in->seekg(0);
  if (first == price_snapshot_magic) return read_snapshot_file(*in, path);
  auto set = read_instance_types(
      [in, path](std::span<char> into) -> Result<std::size_t> {
        in->read(into.data(), static_cast<std::streamsize>(into.size()));
        if (in->bad()) return price_file_error(path, "it cannot be read");
        return static_cast<std::size_t>(in->gcount());
      },
      std::move(origin), left_out);
  if (set.has_error()) {
    return set.error().with_detail(path.string() + ": " + set.error().detail());
  }
  return set;
}

Result<std::optional<InstanceTypeSet>> FilePriceSource::fetch(const InstanceTypeOrigin& known,
                                                              SystemTime now) {
  InstanceTypeOrigin origin;
  origin.source = path_.string();
  origin.etag = file_tag(path_);
  origin.taken_at = now;
  if (!origin.etag.empty() && origin.etag == known.etag) return std::optional<InstanceTypeSet>{};
  MS_TRY(InstanceTypeSet set, read_price_file(path_, origin));
  return std::optional{with_origin(std::move(set), std::move(origin))};
}

InstanceTypeSet with_origin(InstanceTypeSet set, InstanceTypeOrigin origin) {
  const InstanceTypeOrigin& read = set.origin();
  if (read.source == origin.source) return set;
  origin.version = read.version;
  origin.region = read.region;
  origin.currency = read.currency;
  return {std::move(origin), set.types()};
}

FilePriceKeep::FilePriceKeep(const fs::path& folder)
    : folder_(folder), path_(folder / "instance_types.snapshot") {}

Result<std::optional<InstanceTypeSet>> FilePriceKeep::load() {
  seen_ = file_tag(path_);
  if (seen_.empty()) return std::optional<InstanceTypeSet>{};
  MS_TRY(InstanceTypeSet set, read_price_file(path_, {}));
  return std::optional{std::move(set)};
}

Result<> FilePriceKeep::save(const InstanceTypeSet& set) {
  std::error_code failed;
  fs::create_directories(folder_, failed);
  if (failed) return price_file_error(folder_, failed.message());
  MS_TRY_VOID(secrets::write_private_file(path_.string(), write_price_snapshot(set),
                                          secrets::current_owner()));
  seen_ = file_tag(path_);
  return {};
}

bool FilePriceKeep::has_news() {
  const std::string tag = file_tag(path_);
  return !tag.empty() && tag != seen_;
}

}  // namespace mainstay::clusters
