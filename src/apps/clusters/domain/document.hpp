#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/document.hpp"

namespace mainstay::clusters {

// Manifests are base's Document: ordered members, JSON's kinds of values. platform/json reads and
// writes it as JSON (its json::Value is the same type), codec/yaml.hpp as YAML. Any thread.

/// The value behind names, one level each: find_path(manifest, {"spec", "size", "min"}). Null (the
/// pointer) when one is missing, or what should have members is no object.
const Document* find_path(const Document& from, std::initializer_list<std::string_view> path);
Document* find_path(Document& from, std::initializer_list<std::string_view> path);
/// The text there; null when there is none, or it is of another kind.
const std::string* find_text(const Document& from, std::initializer_list<std::string_view> path);
/// The same; "" for none. `from` must outlive it.
std::string_view text_at(const Document& from, std::initializer_list<std::string_view> path);

/// The member of that name, for writing: made (null) at the end when there is none. What is no
/// object becomes an empty one first.
Document& member_of(Document& object, std::string_view name);
/// Sets a member at its place, or at the end.
void set_member(Document& object, std::string_view name, Document value);
/// False when there was none.
bool remove_member(Document& object, std::string_view name);

/// Equal but for the order of members: what YAML and JSON mean by equal. Lists keep their order;
/// 1 and 1.0 differ.
bool same_content(const Document& a, const Document& b);

}  // namespace mainstay::clusters
