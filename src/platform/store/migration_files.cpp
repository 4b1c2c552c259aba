#include "platform/store/migration_files.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <system_error>

#include "base/text.hpp"
#include "platform/store/migrations.hpp"

namespace mainstay::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t name_bytes_max = 60;
constexpr std::size_t version_digits = 14;
constexpr std::string_view up_suffix = ".up.sql";
constexpr std::string_view down_suffix = ".down.sql";

constexpr std::string_view up_heading =
    "-- What changes and why.\n"
    "-- SQL that SQLite 3.40 and PostgreSQL 15 both take: BIGINT, TEXT, DOUBLE PRECISION; "
    "booleans\n"
    "-- are BIGINT 0 and 1, times BIGINT microseconds since 1970. All of it is one transaction.\n"
    "-- contract instead of expand, when programs of the release before cannot work after it:\n"
    "-- phase: expand\n";
constexpr std::string_view down_heading =
    "-- Undoes the .up.sql beside it, in the reverse order.\n";

bool is_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name.size() <= name_bytes_max && name[0] >= 'a' && name[0] <= 'z' &&
         std::all_of(name.begin(), name.end(), fits);
}

struct FileName {
  std::uint64_t version = 0;
  std::string_view stem;  // version_name
  std::string_view name;
  bool is_up = false;
};

/// Nothing when it is no migration's.
std::optional<FileName> parse_file_name(std::string_view file) {
  FileName out;
  out.is_up = file.ends_with(up_suffix);
  if (!out.is_up && !file.ends_with(down_suffix)) return std::nullopt;
  out.stem = file.substr(0, file.size() - (out.is_up ? up_suffix : down_suffix).size());
  if (out.stem.size() < version_digits + 2 || out.stem[version_digits] != '_') return std::nullopt;
  const auto version = parse_u64(out.stem.substr(0, version_digits));
  out.name = out.stem.substr(version_digits + 1);
  if (!version || !is_name(out.name)) return std::nullopt;
  out.version = *version;
  return out;
}

std::uint64_t version_of(SystemTime now) {
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<Seconds>(now - day)};
  const auto part = [](auto value) { return static_cast<std::uint64_t>(value); };
  std::uint64_t out = part(static_cast<int>(date.year()));
  out = out * 100 + static_cast<unsigned>(date.month());
  out = out * 100 + static_cast<unsigned>(date.day());
  out = out * 100 + part(time.hours().count());
  out = out * 100 + part(time.minutes().count());
  return out * 100 + part(time.seconds().count());
}

std::vector<std::string> sql_files(const std::string& folder) {
  std::vector<std::string> out;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator{folder, failure}) {
    if (entry.path().extension() == ".sql") out.push_back(entry.path().filename().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string content(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// Never over one that is there.
Result<> write_new(const std::string& path, std::string_view text) {
  std::FILE* const file = std::fopen(path.c_str(), "wxe");
  if (file == nullptr) {
    return Error{Errc::migration_files, path + ": " + std::generic_category().message(errno)};
  }
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if (std::fclose(file) == 0 && written) return {};
  return Error{Errc::migration_files, path + ": cannot write it"};
}

}  // namespace

std::vector<std::string> find_migration_folders(const std::string& root) {
  std::vector<std::string> out;
  std::error_code failure;
  for (fs::recursive_directory_iterator at{fs::path{root} / "src", failure}, end;
       !failure && at != end; at.increment(failure)) {
    if (at->is_directory(failure) && at->path().filename() == "migrations") {
      out.push_back(at->path().lexically_normal().string());
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

Result<std::vector<std::string>> new_migration(const std::string& folder, std::string_view name,
                                               SystemTime now, bool dry_run) {
  if (!is_name(name)) {
    return Error{Errc::migration_files,
                 "\"" + std::string{name.substr(0, 80)} +
                     "\" is no name of a migration: say what it does in a-z, 0-9 and _, a letter "
                     "first, like add_order_notes"};
  }
  std::error_code failure;
  if (!fs::is_directory(folder, failure)) {
    return Error{Errc::migration_files, folder + ": is no folder"};
  }
  std::uint64_t version = version_of(now);
  for (const std::string& file : sql_files(folder)) {
    const auto known = parse_file_name(file);
    if (!known) continue;
    if (known->name == name) {
      return Error{Errc::migration_files, folder + "/" + file + " has this name already"};
    }
    version = std::max(version, known->version + 1);
  }
  const std::string stem = (fs::path{folder} / migration_label(version, name)).string();
  std::vector<std::string> paths{stem + std::string{up_suffix}, stem + std::string{down_suffix}};
  if (dry_run) return paths;
  MS_TRY_VOID(write_new(paths[0], up_heading));
  if (auto second = write_new(paths[1], down_heading); second.has_error()) {
    fs::remove(paths[0], failure);
    return std::move(second).error();
  }
  return paths;
}

std::vector<std::string> check_migration_files(const std::string& folder) {
  std::vector<std::string> out;
  std::map<std::uint64_t, std::string> stems;
  const std::vector<std::string> files = sql_files(folder);
  for (const std::string& file : files) {
    const std::string path = folder + "/" + file;
    const auto known = parse_file_name(file);
    if (!known) {
      out.push_back(path + ": migrations are named YYYYMMDDHHMMSS_name.up.sql and .down.sql");
      continue;
    }
    const std::string stem{known->stem};
    const std::string other = stem + std::string{known->is_up ? down_suffix : up_suffix};
    if (!std::binary_search(files.begin(), files.end(), other)) {
      out.push_back(path + ": " + other + " is missing beside it");
    }
    const auto [at, is_new] = stems.emplace(known->version, stem);
    if (!is_new && at->second != stem) {
      out.push_back(path + ": has the version of " + at->second);
    }
    const std::string sql = content(path);
    if (trimmed(sql).empty())
      out.push_back(path + ": is empty; say in a comment why it does nothing");
    if (known->is_up && !phase_of({known->version, known->name, sql, {}})) {
      out.push_back(path + ": `-- phase:` is followed by expand or contract");
    }
  }
  return out;
}

}  // namespace mainstay::store
