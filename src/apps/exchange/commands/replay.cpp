#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <string>

#include "apps/exchange/commands/commands.hpp"
#include "apps/exchange/hash_text.hpp"
#include "apps/exchange/venue_state.hpp"
#include "platform/journal/file_system.hpp"
#include "platform/json/json.hpp"

namespace mainstay::exchange {
namespace {

void print(const Engine& engine, bool as_json) {
  const std::string hash = hex16(engine.state_hash());
  if (as_json) {
    const json::Value value = json::Object{{"sequence", engine.last_sequence()},
                                           {"time_ns", engine.last_time().get()},
                                           {"hash", hash}};
    std::printf("%s\n", json::dump_pretty(value).c_str());
    return;
  }
  std::printf("sequence=%" PRIu64 " time_ns=%" PRId64 " hash=%s\n", engine.last_sequence(),
              engine.last_time().get(), hash.c_str());
}

}  // namespace

int run_replay(const Call& call) {
  const Sequence wanted =
      static_cast<Sequence>(call.number("--at", std::numeric_limits<std::int64_t>::max()));
  const auto folder =
      std::filesystem::path{call.settings->text("data.folder")} / "journal" / "exchange";
  journal::PosixFileSystem files;
  const auto state = replay_log(folder, files, wanted);
  if (!state) return call.fail(state.error());
  const Sequence last = state->engine().last_sequence();
  if (call.has("--at") && last < wanted) {
    return call.fail("the journal ends with sequence " + std::to_string(last));
  }
  print(state->engine(), call.json);
  return exit_ok;
}

}  // namespace mainstay::exchange
