#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "commands/pid_file.hpp"
#include "commands/standard.hpp"
#include "platform/http/listening_socket.hpp"
#include "platform/journal/file_system.hpp"
#include "platform/journal/journal.hpp"
#include "platform/json/json.hpp"
#include "platform/process/process.hpp"
#include "platform/program/listeners.hpp"
#include "platform/program/product.hpp"
#include "platform/program/stores.hpp"
#include "platform/program/table.hpp"
#include "platform/secrets/settings.hpp"
#include "platform/store/store.hpp"
#include "platform/tls/context.hpp"
#include "platform/tls/validity.hpp"
#include "platform/zones/time_zones.hpp"

namespace mainstay::commands {
namespace {

constexpr std::uint64_t space_bytes_least = 64ULL << 20U;
constexpr std::uint64_t space_bytes_wanted = 1ULL << 30U;
constexpr std::uint64_t journal_bytes_read_max = 512ULL << 20U;
constexpr std::int64_t certificate_days_wanted = 14;
constexpr rlim_t descriptors_reserved = 384;  // as Application::bound_connections
constexpr SystemTime program_made{Seconds{1'750'000'000}};

enum class State : std::uint8_t { ok, warn, fail };

struct Line {
  State state = State::ok;
  std::string subject;
  std::string text;
  std::string advice = {};
};

std::string_view name_of(State state) {
  return state == State::ok ? "ok" : state == State::warn ? "warn" : "FAIL";
}

/// Looks at one thing after the other; nothing it does changes an installation.
class Doctor {
 public:
  explicit Doctor(const Call& call) : call_(&call) {}

  std::vector<Line> examine() {
    if (look_at_settings()) {
      look_at_references();
      look_at_data_folder();
      look_at_store();
      look_at_tools();
      look_at_listener();
      look_at_journals();
      look_at_certificate();
      look_at_descriptors();
      look_at_user();
    }
    look_at_clock();
    look_at_time_zones();
    return std::move(lines_);
  }

 private:
  void ok(std::string subject, std::string text) {
    lines_.push_back({State::ok, std::move(subject), std::move(text)});
  }
  void warn(std::string subject, std::string text, std::string advice) {
    lines_.push_back({State::warn, std::move(subject), std::move(text), std::move(advice)});
  }
  void fail(std::string subject, std::string text, std::string advice) {
    lines_.push_back({State::fail, std::move(subject), std::move(text), std::move(advice)});
  }
  [[nodiscard]] std::string program() const { return call_->product.name; }
  [[nodiscard]] std::filesystem::path data_folder() const { return settings_.text("data.folder"); }

  bool look_at_settings();
  void look_at_references();
  void look_at_data_folder();
  void look_at_space();
  void look_at_store();
  void look_at_tools();
  void look_at_listener();
  void look_at_journals();
  void look_at_certificate();
  void look_at_descriptors();
  void look_at_user();
  void look_at_clock();
  void look_at_time_zones();

  const Call* call_;
  settings::Settings settings_;
  std::vector<Line> lines_;
};

bool Doctor::look_at_settings() {
  auto loaded = load_settings(*call_, settings::Which::plain);
  if (loaded.has_error()) {
    fail("settings", loaded.error().message(),
         "mend that place; `" + program() + " settings lint` looks at all files");
    return false;
  }
  settings_ = std::move(*loaded);
  ok("settings", "good, environment " + settings_.environment());
  return true;
}

void Doctor::look_at_references() {
  secrets::Machine machine{settings_};
  bool uses_age = false;
  std::size_t good = 0;
  for (const auto& one : settings_.explain()) {
    if (!one.is_reference) continue;
    uses_age = uses_age || one.value.starts_with("age:");
    const auto value = machine.resolver().read(one.value);
    if (value.has_value() && !value->empty()) {
      ++good;
      continue;
    }
    fail("secrets",
         one.key + " = " + one.value + ": " +
             (value.has_value() ? "is empty" : value.error().detail()),
         "docs/secrets.md; `" + program() + " secrets check` tries again");
  }
  if (uses_age && !process::exists(settings_.text("secrets.age_program"))) {
    fail("secrets", "age is not installed, and references need it", "apt install age");
  }
  if (good > 0) ok("secrets", std::to_string(good) + " references read");
  auto all = settings_.resolve(machine.resolver());
  (void)all.has_value();  // told above
}

void Doctor::look_at_data_folder() {
  const std::string path = data_folder().string();
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return ok("data", path + " is not there yet; the first start makes it");
    return fail("data", path + ": " + std::strerror(errno), "--data names another folder");
  }
  if (!S_ISDIR(found.st_mode)) {
    return fail("data", path + " is no folder", "--data names another one");
  }
  if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0) {
    return fail("data", path + " is not ours to write",
                "run this as the user that serves, or chown -R it");
  }
  if ((found.st_mode & 077U) != 0) {
    warn("data", path + " is open to other users of this machine", "chmod 700 " + path);
  } else {
    ok("data", path + ", mode 0700");
  }
  look_at_space();
}

void Doctor::look_at_space() {
  struct statvfs disk {};
  if (::statvfs(data_folder().c_str(), &disk) != 0) return;
  const std::uint64_t bytes = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  const std::string text = std::to_string(bytes >> 20U) + " MiB free";
  if (bytes < space_bytes_least) {
    fail("space", text, "make room: without it calls that count are refused");
  } else if (bytes < space_bytes_wanted) {
    warn("space", text, "make room before it runs out");
  } else {
    ok("space", text);
  }
  if (disk.f_files > 0 && disk.f_favail < 1'000) {
    warn("space", std::to_string(disk.f_favail) + " inodes free", "remove files");
  }
}

/// The file of an embedded store; nothing when a server keeps it.
std::optional<std::filesystem::path> store_file(const Product& product,
                                                const settings::Settings& settings) {
  constexpr std::string_view scheme = "sqlite:";
  const std::string& url = settings.text("store.url");
  if (!url.starts_with(scheme)) return std::nullopt;
  const std::filesystem::path path{url.substr(scheme.size())};
  if (!path.empty()) return path;
  return default_database(product, settings);
}

void Doctor::look_at_store() {
  std::error_code ignored;
  const auto file = store_file(call_->product, settings_);
  if (file && !std::filesystem::exists(*file, ignored)) {
    return ok("store", "not there yet; the first start makes it");
  }
  auto store = open_store(call_->product, settings_);
  if (store.has_error()) {
    return fail("store", store.error().message(),
                file ? "look at the file that it names" : "is the server up, and the URL right?");
  }
  const auto all = migrations(call_->product);
  const auto current = store::Migrator{**store, all}.require_current();
  if (current.has_value()) {
    ok("store", "reachable, schema current");
  } else if (current.error().is(store::Errc::schema_pending)) {
    const std::string advice = "`" + program() + " migrate up` applies them";
    if (settings_.boolean("store.migrate_on_start")) {
      ok("store", "reachable; the next start applies missing schema changes");
    } else {
      fail("store", current.error().message(), advice);
    }
  } else {
    fail("store", current.error().message(), "`" + program() + " migrate status` shows each");
  }
}

/// Programs that commands call; a server needs none of them.
void Doctor::look_at_tools() {
  const bool is_postgres = settings_.text("store.url").starts_with("postgres");
  if (is_postgres && !process::exists("psql")) {
    warn("tools", "psql is not installed, and `" + program() + " dbshell` is made of it",
         "apt install postgresql-client");
  }
}

void Doctor::look_at_listener() {
  Call call = *call_;
  call.settings = &settings_;
  const auto running = running_process(pid_file_path(call));
  const http::Listener listener = common_listener(settings_);
  const std::string place = listener.address + ":" + std::to_string(listener.port);
  const auto is_free = http::probe(listener.address, listener.port);
  if (running) {
    const std::string process = "process " + std::to_string(*running);
    if (is_free.has_error()) return ok("listener", place + ", " + process + " of ours serves");
    return warn("listener", process + " of ours runs, and does not listen on " + place,
                "`" + program() + " restart` gives it the settings of now");
  }
  if (is_free.has_value()) return ok("listener", place + " is free");
  fail("listener", place + ": " + is_free.error().message(),
       "see who has it: ss -ltnp; or take another: -p PORT");
}

void Doctor::look_at_journals() {
  std::error_code ignored;
  journal::PosixFileSystem files;
  for (const auto& entry :
       std::filesystem::directory_iterator{data_folder() / "journal", ignored}) {
    if (!entry.is_directory()) continue;
    const std::string name = entry.path().filename().string();
    std::uint64_t bytes = 0;
    for (const auto& file : std::filesystem::directory_iterator{entry.path(), ignored}) {
      if (file.is_regular_file(ignored)) bytes += file.file_size(ignored);
    }
    if (bytes > journal_bytes_read_max) {
      ok("journal", name + ": too long to read here; `" + program() + " journal check` does");
      continue;
    }
    const auto report = journal::check(entry.path(), files);
    if (report.has_error()) {
      fail("journal", name + ": " + report.error().message(), "is it ours to read?");
    } else if (report->sound) {
      ok("journal", name + " is sound");
    } else {
      fail("journal", name + " is damaged",
           "`" + program() + " journal check " + name + "`, then docs/when_the_disk_fails.md");
    }
  }
}

void Doctor::look_at_certificate() {
  const std::string& certificate = settings_.text("http.tls_certificate");
  const std::string& key = settings_.text("http.tls_key");
  if (certificate.empty() && key.empty()) return;
  if (certificate.empty() || key.empty()) {
    return fail("certificate", "http.tls_certificate and http.tls_key go together", "set both");
  }
  const auto context = tls::ServerContext::load({certificate, key});
  if (context.has_error()) {
    return fail("certificate", context.error().message(), "the pair must fit, in PEM");
  }
  const auto end = tls::certificate_end(certificate);
  if (end.has_error()) return fail("certificate", end.error().message(), "it must be PEM");
  const auto left = std::chrono::floor<std::chrono::days>(*end - MachineClock{}.wall()).count();
  const std::string text = certificate + " ends in " + std::to_string(left) + " days";
  const std::string advice = "renew it; `" + program() + " reload` or a minute brings it into use";
  if (left < 0) {
    fail("certificate", certificate + " has ended", advice);
  } else if (left < certificate_days_wanted) {
    warn("certificate", text, advice);
  } else {
    ok("certificate", text);
  }
}

void Doctor::look_at_descriptors() {
  rlimit granted{};
  if (::getrlimit(RLIMIT_NOFILE, &granted) != 0) return;
  const auto wanted =
      static_cast<rlim_t>(settings_.integer("http.connections_max")) + descriptors_reserved;
  if (granted.rlim_max == RLIM_INFINITY || granted.rlim_max >= wanted) {
    return ok("limits", "files may be open for all connections");
  }
  warn("limits",
       "only " + std::to_string(granted.rlim_max) +
           " files may be open: fewer connections than http.connections_max",
       "LimitNOFILE= of the service, or ulimit -n; or lower http.connections_max");
}

void Doctor::look_at_user() {
  if (::geteuid() != 0 || !settings_.text("process.user").empty()) return;
  warn("user", "this is root", "--user NAME, or process.user, gives root up once ports are bound");
}

void Doctor::look_at_clock() {
  const SystemTime now = MachineClock{}.wall();
  if (now < program_made) {
    return fail("clock", "this machine's time lies before this program was made",
                "set it: timedatectl set-ntp true");
  }
  timex state{};
  const int answer = ::adjtimex(&state);
  if (answer == TIME_ERROR || (state.status & STA_UNSYNC) != 0) {
    return warn("clock", "nobody keeps this machine's time right, as far as the kernel knows",
                "timedatectl set-ntp true, or run chrony; in a container ask its host");
  }
  ok("clock", "kept right");
}

void Doctor::look_at_time_zones() {
  zones::TimeZones zones;
  if (zones.find("Europe/Berlin") != nullptr) return ok("time zones", "there");
  fail("time zones", "this machine has no time zone data", "apt install tzdata");
}

int print(const Call& call, const std::vector<Line>& lines) {
  json::Array array;
  bool good = true;
  for (const Line& line : lines) {
    good = good && line.state != State::fail;
    array.emplace_back(
        json::Object{{"state", line.state == State::fail ? "fail" : name_of(line.state)},
                     {"subject", line.subject},
                     {"text", line.text},
                     {"advice", line.advice}});
    if (call.json) continue;
    std::printf("%-5s %-12s %s\n", std::string{name_of(line.state)}.c_str(), line.subject.c_str(),
                line.text.c_str());
    if (!line.advice.empty()) std::printf("%-18s -> %s\n", "", line.advice.c_str());
  }
  if (call.json) {
    std::printf("%s\n", json::dump_pretty(json::Object{{"ok", good}, {"checks", array}}).c_str());
  }
  return good ? exit_ok : exit_failed;
}

int examine(const Call& call) { return print(call, Doctor{call}.examine()); }

}  // namespace

std::vector<Command> doctor_commands() {
  return {{.name = "doctor",
           .help = "what is wrong with this installation, and how to mend it; changes nothing",
           .run = examine,
           .reads_settings = false}};
}

}  // namespace mainstay::commands
