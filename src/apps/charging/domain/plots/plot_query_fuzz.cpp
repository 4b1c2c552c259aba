#include "apps/charging/domain/plots/plot_query.hpp"
#include "base/text.hpp"

// "name=value" lines as a search: a refusal, or a query whose cursor is its own.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  using namespace mainstay;
  std::vector<charging::QueryField> fields;
  for (const auto line : split({reinterpret_cast<const char*>(data), size}, '\n')) {
    const auto equals = std::min(line.find('='), line.size());
    fields.emplace_back(line.substr(0, equals), line.substr(std::min(equals + 1, line.size())));
  }
  const auto query = charging::read_plot_query(fields, {});
  if (query && charging::cursor_text(*query, {1, 2}).empty()) __builtin_trap();
  return 0;
}
