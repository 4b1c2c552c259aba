// Feeds every file of a folder to a fuzz target: the corpus as a plain test.
#include "tools/fuzz_replay.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace {

int replay(const FuzzTarget& target, const std::filesystem::path& folder) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator{folder}) {
    std::ifstream in{entry.path(), std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
    target.run(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    ++files;
  }
  std::printf("%d inputs replayed\n", files);
  return files > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::filesystem::is_directory(argv[2])) {
    for (const FuzzTarget* target = fuzz_targets; target->name != nullptr; ++target) {
      if (argv[1] == std::string_view{target->name}) return replay(*target, argv[2]);
    }
  }
  std::puts("usage: fuzz_replay TARGET FOLDER; the targets are the src/**/*_fuzz.cpp");
  return 1;
}
