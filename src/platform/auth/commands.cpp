#include "platform/auth/commands.hpp"

#include <cstdio>
#include <functional>
#include <string>
#include <termios.h>
#include <unistd.h>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "platform/auth/cases/administration.hpp"
#include "platform/auth/errc.hpp"
#include "platform/auth/limits.hpp"
#include "platform/auth/options.hpp"
#include "platform/auth/utc_text.hpp"
#include "platform/json/json.hpp"
#include "platform/program/stores.hpp"
#include "platform/program/table.hpp"
#include "platform/store/rehearsal.hpp"

namespace mainstay::auth {
namespace {

/// Nothing that is typed is shown, until the end of its life.
class NoEcho {
 public:
  NoEcho() {
    is_terminal_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
    if (!is_terminal_) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  ~NoEcho() {
    if (is_terminal_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  termios before_{};
  bool is_terminal_ = false;
};

Error unread(std::string detail) { return Error{Errc::input_invalid, std::move(detail)}; }

/// One line of standard input, without its end.
Result<std::string> read_line() {
  std::string line;
  for (char c = 0; ::read(STDIN_FILENO, &c, 1) == 1 && c != '\n';) {
    line.push_back(c);
    if (line.size() > Limits::password_max + 1) return unread("the password is too long");
  }
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty()) return unread("standard input ended before a password came");
  return line;
}

Result<std::string> ask(const char* prompt) {
  const NoEcho quiet;
  std::fputs(prompt, stderr);
  auto line = read_line();
  std::fputs("\n", stderr);
  return line;
}

/// Never from the command line, which all users of the machine can see.
Result<std::string> read_password(const mainstay::Call& call) {
  if (call.has("--password-stdin")) return read_line();
  if (::isatty(STDIN_FILENO) == 0) {
    return unread("standard input is no terminal; pass --password-stdin to read it from there");
  }
  MS_TRY(auto first, ask("Password: "));
  MS_TRY(const auto second, ask("Once more: "));
  if (first != second) return unread("the two passwords differ; nothing was changed");
  return first;
}

/// What `use` says of the store: its exit status and words. With --dry-run all of it is undone.
int with_store(const mainstay::Call& call, const std::function<Result<>(store::Store&)>& use,
               const std::string& done) {
  auto store = open_current_store(call.product, *call.settings, MachineClock{}.wall());
  if (store.has_error()) return call.fail(store.error());
  const bool dry_run = call.has("--dry-run");
  store::Rehearsal rehearsal{**store};
  const auto result = use(dry_run ? rehearsal : **store);
  if (result.has_error()) return call.fail(result.error());
  if (call.json) {
    std::printf("{\"status\":\"%s\"}\n", dry_run ? "rehearsed" : "done");
  } else {
    std::printf("%s%s\n", dry_run_lead(dry_run), done.c_str());
  }
  return exit_ok;
}

PasswordHasher hasher_of(const mainstay::Call& call) {
  return PasswordHasher{options_from(*call.settings, "").cost};
}

int add(const mainstay::Call& call) {
  NewUser user{call.text("name"), call.text("--email"), {}, {}};
  for (const std::string_view role : split(call.text("--role"), ',')) {
    if (!trimmed(role).empty()) user.roles.emplace_back(trimmed(role));
  }
  if (const auto checked = check_user(user); checked.has_error()) {
    return call.fail(checked.error(), exit_usage);
  }
  auto password = read_password(call);
  if (password.has_error()) return call.fail(password.error(), exit_usage);
  user.password = std::move(*password);
  return with_store(
      call,
      [&](store::Store& store) {
        return make_user(store, hasher_of(call), user, MachineClock{}.wall());
      },
      "user " + user.name + " added");
}

int passwd(const mainstay::Call& call) {
  const std::string& login = call.text("user");
  auto password = read_password(call);
  if (password.has_error()) return call.fail(password.error(), exit_usage);
  return with_store(
      call,
      [&](store::Store& store) {
        return change_password(store, hasher_of(call), login, *password);
      },
      "the password of " + login + " is changed; all sessions have ended");
}

int role(const mainstay::Call& call) {
  const bool remove = call.has("--remove");
  const std::string& login = call.text("user");
  const std::string& name = call.text("role");
  return with_store(
      call, [&](store::Store& store) { return change_role(store, login, name, remove); },
      login + (remove ? " does not have the role " : " has the role ") + name);
}

int set_disabled(const mainstay::Call& call, bool disabled) {
  const std::string& login = call.text("user");
  return with_store(
      call, [&](store::Store& store) { return change_disabled(store, login, disabled); },
      login + (disabled ? " is disabled; all sessions have ended" : " is enabled"));
}

int list(const mainstay::Call& call) {
  auto store = open_current_store(call.product, *call.settings, MachineClock{}.wall());
  if (store.has_error()) return call.fail(store.error());
  const auto lines = user_lines(**store);
  if (lines.has_error()) return call.fail(lines.error());
  json::Array array;
  std::vector<std::vector<std::string>> rows{{"name", "e-mail", "roles", "state", "since"}};
  for (const UserLine& line : *lines) {
    json::Array roles;
    std::string words;
    for (const std::string& name : line.roles) {
      roles.emplace_back(name);
      words.append(words.empty() ? "" : ",").append(name);
    }
    rows.push_back({line.name, line.email, words, line.disabled ? "disabled" : "enabled",
                    utc_text(line.created_at)});
    array.emplace_back(json::Object{{"id", line.id},
                                    {"name", line.name},
                                    {"email", line.email},
                                    {"roles", std::move(roles)},
                                    {"disabled", line.disabled},
                                    {"authenticator", line.authenticator},
                                    {"created_at", utc_text(line.created_at)}});
  }
  if (call.json) {
    std::printf("%s\n", json::dump_pretty(array).c_str());
  } else {
    print_table(rows);
  }
  return exit_ok;
}

}  // namespace

std::vector<Command> user_commands() {
  const Argument user = required_text("user", "a user name, or an e-mail address of the account");
  const Argument from_stdin =
      flag("--password-stdin", "read the password from standard input instead of the terminal");
  const Argument dry_run = dry_run_flag();
  return {
      {.name = "user", .help = "accounts: who may sign in"},
      {.name = "user add",
       .help = "add an account, its address taken as confirmed; asks for the password",
       .arguments = {required_text("name", "2 to 64 of a-z, 0-9 and . _ -"),
                     required_text("--email", "its primary e-mail address"),
                     text("--role", "roles it gets, with commas between; admin may invite others"),
                     from_stdin, dry_run},
       .run = add},
      {.name = "user passwd",
       .help = "set an account's password; its sessions end",
       .arguments = {user, from_stdin, dry_run},
       .run = passwd},
      {.name = "user role",
       .help = "give an account a role, or take it away",
       .arguments = {user, required_text("role", "the role's name"),
                     flag("--remove", "take it away"), dry_run},
       .run = role},
      {.name = "user disable",
       .help = "keep an account from signing in; its sessions end, its tokens stop working",
       .arguments = {user, dry_run},
       .run = [](const mainstay::Call& call) { return set_disabled(call, true); }},
      {.name = "user enable",
       .help = "let a disabled account sign in again",
       .arguments = {user, dry_run},
       .run = [](const mainstay::Call& call) { return set_disabled(call, false); }},
      {.name = "user list", .help = "all accounts", .run = list},
  };
}

}  // namespace mainstay::auth
