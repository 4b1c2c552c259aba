#include <cstdint>
#include <cstdlib>

#include "platform/search/words.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mainstay::search;
  for (const Term& term : parse_terms({reinterpret_cast<const char*>(data), size}, size % 2 == 0)) {
    for (const std::string& word : term.words) {
      if (word.empty() || word != words_only(word)) std::abort();
    }
  }
  return 0;
}
