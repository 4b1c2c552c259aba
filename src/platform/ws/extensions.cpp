#include "platform/ws/extensions.hpp"

#include <cstddef>

#include "base/text.hpp"

namespace mainstay::ws {

namespace {

constexpr std::string_view extension_name = "permessage-deflate";

/// RFC 9110 5.6.2.
bool is_token_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte <= 0x20 || byte >= 0x7F) return false;
  return std::string_view{"\"(),/:;<=>?@[\\]{}"}.find(c) == std::string_view::npos;
}

/// Walks the list. RFC 9110 5.6.1 lets a list have empty elements.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  void skip_blanks() {
    while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\t')) {
      text_.remove_prefix(1);
    }
  }
  bool take(char c) {
    skip_blanks();
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// Empty: there is none.
  std::string_view token() {
    skip_blanks();
    std::size_t end = 0;
    while (end < text_.size() && is_token_character(text_[end])) ++end;
    const auto token = text_.substr(0, end);
    text_.remove_prefix(end);
    return token;
  }
  /// A token, or one in quotes (RFC 6455 9.1). Empty: there is none.
  std::string value() {
    skip_blanks();
    if (!text_.starts_with('"')) return std::string{token()};
    std::string value;
    for (text_.remove_prefix(1); !text_.empty(); text_.remove_prefix(1)) {
      if (text_.front() == '"') {
        text_.remove_prefix(1);
        return value;
      }
      if (text_.front() == '\\') text_.remove_prefix(1);
      if (text_.empty() || !is_token_character(text_.front())) break;
      value.push_back(text_.front());
    }
    return {};
  }
  bool at_end() {
    skip_blanks();
    return text_.empty();
  }

 private:
  std::string_view text_;
};

/// 7.1.2.1: 8 to 15, without leading zeros.
std::optional<std::uint8_t> window_bits(std::string_view text) {
  if (text.starts_with('0')) return std::nullopt;
  const auto bits = parse_u64(text);
  if (!bits || *bits < 8 || *bits > 15) return std::nullopt;
  return static_cast<std::uint8_t>(*bits);
}

/// One offer while its parameters come in.
struct Offer {
  DeflateTerms terms;
  unsigned seen = 0;
  bool acceptable = true;

  void add(std::string_view name, const std::optional<std::string>& value) {
    static constexpr std::string_view names[] = {
        "server_no_context_takeover", "client_no_context_takeover", "server_max_window_bits",
        "client_max_window_bits"};
    unsigned which = 0;
    while (which < 4 && names[which] != name) ++which;
    const bool first = which < 4 && (seen >> which & 1U) == 0;
    seen |= 1U << which;
    acceptable = acceptable && first && is_valid(which, value);
  }

 private:
  bool is_valid(unsigned which, const std::optional<std::string>& value) {
    if (which <= 1) return !value;
    if (which == 3) return !value || window_bits(*value);  // we inflate whatever it chooses
    const auto bits = value ? window_bits(*value) : std::nullopt;
    if (!bits) return false;
    terms.server_window_bits = *bits;
    terms.says_window_bits = true;
    return true;
  }
};

/// False when the grammar is broken.
bool read_parameters(Reader& reader, Offer& offer) {
  while (reader.take(';')) {
    const auto name = reader.token();
    if (name.empty()) return false;
    std::optional<std::string> value;
    if (reader.take('=')) {
      value = reader.value();
      if (value->empty()) return false;
    }
    offer.add(name, value);
  }
  return true;
}

}  // namespace

ExtensionOffers parse_extension_offers(std::string_view value) {
  ExtensionOffers offers;
  Reader reader{value};
  while (!reader.at_end()) {
    if (reader.take(',')) continue;
    const auto name = reader.token();
    Offer offer;
    if (name.empty() || !read_parameters(reader, offer)) return {false, {}};
    if (!reader.at_end() && !reader.take(',')) return {false, {}};
    if (!offers.deflate && offer.acceptable && name == extension_name) {
      offers.deflate = offer.terms;
    }
  }
  return offers;
}

std::string answer_to(const DeflateTerms& terms) {
  std::string answer{extension_name};
  answer.append("; server_no_context_takeover; client_no_context_takeover");
  if (terms.says_window_bits) {
    answer.append("; server_max_window_bits=");
    append_number(answer, terms.server_window_bits);
  }
  return answer;
}

}  // namespace mainstay::ws
