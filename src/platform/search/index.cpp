#include "platform/search/index.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace mainstay::search {
namespace {

constexpr std::size_t name_bytes_max = 40;

bool is_name(std::string_view name) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name.size() <= name_bytes_max && name[0] >= 'a' && name[0] <= 'z' &&
         std::ranges::all_of(name, is_part);
}

Error refused(std::string detail) { return {Errc::refused, std::move(detail)}; }

bool is_word(std::string_view text, std::size_t bytes_max) {
  return !text.empty() && text.size() <= bytes_max && is_valid_utf8(text) &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

bool has_tag(const Shape& shape, const std::string& name) {
  return std::ranges::find(shape.tags, name) != shape.tags.end();
}

Result<> check_tags(const Shape& shape, std::span<const NamedText> tags) {
  if (tags.size() > limits.tags_max) return refused("at most 64 tags or filters");
  for (const NamedText& tag : tags) {
    if (!has_tag(shape, tag.name)) {
      return refused("the index " + shape.name + " has no tag " + tag.name.substr(0, 40));
    }
    if (!is_word(tag.text, limits.tag_bytes_max)) {
      return refused("a tag has 1 to 255 bytes of UTF-8 without control characters");
    }
  }
  return {};
}

}  // namespace

const ErrorRow& error_row(Errc code) {
  static constexpr ErrorRow rows[] = {
      {"search_refused", "the search engine cannot take this", 400, Retry::no},
      {"search_needs_rebuild", "the index was built for another program", 503, Retry::yes},
      {"search_superseded", "another rebuild of this index has begun", 409, Retry::no},
      {"search_busy", "the search engine has too much to do", 503, Retry::yes},
      {"search_engine", "the search engine failed", 502, Retry::yes},
  };
  return rows[static_cast<std::size_t>(code) - 1];
}

Result<> check(const Shape& shape) {
  if (!is_name(shape.name)) return refused("an index's name is a-z, 0-9 and _, at most 40");
  if (shape.fields.empty() || shape.fields.size() > limits.fields_max) {
    return refused("the index " + shape.name + " needs 1 to 8 fields");
  }
  std::vector<std::string> names = shape.tags;
  for (const Shape::Field& field : shape.fields) names.push_back(field.name);
  const auto is_ours = [](std::string_view name) { return name.starts_with("ms_"); };
  if (!std::ranges::all_of(names, is_name) || std::ranges::any_of(names, is_ours)) {
    return refused("names of fields and tags are a-z, 0-9 and _, at most 40, and not ms_...");
  }
  std::ranges::sort(names);
  if (std::ranges::adjacent_find(names) != names.end()) {
    return refused("the index " + shape.name + " names a field or tag twice");
  }
  return {};
}

Result<> check(const Shape& shape, std::span<const Document> documents) {
  if (documents.size() > limits.batch_max) return refused("at most 1000 documents at once");
  for (const Document& document : documents) {
    if (!is_word(document.id, limits.id_bytes_max)) {
      return refused("an id has 1 to 255 bytes of UTF-8 without control characters");
    }
    std::size_t bytes = 0;
    for (const NamedText& field : document.fields) {
      bytes += field.text.size();
      if (std::ranges::find(shape.fields, field.name, &Shape::Field::name) == shape.fields.end()) {
        return refused("the index " + shape.name + " has no field " + field.name.substr(0, 40));
      }
    }
    if (bytes > limits.text_bytes_max) return refused(document.id + ": more than 256 KiB of text");
    MS_TRY_VOID(check_tags(shape, document.tags));
  }
  return {};
}

Result<> check(const Shape& shape, const Query& query) {
  if (query.hits_max < 1 || query.hits_max > limits.hits_max) return refused("1 to 200 hits");
  if (query.offset > limits.offset_max) return refused("an offset of at most 9800");
  return check_tags(shape, query.filters);
}

std::string fingerprint(const Shape& shape) {
  std::string out = shape.language == Language::english ? "english" : "simple";
  for (const Shape::Field& field : shape.fields) {
    out.append(field.weight == Weight::high ? " +" : " ").append(field.name);
  }
  for (const std::string& tag : shape.tags) out.append(" #").append(tag);
  return out;
}

std::vector<Hit::Piece> pieces_of(std::string_view marked) {
  std::vector<Hit::Piece> pieces;
  bool is_match = false;
  while (!marked.empty()) {
    const char end = is_match ? match_end : match_begin;
    const std::size_t at = std::min(marked.find(end), marked.size());
    if (at > 0) pieces.push_back({std::string{marked.substr(0, at)}, is_match});
    marked.remove_prefix(std::min(at + 1, marked.size()));
    is_match = !is_match;
  }
  return pieces;
}

std::string storable(std::string_view text) {
  std::string out = repaired_utf8(text);
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return out;
}

}  // namespace mainstay::search
