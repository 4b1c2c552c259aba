#include "apps/clusters/embedded_cluster/tree.hpp"

#include "platform/json/json.hpp"

namespace mainstay::clusters::embedded {

const std::string& text_of(const Document& tree, Path path) {
  static const std::string none;
  const std::string* text = find_text(tree, path);
  return text == nullptr ? none : *text;
}

bool is_empty(const Document& object) {
  return object.if_object() == nullptr || object.if_object()->empty();
}

std::string quoted(const Document& value) { return json::dump(value); }

std::string_view kind_of(const Document& value) {
  if (value.is_null()) return "null";
  if (value.if_bool() != nullptr) return "boolean";
  if (value.if_int() != nullptr) return "integer";
  if (value.if_double() != nullptr) return "number";
  if (value.if_string() != nullptr) return "string";
  return value.if_array() != nullptr ? "array" : "object";
}

}  // namespace mainstay::clusters::embedded
