#include "apps/exchange/domain/command_codec.hpp"

// Arbitrary bytes as a record of commands: a refusal, or commands that can be written again.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  using namespace mainstay::exchange;
  std::vector<Command> commands;
  if (read_batch(std::as_bytes(std::span{data, size}), commands).has_error()) return 0;
  if (commands.empty()) return 0;
  CommandBatch again;
  again.begin(commands.front().sequence, commands.front().at);
  for (const Command& command : commands) again.add(command);
  return 0;
}
