#include "platform/search/words.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace mainstay::search {
namespace {

bool is_part(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string_view next_word(std::string_view text, std::size_t at) {
  const auto begin = text.begin() + static_cast<std::ptrdiff_t>(at);
  return {begin, std::find_if_not(begin, text.end(), is_part)};
}

/// The first `query_bytes_max` bytes, no character cut.
std::string bounded(std::string_view text) {
  if (text.size() > query_bytes_max) {
    std::size_t size = query_bytes_max;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U) --size;
    text = text.substr(0, size);
  }
  return repaired_utf8(text);
}

}  // namespace

std::vector<Term> parse_terms(std::string_view typed, bool last_is_prefix) {
  const std::string text = bounded(typed);
  std::vector<Term> terms;
  Term open;  // a word, or the words of a phrase that has begun
  bool in_quotes = false;
  const auto close = [&] {
    if (!open.words.empty() && terms.size() < terms_max) terms.push_back(std::move(open));
    open = Term{};
  };
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '"') {
      close();
      in_quotes = !in_quotes;
    }
    if (!is_part(text[at])) {
      ++at;
      continue;
    }
    const std::string_view word = next_word(text, at);
    at += word.size();
    open.words.emplace_back(word);
    open.is_prefix = at < text.size() ? text[at] == '*' : last_is_prefix;
    if (!in_quotes) close();
  }
  close();
  return terms;
}

std::string words_only(std::string_view text) {
  std::string out{text};
  std::ranges::replace_if(
      out, [](char c) { return !is_part(c); }, ' ');
  return out;
}

}  // namespace mainstay::search
