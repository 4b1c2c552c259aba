#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/document.hpp"

namespace mainstay::clusters::embedded {

/// A set of fields of an object, as managedFields tell them (FieldsV1): a tree whose steps are
/// "f:NAME", "k:{keys of an item}" or "v:VALUE of an item"; a node may itself be in the set.
class FieldSet {
 public:
  bool is_member = false;
  std::map<std::string, FieldSet, std::less<>> below;

  /// The fields that an object has: its leaves, where empty maps and atomic lists are leaves, and
  /// the items of other lists.
  static FieldSet of(const Document& object, const Document* schema);
  /// FieldsV1. What is no such is left out.
  static FieldSet from_json(const Document& fields);
  [[nodiscard]] Document to_json() const;

  [[nodiscard]] bool empty() const { return !is_member && below.empty(); }
  void add(const FieldSet& other);
  /// Without what `other` has, and what lies below its members.
  void remove(const FieldSet& other);
  [[nodiscard]] FieldSet common(const FieldSet& other) const;
  /// The members as paths: ".spec.ports[port=80].name".
  [[nodiscard]] std::vector<std::string> paths() const;

  friend bool operator==(const FieldSet& a, const FieldSet& b) = default;

 private:
  void trim();
};

/// What became of an object's fields.
struct FieldChanges {
  FieldSet added;
  FieldSet modified;
  FieldSet removed;

  /// Null pointers: there was, or is, no object.
  static FieldChanges between(const Document* before, const Document* after,
                              const Document* schema);
};

// Steps of a set.
std::string field_step(std::string_view name);
/// Of an item of a list of kind map or set.
std::string item_step(const Document& item, const Document* list_schema);

}  // namespace mainstay::clusters::embedded
