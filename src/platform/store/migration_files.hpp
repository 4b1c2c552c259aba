#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::store {

/// Migrations as files of a project, before they are compiled in (cmake/migrations.cmake).

/// The folders named "migrations" below root/src.
std::vector<std::string> find_migration_folders(const std::string& root);

/// Writes FOLDER/YYYYMMDDHHMMSS_NAME.up.sql and .down.sql with a heading, behind every version that
/// is there. The paths. Errc::migration_files, and nothing written, when the name is not of
/// [a-z0-9_] (60 at most, a letter first), is taken, or the folder cannot be written.
Result<std::vector<std::string>> new_migration(const std::string& folder, std::string_view name,
                                               SystemTime now, bool dry_run);

/// What is wrong with the files of a folder, a line each: a missing half of a pair, names that are
/// none, versions that two share, a phase that is none, an empty file.
std::vector<std::string> check_migration_files(const std::string& folder);

}  // namespace mainstay::store
