#include "commands/local_service.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include "base/random.hpp"
#include "base/text.hpp"
#include "commands/pid_file.hpp"
#include "commands/user.hpp"

namespace mainstay::commands {
namespace {

namespace fs = std::filesystem;

constexpr ErrorRow missing_row{"service_missing", "a package is not installed", 500};
constexpr ErrorRow taken_row{"service_port_taken", "the port is taken", 409};
constexpr ErrorRow failed_row{"service_failed", "the service did not start", 500};
constexpr ErrorRow out_of_reach_row{"service_folder", "the service cannot use its folder", 500};

constexpr int answer_max_ms = 1'000;
constexpr int look_every_ms = 50;
constexpr std::size_t log_shown_max = 800;

using Words = std::vector<std::string>;

/// What a kind of service is started with.
struct Kind {
  std::string_view name;
  std::string_view program;
  std::string_view package;
  std::string_view user;      // who root becomes for it, when there is such a one; else nobody
  std::string_view question;  // its protocol's "are you there"
  std::string_view answer;    // how an answer begins
};

using namespace std::string_view_literals;
constexpr std::array kinds{
    // A client that begins; asked for his password (R) as soon as others would be let in.
    Kind{"postgres", "postgres", "postgresql-15", "postgres",
         "\x00\x00\x00\x29\x00\x03\x00\x00user\0mainstay\0database\0mainstay\0\0"sv, "R"},
    Kind{"redis", "redis-server", "redis-server", "redis", "PING\r\n", "+PONG"},
    Kind{"nats", "nats-server", "nats-server", "nats", "", "INFO"},
};

const Kind& kind_of(const LocalService& service) {
  for (const Kind& kind : kinds) {
    if (kind.name == service.name) return kind;
  }
  return kinds.back();  // names are checked where they come in
}

/// On the path, where administrators' programs are, or where Debian keeps PostgreSQL's (the
/// newest).
std::optional<std::string> find_program(std::string_view name) {
  std::vector<fs::path> folders;
  std::error_code failure;
  for (const auto& version : fs::directory_iterator{"/usr/lib/postgresql", failure}) {
    folders.push_back(version.path() / "bin");
  }
  std::sort(folders.rbegin(), folders.rend());
  const char* const path = std::getenv("PATH");
  // Debian has some of them where only root looks.
  const std::string known = std::string{path == nullptr ? "/usr/bin" : path} + ":/usr/sbin";
  for (const std::string_view folder : split(known, ':')) folders.emplace_back(folder);
  for (const fs::path& folder : folders) {
    const fs::path program = folder / name;
    if (!folder.empty() && ::access(program.c_str(), X_OK) == 0 && fs::is_regular_file(program)) {
      return program.string();
    }
  }
  return std::nullopt;
}

/// Who runs it: nothing when we are nobody special ourselves.
Result<std::optional<User>> user_for(const Kind& kind) {
  if (::geteuid() != 0) return std::optional<User>{};
  auto own = find_user(std::string{kind.user});
  if (own.has_value()) return std::optional<User>{std::move(*own)};
  MS_TRY(auto nobody, find_user("nobody"));
  return std::optional<User>{std::move(nobody)};
}

bool write_private(const fs::path& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return false;
  const bool written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  return ::close(file) == 0 && written;
}

std::string content(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::string log_end(const LocalService& service) {
  std::string text = content(service.folder / "log");
  if (text.size() > log_shown_max) text.erase(0, text.find('\n', text.size() - log_shown_max) + 1);
  return text;
}

/// In the child: its own session, its output to the log, not root.
void settle(const LocalService& service, const std::optional<User>& user) {
  ::setsid();
  if (user && become(*user).has_error()) ::_exit(126);
  const int none = ::open("/dev/null", O_RDONLY);
  const int log = ::open((service.folder / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (none < 0 || log < 0 || ::chdir(service.folder.c_str()) != 0) ::_exit(126);
  ::dup2(none, 0);
  ::dup2(log, 1);
  ::dup2(log, 2);
}

[[noreturn]] void execute(const Words& words) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

/// Runs a program to its end.
bool run(const LocalService& service, const std::optional<User>& user, const Words& words) {
  const pid_t child = ::fork();
  if (child == 0) {
    settle(service, user);
    execute(words);
  }
  int status = 0;
  return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

Error failed(const LocalService& service, const std::string& what) {
  return {ServiceErrc::failed, service.name + ": " + what + "; the end of " +
                                   (service.folder / "log").string() + ":\n" + log_end(service)};
}

/// Folders down to the service's own, which its user must reach.
Result<> make_folders(const LocalService& service, const std::optional<User>& user) {
  std::error_code failure;
  const fs::path above = service.folder.parent_path();
  fs::create_directories(above, failure);
  if (user) {
    // Whoever runs it must get there; what is in the folders stays closed to him.
    for (const fs::path& folder : {above, above.parent_path()}) {
      fs::permissions(folder, fs::perms::group_exec | fs::perms::others_exec, fs::perm_options::add,
                      failure);
    }
    MS_TRY_VOID(make_folder_for(*user, service.folder));
    MS_TRY_VOID(make_folder_for(*user, service.folder / "data"));
  } else {
    fs::create_directories(service.folder / "data", failure);
    fs::permissions(service.folder, fs::perms::owner_all, failure);
    fs::permissions(service.folder / "data", fs::perms::owner_all, failure);
  }
  if (run(service, user, {"/bin/sh", "-c", "test -w ."})) return {};
  return Error{ServiceErrc::out_of_reach,
               service.folder.string() + ": " + (user ? user->name : "this user") +
                   " cannot reach it; use --data with a folder outside of closed ones, or run "
                   "this as another user than root"};
}

/// The first start: an empty cluster, its superuser "mainstay" with a password, its database of the
/// same name.
Result<> make_cluster(const LocalService& service, const std::optional<User>& user,
                      const std::string& program) {
  const fs::path data = service.folder / "data";
  const fs::path secret = service.folder / "password";
  const std::string password = secret_hex(16);
  if (!write_private(secret, password + "\n")) return failed(service, "cannot keep a password");
  if (user && ::lchown(secret.c_str(), user->user, user->group) != 0) {
    return failed(service, "cannot give its password away");
  }
  const std::string folder = fs::path{program}.parent_path().string();
  const bool made =
      run(service, user,
          {folder + "/initdb", "-D", data.string(), "-U", "mainstay", "--encoding=UTF8",
           "--locale=C.UTF-8", "-A", "scram-sha-256", "--pwfile=" + secret.string()}) &&
      run(service, user,
          {"/bin/sh", "-c", "echo 'CREATE DATABASE mainstay' | \"$0\" --single -D \"$1\" postgres",
           program, data.string()});
  if (made) return {};
  std::error_code ignored;
  fs::remove_all(data, ignored);
  return failed(service, "cannot make its database");
}

Words command_line(const LocalService& service, const std::string& program) {
  const std::string data = (service.folder / "data").string();
  const std::string port = std::to_string(service.port);
  if (service.name == "postgres") {
    return {program,
            "-D",
            data,
            "-p",
            port,
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories="};
  }
  if (service.name == "redis") {
    return {program,  "--bind", "127.0.0.1",   "--port", port,        "--dir", data,
            "--save", "60 1",   "--daemonize", "no",     "--logfile", ""};
  }
  return {program, "-a", "127.0.0.1", "-p", port, "-js", "-sd", data};
}

/// Connects; the socket, or nothing when nobody listens.
int connect_to(std::uint16_t port) {
  const int out = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(out, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return out;
  ::close(out);
  return -1;
}

bool answers(const LocalService& service) {
  const Kind& kind = kind_of(service);
  const int peer = connect_to(service.port);
  if (peer < 0) return false;
  char text[64] = {};
  pollfd wait{peer, POLLIN, 0};
  const bool asked = kind.question.empty() ||
                     ::send(peer, kind.question.data(), kind.question.size(), MSG_NOSIGNAL) > 0;
  ssize_t size = 0;
  if (asked && ::poll(&wait, 1, answer_max_ms) > 0) size = ::recv(peer, text, sizeof text, 0);
  ::close(peer);
  const std::string_view got{text, size > 0 ? static_cast<std::size_t>(size) : 0};
  return got.starts_with(kind.answer);
}

/// Starts it in the background, its pid file claimed in the child: the lock lives as long as it.
bool launch(const LocalService& service, const std::optional<User>& user, const Words& words) {
  const pid_t middle = ::fork();
  if (middle == 0) {
    settle(service, user);
    if (::fork() != 0) ::_exit(0);  // not our child: nobody has to wait for it
    auto claimed = PidFile::claim(service.folder / "pid");
    if (claimed.has_error()) ::_exit(1);
    const int kept = std::move(*claimed).keep();
    ::fcntl(kept, F_SETFD, 0);
    execute(words);
  }
  int status = 0;
  return middle > 0 && ::waitpid(middle, &status, 0) == middle && status == 0;
}

}  // namespace

const ErrorRow& error_row(ServiceErrc code) {
  switch (code) {
    case ServiceErrc::missing:
      return missing_row;
    case ServiceErrc::taken:
      return taken_row;
    case ServiceErrc::failed:
      return failed_row;
    case ServiceErrc::out_of_reach:
      break;
  }
  return out_of_reach_row;
}

ServiceState look_at(const LocalService& service) {
  ServiceState state;
  state.process = running_process(service.folder / "pid");
  state.ready = state.process.has_value() && answers(service);
  return state;
}

Result<Started> start_service(const LocalService& service, Millis ready_max) {
  if (look_at(service).process) return Started::ran_already;
  const Kind& kind = kind_of(service);
  const auto program = find_program(kind.program);
  if (!program) {
    return Error{ServiceErrc::missing, service.name + ": " + std::string{kind.program} +
                                           " is not here; apt-get install " +
                                           std::string{kind.package}};
  }
  if (const int other = connect_to(service.port); other >= 0) {
    ::close(other);
    return Error{
        ServiceErrc::taken,
        service.name + ": somebody else listens on 127.0.0.1:" + std::to_string(service.port) +
            "; end it, or choose another port: --set services." + service.name + "_port=PORT"};
  }
  MS_TRY(const auto user, user_for(kind));
  MS_TRY_VOID(make_folders(service, user));
  std::error_code failure;
  const bool is_new = fs::is_empty(service.folder / "data", failure);
  if (service.name == "postgres" && is_new) {
    MS_TRY_VOID(make_cluster(service, user, *program));
  }
  if (!launch(service, user, command_line(service, *program))) {
    return failed(service, "cannot start " + *program);
  }
  for (Millis waited{0}; waited < ready_max; waited += Millis{look_every_ms}) {
    const ServiceState state = look_at(service);
    if (state.ready) return Started::started;
    if (!state.process && waited > Millis{2'000}) break;
    ::poll(nullptr, 0, look_every_ms);
  }
  return failed(service, "it does not answer");
}

Result<Ended> stop_service(const LocalService& service, Millis end_max) {
  const auto process = running_process(service.folder / "pid");
  if (!process) return Ended::did_not_run;
  // PostgreSQL's fast shutdown; SIGTERM would wait for its clients.
  const int signal = service.name == "postgres" ? SIGINT : SIGTERM;
  const auto ended = ask(*process, signal, end_max, [] { return false; });
  std::error_code ignored;
  if (ended == Asked::ended) {
    fs::remove(service.folder / "pid", ignored);
    return Ended::ended;
  }
  return Error{ServiceErrc::failed,
               service.name + ": process " + std::to_string(*process) +
                   " does not end; its log: " + (service.folder / "log").string()};
}

std::string service_url(const LocalService& service) {
  const std::string place = "127.0.0.1:" + std::to_string(service.port);
  if (service.name != "postgres") return service.name + "://" + place;
  const std::string password{trimmed(content(service.folder / "password"))};
  return "postgres://mainstay:" + password + "@" + place + "/mainstay";
}

}  // namespace mainstay::commands
