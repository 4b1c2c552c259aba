#include "apps/apim/inbound/http/parameters.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "apps/apim/errc.hpp"
#include "apps/apim/inbound/http/multipart.hpp"
#include "apps/apim/limits.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

constexpr std::uint32_t query_root = 0;
constexpr std::uint32_t form_root = 1;

/// Every byte counts, and the seed is secret: nobody can choose names that meet in one place.
std::size_t slot_hash(std::uint64_t seed, std::uint32_t parent, std::string_view key) {
  constexpr std::uint64_t odd = 0x9E3779B97F4A7C15U;
  std::uint64_t hash = seed + parent * odd + key.size();
  while (key.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, key.data(), 8);
    hash = (hash ^ word) * odd;
    hash ^= hash >> 32U;  // multiplication carries upwards only
    key.remove_prefix(8);
  }
  std::uint64_t rest = 0;
  for (const char c : key) rest = (rest << 8U) | static_cast<unsigned char>(c);
  hash = (hash ^ rest) * odd;
  return (hash ^ (hash >> 32U)) * odd >> 32U;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_bracket(char c) { return c == '[' || c == ']'; }

/// The first name in `usage[hits][x]` or `[hits][x]`, and what follows its closing bracket.
struct SplitName {
  std::string_view key;
  std::string_view after;
};
SplitName split_name(std::string_view name) {
  std::size_t begin = 0;
  while (begin < name.size() && is_bracket(name[begin])) ++begin;
  std::size_t end = begin;
  while (end < name.size() && !is_bracket(name[end])) ++end;
  std::size_t after = end;
  while (after < name.size() && name[after] == ']') ++after;
  return {name.substr(begin, end - begin), name.substr(after)};
}

// What a character of a query is to the parser.
enum CharacterClass : std::uint8_t {
  plain = 0,
  ends_pair = 1,   // &
  ends_name = 2,   // =
  is_encoded = 4,  // % and +
  is_wide = 8,     // no ASCII
};

constexpr std::array<std::uint8_t, 256> character_classes = [] {
  std::array<std::uint8_t, 256> classes{};
  for (std::size_t c = 128; c < classes.size(); ++c) classes[c] = is_wide;
  classes['&'] = ends_pair;
  classes['='] = ends_name;
  classes['%'] = classes['+'] = is_encoded;
  return classes;
}();

/// A part of a pair as it was sent, and the classes of its characters.
struct RawText {
  std::string_view text;
  std::uint8_t classes = plain;
};

/// Takes the text before a character of one of the classes (or all) off the front.
RawText take_until(std::string_view& from, std::uint8_t ends) {
  RawText raw;
  std::size_t size = 0;
  for (; size < from.size(); ++size) {
    const std::uint8_t found = character_classes[static_cast<unsigned char>(from[size])];
    if ((found & ends) != 0) break;
    raw.classes |= found;
  }
  raw.text = from.substr(0, size);
  from.remove_prefix(size);
  return raw;
}

Error too_many(std::size_t count) {
  return {Errc::bad_request, "total number of query parameters (" + std::to_string(count) +
                                 ") exceeds limit (" + std::to_string(Limits::parameters_max) +
                                 ")"};
}

Error too_large() {
  return {Errc::bad_request,
          "total query size exceeds limit (" + std::to_string(Limits::parameter_bytes_max) + ")"};
}

}  // namespace

Parameters::Parameters(std::uint64_t seed) : seed_(seed) { clear(); }

void Parameters::clear() {
  nodes_.resize(2);
  nodes_[query_root] = {};
  nodes_[form_root] = {};
  nodes_[query_root].kind = Kind::map;
  nodes_[form_root].kind = Kind::map;
  rooms_[0].clear();
  rooms_[1].clear();
  valid_utf8_ = true;
  if (index_.size() > 256)
    index_.clear();  // clearing costs its size: keep it to the usual request's
  index_.assign(index_.empty() ? 32 : index_.size(), none);
}

Result<> Parameters::add_query(std::string_view query) { return add_pairs(query, Origin::query); }
Result<> Parameters::add_form(std::string_view body) { return add_pairs(body, Origin::form); }

Result<> Parameters::add_pairs(std::string_view pairs, Origin origin) {
  if (pairs.empty()) return {};
  if (pairs.size() > Limits::parameter_bytes_max) return too_large();
  const auto count = static_cast<std::size_t>(std::ranges::count(pairs, '&')) + 1;
  if (count > Limits::parameters_max) return too_many(count);

  const std::uint32_t root = origin == Origin::query ? query_root : form_root;
  std::string& room = rooms_[root];
  room.reserve(pairs.size());  // decoding never lengthens, so views into it stay
  while (!pairs.empty()) {
    const char c = pairs.front();
    if (c == '&' || c == ' ') {
      pairs.remove_prefix(1);
      continue;
    }
    MS_TRY_VOID(take_pair(pairs, root));
  }
  return {};
}

/// One pair off the front of `pairs`.
Result<> Parameters::take_pair(std::string_view& pairs, std::uint32_t root) {
  const auto text_of = [&](const RawText& raw) -> std::optional<std::string_view> {
    if ((raw.classes & is_encoded) == 0) {
      valid_utf8_ = valid_utf8_ && ((raw.classes & is_wide) == 0 || is_valid_utf8(raw.text));
      return raw.text;
    }
    const auto text = decoded(raw.text, rooms_[root]);
    if (text) valid_utf8_ = valid_utf8_ && is_valid_utf8(*text);
    return text;
  };
  const auto name = text_of(take_until(pairs, ends_name | ends_pair));
  std::optional<std::string_view> value;
  const bool has_value = pairs.starts_with('=');
  if (has_value) {
    pairs.remove_prefix(1);
    value = text_of(take_until(pairs, ends_pair));
  }
  if (!name || (has_value && !value)) {
    return Error{Errc::bad_request, "Invalid query parameters: invalid %-encoding"};
  }
  return assign(root, *name, value);
}

Result<> Parameters::add_multipart(std::string_view body, std::string_view content_type) {
  if (body.size() > Limits::parameter_bytes_max) return too_large();
  MS_TRY(const auto parts, parse_multipart(body, content_type));
  if (parts.size() > Limits::parameters_max) return too_many(parts.size());
  for (const FormPart& part : parts) {
    valid_utf8_ = valid_utf8_ && is_valid_utf8(part.name) && is_valid_utf8(part.value);
    MS_TRY_VOID(assign(form_root, part.name, part.value));
  }
  return {};
}

/// Rack's normalize_params, as a loop: each turn takes one name off the front and goes one map
/// deeper.
Result<> Parameters::assign(std::uint32_t map, std::string_view name,
                            std::optional<std::string_view> value) {
  for (std::size_t depth = 0; depth < Limits::parameter_depth_max; ++depth) {
    auto [key, after] = split_name(name);
    if (key.empty()) return {};
    if (after == "[") {
      key = name;
      after = {};
    }
    if (after.empty()) {
      std::uint32_t leaf = find_child(map, key);
      if (leaf == none) leaf = make_child(map, key);
      nodes_[leaf].kind = value ? Kind::text : Kind::nil;
      nodes_[leaf].text = value.value_or("");
      return {};
    }
    if (after.starts_with("[]")) {
      MS_TRY([[maybe_unused]] const std::uint32_t list, descend(map, key, Kind::list));
      return {};
    }
    MS_TRY(map, descend(map, key, Kind::map));
    name = after;
  }
  return plain_error(Errc::bad_request);  // nested too deep
}

/// The child of that name, made if need be; it must be of that kind.
Result<std::uint32_t> Parameters::descend(std::uint32_t map, std::string_view key, Kind kind) {
  std::uint32_t node = find_child(map, key);
  if (node == none) {
    if (nodes_.size() > Limits::parameter_names_max) return plain_error(Errc::bad_request);
    node = make_child(map, key);
  }
  // A nil one becomes what it is used as, unless it was a map before a later `a` made it nil.
  if (nodes_[node].kind == Kind::nil && nodes_[node].first_child == none) nodes_[node].kind = kind;
  if (nodes_[node].kind != kind) return plain_error(Errc::bad_request);
  return node;
}

std::uint32_t Parameters::find_child(std::uint32_t parent, std::string_view key) const {
  const std::size_t mask = index_.size() - 1;
  for (std::size_t slot = slot_hash(seed_, parent, key) & mask;; slot = (slot + 1) & mask) {
    const std::uint32_t node = index_[slot];
    if (node == none) return none;
    if (nodes_[node].parent == parent && nodes_[node].key == key) return node;
  }
}

std::uint32_t Parameters::make_child(std::uint32_t parent, std::string_view key) {
  const auto node = static_cast<std::uint32_t>(nodes_.size());
  nodes_.emplace_back();
  nodes_[node].key = key;
  nodes_[node].parent = parent;
  std::uint32_t& tail = nodes_[parent].last_child;
  (tail == none ? nodes_[parent].first_child : nodes_[tail].next_sibling) = node;
  tail = node;

  if (nodes_.size() * 2 > index_.size()) {
    grow_index(index_.size() * 4);
  } else {
    const std::size_t mask = index_.size() - 1;
    std::size_t slot = slot_hash(seed_, parent, key) & mask;
    while (index_[slot] != none) slot = (slot + 1) & mask;
    index_[slot] = node;
  }
  return node;
}

void Parameters::grow_index(std::size_t slots) {
  index_.assign(slots, none);
  for (std::uint32_t node = form_root + 1; node < nodes_.size(); ++node) {
    std::size_t slot = slot_hash(seed_, nodes_[node].parent, nodes_[node].key) & (slots - 1);
    while (index_[slot] != none) slot = (slot + 1) & (slots - 1);
    index_[slot] = node;
  }
}

/// Decoded into `room`, whose capacity covers it.
std::optional<std::string_view> Parameters::decoded(std::string_view text, std::string& room) {
  const std::size_t begin = room.size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
      if (low < 0) return std::nullopt;
      room.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      room.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return std::string_view{room}.substr(begin);
}

const Parameters::Node* Parameters::find(std::string_view name) const {
  const bool has_form = nodes_[form_root].first_child != none;
  const std::uint32_t in_form = has_form ? find_child(form_root, name) : none;
  return at(in_form != none ? in_form : find_child(query_root, name));
}

const Parameters::Node* Parameters::child(const Node& map, std::string_view name) const {
  return at(find_child(static_cast<std::uint32_t>(&map - nodes_.data()), name));
}

std::string_view Parameters::text(std::string_view name) const {
  const Node* node = find(name);
  if (node == nullptr || node->kind != Kind::text) return {};
  return trimmed(node->text);
}

}  // namespace mainstay::apim
