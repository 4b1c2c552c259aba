#include "apps/clusters/embedded_cluster/schema.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "apps/clusters/embedded_cluster/tree.hpp"

namespace mainstay::clusters::embedded {

namespace {

bool schema_says(const Document* schema, std::string_view extension) {
  const Document* value = schema == nullptr ? nullptr : schema->find(extension);
  return value != nullptr && value->if_bool() != nullptr && *value->if_bool();
}

std::string_view word(const Document* schema, std::string_view name) {
  const std::string* text = schema == nullptr ? nullptr : schema->find_string(name);
  return text == nullptr ? std::string_view{} : *text;
}

bool keeps_unknown(const Document* schema) {
  return schema == nullptr || schema_says(schema, "x-kubernetes-preserve-unknown-fields") ||
         (schema->find("properties") == nullptr && schema->find("additionalProperties") == nullptr);
}

/// Additional properties that a schema, or `true`, admits.
bool admits_any_name(const Document& schema) {
  const Document* more = schema.find("additionalProperties");
  if (more == nullptr) return false;
  return more->if_bool() == nullptr || *more->if_bool();
}

std::string below(const std::string& path, std::string_view name) {
  return path.empty() ? std::string{name} : path + '.' + std::string{name};
}

std::string below(const std::string& path, std::size_t index) {
  return path + '[' + std::to_string(index) + ']';
}

void prune_below(Document& value, const Document* schema, const std::string& path,
                 std::vector<std::string>& unknown) {
  if (schema == nullptr) return;
  if (DocumentArray* items = value.if_array()) {
    for (std::size_t i = 0; i < items->size(); ++i) {
      prune_below((*items)[i], item_schema(schema), below(path, i), unknown);
    }
    return;
  }
  DocumentObject* members = value.if_object();
  if (members == nullptr) return;
  const bool keeps = keeps_unknown(schema) || admits_any_name(*schema);
  std::erase_if(*members, [&](const DocumentMember& one) {
    if (keeps || find_path(*schema, {"properties", one.name}) != nullptr) return false;
    if (unknown.size() < unknown_fields_max) unknown.push_back(below(path, one.name));
    return true;
  });
  for (DocumentMember& one : *members) {
    prune_below(one.value, member_schema(schema, one.name), below(path, one.name), unknown);
  }
}

/// Checks one object and says what it finds.
class Validator {
 public:
  std::vector<Cause> causes;

  void check(const Document& value, const Document* schema, const std::string& path) {
    if (schema == nullptr || causes.size() >= causes_max) return;
    if (value.is_null() && schema_says(schema, "nullable")) return;
    if (!check_type(value, *schema, path)) return;
    check_choice(value, *schema, path);
    if (value.if_string() != nullptr) check_text(*value.if_string(), *schema, path);
    if (value.if_int() != nullptr || value.if_double() != nullptr) {
      check_number(value, *schema, path);
    }
    if (const DocumentArray* items = value.if_array()) check_list(*items, *schema, path);
    if (value.if_object() != nullptr) check_object(value, *schema, path);
  }

 private:
  void add(std::string reason, std::string message, const std::string& path) {
    if (causes.size() < causes_max) causes.push_back({std::move(reason), std::move(message), path});
  }
  void add_invalid(const Document& value, const std::string& path, const std::string& what) {
    add("FieldValueInvalid", "Invalid value: " + quoted(value) + ": " + path + " in body " + what,
        path);
  }

  /// False when nothing else can be said of it.
  bool check_type(const Document& value, const Document& schema, const std::string& path) {
    if (schema_says(&schema, "x-kubernetes-int-or-string")) {
      if (value.if_int() != nullptr || value.if_string() != nullptr) return true;
    }
    const std::string_view wanted = word(&schema, "type");
    const std::string_view is = kind_of(value);
    const bool integral =
        value.if_double() != nullptr && std::trunc(*value.if_double()) == *value.if_double();
    const bool fits = wanted.empty() || wanted == is || (wanted == "number" && is == "integer") ||
                      (wanted == "integer" && integral);
    if (fits && !schema_says(&schema, "x-kubernetes-int-or-string")) return true;
    const std::string given{is};
    const std::string type = wanted.empty() ? "integer or string" : std::string{wanted};
    add("FieldValueTypeInvalid",
        "Invalid value: \"" + given + "\": " + path + " in body must be of type " + type + ": \"" +
            given + '"',
        path);
    return false;
  }

  void check_choice(const Document& value, const Document& schema, const std::string& path) {
    const Document* choices = schema.find("enum");
    if (choices == nullptr || choices->if_array() == nullptr) return;
    if (std::ranges::find(*choices->if_array(), value) != choices->if_array()->end()) return;
    std::string list;
    for (const Document& one : *choices->if_array()) {
      list += (list.empty() ? "" : ", ") + quoted(one);
    }
    add("FieldValueNotSupported",
        "Unsupported value: " + quoted(value) + ": supported values: " + list, path);
  }

  void check_text(const std::string& text, const Document& schema, const std::string& path) {
    const auto characters = static_cast<std::int64_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
    if (const auto least = bound(schema, "minLength"); least && characters < *least) {
      add_invalid(Document{text}, path,
                  "should be at least " + std::to_string(*least) + " chars long");
    }
    if (const auto most = bound(schema, "maxLength"); most && characters > *most) {
      add("FieldValueTooLong", "Too long: may not be more than " + std::to_string(*most) + " bytes",
          path);
    }
  }

  void check_number(const Document& value, const Document& schema, const std::string& path) {
    const double is = number(value);
    if (const Document* least = schema.find("minimum"); least != nullptr && is < number(*least)) {
      add_invalid(value, path, "should be greater than or equal to " + quoted(*least));
    }
    if (const Document* most = schema.find("maximum"); most != nullptr && is > number(*most)) {
      add_invalid(value, path, "should be less than or equal to " + quoted(*most));
    }
  }

  void check_list(const DocumentArray& items, const Document& schema, const std::string& path) {
    const auto size = static_cast<std::int64_t>(items.size());
    if (const auto least = bound(schema, "minItems"); least && size < *least) {
      add_invalid(Document{size}, path,
                  "should have at least " + std::to_string(*least) + " items");
    }
    if (const auto most = bound(schema, "maxItems"); most && size > *most) {
      add("FieldValueTooMany",
          "Too many: " + std::to_string(size) + ": must have at most " + std::to_string(*most) +
              " items",
          path);
    }
    const ListKind kind = list_kind(&schema);
    std::vector<std::string> seen;
    for (std::size_t i = 0; i < items.size(); ++i) {
      check(items[i], item_schema(&schema), below(path, i));
      if (kind == ListKind::atomic) continue;
      seen.push_back(quoted(kind == ListKind::set ? items[i] : item_key(items[i], &schema)));
    }
    std::ranges::sort(seen);
    if (const auto twice = std::ranges::adjacent_find(seen); twice != seen.end()) {
      add("FieldValueDuplicate", "Duplicate value: " + *twice, path);
    }
  }

  void check_object(const Document& value, const Document& schema, const std::string& path) {
    if (const Document* required = schema.find("required"); required && required->if_array()) {
      for (const Document& name : *required->if_array()) {
        if (name.if_string() == nullptr || value.find(*name.if_string()) != nullptr) continue;
        add("FieldValueRequired", "Required value", below(path, *name.if_string()));
      }
    }
    const auto size = static_cast<std::int64_t>(value.if_object()->size());
    if (const auto most = bound(schema, "maxProperties"); most && size > *most) {
      add_invalid(Document{size}, path,
                  "should have at most " + std::to_string(*most) + " properties");
    }
    for (const DocumentMember& one : *value.if_object()) {
      check(one.value, member_schema(&schema, one.name), below(path, one.name));
    }
  }

  static std::optional<std::int64_t> bound(const Document& schema, std::string_view name) {
    const Document* value = schema.find(name);
    if (value == nullptr || value->if_int() == nullptr) return std::nullopt;
    return *value->if_int();
  }
  static double number(const Document& value) {
    if (value.if_int() != nullptr) return static_cast<double>(*value.if_int());
    return value.if_double() != nullptr ? *value.if_double() : 0;
  }
};

}  // namespace

const Document* member_schema(const Document* schema, std::string_view name) {
  if (schema == nullptr) return nullptr;
  if (const Document* property = find_path(*schema, {"properties", name})) return property;
  const Document* more = schema->find("additionalProperties");
  return more != nullptr && more->if_object() != nullptr ? more : nullptr;
}

const Document* item_schema(const Document* schema) {
  return schema == nullptr ? nullptr : schema->find("items");
}

ListKind list_kind(const Document* schema) {
  const std::string_view kind = word(schema, "x-kubernetes-list-type");
  if (kind == "set") return ListKind::set;
  return kind == "map" ? ListKind::map : ListKind::atomic;
}

std::vector<std::string> list_keys(const Document* schema) {
  std::vector<std::string> keys;
  const Document* names = schema == nullptr ? nullptr : schema->find("x-kubernetes-list-map-keys");
  if (names == nullptr || names->if_array() == nullptr) return keys;
  for (const Document& name : *names->if_array()) {
    if (name.if_string() != nullptr) keys.push_back(*name.if_string());
  }
  std::ranges::sort(keys);
  return keys;
}

bool is_atomic_map(const Document* schema) {
  return word(schema, "x-kubernetes-map-type") == "atomic";
}

Document item_key(const Document& item, const Document* list_schema) {
  DocumentObject key;
  for (const std::string& name : list_keys(list_schema)) {
    const Document* value = item.find(name);
    if (value == nullptr) {
      const Document* schema = member_schema(item_schema(list_schema), name);
      value = schema == nullptr ? nullptr : schema->find("default");
    }
    if (value != nullptr) key.push_back({name, *value});
  }
  return key;
}

std::vector<std::string> prune(Document& object, const Document* schema) {
  std::vector<std::string> unknown;
  prune_below(object, schema, {}, unknown);
  return unknown;
}

void fill_defaults(Document& object, const Document* schema) {
  if (schema == nullptr) return;
  if (DocumentArray* items = object.if_array()) {
    for (Document& item : *items) fill_defaults(item, item_schema(schema));
    return;
  }
  if (object.if_object() == nullptr) return;
  if (const Document* properties = schema->find("properties");
      properties && properties->if_object()) {
    for (const DocumentMember& property : *properties->if_object()) {
      const Document* fallback = property.value.find("default");
      if (fallback == nullptr) continue;
      const Document* value = object.find(property.name);
      const bool missing =
          value == nullptr || (value->is_null() && !schema_says(&property.value, "nullable"));
      if (missing) set_member(object, property.name, *fallback);
    }
  }
  for (DocumentMember& one : *object.if_object()) {
    fill_defaults(one.value, member_schema(schema, one.name));
  }
}

std::vector<Cause> validate(const Document& object, const Document* schema) {
  Validator validator;
  validator.check(object, schema, {});
  return std::move(validator.causes);
}

}  // namespace mainstay::clusters::embedded
