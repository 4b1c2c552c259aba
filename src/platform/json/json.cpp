#include "platform/json/json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
#include <optional>

#include <boost/json/basic_parser_impl.hpp>

#include "base/text.hpp"
#include "platform/json/number.hpp"
#include "platform/json/tree_builder.hpp"

namespace mainstay::json {
namespace {

/// What the parser tells, made a tree.
class Builder {
 public:
  using error_code = boost::json::error_code;
  using string_view = boost::json::string_view;
  static constexpr auto max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr auto max_array_size = max_object_size;
  static constexpr auto max_key_size = max_object_size;
  static constexpr auto max_string_size = max_object_size;

  Value take() { return tree_.take(); }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_array_begin(error_code&) { return begin(); }
  bool on_object_begin(error_code&) { return begin(); }

  bool on_array_end(std::size_t, error_code&) {
    tree_.end_array();
    return true;
  }
  bool on_object_end(std::size_t, error_code&) {
    tree_.end_object();
    return true;
  }

  bool on_key_part(string_view part, std::size_t, error_code&) { return add_text(part); }
  bool on_key(string_view part, std::size_t, error_code&) {
    add_text(part);
    tree_.end_name();
    return true;
  }

  bool on_string_part(string_view part, std::size_t, error_code&) { return add_text(part); }
  bool on_string(string_view part, std::size_t, error_code&) {
    add_text(part);
    tree_.end_text();
    return true;
  }

  // The input comes whole, so a number's text does too.
  bool on_number_part(string_view, error_code&) { return true; }
  bool on_int64(std::int64_t value, string_view, error_code&) { return add(value); }
  bool on_uint64(std::uint64_t value, string_view, error_code&) { return add(value); }
  bool on_double(double value, string_view text, error_code& error) {
    const std::optional<double> nearest = nearest_double({text.data(), text.size()}, value);
    if (nearest) return add(*nearest);
    error = boost::json::error::exponent_overflow;
    return false;
  }

  bool on_bool(bool value, error_code&) { return add(value); }
  bool on_null(error_code&) { return add(nullptr); }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

 private:
  bool begin() {
    tree_.begin();
    return true;
  }
  bool add_text(string_view part) {
    tree_.add_text({part.data(), part.size()});
    return true;
  }
  template <class T>
  bool add(T value) {
    tree_.add(value);
    return true;
  }

  TreeBuilder tree_;
};

/// Where the first byte stands that begins no well-formed character. There is one.
std::size_t first_byte_not_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t length = 1;
    while (length <= 4 && !is_valid_utf8(text.substr(at, length))) ++length;
    if (length > 4) break;
    at += length;
  }
  return at;
}

std::string at_byte(std::size_t position, std::string_view what) {
  return std::string{what} + " at byte " + std::to_string(position);
}

Error parse_error(const boost::json::error_code& error, std::size_t position,
                  const ParseLimits& limits) {
  if (error == boost::json::error::too_deep) {
    return {Errc::too_deep,
            at_byte(position, "more than " + std::to_string(limits.depth_max) + " levels")};
  }
  if (error == boost::json::error::incomplete)
    return {Errc::syntax, at_byte(position, "the text ends early")};
  return {Errc::syntax, at_byte(position, error.message())};
}

void append_double(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out.append("null");  // JSON has no such number
    return;
  }
  std::array<char, 32> digits;
  const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  const std::string_view text{digits.data(), static_cast<std::size_t>(end - digits.data())};
  out.append(text);
  // A reader shall see that it is no integer.
  if (text.find_first_of(".e") == std::string_view::npos) out.append(".0");
}

/// Writes values either compact or indented; `level` is the depth of what is being written.
class Writer {
 public:
  Writer(std::string& out, bool pretty) : out_(out), pretty_(pretty) {}

  void value(const Value& value) {
    if (value.is_null()) {
      out_.append("null");
    } else if (const bool* truth = value.if_bool()) {
      out_.append(*truth ? "true" : "false");
    } else if (const std::int64_t* integer = value.if_int()) {
      append_number(out_, *integer);
    } else if (const double* real = value.if_double()) {
      append_double(out_, *real);
    } else if (const std::string* text = value.if_string()) {
      append_json_quoted(out_, *text);
    } else if (const Array* items = value.if_array()) {
      list('[', *items, ']', [this](const Value& item) { this->value(item); });
    } else {
      list('{', *value.if_object(), '}', [this](const auto& member) {
        append_json_quoted(out_, member.name);
        out_.append(pretty_ ? ": " : ":");
        this->value(member.value);
      });
    }
  }

 private:
  template <class Items, class WriteItem>
  void list(char open, const Items& items, char close, WriteItem write_item) {
    out_.push_back(open);
    ++level_;
    bool first = true;
    for (const auto& item : items) {
      if (!std::exchange(first, false)) out_.push_back(',');
      new_line();
      write_item(item);
    }
    --level_;
    if (!items.empty()) new_line();
    out_.push_back(close);
  }

  void new_line() {
    if (pretty_) out_.append(1, '\n').append(2 * level_, ' ');
  }

  std::string& out_;
  bool pretty_;
  std::size_t level_ = 0;
};

}  // namespace

std::optional<double> nearest_double(std::string_view text, double estimate) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{}) return value;
  // Out of range: too small is zero, too large is no number of ours.
  if (std::abs(estimate) < 1) return std::copysign(0.0, estimate);
  return std::nullopt;
}

namespace {

/// As merge_duplicates(), of so few that comparing each with each is quickest.
void merge_few(Object& members) {
  for (std::size_t i = 1; i < members.size();) {
    std::size_t first = 0;
    while (members[first].name != members[i].name) ++first;
    if (first == i) {
      ++i;
      continue;
    }
    members[first].value = std::move(members[i].value);
    members.erase(members.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

}  // namespace

// Sorts rather than hashes, so that no choice of names makes it slow.
void merge_duplicates(Object& members) {
  if (members.size() <= 8) return merge_few(members);
  std::vector<std::size_t> order(members.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto name = [&](std::size_t i) -> const std::string& { return members[i].name; };
  std::ranges::stable_sort(order, {}, name);
  std::vector<bool> dropped(members.size());
  bool any = false;
  for (std::size_t i = 0, first = 0; i < order.size(); ++i) {
    if (name(order[i]) != name(order[first])) first = i;
    if (i == first) continue;
    members[order[first]].value = std::move(members[order[i]].value);
    dropped[order[i]] = true;
    any = true;
  }
  if (!any) return;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (dropped[i]) continue;
    if (kept != i) members[kept] = std::move(members[i]);
    ++kept;
  }
  members.resize(kept);
}

const ErrorRow& error_row(Errc code) {
  static constexpr std::array<ErrorRow, 4> rows{{
      {"json_syntax", "not JSON", 400},
      {"json_too_large", "the JSON text is too large", 413},
      {"json_too_deep", "the JSON text is nested too deeply", 400},
      {"json_not_utf8", "the JSON text is not UTF-8", 400},
  }};
  return rows[static_cast<std::size_t>(code) - 1];
}

Result<Value> parse(std::string_view text, const ParseLimits& limits) {
  if (text.size() > limits.bytes_max) {
    return Error{Errc::too_large, std::to_string(text.size()) + " bytes; at most " +
                                      std::to_string(limits.bytes_max) + " are taken"};
  }
  if (!is_valid_utf8(text)) {
    return Error{Errc::not_utf8, at_byte(first_byte_not_utf8(text), "broken character")};
  }
  boost::json::parse_options options;
  options.max_depth = limits.depth_max;
  options.allow_invalid_utf8 = true;  // checked above, with the place
  boost::json::basic_parser<Builder> parser{options};
  boost::json::error_code error;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
  if (!error && used < text.size()) error = boost::json::error::extra_data;
  if (error) return parse_error(error, used, limits);
  return parser.handler().take();
}

std::string dump(const Value& value) {
  std::string out;
  append(out, value);
  return out;
}

std::string dump_pretty(const Value& value) {
  std::string out;
  Writer{out, true}.value(value);
  return out;
}

void append(std::string& out, const Value& value) { Writer{out, false}.value(value); }

}  // namespace mainstay::json
