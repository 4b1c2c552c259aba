#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>

#include "base/result.hpp"

namespace mainstay::secrets {

/// Whose the files are: this process's user, or the one it will become.
struct Owner {
  uid_t user;
  gid_t group;
};
Owner current_owner();

/// A folder that only `owner` can enter, in memory where the system has such a place: in
/// /dev/shm, else in TMPDIR or /tmp. Made with mode 0700; one that is there and
/// somebody else's, or open to others, is refused (Errc::unwritable).
Result<std::string> private_folder(Owner owner);

/// Writes a file (0600) in one step: a reader finds the old or the new content whole.
Result<> write_private_file(const std::string& path, std::string_view content, Owner owner);

/// Overwrites a file with zeros and removes it. Silent when it is not there.
void wipe_file(const std::string& path);
/// All files of a folder, then the folder.
void wipe_folder(const std::string& path);

}  // namespace mainstay::secrets
