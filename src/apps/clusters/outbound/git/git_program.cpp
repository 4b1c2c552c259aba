#include "apps/clusters/outbound/git/git_program.hpp"

#include <array>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "apps/clusters/errc.hpp"
#include "base/text.hpp"

namespace mainstay::clusters {
namespace {

/// Answers `get` alone: what is approved or rejected is nobody's to keep.
constexpr std::string_view credential_helper =
    "credential.helper=!f() { test \"$1\" = get && cat /dev/fd/3; }; f";

constexpr std::array<std::string_view, 10> fixed_configuration{
    "credential.helper=",  // none of the machine's
    "core.hooksPath=/dev/null", "core.fsmonitor=false",        "core.quotePath=false",
    "commit.gpgSign=false",     "gc.autoDetach=false",         "http.followRedirects=false",
    "protocol.allow=never",     "protocol.https.allow=always", "protocol.file.allow=always"};

/// What a child may see of our environment: nothing that could hold a secret.
std::vector<std::string> passed_on() {
  std::vector<std::string> out;
  for (const char* name : {"PATH", "TMPDIR", "https_proxy", "HTTPS_PROXY", "http_proxy", "no_proxy",
                           "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"}) {
    const char* const value = std::getenv(name);
    if (value != nullptr) out.push_back(std::string{name} + '=' + value);
  }
  return out;
}

std::string ssh_command(const GitProgramOptions& options) {
  std::string out =
      "ssh -F /dev/null -o BatchMode=yes -o IdentitiesOnly=yes -o IdentityAgent=none "
      "-o StrictHostKeyChecking=yes -o UpdateHostKeys=no -o GlobalKnownHostsFile=/dev/null";
  const std::string hosts = options.ssh_known_hosts.empty() ? "/dev/null" : options.ssh_known_hosts;
  out += " -o " + shell_quoted("UserKnownHostsFile=" + hosts);
  if (!options.ssh_key.empty()) out += " -i " + shell_quoted(options.ssh_key);
  return out;
}

/// git asks for lines; one with a line end in it would be two.
bool is_one_line(std::string_view text) {
  return text.find_first_of(std::string_view{"\n\r\0", 3}) == std::string_view::npos;
}

/// The line that says why: the last one that is an error, else the last one.
std::string reason_in(std::string_view errors) {
  std::string_view last;
  std::string_view fatal;
  for (const std::string_view raw : split(errors, '\n')) {
    const std::string_view line = trimmed(raw);
    if (line.empty() || line.starts_with("hint:")) continue;
    last = line;
    if (line.starts_with("fatal:") || line.starts_with("error:") || line.starts_with("remote:")) {
      fatal = line;
    }
  }
  return repaired_utf8((fatal.empty() ? last : fatal).substr(0, 400));
}

/// Of what remotes and ssh say when they do not let somebody in.
bool is_refusal(std::string_view errors) {
  for (const std::string_view sign :
       {"Authentication failed", "could not read Username", "could not read Password",
        "Permission denied", "Host key verification failed", "error: 401", "error: 403",
        "error: 404", "epository not found", "pre-receive hook declined", "protected branch",
        "not allowed to push", "HTTP Basic: Access denied"}) {
    if (errors.find(sign) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string fast_import_path(std::string_view path) {
  std::string out = "\"";
  for (const char c : path) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

Error git_error(std::string_view what, const process::Finished& finished) {
  const Errc code = is_refusal(finished.errors) ? Errc::forge_refused : Errc::git_failed;
  std::string reason = reason_in(finished.errors);
  if (reason.empty()) reason = "exit status " + std::to_string(finished.status);
  return Error{code, std::string{what} + ": " + reason};
}

GitProgram::GitProgram(GitProgramOptions options) : options_(std::move(options)) {}

process::Command GitProgram::command_of(GitCall call) const {
  process::Command out;
  out.arguments = {"prlimit", "--core=0", "--fsize=" + std::to_string(options_.file_bytes_max),
                   "git"};
  const auto configure = [&out](std::string_view setting) {
    out.arguments.emplace_back("-c");
    out.arguments.emplace_back(setting);
  };
  for (const std::string_view one : fixed_configuration) configure(one);
  if (!options_.ssh_key.empty()) configure("protocol.ssh.allow=always");
  if (!options_.ca_file.empty()) configure("http.sslCAInfo=" + options_.ca_file);
  if (!call.credentials.empty()) {
    configure(credential_helper);
    out.descriptor_3 =
        "username=" + call.credentials.user + "\npassword=" + call.credentials.password + "\n";
  }
  for (std::string& one : call.arguments) out.arguments.push_back(std::move(one));
  out.environment = passed_on();
  for (std::string fixed : {"LC_ALL=C", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
                            "GIT_TERMINAL_PROMPT=0", "GIT_ADVICE=0", "GIT_OPTIONAL_LOCKS=0"}) {
    out.environment->push_back(std::move(fixed));
  }
  out.environment->push_back("HOME=" + options_.folder.string());
  out.environment->push_back("GIT_SSH_COMMAND=" + ssh_command(options_));
  for (std::string& one : call.environment) out.environment->push_back(std::move(one));
  out.input = std::move(call.input);
  out.output_bytes_max = call.output_bytes_max;
  out.deadline = options_.deadline;
  return out;
}

Result<process::Finished> GitProgram::run(GitCall call) const {
  if (!is_one_line(call.credentials.user) || !is_one_line(call.credentials.password)) {
    return Error{Errc::forge_refused, "user and token of the forge must be one line each"};
  }
  std::error_code failed;
  if (std::filesystem::create_directories(options_.folder, failed)) {
    std::filesystem::permissions(options_.folder, std::filesystem::perms::owner_all, failed);
  }
  auto finished = process::run(command_of(std::move(call)));
  if (finished.has_value()) return finished;
  const Error& error = finished.error();
  if (error.is(process::Errc::not_found)) {
    return Error{Errc::git_failed,
                 "git and prlimit (util-linux) must be installed: " + error.detail()};
  }
  const bool is_large = error.is(process::Errc::output_too_large);
  return Error{is_large ? Errc::too_large : Errc::git_failed, error.detail()};
}

Result<std::string> GitProgram::output(GitCall call) const {
  std::string what = "git";
  for (const std::string& word : call.arguments) {  // the command's name, behind options
    if (word.starts_with('-')) continue;
    what += ' ' + word.substr(0, 40);
    break;
  }
  MS_TRY(process::Finished finished, run(std::move(call)));
  if (!finished.good()) return git_error(what, finished);
  return std::move(finished.output);
}

}  // namespace mainstay::clusters
