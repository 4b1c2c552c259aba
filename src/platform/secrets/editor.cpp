#include "platform/secrets/editor.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/random.hpp"
#include "platform/process/process.hpp"
#include "platform/secrets/errc.hpp"
#include "platform/secrets/secret_file.hpp"
#include "platform/settings/small_file.hpp"

extern "C" char** environ;  // NOLINT: POSIX's own name

namespace mainstay::secrets {
namespace {

/// Holds back the signals that would end us before the plaintext is wiped.
class SignalsLater {
 public:
  SignalsLater() {
    sigset_t ends;
    sigemptyset(&ends);
    for (const int one : {SIGINT, SIGQUIT, SIGTERM, SIGHUP}) sigaddset(&ends, one);
    ::sigprocmask(SIG_BLOCK, &ends, &former_);
  }
  SignalsLater(const SignalsLater&) = delete;
  SignalsLater& operator=(const SignalsLater&) = delete;
  ~SignalsLater() { ::sigprocmask(SIG_SETMASK, &former_, nullptr); }
  [[nodiscard]] const sigset_t& former() const { return former_; }

 private:
  sigset_t former_{};
};

/// A folder for one edit, gone with all that is in it at the end.
class EditFolder {
 public:
  explicit EditFolder(std::string path) : path_(std::move(path)) {}
  EditFolder(const EditFolder&) = delete;
  EditFolder& operator=(const EditFolder&) = delete;
  ~EditFolder() { wipe_folder(path_); }

 private:
  std::string path_;
};

std::string editor() {
  for (const char* name : {"VISUAL", "EDITOR"}) {
    const char* const value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return process::exists("editor") ? "editor" : "vi";
}

/// As git does it: the editor may be a command with arguments.
Result<> run_editor(const std::string& path, const sigset_t& mask) {
  std::string script = editor() + " \"$1\"";
  std::string words[] = {"sh", "-c", script, "editor", path};
  char* arguments[] = {words[0].data(), words[1].data(), words[2].data(),
                       words[3].data(), words[4].data(), nullptr};
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setsigmask(&attributes, &mask);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t child = 0;
  const int failure = ::posix_spawnp(&child, "sh", nullptr, &attributes, arguments, environ);
  ::posix_spawnattr_destroy(&attributes);
  if (failure != 0) return Error{Errc::unavailable, std::string{"sh: "} + std::strerror(failure)};
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return Error{Errc::unavailable, "the editor (" + editor() + ") failed; set EDITOR to another"};
}

}  // namespace

Result<std::string> edit_text(std::string_view text, std::string_view name) {
  const SignalsLater later;
  MS_TRY(const auto parent, private_folder(current_owner()));
  const std::string folder = parent + "/edit-" + secret_hex(8);
  if (::mkdir(folder.c_str(), 0700) != 0) {
    return Error{Errc::unwritable, folder + ": " + std::strerror(errno)};
  }
  const EditFolder cleanup{folder};
  const std::string path = folder + "/" + std::string{name};
  MS_TRY_VOID(write_private_file(path, text, current_owner()));
  MS_TRY_VOID(run_editor(path, later.former()));
  MS_TRY(auto edited, settings::read_small_file(path));
  if (!edited) return Error{Errc::unavailable, "the editor left no file"};
  return *std::move(edited);
}

}  // namespace mainstay::secrets
