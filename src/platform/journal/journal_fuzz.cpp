#include "platform/journal/journal_fixture.hpp"

/// Arbitrary bytes as a journal's only segment, of this boot or another: check() and recovery
/// agree.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mainstay::journal;
  for (const char* boot_id : {"boot 1", "another"}) {
    MemoryFileSystem files;
    files.put("/journal/00000000000000000001.log", {reinterpret_cast<const char*>(data), size});
    files.put("/journal/BOOT", boot_id);
    const bool sound = check(testing::folder, files)->sound;
    if (sound == !testing::reopen(files, testing::options_with(4096)).journal) __builtin_trap();
  }
  return 0;
}
