#pragma once

#include <filesystem>
#include <vector>

#include "platform/journal/file_system.hpp"
#include "platform/journal/journal.hpp"

namespace mainstay::journal {

/// The state in a snapshot file, with the bytes around it: the file's header, {u64 length, u32
/// crc32c} of the state.
class Snapshot {
 public:
  explicit Snapshot(std::vector<std::byte> file) : file_(std::move(file)) {}
  [[nodiscard]] Bytes state() const;

 private:
  std::vector<std::byte> file_;
};

/// Writes under another name, syncs, renames, syncs the folder: it is there whole or not at all.
Result<> store_snapshot(FileSystem& files, const std::filesystem::path& folder, Bytes state,
                        Sequence as_of);

/// Errc::corrupt when anything in it is wrong, format_unknown when it is too new.
Result<Snapshot> load_snapshot(FileSystem& files, const std::filesystem::path& folder,
                               Sequence as_of);

}  // namespace mainstay::journal
