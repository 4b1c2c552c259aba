#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace mainstay::journal {

/// An open file; closed by the destructor. Any thread, but no two on the same bytes at once.
/// Failures are Errc::io, full or denied with operation, path and reason in the detail.
class File {
 public:
  virtual ~File() = default;

  /// All of it or an error; after an error the bytes there are unknown.
  virtual Result<> write_at(std::uint64_t offset, Bytes data) = 0;
  /// How many bytes were read; fewer than asked only at the end of the file.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) = 0;
  virtual Result<std::uint64_t> size() = 0;
  /// Makes the file at least this large, new bytes zero, and its room certain: writes below it
  /// cannot find a full disk.
  virtual Result<> allocate(std::uint64_t bytes) = 0;
  virtual Result<> truncate(std::uint64_t bytes) = 0;
  /// What was written, and the size, survive a power cut (fdatasync).
  virtual Result<> sync() = 0;
};

/// Held until destroyed or until the process dies, however it dies.
class FolderLock {
 public:
  virtual ~FolderLock() = default;
};

enum class Access : std::uint8_t { read, read_write };

/// The port to the kernel's files. Any thread. Names in a folder (create, rename, remove) survive a
/// power cut only after sync_folder().
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// An empty file of mode 0600, an older one of that name emptied.
  virtual Result<std::unique_ptr<File>> create(const std::filesystem::path& path) = 0;
  virtual Result<std::unique_ptr<File>> open(const std::filesystem::path& path, Access access) = 0;
  /// Atomic; replaces `to`.
  virtual Result<> rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  virtual Result<> remove(const std::filesystem::path& path) = 0;

  /// With its parents, mode 0700, surviving a power cut; no error when it is there.
  virtual Result<> create_folder(const std::filesystem::path& folder) = 0;
  /// Names of the files in it, in no order.
  virtual Result<std::vector<std::string>> list(const std::filesystem::path& folder) = 0;
  virtual Result<> sync_folder(const std::filesystem::path& folder) = 0;
  /// Errc::locked, with the holder's process id where it is known, when someone has it.
  virtual Result<std::unique_ptr<FolderLock>> lock(const std::filesystem::path& path) = 0;

  /// Names this run of the machine's kernel, which keeps every write until it ends; another after
  /// each restart, never again the same. Empty when unknown.
  virtual std::string boot_id() = 0;
};

/// The machine's files.
class PosixFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> create(const std::filesystem::path& path) override;
  Result<std::unique_ptr<File>> open(const std::filesystem::path& path, Access access) override;
  Result<> rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  Result<> remove(const std::filesystem::path& path) override;
  Result<> create_folder(const std::filesystem::path& folder) override;
  Result<std::vector<std::string>> list(const std::filesystem::path& folder) override;
  Result<> sync_folder(const std::filesystem::path& folder) override;
  Result<std::unique_ptr<FolderLock>> lock(const std::filesystem::path& path) override;
  std::string boot_id() override;
};

/// The whole file; Errc::corrupt when it is larger than `bytes_max`, which no file of ours is.
Result<std::vector<std::byte>> read_file(FileSystem& files, const std::filesystem::path& path,
                                         std::uint64_t bytes_max);

}  // namespace mainstay::journal
