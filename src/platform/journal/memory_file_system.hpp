#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/locked.hpp"
#include "base/random.hpp"
#include "platform/journal/file_system.hpp"

namespace mainstay::journal {

/// Files in memory that remember what was synced, and fail when told: for tests, and for runs that
/// must leave nothing behind. A crash stops every operation, also on files that are open, until
/// restart(): destroy what the dead process owned in between. Any thread.
class MemoryFileSystem final : public FileSystem {
 public:
  /// Everything written stays.
  void kill_process();
  /// Only what was synced stays. What comes after a power cut is another boot.
  void cut_power();
  /// Of what was not synced each sector of 512 bytes stays or goes, and of the names the oldest
  /// changes stay.
  void cut_power(Random& luck);
  void restart();
  void set_boot_id(std::string id);

  enum class Fault : std::uint8_t { once, from_then_on };
  /// The n-th operation from now (1: the next) fails; a write leaves the first half of its bytes.
  void fail_nth(std::uint64_t n, Fault fault = Fault::once,
                std::string reason = "No space left on device");
  /// Whether the fault asked for has come. Forgets it.
  bool take_fault();

  /// From now on, until `none`: what needs more room (full), or any change (read_only), fails. What
  /// is written over allocated bytes, and syncs, still work on a full disk.
  enum class Trouble : std::uint8_t { none, full, read_only };
  void set_trouble(Trouble trouble);

  /// Every sync from now on waits until let_sync() was called once for it; end_holding() ends that.
  void hold_syncs();
  void let_sync();
  void end_holding();
  /// Returns once a sync waits.
  void await_sync();

  /// For looking at and damaging files; both as if synced. "" when there is no such file.
  [[nodiscard]] std::string contents(const std::filesystem::path& path) const;
  void put(const std::filesystem::path& path, std::string_view contents);

  MemoryFileSystem();
  ~MemoryFileSystem() override;
  Result<std::unique_ptr<File>> create(const std::filesystem::path& path) override;
  Result<std::unique_ptr<File>> open(const std::filesystem::path& path, Access access) override;
  Result<> rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  Result<> remove(const std::filesystem::path& path) override;
  Result<> create_folder(const std::filesystem::path& folder) override;
  Result<std::vector<std::string>> list(const std::filesystem::path& folder) override;
  Result<> sync_folder(const std::filesystem::path& folder) override;
  Result<std::unique_ptr<FolderLock>> lock(const std::filesystem::path& path) override;
  std::string boot_id() override;

 private:
  struct Disk;
  struct SyncGate;
  class OpenFile;
  class HeldLock;
  std::shared_ptr<SyncGate> gate_;      // as disk_
  std::shared_ptr<Locked<Disk>> disk_;  // also owned by open files and locks, which may outlive us
};

}  // namespace mainstay::journal
