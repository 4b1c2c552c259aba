#include "apps/kit/outbound/files.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "apps/kit/errc.hpp"
#include "apps/kit/limits.hpp"

namespace mainstay::kit {
namespace {

namespace fs = std::filesystem;

constexpr const char* suffix = ".mainstay-new";
constexpr std::size_t any_file_bytes_max = 32U << 20U;

Error failed(const fs::path& path) {
  return {Errc::io, path.string() + ": " + std::strerror(errno)};
}
Error failed(const fs::path& path, const std::error_code& why) {
  return {Errc::io, path.string() + ": " + why.message()};
}
Error refused(const fs::path& path, const std::string& why) {
  return {Errc::template_refused, path.string() + ": " + why};
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

/// Nobody ends us in between.
class SignalsWait {
 public:
  SignalsWait() {
    sigset_t some;
    sigemptyset(&some);
    for (const int one : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&some, one);
    ::sigprocmask(SIG_BLOCK, &some, &before_);
  }
  SignalsWait(const SignalsWait&) = delete;
  SignalsWait& operator=(const SignalsWait&) = delete;
  ~SignalsWait() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

/// A regular file, never through a link.
Result<File> read_regular(const fs::path& path, std::size_t bytes_max) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
  struct stat state {};
  if (file.get() < 0 || ::fstat(file.get(), &state) != 0) return failed(path);
  if (!S_ISREG(state.st_mode)) return refused(path, "is no regular file");
  const auto bytes = static_cast<std::size_t>(state.st_size);
  if (bytes > bytes_max) return refused(path, "is too large");
  File made;
  made.executable = (state.st_mode & S_IXUSR) != 0;
  made.text.resize(bytes);
  for (std::size_t at = 0; at < bytes;) {
    const auto count = ::read(file.get(), made.text.data() + at, bytes - at);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed(path);
    if (count == 0) return refused(path, "was cut while it was read");
    at += static_cast<std::size_t>(count);
  }
  return made;
}

/// Beneath folders that exist; new, and never through a link at the last part.
Result<> write_regular(const fs::path& path, const File& file) {
  std::error_code failure;
  fs::create_directories(path.parent_path(), failure);
  if (failure) return failed(path.parent_path(), failure);
  const mode_t mode = file.executable ? 0777 : 0666;  // without what umask takes
  const Descriptor out{
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)};
  if (out.get() < 0) return failed(path);
  for (std::size_t at = 0; at < file.text.size();) {
    const auto count = ::write(out.get(), file.text.data() + at, file.text.size() - at);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed(path);
    at += static_cast<std::size_t>(count);
  }
  return {};
}

Result<> read_below(const fs::path& folder, const std::string& prefix, Tree& into,
                    std::size_t& bytes) {
  std::error_code failure;
  fs::directory_iterator entries{folder, failure};
  if (failure) return failed(folder, failure);
  for (const auto& entry : entries) {
    const std::string name = entry.path().filename().string();
    if (prefix.empty() && name == ".git") continue;
    const std::string path = prefix + name;
    MS_TRY_VOID(check_path(path));
    const auto kind = entry.symlink_status(failure).type();
    if (failure) return failed(entry.path(), failure);
    if (kind == fs::file_type::directory) {
      MS_TRY_VOID(read_below(entry.path(), path + "/", into, bytes));
    } else if (kind != fs::file_type::regular) {
      return refused(path, kind == fs::file_type::symlink ? "is a link; templates hold files only"
                                                          : "is no regular file");
    } else {
      if (into.size() == limits.files_max) return refused(folder, "holds more than 1,000 files");
      MS_TRY(auto file, read_regular(entry.path(), limits.file_bytes_max));
      bytes += file.text.size();
      if (bytes > limits.tree_bytes_max) return refused(folder, "holds more than 16 MiB");
      into.emplace(path, std::move(file));
    }
  }
  return {};
}

/// A folder that is gone at the end, unless it got another name meanwhile.
class Scratch {
 public:
  explicit Scratch(const fs::path& beside, const std::string& name) {
    path_ = (beside / ("." + name + suffix + "-XXXXXX")).string();
    is_made_ = ::mkdtemp(path_.data()) != nullptr && ::chmod(path_.c_str(), 0755) == 0;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    if (is_made_) fs::remove_all(path_, ignored);
  }
  [[nodiscard]] bool is_made() const { return is_made_; }
  [[nodiscard]] const fs::path path() const { return path_; }

 private:
  std::string path_;
  bool is_made_ = false;
};

/// Moves all that is in `from` into `to`; back again when one cannot be.
Result<> move_all(const fs::path& from, const fs::path& to) {
  std::vector<fs::path> names;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator{from, failure}) {
    names.push_back(entry.path().filename());
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (::rename((from / names[i]).c_str(), (to / names[i]).c_str()) == 0) continue;
    const Error error = failed(to / names[i]);
    while (i-- > 0) ::rename((to / names[i]).c_str(), (from / names[i]).c_str());
    return error;
  }
  return {};
}

/// Whether every folder on the way is one of the project's own, not a link that leads elsewhere.
bool is_within(const fs::path& root, const std::string& path) {
  for (std::size_t at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1)) {
    std::error_code failure;
    const auto kind = fs::symlink_status(root / path.substr(0, at), failure).type();
    if (kind == fs::file_type::not_found) return true;
    if (kind != fs::file_type::directory) return false;
  }
  return true;
}

}  // namespace

Result<Tree> read_tree(const fs::path& folder) {
  Tree tree;
  std::size_t bytes = 0;
  MS_TRY_VOID(read_below(folder, "", tree, bytes));
  return tree;
}

Result<ProjectState> read_state(const fs::path& root, const std::vector<std::string>& paths) {
  ProjectState state;
  for (const std::string& path : paths) {
    std::error_code failure;
    const auto kind = fs::symlink_status(root / path, failure).type();
    if (!is_within(root, path) ||
        (kind != fs::file_type::not_found && kind != fs::file_type::regular)) {
      state.other.push_back(path);
    } else if (kind == fs::file_type::regular) {
      MS_TRY(auto file, read_regular(root / path, any_file_bytes_max));
      state.files.emplace(path, std::move(file));
    }
  }
  return state;
}

Result<std::string> read_file(const fs::path& path) {
  MS_TRY(auto file, read_regular(path, any_file_bytes_max));
  return std::move(file.text);
}

Result<> check_place(const fs::path& folder) {
  std::error_code failure;
  const auto kind = fs::symlink_status(folder, failure).type();
  if (kind == fs::file_type::not_found) return {};
  if (kind != fs::file_type::directory) {
    return Error{Errc::place_taken, folder.string() + " is no folder; name another place"};
  }
  for (const auto& entry : fs::directory_iterator{folder, failure}) {
    const std::string name = entry.path().filename().string();
    if (name == ".git") continue;
    return Error{Errc::place_taken,
                 folder.string() + " is not empty (" + name + "); name a new or empty folder"};
  }
  if (failure) return failed(folder, failure);
  return {};
}

Result<> write_new(const fs::path& folder, const Tree& tree) {
  MS_TRY_VOID(check_place(folder));
  std::error_code failure;
  const bool is_there = fs::exists(folder, failure);
  const fs::path parent = fs::absolute(folder, failure).lexically_normal().parent_path();
  if (!is_there) fs::create_directories(parent, failure);
  if (failure) return failed(parent, failure);
  const SignalsWait wait;
  const Scratch scratch{is_there ? folder : parent, "mainstay"};
  if (!scratch.is_made()) return failed(is_there ? folder : parent);
  for (const auto& [path, file] : tree) MS_TRY_VOID(write_regular(scratch.path() / path, file));
  if (is_there) return move_all(scratch.path(), folder);
  if (::rename(scratch.path().c_str(), folder.c_str()) != 0) return failed(folder);
  return {};
}

Result<> carry_out(const fs::path& root, const MergePlan& plan) {
  const SignalsWait wait;
  std::vector<fs::path> written;
  const auto write_all = [&]() -> Result<> {
    for (const auto& [path, file] : plan.write) {
      const fs::path beside = root / (path + suffix);
      ::unlink(beside.c_str());  // of a run that was killed
      written.push_back(beside);
      MS_TRY_VOID(write_regular(beside, file));
    }
    return {};
  };
  if (auto done = write_all(); done.has_error()) {
    for (const fs::path& one : written) ::unlink(one.c_str());
    return done;
  }
  for (const auto& [path, file] : plan.write) {
    const fs::path to = root / path;
    if (::rename((root / (path + suffix)).c_str(), to.c_str()) != 0) return failed(to);
  }
  for (const std::string& path : plan.remove) {
    if (::unlink((root / path).c_str()) != 0 && errno != ENOENT) return failed(root / path);
    for (fs::path up = fs::path{path}.parent_path(); !up.empty(); up = up.parent_path()) {
      if (::rmdir((root / up).c_str()) != 0) break;
    }
  }
  return {};
}

Result<> replace_file(const fs::path& path, const File& file) {
  const fs::path beside = path.string() + suffix;
  ::unlink(beside.c_str());
  MS_TRY_VOID(write_regular(beside, file));
  if (::rename(beside.c_str(), path.c_str()) != 0) return failed(path);
  return {};
}

}  // namespace mainstay::kit
