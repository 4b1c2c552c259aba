#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mainstay::search {

/// What must occur: one word, several in this order (a phrase), or words that begin so.
struct Term {
  std::vector<std::string> words;  // at least one
  bool is_prefix = false;          // the last word only begins so
  friend bool operator==(const Term&, const Term&) = default;
};

inline constexpr std::size_t query_bytes_max = 512;  // of what people type: the rest is ignored
inline constexpr std::size_t terms_max = 16;         // further ones too

/// What people type, as terms that all must occur. Words are runs of letters, digits and whatever
/// is not ASCII; everything else only parts them, so nothing is an engine's syntax. "Quoted words"
/// are a phrase; a word followed by * is a prefix, and so is the last one with `last_is_prefix`,
/// for searching while somebody types.
std::vector<Term> parse_terms(std::string_view text, bool last_is_prefix);

/// `text` with everything that is no part of a word as blanks.
std::string words_only(std::string_view text);

}  // namespace mainstay::search
