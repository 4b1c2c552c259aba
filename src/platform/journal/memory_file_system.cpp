#include "platform/journal/memory_file_system.hpp"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <set>
#include <utility>

#include "base/mutex.hpp"
#include "platform/journal/journal.hpp"

namespace mainstay::journal {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t sector_bytes = 512;

/// The contents now, and as of the last sync.
struct Node {
  std::string now;
  std::string synced;
};
using Names = std::map<std::string, std::shared_ptr<Node>, std::less<>>;

/// Each sector from one of the two, and the size too: the disk wrote in an order of its own.
std::string torn(const Node& node, Random& luck) {
  std::string out = luck.below(2) == 0 ? node.now : node.synced;
  for (std::size_t at = 0; at < out.size(); at += sector_bytes) {
    const std::string& source = luck.below(2) == 0 ? node.now : node.synced;
    const std::size_t end = std::min(at + sector_bytes, out.size());
    for (std::size_t i = at; i < end; ++i) out[i] = i < source.size() ? source[i] : '\0';
  }
  return out;
}

Error failed(std::string_view operation, const std::string& path, std::string_view reason) {
  return Error{Errc::io, std::string{operation} + " " + path + ": " + std::string{reason}};
}

}  // namespace

/// Where syncs wait when they are held.
struct MemoryFileSystem::SyncGate {
  void pass() {
    MutexLock lock{mutex};
    ++waiting;
    changed.notify_all();
    while (holding && allowed == 0) lock.wait(changed);
    if (allowed > 0) --allowed;
    --waiting;
  }

  Mutex mutex;
  std::condition_variable changed;
  bool holding MS_GUARDED_BY(mutex) = false;
  int allowed MS_GUARDED_BY(mutex) = 0;
  int waiting MS_GUARDED_BY(mutex) = 0;
};

struct MemoryFileSystem::Disk {
  /// Names after each change since the last folder sync, oldest first; front() is what a power cut
  /// leaves. One list for all folders, as the journal of a real file system is one.
  std::vector<Names> names{Names{}};
  std::set<std::string, std::less<>> folders;
  std::set<std::string, std::less<>> locks;
  bool down = false;
  std::uint64_t boots = 1;
  std::string boot_id = "boot 1";

  std::uint64_t fault_in = 0;  // operations from now; 0: none
  Fault fault = Fault::once;
  bool fault_came = false;
  std::string reason;
  Trouble trouble = Trouble::none;

  /// Before a change that the disk has no room for, or that needs none.
  Result<> admit(std::string_view operation, const std::string& path, bool needs_room) const {
    if (trouble == Trouble::read_only) {
      return Error{Errc::denied, failed(operation, path, "Read-only file system").detail()};
    }
    if (trouble == Trouble::full && needs_room) {
      return Error{Errc::full, failed(operation, path, "No space left on device").detail()};
    }
    return {};
  }

  Result<> begin(std::string_view operation, const std::string& path) {
    if (down) return failed(operation, path, "the process is dead");
    if (fault_in == 0 || --fault_in > 0) return {};
    fault_came = true;
    if (fault == Fault::from_then_on) fault_in = 1;
    return failed(operation, path, reason);
  }

  Result<std::shared_ptr<Node>> find(std::string_view operation, const std::string& path) {
    const auto found = names.back().find(path);
    if (found == names.back().end()) return failed(operation, path, "No such file or directory");
    return found->second;
  }

  void crash() {
    down = true;
    locks.clear();
    fault_in = 0;
  }

  void end_boot() {
    crash();
    boot_id = "boot " + std::to_string(++boots);
  }

  void settle_names(Names kept) {
    names.clear();
    names.push_back(std::move(kept));
  }
};

class MemoryFileSystem::OpenFile final : public File {
 public:
  OpenFile(std::shared_ptr<Locked<Disk>> disk, std::shared_ptr<SyncGate> gate,
           std::shared_ptr<Node> node, std::string path)
      : disk_(std::move(disk)),
        gate_(std::move(gate)),
        node_(std::move(node)),
        path_(std::move(path)) {}

  Result<> write_at(std::uint64_t offset, Bytes data) override {
    auto disk = disk_->lock();
    MS_TRY_VOID(disk->admit("write", path_, offset + data.size() > node_->now.size()));
    const Result<> begun = disk->begin("write", path_);
    if (disk->down) return begun;
    if (begun.has_error()) data = data.first(data.size() / 2);
    if (node_->now.size() < offset + data.size()) node_->now.resize(offset + data.size());
    node_->now.replace(offset, data.size(), as_text(data));
    return begun;
  }

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) override {
    auto disk = disk_->lock();
    MS_TRY_VOID(disk->begin("read", path_));
    if (offset >= node_->now.size()) return std::size_t{0};
    return node_->now.copy(reinterpret_cast<char*>(out.data()), out.size(), offset);
  }

  Result<std::uint64_t> size() override {
    auto disk = disk_->lock();
    MS_TRY_VOID(disk->begin("stat", path_));
    return std::uint64_t{node_->now.size()};
  }

  Result<> allocate(std::uint64_t bytes) override {
    auto disk = disk_->lock();
    MS_TRY_VOID(disk->admit("allocate", path_, bytes > node_->now.size()));
    MS_TRY_VOID(disk->begin("allocate", path_));
    if (node_->now.size() < bytes) node_->now.resize(bytes);
    return {};
  }

  Result<> truncate(std::uint64_t bytes) override {
    auto disk = disk_->lock();
    MS_TRY_VOID(disk->admit("truncate", path_, false));
    MS_TRY_VOID(disk->begin("truncate", path_));
    node_->now.resize(bytes);
    return {};
  }

  Result<> sync() override {
    gate_->pass();
    auto disk = disk_->lock();
    MS_TRY_VOID(disk->begin("sync", path_));
    node_->synced = node_->now;
    return {};
  }

 private:
  std::shared_ptr<Locked<Disk>> disk_;
  std::shared_ptr<SyncGate> gate_;
  std::shared_ptr<Node> node_;
  std::string path_;
};

class MemoryFileSystem::HeldLock final : public FolderLock {
 public:
  HeldLock(std::shared_ptr<Locked<Disk>> disk, std::string path)
      : disk_(std::move(disk)), path_(std::move(path)) {}
  ~HeldLock() override {
    auto disk = disk_->lock();
    if (!disk->down) disk->locks.erase(path_);
  }

 private:
  std::shared_ptr<Locked<Disk>> disk_;
  std::string path_;
};

MemoryFileSystem::MemoryFileSystem()
    : gate_(std::make_shared<SyncGate>()), disk_(std::make_shared<Locked<Disk>>()) {}
MemoryFileSystem::~MemoryFileSystem() = default;

void MemoryFileSystem::kill_process() {
  auto disk = disk_->lock();
  disk->crash();
}

void MemoryFileSystem::cut_power() {
  auto disk = disk_->lock();
  disk->end_boot();
  disk->settle_names(disk->names.front());
  for (auto& [name, node] : disk->names.back()) node->now = node->synced;
}

void MemoryFileSystem::cut_power(Random& luck) {
  auto disk = disk_->lock();
  disk->end_boot();
  disk->settle_names(disk->names[luck.below(disk->names.size())]);
  for (auto& [name, node] : disk->names.back()) node->now = node->synced = torn(*node, luck);
}

void MemoryFileSystem::restart() {
  auto disk = disk_->lock();
  disk->down = false;
}

void MemoryFileSystem::set_boot_id(std::string id) {
  auto disk = disk_->lock();
  disk->boot_id = std::move(id);
}

void MemoryFileSystem::fail_nth(std::uint64_t n, Fault fault, std::string reason) {
  auto disk = disk_->lock();
  disk->fault_in = n;
  disk->fault = fault;
  disk->fault_came = false;
  disk->reason = std::move(reason);
}

bool MemoryFileSystem::take_fault() {
  auto disk = disk_->lock();
  disk->fault_in = 0;
  return std::exchange(disk->fault_came, false);
}

void MemoryFileSystem::set_trouble(Trouble trouble) {
  auto disk = disk_->lock();
  disk->trouble = trouble;
}

void MemoryFileSystem::hold_syncs() {
  MutexLock lock{gate_->mutex};
  gate_->holding = true;
}

void MemoryFileSystem::let_sync() {
  MutexLock lock{gate_->mutex};
  ++gate_->allowed;
  gate_->changed.notify_all();
}

void MemoryFileSystem::end_holding() {
  MutexLock lock{gate_->mutex};
  gate_->holding = false;
  gate_->allowed = 0;
  gate_->changed.notify_all();
}

void MemoryFileSystem::await_sync() {
  MutexLock lock{gate_->mutex};
  while (gate_->waiting == 0) lock.wait(gate_->changed);
}

std::string MemoryFileSystem::contents(const fs::path& path) const {
  auto disk = disk_->lock();
  const auto found = disk->names.back().find(path.string());
  return found == disk->names.back().end() ? std::string{} : found->second->now;
}

void MemoryFileSystem::put(const fs::path& path, std::string_view contents) {
  auto disk = disk_->lock();
  const auto node = std::make_shared<Node>(Node{std::string{contents}, std::string{contents}});
  for (Names& names : disk->names) names.insert_or_assign(path.string(), node);
  disk->folders.insert(path.parent_path().string());
}

Result<std::unique_ptr<File>> MemoryFileSystem::create(const fs::path& path) {
  auto disk = disk_->lock();
  MS_TRY_VOID(disk->admit("open", path.string(), false));
  MS_TRY_VOID(disk->begin("open", path.string()));
  auto node = std::make_shared<Node>();
  disk->names.push_back(disk->names.back());
  disk->names.back().insert_or_assign(path.string(), node);
  return std::unique_ptr<File>{
      std::make_unique<OpenFile>(disk_, gate_, std::move(node), path.string())};
}

Result<std::unique_ptr<File>> MemoryFileSystem::open(const fs::path& path, Access) {
  auto disk = disk_->lock();
  MS_TRY_VOID(disk->begin("open", path.string()));
  MS_TRY(auto node, disk->find("open", path.string()));
  return std::unique_ptr<File>{
      std::make_unique<OpenFile>(disk_, gate_, std::move(node), path.string())};
}

Result<> MemoryFileSystem::rename(const fs::path& from, const fs::path& to) {
  auto disk = disk_->lock();
  MS_TRY_VOID(disk->admit("rename", from.string(), false));
  MS_TRY_VOID(disk->begin("rename", from.string()));
  MS_TRY(auto node, disk->find("rename", from.string()));
  disk->names.push_back(disk->names.back());
  disk->names.back().erase(from.string());
  disk->names.back().insert_or_assign(to.string(), std::move(node));
  return {};
}

Result<> MemoryFileSystem::remove(const fs::path& path) {
  auto disk = disk_->lock();
  MS_TRY_VOID(disk->admit("remove", path.string(), false));
  MS_TRY_VOID(disk->begin("remove", path.string()));
  MS_TRY_VOID(disk->find("remove", path.string()));
  disk->names.push_back(disk->names.back());
  disk->names.back().erase(path.string());
  return {};
}

Result<> MemoryFileSystem::create_folder(const fs::path& folder) {
  auto disk = disk_->lock();
  MS_TRY_VOID(disk->begin("create folder", folder.string()));
  disk->folders.insert(folder.string());
  return {};
}

Result<std::vector<std::string>> MemoryFileSystem::list(const fs::path& folder) {
  auto disk = disk_->lock();
  MS_TRY_VOID(disk->begin("list", folder.string()));
  if (!disk->folders.contains(folder.string())) {
    return failed("list", folder.string(), "No such file or directory");
  }
  std::vector<std::string> out;
  for (const auto& [name, node] : disk->names.back()) {
    const fs::path path{name};
    if (path.parent_path() == folder) out.push_back(path.filename().string());
  }
  return out;
}

Result<> MemoryFileSystem::sync_folder(const fs::path& folder) {
  auto disk = disk_->lock();
  MS_TRY_VOID(disk->begin("sync folder", folder.string()));
  disk->settle_names(disk->names.back());
  return {};
}

Result<std::unique_ptr<FolderLock>> MemoryFileSystem::lock(const fs::path& path) {
  auto disk = disk_->lock();
  MS_TRY_VOID(disk->begin("lock", path.string()));
  if (!disk->locks.insert(path.string()).second) return Error{Errc::locked, path.string()};
  return std::unique_ptr<FolderLock>{std::make_unique<HeldLock>(disk_, path.string())};
}

std::string MemoryFileSystem::boot_id() {
  auto disk = disk_->lock();
  return disk->boot_id;
}

}  // namespace mainstay::journal
