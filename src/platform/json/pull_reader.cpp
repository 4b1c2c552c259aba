#include "platform/json/pull_reader.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/check.hpp"
#include "base/text.hpp"

namespace mainstay::json {
namespace {

// Texts are looked at in vectors of 16 bytes, what is skipped in blocks of 64: bit n of a mask is
// byte n. SSE2 is what every x86-64 has; elsewhere the compiler gets plain loops.
constexpr std::size_t vector_bytes = 16;
constexpr std::size_t block_bytes = 64;

struct PullBlock {
  std::uint64_t quotes = 0;
  std::uint64_t backslashes = 0;
  std::uint64_t opens = 0;   // { [
  std::uint64_t closes = 0;  // } ]
};

#ifdef __SSE2__

__m128i pull_vector(const char* at) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}

unsigned pull_equal(__m128i bytes, char to) {
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(to))));
}

/// Quotes, backslashes and control characters. `high`: whether any byte is beyond ASCII.
unsigned pull_specials(const char* at, bool& high) {
  const __m128i bytes = pull_vector(at);
  const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
  high = high || _mm_movemask_epi8(bytes) != 0;
  return pull_equal(bytes, '"') | pull_equal(bytes, '\\') |
         static_cast<unsigned>(_mm_movemask_epi8(control));
}

unsigned pull_not_blank(const char* at) { return ~pull_equal(pull_vector(at), ' ') & 0xffffU; }

PullBlock pull_block(const char* at) {
  PullBlock out;
  for (unsigned shift = 0; shift < block_bytes; shift += vector_bytes) {
    const __m128i bytes = pull_vector(at + shift);
    // [ and { differ in this bit alone, ] and } too, and nothing else becomes one of them.
    const __m128i folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
    out.quotes |= std::uint64_t{pull_equal(bytes, '"')} << shift;
    out.backslashes |= std::uint64_t{pull_equal(bytes, '\\')} << shift;
    out.opens |= std::uint64_t{pull_equal(folded, '{')} << shift;
    out.closes |= std::uint64_t{pull_equal(folded, '}')} << shift;
  }
  return out;
}

#else

unsigned pull_specials(const char* at, bool& high) {
  unsigned mask = 0;
  for (unsigned n = 0; n < vector_bytes; ++n) {
    const auto byte = static_cast<unsigned char>(at[n]);
    high = high || byte >= 0x80;
    mask |= unsigned{byte == '"' || byte == '\\' || byte < 0x20} << n;
  }
  return mask;
}

unsigned pull_not_blank(const char* at) {
  unsigned mask = 0;
  for (unsigned n = 0; n < vector_bytes; ++n) mask |= unsigned{at[n] != ' '} << n;
  return mask;
}

PullBlock pull_block(const char* at) {
  PullBlock out;
  for (unsigned n = 0; n < block_bytes; ++n) {
    const char byte = at[n];
    out.quotes |= std::uint64_t{byte == '"'} << n;
    out.backslashes |= std::uint64_t{byte == '\\'} << n;
    out.opens |= std::uint64_t{byte == '{' || byte == '['} << n;
    out.closes |= std::uint64_t{byte == '}' || byte == ']'} << n;
  }
  return out;
}

#endif

/// The bytes that a backslash stands before and that is none itself escaped. `carried`: whether the
/// first one is; becomes whether the next block's first is.
std::uint64_t escaped_bytes(std::uint64_t backslashes, bool& carried) {
  std::uint64_t escaped = carried ? 1 : 0;
  carried = false;
  for (; backslashes != 0; backslashes &= backslashes - 1) {
    const int n = std::countr_zero(backslashes);
    if ((escaped >> n & 1U) != 0) continue;
    if (n == 63) {
      carried = true;
    } else {
      escaped |= std::uint64_t{2} << n;
    }
  }
  return escaped;
}

/// Bit n: whether an odd number of bits up to n, itself included, is set.
std::uint64_t odd_so_far(std::uint64_t bits) {
  for (unsigned by = 1; by < 64; by *= 2) bits ^= bits << by;
  return bits;
}

/// Of what is skipped, from block to block.
struct Pairing {
  std::uint64_t depth;
  bool in_text = false;
  bool escaped = false;

  /// Passes `count` bytes; how many it took to close the outermost bracket, 0: not closed.
  std::size_t pass(const char* at, std::size_t count) {
    PullBlock block = pull_block(at);
    const std::uint64_t valid = count < block_bytes ? (std::uint64_t{1} << count) - 1 : ~0ULL;
    block.backslashes &= valid;
    const bool any = block.backslashes != 0 || escaped;
    const std::uint64_t not_escaped = any ? ~escaped_bytes(block.backslashes, escaped) : ~0ULL;
    std::uint64_t inside = odd_so_far(block.quotes & not_escaped & valid);
    if (in_text) inside = ~inside;
    in_text = inside >> 63U != 0;
    const std::uint64_t opens = block.opens & ~inside & valid;
    const std::uint64_t closes = block.closes & ~inside & valid;
    const auto closing = static_cast<std::uint64_t>(std::popcount(closes));
    if (closing < depth) {  // it cannot come down to 0
      depth += static_cast<std::uint64_t>(std::popcount(opens)) - closing;
      return 0;
    }
    for (std::uint64_t both = opens | closes; both != 0; both &= both - 1) {
      const int n = std::countr_zero(both);
      if ((opens >> n & 1U) != 0) {
        ++depth;
      } else if (--depth == 0) {
        return static_cast<std::size_t>(n) + 1;
      }
    }
    return 0;
  }
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_json_number(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t from = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at > from;
  };
  const auto is = [&](std::string_view any) {
    return at < text.size() && any.find(text[at]) != std::string_view::npos;
  };
  if (is("-")) ++at;
  const bool leads_with_zero = is("0");
  const std::size_t first = at;
  if (!digits() || (leads_with_zero && at - first > 1)) return false;
  if (is(".")) {
    ++at;
    if (!digits()) return false;
  }
  if (is("eE")) {
    ++at;
    if (is("+-")) ++at;
    if (!digits()) return false;
  }
  return at == text.size();
}

/// Four hexadecimal digits at `at`; nothing when they are none.
std::optional<std::uint32_t> code_unit(std::string_view raw, std::size_t at) {
  if (raw.size() - at < 4) return std::nullopt;
  std::uint32_t out = 0;
  for (const char c : raw.substr(at, 4)) {
    const char lower = static_cast<char>(c | 0x20);
    const bool is_letter = lower >= 'a' && lower <= 'f';
    if (!is_digit(c) && !is_letter) return std::nullopt;
    out = out * 16 + static_cast<std::uint32_t>(is_letter ? lower - 'a' + 10 : c - '0');
  }
  return out;
}

void append_utf8(std::string& out, std::uint32_t point) {
  const auto tail = [&](unsigned shift) {
    out.push_back(static_cast<char>(0x80U | (point >> shift & 0x3fU)));
  };
  if (point < 0x80) {
    out.push_back(static_cast<char>(point));
  } else if (point < 0x800) {
    out.push_back(static_cast<char>(0xc0U | point >> 6U));
    tail(0);
  } else if (point < 0x10000) {
    out.push_back(static_cast<char>(0xe0U | point >> 12U));
    tail(6);
    tail(0);
  } else {
    out.push_back(static_cast<char>(0xf0U | point >> 18U));
    tail(12);
    tail(6);
    tail(0);
  }
}

/// Takes what stands behind "\u" at `at`, a surrogate's other half too. Whether it is a character.
bool append_code_point(std::string& out, std::string_view raw, std::size_t& at) {
  const auto unit = code_unit(raw, at);
  if (!unit) return false;
  at += 4;
  if (*unit < 0xd800 || *unit > 0xdfff) {
    append_utf8(out, *unit);
    return true;
  }
  if (*unit > 0xdbff || raw.substr(at, 2) != "\\u") return false;
  const auto low = code_unit(raw, at + 2);
  if (!low || *low < 0xdc00 || *low > 0xdfff) return false;
  at += 6;
  append_utf8(out, 0x10000 + ((*unit - 0xd800) << 10U) + (*low - 0xdc00));
  return true;
}

}  // namespace

PullReader::PullReader(Source source, const PullLimits& limits)
    : source_(std::move(source)),
      limits_(limits),
      buffer_(std::make_unique<char[]>(limits.buffer_bytes + block_bytes)) {
  MS_CHECK(limits.buffer_bytes > limits.text_bytes_max + block_bytes);
}

bool PullReader::fail(Errc code, std::string_view what) {
  if (!error_) error_ = Error{code, std::string{what} + " at byte " + std::to_string(position())};
  return false;
}

bool PullReader::unexpected(std::string_view wanted) {
  return fail(Errc::syntax, std::string{wanted} + " must come");
}

void PullReader::refuse(Error error) {
  if (!error_) error_ = std::move(error);
}

/// More text behind what is there. False when there is none.
bool PullReader::fill() {
  if (ended_ || error_) return false;
  const std::size_t keep = mark_ ? std::min(*mark_, at_) : at_;
  if (keep > 0) {
    std::memmove(buffer_.get(), buffer_.get() + keep, end_ - keep);
    passed_ += keep;
    end_ -= keep;
    at_ -= keep;
    if (mark_) *mark_ -= keep;
  }
  if (end_ == limits_.buffer_bytes) return fail(Errc::too_large, "a text that is too long");
  auto got = source_(std::span{buffer_.get() + end_, limits_.buffer_bytes - end_});
  if (got.has_error()) {
    refuse(std::move(got).error());
    return false;
  }
  ended_ = *got == 0;
  end_ += *got;
  return !ended_;
}

/// The next character that is no blank, which at_ is at then; -1: there is none.
int PullReader::next() {
  if (error_) return -1;
  for (;;) {
    while (at_ < end_) {
      const char c = buffer_[at_];
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return static_cast<unsigned char>(c);
      ++at_;
      if (c != '\n') continue;
      // Indentation.
      unsigned other = 0;
      while (at_ < end_ && (other = pull_not_blank(buffer_.get() + at_)) == 0) at_ += 16;
      if (at_ < end_) at_ += static_cast<std::size_t>(std::countr_zero(other));
    }
    at_ = std::min(at_, end_);
    if (!fill()) return -1;
  }
}

PullReader::Kind PullReader::kind() {
  const int c = next();
  switch (c) {
    case '{':
      return Kind::object;
    case '[':
      return Kind::array;
    case '"':
      return Kind::text;
    case 't':
    case 'f':
      return Kind::boolean;
    case 'n':
      return Kind::null;
    default:
      break;
  }
  if (c == '-' || (c >= '0' && c <= '9')) return Kind::number;
  unexpected("a value");
  return Kind::none;
}

bool PullReader::open(char bracket) {
  ++at_;
  if (open_.size() >= limits_.depth_max) return fail(Errc::too_deep, "too many levels");
  open_.push_back(bracket);
  is_first_ = true;
  return true;
}

bool PullReader::begin_object() {
  if (next() != '{') return unexpected("an object");
  return open('{');
}

bool PullReader::begin_array() {
  if (next() != '[') return unexpected("an array");
  return open('[');
}

bool PullReader::next_member() {
  int c = next();
  if (error_) return false;
  MS_CHECK(!open_.empty() && open_.back() == '{');
  if (c == '}') {
    ++at_;
    open_.pop_back();
    return is_first_ = false;
  }
  if (!is_first_) {
    if (c != ',') return unexpected("a comma or a }");
    ++at_;
    c = next();
  }
  is_first_ = false;
  if (c != '"' || !read_text()) return unexpected("a name");
  const std::size_t length = at_ - *mark_;
  const bool colon = next() == ':';
  if (!colon) {
    mark_.reset();
    return unexpected("a colon");
  }
  ++at_;
  // The buffer may have moved meanwhile.
  name_ = has_escapes_ ? std::string_view{decoded_}
                       : std::string_view{buffer_.get() + *mark_ + 1, length - 2};
  mark_.reset();
  return true;
}

bool PullReader::next_element() {
  const int c = next();
  if (error_) return false;
  MS_CHECK(!open_.empty() && open_.back() == '[');
  if (c == ']') {
    ++at_;
    open_.pop_back();
    return is_first_ = false;
  }
  if (!is_first_) {
    if (c != ',') return unexpected("a comma or a ]");
    ++at_;
  }
  is_first_ = false;
  return kind() != Kind::none;
}

/// Passes a text whose opening quote at_ is at, which is the mark then, and checks it.
bool PullReader::read_text() {
  mark_ = at_;
  ++at_;
  has_escapes_ = has_high_ = false;
  if (!pass_text<true>()) return false;
  const std::string_view raw = marked().substr(1, at_ - *mark_ - 2);
  if (raw.size() > limits_.text_bytes_max) return fail(Errc::too_large, "a text that is too long");
  if (has_high_ && !is_valid_utf8(raw)) return fail(Errc::not_utf8, "a text that is no UTF-8");
  return !has_escapes_ || decode(raw);
}

std::string_view PullReader::text() {
  if (next() != '"') {
    unexpected("a text");
    return {};
  }
  const bool is_read = read_text();
  const std::string_view raw = is_read ? marked().substr(1, at_ - *mark_ - 2) : std::string_view{};
  mark_.reset();
  return is_read && has_escapes_ ? std::string_view{decoded_} : raw;
}

std::string_view PullReader::marked() const { return {buffer_.get() + *mark_, at_ - *mark_}; }

/// To behind the closing quote.
template <bool keep>
bool PullReader::pass_text() {
  for (;;) {
    while (at_ < end_) {
      bool high = false;
      const unsigned specials = pull_specials(buffer_.get() + at_, high);
      if (keep) has_high_ = has_high_ || high;
      at_ += specials == 0 ? vector_bytes : static_cast<std::size_t>(std::countr_zero(specials));
      if (specials == 0 || at_ >= end_) continue;
      const char c = buffer_[at_];
      if (c == '"') {
        ++at_;
        return true;
      }
      if (c != '\\') return fail(Errc::syntax, "a control character in a text");
      if (end_ - at_ < 2) break;
      has_escapes_ = true;
      at_ += 2;
    }
    at_ = std::min(at_, end_);
    if (!fill()) return fail(Errc::syntax, "the text does not end,");
  }
}

bool PullReader::decode(std::string_view raw) {
  decoded_.clear();
  for (std::size_t at = 0; at < raw.size();) {
    const std::size_t backslash = std::min(raw.find('\\', at), raw.size());
    decoded_.append(raw, at, backslash - at);
    at = backslash;
    if (at == raw.size()) break;
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    const std::size_t letter = letters.find(raw[at + 1]);
    at += 2;
    if (letter != std::string_view::npos) {
      decoded_.push_back(meanings[letter]);
    } else if (raw[at - 1] != 'u' || !append_code_point(decoded_, raw, at)) {
      return fail(Errc::syntax, "a text with a wrong escape");
    }
  }
  return true;
}

/// To behind all that can be a number's.
bool PullReader::pass_number() {
  mark_ = at_;
  for (;;) {
    while (at_ < end_ && (is_digit(buffer_[at_]) ||
                          std::string_view{"+-.eE"}.find(buffer_[at_]) != std::string_view::npos)) {
      ++at_;
    }
    if (at_ < end_ || !fill()) break;
  }
  if (error_) return false;
  if (at_ - *mark_ > limits_.text_bytes_max) return fail(Errc::too_large, "a number too long");
  return is_json_number(marked()) || fail(Errc::syntax, "what is no number");
}

std::string_view PullReader::number() {
  const int c = next();
  if (c != '-' && (c < '0' || c > '9')) {
    unexpected("a number");
    return {};
  }
  const bool is_read = pass_number();
  const std::string_view out = is_read ? marked() : std::string_view{};
  mark_.reset();
  return out;
}

/// true, false or null, which the mark is at then.
bool PullReader::pass_word() {
  mark_ = at_;
  for (;;) {
    while (at_ < end_ && buffer_[at_] >= 'a' && buffer_[at_] <= 'z') ++at_;
    if (at_ < end_ || !fill()) break;
  }
  if (error_) return false;
  const std::string_view word = marked();
  return word == "true" || word == "false" || word == "null" || unexpected("a value");
}

bool PullReader::boolean() {
  const int c = next();
  if (c != 't' && c != 'f') return unexpected("true or false");
  const bool out = pass_word() && marked() == "true";
  mark_.reset();
  return out;
}

void PullReader::null() {
  if (next() != 'n') {
    unexpected("null");
    return;
  }
  pass_word();
  mark_.reset();
}

void PullReader::skip() {
  switch (kind()) {
    case Kind::none:
      return;
    case Kind::object:
    case Kind::array:
      ++at_;
      return pass_open(1);
    case Kind::text:
      ++at_;
      pass_text<false>();
      return;
    case Kind::number:
      pass_number();
      break;
    case Kind::boolean:
    case Kind::null:
      pass_word();
      break;
  }
  mark_.reset();
}

void PullReader::leave() {
  if (error_) return;
  MS_CHECK(!open_.empty());
  open_.pop_back();
  is_first_ = false;
  pass_open(1);
}

/// To behind the bracket that closes `depth` of them.
void PullReader::pass_open(std::uint64_t depth) {
  Pairing pairing{depth};
  for (;;) {
    while (end_ - at_ < block_bytes && fill()) {
    }
    const std::size_t count = std::min(end_ - at_, block_bytes);
    if (count == 0) {
      unexpected("a closing bracket");
      return;
    }
    if (const std::size_t taken = pairing.pass(buffer_.get() + at_, count); taken > 0) {
      at_ += taken;
      return;
    }
    at_ += count;
  }
}

Result<> PullReader::finish() {
  if (!error_) {
    MS_CHECK(open_.empty());
    if (next() != -1) fail(Errc::syntax, "something behind the document");
  }
  if (error_) return *error_;
  return {};
}

}  // namespace mainstay::json
