// offer_file_simdjson FILE ROUNDS: the seconds that libsimdjson takes to parse the whole document,
// which is in memory, each round's on a line; the parser and its memory are those of the first
// round, which is not counted.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <simdjson.h>

namespace {

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: offer_file_simdjson FILE ROUNDS\n");
    return 2;
  }
  const simdjson::padded_string text = simdjson::padded_string::load(argv[1]);
  simdjson::dom::parser parser;
  for (int round = 0; round <= std::atoi(argv[2]); ++round) {
    const double from = cpu_seconds();
    const simdjson::dom::element document = parser.parse(text);
    const double took = cpu_seconds() - from;
    if (!document.is_object()) return 1;
    if (round > 0) std::printf("%.6f\n", took);
  }
}
