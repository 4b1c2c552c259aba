#include "platform/journal/folder.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"

namespace mainstay::journal {
namespace {

constexpr std::size_t digits = 20;
constexpr std::uint64_t boot_file_bytes_max = 4096;
constexpr std::string_view segment_suffix = ".log";
constexpr std::string_view snapshot_suffix = ".snapshot";

std::string numbered(Sequence number, std::string_view suffix) {
  const std::string tail = std::to_string(number);
  return std::string(digits - tail.size(), '0').append(tail).append(suffix);
}

std::optional<Sequence> number_in(std::string_view name, std::string_view suffix) {
  if (name.size() != digits + suffix.size() || !name.ends_with(suffix)) return std::nullopt;
  return parse_u64(name.substr(0, digits));
}

}  // namespace

std::string segment_name(Sequence first) { return numbered(first, segment_suffix); }
std::string snapshot_name(Sequence as_of) { return numbered(as_of, snapshot_suffix); }

Result<Listing> list_folder(FileSystem& files, const std::filesystem::path& folder) {
  MS_TRY(const auto names, files.list(folder));
  Listing listing;
  for (const std::string& name : names) {
    if (const auto first = number_in(name, segment_suffix)) listing.segments.push_back(*first);
    if (const auto as_of = number_in(name, snapshot_suffix)) listing.snapshots.push_back(*as_of);
    if (name.ends_with(temporary_suffix)) listing.unfinished.push_back(name);
    if (name == boot_name) listing.boot = true;
  }
  std::ranges::sort(listing.segments);
  std::ranges::sort(listing.snapshots);
  return listing;
}

Result<bool> written_in_this_boot(FileSystem& files, const std::filesystem::path& folder,
                                  const Listing& listing) {
  const std::string boot_id = files.boot_id();
  if (boot_id.empty() || !listing.boot) return false;
  MS_TRY(const auto remembered, read_file(files, folder / boot_name, boot_file_bytes_max));
  return as_text(remembered) == boot_id;
}

Result<> remember_boot(FileSystem& files, const std::filesystem::path& folder) {
  MS_TRY(const auto file, files.create(folder / boot_name));
  MS_TRY_VOID(file->write_at(0, as_bytes(files.boot_id())));
  MS_TRY_VOID(file->sync());
  return files.sync_folder(folder);
}

std::string place_text(const std::filesystem::path& file, std::uint64_t offset,
                       std::string_view what) {
  return file.string() + " at offset " + std::to_string(offset) + ": " + std::string{what};
}

Error corrupt_at(const std::filesystem::path& file, std::uint64_t offset, std::string_view what) {
  return Error{Errc::corrupt, place_text(file, offset, what) + "; see `mainstay journal check " +
                                  file.parent_path().string() + "`"};
}

std::size_t segments_covered(const std::vector<Sequence>& segments, Sequence as_of) {
  const auto behind =
      std::ranges::find_if(segments, [&](Sequence first) { return first > as_of + 1; });
  const auto count = static_cast<std::size_t>(behind - segments.begin());
  return count > 0 ? count - 1 : 0;
}

}  // namespace mainstay::journal
