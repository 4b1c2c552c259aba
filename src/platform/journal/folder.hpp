#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "platform/journal/file_system.hpp"
#include "platform/journal/journal.hpp"

// What lies in a journal's folder, by name.
namespace mainstay::journal {

/// No file of ours is larger; recovery holds one in memory at a time.
constexpr std::uint64_t segment_file_bytes_max = std::uint64_t{1} << 30U;
constexpr std::uint64_t snapshot_file_bytes_max = std::uint64_t{1} << 34U;

constexpr std::string_view lock_name = "LOCK";
constexpr std::string_view boot_name = "BOOT";
/// Files under these names are unfinished; recovery removes them.
constexpr std::string_view temporary_suffix = ".tmp";

std::string segment_name(Sequence first);
std::string snapshot_name(Sequence as_of);

struct Listing {
  std::vector<Sequence> segments;   // ascending
  std::vector<Sequence> snapshots;  // ascending
  std::vector<std::string> unfinished;
  bool boot = false;  // whether boot_name is there
};
/// Other people's files are passed over.
Result<Listing> list_folder(FileSystem& files, const std::filesystem::path& folder);

/// Whether everything that may not be on disk was written since this machine started: then no power
/// cut can have come between. False when that is not known.
Result<bool> written_in_this_boot(FileSystem& files, const std::filesystem::path& folder,
                                  const Listing& listing);
/// From now on the above is true. Call when all is on disk, before more is written. On disk itself
/// afterwards: the folder may move to another machine, and back after a power cut there.
Result<> remember_boot(FileSystem& files, const std::filesystem::path& folder);

/// "FILE at offset N: WHAT".
std::string place_text(const std::filesystem::path& file, std::uint64_t offset,
                       std::string_view what);
/// Errc::corrupt "FILE at offset N: WHAT; see `mainstay journal check FOLDER`".
Error corrupt_at(const std::filesystem::path& file, std::uint64_t offset, std::string_view what);

/// How many of `segments`, from the first on, hold only records up to `as_of`. The last one never
/// counts: it says where the log goes on.
std::size_t segments_covered(const std::vector<Sequence>& segments, Sequence as_of);

}  // namespace mainstay::journal
