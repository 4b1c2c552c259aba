#include "apps/charging/domain/plots/folded.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace mainstay::charging {
namespace {

/// Letters of both cases that are folded to the same.
struct Letters {
  std::uint16_t first;
  std::uint16_t last;
  std::string_view to;
};
// Latin-1, Latin Extended-A, Romanian's of Extended-B, accents that are characters of their own.
constexpr auto folded_letters = std::to_array<Letters>({
    {0xC0, 0xC5, "a"},   {0xC6, 0xC6, "ae"},   {0xC7, 0xC7, "c"},   {0xC8, 0xCB, "e"},
    {0xCC, 0xCF, "i"},   {0xD0, 0xD0, "d"},    {0xD1, 0xD1, "n"},   {0xD2, 0xD6, "o"},
    {0xD8, 0xD8, "o"},   {0xD9, 0xDC, "u"},    {0xDD, 0xDD, "y"},   {0xDE, 0xDE, "th"},
    {0xDF, 0xDF, "ss"},  {0xE0, 0xE5, "a"},    {0xE6, 0xE6, "ae"},  {0xE7, 0xE7, "c"},
    {0xE8, 0xEB, "e"},   {0xEC, 0xEF, "i"},    {0xF0, 0xF0, "d"},   {0xF1, 0xF1, "n"},
    {0xF2, 0xF6, "o"},   {0xF8, 0xF8, "o"},    {0xF9, 0xFC, "u"},   {0xFD, 0xFD, "y"},
    {0xFE, 0xFE, "th"},  {0xFF, 0xFF, "y"},    {0x100, 0x105, "a"}, {0x106, 0x10D, "c"},
    {0x10E, 0x111, "d"}, {0x112, 0x11B, "e"},  {0x11C, 0x123, "g"}, {0x124, 0x127, "h"},
    {0x128, 0x131, "i"}, {0x132, 0x133, "ij"}, {0x134, 0x135, "j"}, {0x136, 0x138, "k"},
    {0x139, 0x142, "l"}, {0x143, 0x14B, "n"},  {0x14C, 0x151, "o"}, {0x152, 0x153, "oe"},
    {0x154, 0x159, "r"}, {0x15A, 0x161, "s"},  {0x162, 0x167, "t"}, {0x168, 0x173, "u"},
    {0x174, 0x175, "w"}, {0x176, 0x178, "y"},  {0x179, 0x17E, "z"}, {0x17F, 0x17F, "s"},
    {0x218, 0x219, "s"}, {0x21A, 0x21B, "t"},  {0x300, 0x36F, ""},
});

/// Of two bytes; null when they are no such letter.
const Letters* letters_of(char lead, char next) {
  const auto high = static_cast<unsigned char>(lead);
  const auto low = static_cast<unsigned char>(next);
  if (high < 0xC3 || high > 0xCD || (low & 0xC0U) != 0x80) return nullptr;
  const unsigned code = (high & 0x1FU) << 6U | (low & 0x3FU);
  const auto* found = std::ranges::lower_bound(folded_letters, code, {}, &Letters::last);
  return found != folded_letters.end() && found->first <= code ? found : nullptr;
}

}  // namespace

std::string folded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c >= 'A' && c <= 'Z') {
      out.push_back(static_cast<char>(c - 'A' + 'a'));
      continue;
    }
    const Letters* found = at + 1 < text.size() ? letters_of(c, text[at + 1]) : nullptr;
    if (found == nullptr) {
      out.push_back(c);
      continue;
    }
    out.append(found->to);
    ++at;
  }
  return out;
}

}  // namespace mainstay::charging
