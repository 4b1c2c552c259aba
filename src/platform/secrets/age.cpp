#include "platform/secrets/age.hpp"

#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "platform/process/process.hpp"
#include "platform/secrets/errc.hpp"
#include "platform/secrets/limits.hpp"
#include "platform/settings/small_file.hpp"

namespace mainstay::secrets {
namespace {

/// age's first line, without "age: error: ": it names files and reasons, never contents.
std::string told_by(const process::Finished& finished) {
  std::string_view line = trimmed(finished.errors);
  line = line.substr(0, line.find('\n'));
  for (const std::string_view prefix : {"age: ", "age-keygen: ", "error: "}) {
    if (line.starts_with(prefix)) line.remove_prefix(prefix.size());
  }
  return line.empty() ? "it ended with status " + std::to_string(finished.status)
                      : std::string{line};
}

Result<std::string> run_age(process::Command command, Errc when_refused) {
  command.output_bytes_max = settings::file_bytes_max * 2;
  auto finished = process::run(command);
  if (finished.has_error()) {
    const bool missing = finished.error().is(process::Errc::not_found);
    return Error{Errc::unavailable,
                 missing ? command.arguments.front() + " is not installed (apt install age)"
                         : finished.error().detail()};
  }
  if (!finished->good()) return Error{when_refused, "age: " + told_by(*finished)};
  return std::move(finished->output);
}

}  // namespace

std::string usual_age_identity() {
  const char* const config = std::getenv("XDG_CONFIG_HOME");
  if (config != nullptr && *config == '/') return std::string{config} + "/mainstay/age.txt";
  const char* const home = std::getenv("HOME");
  return std::string{home != nullptr ? home : ""} + "/.config/mainstay/age.txt";
}

bool Age::has_identity() const {
  std::error_code ignored;
  return is_inline() ||
         (!options_.identity.empty() && std::filesystem::exists(options_.identity, ignored));
}

Result<std::string> Age::decrypt(const std::string& path) const {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    return Error{Errc::unavailable, path + " does not exist"};
  }
  if (!has_identity()) {
    return Error{Errc::unavailable, "no age identity at " + options_.identity +
                                        "; make one there with age-keygen -o, or set "
                                        "MAINSTAY_AGE_IDENTITY to where yours is"};
  }
  process::Command command{.arguments = {options_.program, "--decrypt", "-i",
                                         is_inline() ? "-" : options_.identity, "--", path}};
  if (is_inline()) command.input = options_.identity + "\n";
  command.deadline = options_.deadline;
  return run_age(std::move(command), Errc::refused);
}

Result<std::string> Age::encrypt(const std::string& plain, const std::string& recipients) const {
  process::Command command{
      .arguments = {options_.program, "--encrypt", "--armor", "-R", recipients}, .input = plain};
  command.deadline = options_.deadline;
  return run_age(std::move(command), Errc::malformed);
}

Result<std::string> Age::own_recipient() const {
  const std::string keygen = options_.program + "-keygen";
  process::Command command{.arguments = {keygen, "-y"}};
  if (is_inline()) {
    command.input = options_.identity + "\n";
  } else {
    command.arguments.push_back(options_.identity);
  }
  command.deadline = options_.deadline;
  MS_TRY(const auto text, run_age(std::move(command), Errc::malformed));
  const std::string_view all = trimmed(text);
  return std::string{all.substr(0, all.find('\n'))};
}

}  // namespace mainstay::secrets
