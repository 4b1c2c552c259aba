#include "platform/journal/file_system.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "base/text.hpp"
#include "platform/journal/journal.hpp"

namespace mainstay::journal {
namespace {

namespace fs = std::filesystem;

Errc errc_of(int reason) {
  switch (reason) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return Errc::full;
    case EROFS:
    case EACCES:
    case EPERM:
      return Errc::denied;
    default:
      return Errc::io;
  }
}

Error io_error(std::string_view operation, const fs::path& path, int reason) {
  std::string detail{operation};
  detail.append(" ").append(path.string()).append(": ");
  return Error{errc_of(reason), detail + std::generic_category().message(reason)};
}

/// Repeats a call that a signal interrupted.
template <class Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

Result<Descriptor> open_descriptor(const fs::path& path, int flags) {
  const int fd = uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0600); });
  if (fd < 0) return io_error("open", path, errno);
  return Descriptor{fd};
}

class PosixFile final : public File {
 public:
  PosixFile(Descriptor fd, fs::path path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Result<> write_at(std::uint64_t offset, Bytes data) override {
    while (!data.empty()) {
      const ssize_t count = uninterrupted([&] {
        return ::pwrite(fd_.get(), data.data(), data.size(), static_cast<off_t>(offset));
      });
      if (count < 0) return io_error("write", path_, errno);
      data = data.subspan(static_cast<std::size_t>(count));
      offset += static_cast<std::uint64_t>(count);
    }
    return {};
  }

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) override {
    std::size_t total = 0;
    while (total < out.size()) {
      const ssize_t count = uninterrupted([&] {
        return ::pread(fd_.get(), out.data() + total, out.size() - total,
                       static_cast<off_t>(offset + total));
      });
      if (count < 0) return io_error("read", path_, errno);
      if (count == 0) break;
      total += static_cast<std::size_t>(count);
    }
    return total;
  }

  Result<std::uint64_t> size() override {
    struct stat facts {};
    if (::fstat(fd_.get(), &facts) != 0) return io_error("stat", path_, errno);
    return static_cast<std::uint64_t>(facts.st_size);
  }

  Result<> allocate(std::uint64_t bytes) override {
    int reason = EINTR;
    while (reason == EINTR) {
      reason = ::posix_fallocate(fd_.get(), 0, static_cast<off_t>(bytes));
    }
    if (reason != 0) return io_error("allocate", path_, reason);
    return {};
  }

  Result<> truncate(std::uint64_t bytes) override {
    if (uninterrupted([&] { return ::ftruncate(fd_.get(), static_cast<off_t>(bytes)); }) != 0) {
      return io_error("truncate", path_, errno);
    }
    return {};
  }

  Result<> sync() override {
    // Not repeated: after a failure the kernel may have dropped the pages, and a second call would
    // succeed.
    if (::fdatasync(fd_.get()) != 0) return io_error("sync", path_, errno);
    return {};
  }

 private:
  Descriptor fd_;
  fs::path path_;
};

/// flock() belongs to the open file: it ends with the descriptor and with the process.
class PosixLock final : public FolderLock {
 public:
  explicit PosixLock(Descriptor fd) : fd_(std::move(fd)) {}

 private:
  Descriptor fd_;
};

std::string holder_of(int fd) {
  char digits[20] = {};
  const ssize_t count = ::pread(fd, digits, sizeof digits, 0);
  if (count <= 0) return {};
  const auto pid = parse_u64(trimmed({digits, static_cast<std::size_t>(count)}));
  return pid ? ", process " + std::to_string(*pid) : std::string{};
}

Result<> make_one_folder(FileSystem& files, const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0700) == 0) {
    const fs::path parent = folder.parent_path();
    return files.sync_folder(parent.empty() ? "." : parent);
  }
  const int reason = errno;
  std::error_code ignored;
  if (reason == EEXIST && fs::is_directory(folder, ignored)) return {};
  return io_error("create folder", folder, reason);
}

}  // namespace

Result<std::unique_ptr<File>> PosixFileSystem::create(const fs::path& path) {
  MS_TRY(auto fd, open_descriptor(path, O_RDWR | O_CREAT | O_TRUNC));
  return std::unique_ptr<File>{std::make_unique<PosixFile>(std::move(fd), path)};
}

Result<std::unique_ptr<File>> PosixFileSystem::open(const fs::path& path, Access access) {
  MS_TRY(auto fd, open_descriptor(path, access == Access::read ? O_RDONLY : O_RDWR));
  return std::unique_ptr<File>{std::make_unique<PosixFile>(std::move(fd), path)};
}

Result<> PosixFileSystem::rename(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return io_error("rename", from, errno);
  return {};
}

Result<> PosixFileSystem::remove(const fs::path& path) {
  if (::unlink(path.c_str()) != 0) return io_error("remove", path, errno);
  return {};
}

Result<> PosixFileSystem::create_folder(const fs::path& folder) {
  fs::path so_far;
  for (const fs::path& part : folder) {
    so_far /= part;
    if (part.empty() || part == "/" || part == ".") continue;
    MS_TRY_VOID(make_one_folder(*this, so_far));
  }
  return {};
}

Result<std::vector<std::string>> PosixFileSystem::list(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  auto entry = fs::directory_iterator{folder, error};
  while (!error && entry != fs::directory_iterator{}) {
    names.push_back(entry->path().filename().string());
    entry.increment(error);
  }
  if (error) return io_error("list", folder, error.value());
  return names;
}

Result<> PosixFileSystem::sync_folder(const fs::path& folder) {
  MS_TRY(const auto fd, open_descriptor(folder, O_RDONLY | O_DIRECTORY));
  if (::fsync(fd.get()) != 0) return io_error("sync folder", folder, errno);
  return {};
}

Result<std::unique_ptr<FolderLock>> PosixFileSystem::lock(const fs::path& path) {
  MS_TRY(auto fd, open_descriptor(path, O_RDWR | O_CREAT));
  if (uninterrupted([&] { return ::flock(fd.get(), LOCK_EX | LOCK_NB); }) != 0) {
    if (errno != EWOULDBLOCK) return io_error("lock", path, errno);
    return Error{Errc::locked, path.string() + holder_of(fd.get())};
  }
  // Only a hint for people: a full disk must not stop us here.
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd.get(), 0) == 0) (void)!::pwrite(fd.get(), pid.data(), pid.size(), 0);
  return std::unique_ptr<FolderLock>{std::make_unique<PosixLock>(std::move(fd))};
}

std::string PosixFileSystem::boot_id() {
  const auto fd = open_descriptor("/proc/sys/kernel/random/boot_id", O_RDONLY);
  if (!fd) return {};
  char text[64] = {};  // it has 36 characters and a line end
  const ssize_t count = uninterrupted([&] { return ::read(fd->get(), text, sizeof text); });
  return count > 0 ? std::string{trimmed({text, static_cast<std::size_t>(count)})} : std::string{};
}

Result<std::vector<std::byte>> read_file(FileSystem& files, const fs::path& path,
                                         std::uint64_t bytes_max) {
  MS_TRY(const auto file, files.open(path, Access::read));
  MS_TRY(const std::uint64_t size, file->size());
  if (size > bytes_max) {
    return Error{Errc::corrupt, path.string() + " has " + std::to_string(size) +
                                    " bytes, at most " + std::to_string(bytes_max) +
                                    " are possible"};
  }
  std::vector<std::byte> bytes(size);
  MS_TRY(const std::size_t count, file->read_at(0, bytes));
  bytes.resize(count);
  return bytes;
}

}  // namespace mainstay::journal
