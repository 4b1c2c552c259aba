#include "platform/secrets/secret_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "base/random.hpp"
#include "platform/secrets/errc.hpp"

namespace mainstay::secrets {
namespace {

Error unwritable(const std::string& path, std::string_view why) {
  return Error{Errc::unwritable, (path + ": ").append(why)};
}

bool write_all(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string place_in_memory(Owner owner) {
  const std::string name = "mainstay-" + std::to_string(owner.user);
  if (::access("/dev/shm", W_OK) == 0) return "/dev/shm/" + name;
  const char* const temporary = std::getenv("TMPDIR");
  return std::string{temporary != nullptr && *temporary == '/' ? temporary : "/tmp"} + "/" + name;
}

}  // namespace

Owner current_owner() { return {::geteuid(), ::getegid()}; }

Result<std::string> private_folder(Owner owner) {
  std::string path = place_in_memory(owner);
  if (::mkdir(path.c_str(), 0700) == 0) {
    if (owner.user != ::geteuid() && ::lchown(path.c_str(), owner.user, owner.group) != 0) {
      return unwritable(path, std::strerror(errno));
    }
  } else if (errno != EEXIST) {
    return unwritable(path, std::strerror(errno));
  }
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) return unwritable(path, std::strerror(errno));
  if (!S_ISDIR(found.st_mode) || found.st_uid != owner.user || (found.st_mode & 077U) != 0) {
    return unwritable(path, "is not a folder of ours alone (mode 0700); remove it");
  }
  return path;
}

Result<> write_private_file(const std::string& path, std::string_view content, Owner owner) {
  const std::string next = path + ".new-" + secret_hex(4);
  const int file = ::open(next.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return unwritable(path, std::strerror(errno));
  const bool is_foreign = owner.user != ::geteuid();
  bool done = ::fchmod(file, 0600) == 0 && write_all(file, content) && ::fsync(file) == 0;
  if (done && is_foreign) done = ::fchown(file, owner.user, owner.group) == 0;
  done = ::close(file) == 0 && done;
  if (done && std::rename(next.c_str(), path.c_str()) == 0) return {};
  const int reason = errno;
  wipe_file(next);
  return unwritable(path, std::strerror(reason));
}

void wipe_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file >= 0) {
    struct stat found {};
    if (::fstat(file, &found) == 0 && S_ISREG(found.st_mode)) {
      const auto size = std::min<off_t>(found.st_size, off_t{1} << 20);
      (void)write_all(file, std::string(static_cast<std::size_t>(size), '\0'));
      (void)::fsync(file);
    }
    ::close(file);
  }
  ::unlink(path.c_str());
}

void wipe_folder(const std::string& path) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator{path, error}) {
    wipe_file(entry.path().string());
  }
  std::filesystem::remove_all(path, error);
}

}  // namespace mainstay::secrets
