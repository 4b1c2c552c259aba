#include "apps/clusters/domain/document.hpp"

#include <algorithm>
#include <utility>

namespace mainstay::clusters {

const Document* find_path(const Document& from, std::initializer_list<std::string_view> path) {
  const Document* at = &from;
  for (const std::string_view name : path) {
    at = at->find(name);
    if (at == nullptr) return nullptr;
  }
  return at;
}

Document* find_path(Document& from, std::initializer_list<std::string_view> path) {
  return const_cast<Document*>(find_path(std::as_const(from), path));
}

const std::string* find_text(const Document& from, std::initializer_list<std::string_view> path) {
  const Document* const found = find_path(from, path);
  return found == nullptr ? nullptr : found->if_string();
}

std::string_view text_at(const Document& from, std::initializer_list<std::string_view> path) {
  const std::string* const found = find_text(from, path);
  return found == nullptr ? std::string_view{} : *found;
}

Document& member_of(Document& object, std::string_view name) {
  if (object.if_object() == nullptr) object = DocumentObject{};
  DocumentObject& members = *object.if_object();
  const auto found = std::ranges::find(members, name, &DocumentMember::name);
  if (found != members.end()) return found->value;
  members.push_back(DocumentMember{std::string{name}, Document{}});
  return members.back().value;
}

void set_member(Document& object, std::string_view name, Document value) {
  member_of(object, name) = std::move(value);
}

bool remove_member(Document& object, std::string_view name) {
  DocumentObject* const members = object.if_object();
  if (members == nullptr) return false;
  const auto found = std::ranges::find(*members, name, &DocumentMember::name);
  if (found == members->end()) return false;
  members->erase(found);
  return true;
}

bool same_content(const Document& a, const Document& b) {
  if (const DocumentArray* const items = a.if_array()) {
    const DocumentArray* const others = b.if_array();
    return others != nullptr && std::ranges::equal(*items, *others, same_content);
  }
  const DocumentObject* const members = a.if_object();
  const DocumentObject* const others = b.if_object();
  if (members == nullptr || others == nullptr) return a == b;
  return members->size() == others->size() &&
         std::ranges::all_of(*members, [&](const DocumentMember& member) {
           const Document* const other = b.find(member.name);
           return other != nullptr && same_content(member.value, *other);
         });
}

}  // namespace mainstay::clusters
