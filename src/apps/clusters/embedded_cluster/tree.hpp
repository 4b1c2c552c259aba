#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "apps/clusters/domain/document.hpp"

// What steps through objects of the API need beside domain/document.hpp.
namespace mainstay::clusters::embedded {

using Path = std::initializer_list<std::string_view>;

/// The text there; "" when it is missing or no text. A reference into the tree.
const std::string& text_of(const Document& tree, Path path);
/// No object, or one without members.
bool is_empty(const Document& object);

/// As Kubernetes' errors quote values: texts in quotes, the rest as JSON.
std::string quoted(const Document& value);
/// "null", "boolean", "integer", "number", "string", "array", "object".
std::string_view kind_of(const Document& value);

}  // namespace mainstay::clusters::embedded
