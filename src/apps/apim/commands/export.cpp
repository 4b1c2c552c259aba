#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "apps/apim/commands/commands.hpp"
#include "apps/apim/transfer.hpp"
#include "base/clock.hpp"
#include "platform/journal/file_system.hpp"
#include "platform/json/json.hpp"
#include "platform/program/stores.hpp"
#include "platform/store/store.hpp"

namespace mainstay::apim {
namespace {

Error failed(const std::string& path) {
  return {store::Errc::io, path + ": " + std::strerror(errno)};
}

/// A file that has its name only once it is whole; or standard output.
class Output {
 public:
  explicit Output(std::string path) : path_(std::move(path)), partial_(path_ + ".partial") {}
  ~Output() {
    if (descriptor_ > STDERR_FILENO) ::close(descriptor_);
    if (!done_ && path_ != "-" && descriptor_ >= 0) ::unlink(partial_.c_str());
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  Result<> open() {
    descriptor_ = STDOUT_FILENO;
    if (path_ == "-") return {};
    constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
    descriptor_ = ::open(partial_.c_str(), flags, S_IRUSR | S_IWUSR);
    if (descriptor_ < 0 || ::fchmod(descriptor_, S_IRUSR | S_IWUSR) != 0) return failed(partial_);
    return {};
  }
  Result<> write(std::string_view text) const {
    while (!text.empty()) {
      const auto count = ::write(descriptor_, text.data(), text.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return failed(path_);
      text.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
  }
  Result<> finish() {
    done_ = true;
    if (path_ == "-") return {};
    if (::fsync(descriptor_) != 0 || std::rename(partial_.c_str(), path_.c_str()) != 0) {
      done_ = false;
      return failed(path_);
    }
    return {};
  }

 private:
  std::string path_;
  std::string partial_;
  int descriptor_ = -1;
  bool done_ = false;
};

void print_report(const ExportReport& report, bool as_json) {
  if (as_json) {
    const json::Value value = json::Object{{"services", report.services},
                                           {"rows", report.rows},
                                           {"counters", report.windows},
                                           {"tokens_without_service", report.orphan_tokens},
                                           {"server_runs", report.is_served}};
    std::fprintf(stderr, "%s\n", json::dump_pretty(value).c_str());
    return;
  }
  std::fprintf(stderr, "exported %llu services, %llu rows, %llu counters\n",
               static_cast<unsigned long long>(report.services),
               static_cast<unsigned long long>(report.rows),
               static_cast<unsigned long long>(report.windows));
  if (report.orphan_tokens > 0) {
    std::fprintf(stderr, "left out: %llu tokens of services that do not exist\n",
                 static_cast<unsigned long long>(report.orphan_tokens));
  }
  if (report.is_served) {
    std::fputs("a server runs: counters are as of its last mirroring; stop it for exact ones\n",
               stderr);
  }
}

}  // namespace

int run_export(const Call& call) {
  const settings::Settings& settings = *call.settings;
  if (!std::filesystem::is_directory(settings.text("data.folder"))) {
    return call.fail("there is no data folder " + settings.text("data.folder") + "; see --data");
  }
  const MachineClock clock;
  auto store = open_current_store(call.product, settings, clock.wall());
  if (store.has_error()) return call.fail(store.error());
  Output output{call.text("file")};
  if (const auto opened = output.open(); opened.has_error()) return call.fail(opened.error());
  journal::PosixFileSystem files;
  UniqueFunction<void(const Error&)> end = [&call](const Error& error) {
    std::_Exit(call.fail(error));
  };
  const auto report =
      export_services({settings, **store, files, clock, end}, call.has("--counters"),
                      [&output](std::string_view text) { return output.write(text); });
  if (report.has_error()) return call.fail(report.error());
  if (const auto done = output.finish(); done.has_error()) return call.fail(done.error());
  print_report(*report, call.json);
  return exit_ok;
}

}  // namespace mainstay::apim
