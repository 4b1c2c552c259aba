#include "apps/charging/commands/station_keys.hpp"

#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "apps/charging/app_network.hpp"
#include "apps/charging/app_ocpp.hpp"
#include "apps/charging/domain/network_errc.hpp"
#include "apps/charging/domain/station_key.hpp"
#include "apps/charging/station_keys.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"
#include "platform/program/stores.hpp"
#include "platform/store/rehearsal.hpp"

namespace mainstay::charging {
namespace {

constexpr std::size_t made_key_bytes = 20;  // OCPP 1.6 hands over up to 40 hexadecimal digits

struct CloseFile {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};

Error unread(const std::string& path) {
  return {StationKeyErrc::key_invalid, path + " has no first line that can be read"};
}

/// The first line: never from the command line, which all users of the machine can see.
Result<std::string> read_key(const std::string& path) {
  const std::unique_ptr<std::FILE, CloseFile> file{path == "-" ? stdin
                                                               : std::fopen(path.c_str(), "rb")};
  std::array<char, 128> line{};  // longer than any key
  if (file == nullptr || std::fgets(line.data(), line.size(), file.get()) == nullptr) {
    return unread(path);
  }
  std::string key = line.data();
  while (key.ends_with('\n') || key.ends_with('\r')) key.pop_back();
  if (!is_station_key(key)) return StationKeyErrc::key_invalid;
  return key;
}

/// Leaves it to the server that runs, or to the next start.
Result<> leave(const Call& call, const std::string& identity, const std::string& key) {
  MS_TRY(const auto store, open_current_store(call.product, *call.settings, MachineClock{}.wall()));
  MS_TRY(const auto rows, network_store(*store)->load());
  const auto at = std::ranges::find(rows.stations, identity, &StationRow::identity);
  if (at == rows.stations.end()) return Error{NetworkErrc::station_unknown, identity};
  MS_TRY(const auto server,
         auth::Keys::open(call.settings->text("auth.key"), call.settings->text("data.folder")));
  const auth::PasswordHasher hasher{{}};
  store::Rehearsal rehearsal{*store};
  const auto keys =
      security_store(call.has("--dry-run") ? static_cast<store::Store&>(rehearsal) : *store);
  return keys->leave_key({at->id, kept_of_key(server, hasher, at->id, key)});
}

int run_set_key(const Call& call) {
  const std::string& identity = call.text("identity");
  const bool is_made = call.text("--file").empty();
  const auto key =
      is_made ? Result<std::string>{secret_hex(made_key_bytes)} : read_key(call.text("--file"));
  if (key.has_error()) return call.fail(key.error());
  if (const auto left = leave(call, identity, *key); left.has_error()) {
    return call.fail(left.error());
  }
  const bool is_dry = call.has("--dry-run");
  const bool tells = is_made && !is_dry;  // what is not stored would mislead
  if (call.json) {
    json::Object said{{"station", identity}};
    if (tells) said.push_back({"key", *key});
    std::printf("%s\n", json::dump(said).c_str());
    return exit_ok;
  }
  std::printf("%sset the key of %s%s\n", dry_run_lead(is_dry), identity.c_str(),
              tells ? "; it is shown this once:" : "");
  if (tells) std::printf("%s\n", key->c_str());
  return exit_ok;
}

}  // namespace

Command station_key_command() {
  return {.name = "charging stations key",
          .help =
              "give a station a key to connect with (security profiles 1 and 2), instead of "
              "the one before; a server that runs takes it up within seconds",
          .arguments = {required_text("identity", "its OCPP identity"),
                        text("--file",
                             "the key is the first line of this file, - for standard input: 32 to "
                             "40 hexadecimal digits, or 16 to 40 characters. Without it a random "
                             "one is made, and shown once"),
                        dry_run_flag()},
          .run = run_set_key};
}

}  // namespace mainstay::charging
