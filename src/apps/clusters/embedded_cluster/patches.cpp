#include "apps/clusters/embedded_cluster/patches.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "apps/clusters/embedded_cluster/field_set.hpp"
#include "apps/clusters/embedded_cluster/schema.hpp"
#include "apps/clusters/embedded_cluster/tree.hpp"
#include "base/text.hpp"

namespace mainstay::clusters::embedded {

namespace {

// --- strategic

constexpr std::string_view delete_from = "$deleteFromPrimitiveList/";

bool is_directive(std::string_view name) { return name.starts_with('$'); }

Document without_directives(const Document& value) {
  if (const DocumentObject* members = value.if_object()) {
    DocumentObject out;
    for (const DocumentMember& one : *members) {
      if (is_directive(one.name) || one.value.is_null()) continue;
      out.push_back({one.name, without_directives(one.value)});
    }
    return out;
  }
  if (const DocumentArray* items = value.if_array()) {
    DocumentArray out;
    for (const Document& item : *items) {
      if (text_of(item, {"$patch"}).empty()) out.push_back(without_directives(item));
    }
    return out;
  }
  return value;
}

Document patched_list(const DocumentArray& old, const DocumentArray& patch,
                      const Document* schema) {
  const ListKind kind = list_kind(schema);
  const bool replaces = std::ranges::any_of(
      patch, [](const Document& item) { return text_of(item, {"$patch"}) == "replace"; });
  if (kind == ListKind::atomic || replaces) return without_directives(Document{patch});
  DocumentArray out = old;
  for (const Document& item : patch) {
    const std::string step = item_step(item, schema);
    const auto found = std::ranges::find_if(
        out, [&](const Document& one) { return item_step(one, schema) == step; });
    if (text_of(item, {"$patch"}) == "delete") {
      if (found != out.end()) out.erase(found);
    } else if (found == out.end()) {
      out.push_back(without_directives(item));
    } else if (kind == ListKind::map) {
      *found = strategically_patched(*found, item, item_schema(schema));
    }
  }
  return out;
}

void delete_items(Document& list, const Document& gone) {
  if (list.if_array() == nullptr || gone.if_array() == nullptr) return;
  std::erase_if(*list.if_array(), [&](const Document& item) {
    return std::ranges::find(*gone.if_array(), item) != gone.if_array()->end();
  });
}

void retain_keys(Document& object, const Document& names) {
  if (object.if_object() == nullptr || names.if_array() == nullptr) return;
  std::erase_if(*object.if_object(), [&](const DocumentMember& one) {
    return std::ranges::find(*names.if_array(), Document{one.name}) == names.if_array()->end();
  });
}

// --- JSON Patch

using Steps = std::vector<std::string>;

/// RFC 6901.
std::optional<Steps> parse_pointer(std::string_view text) {
  Steps steps;
  if (text.empty()) return steps;
  if (!text.starts_with('/')) return std::nullopt;
  for (const std::string_view part : split(text.substr(1), '/')) {
    std::string step;
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (part[i] != '~') {
        step += part[i];
        continue;
      }
      if (i + 1 == part.size() || (part[i + 1] != '0' && part[i + 1] != '1')) return std::nullopt;
      step += part[++i] == '0' ? '~' : '/';
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

/// Below `size`; "-" is `size`. Nothing for what is no index there.
std::optional<std::size_t> index_of(const std::string& step, std::size_t size, bool may_append) {
  if (may_append && step == "-") return size;
  const auto index = parse_u64(step);
  if (!index || (step.size() > 1 && step[0] == '0')) return std::nullopt;
  if (*index > size || (*index == size && !may_append)) return std::nullopt;
  return static_cast<std::size_t>(*index);
}

Document* resolve(Document& root, const Steps& steps, std::size_t count) {
  Document* here = &root;
  for (std::size_t i = 0; i < count && here != nullptr; ++i) {
    if (DocumentArray* items = here->if_array()) {
      const auto index = index_of(steps[i], items->size(), false);
      here = index ? &(*items)[*index] : nullptr;
    } else {
      here = find_path(*here, {steps[i]});
    }
  }
  return here;
}

bool add_at(Document& root, const Steps& steps, Document value) {
  if (steps.empty()) {
    root = std::move(value);
    return true;
  }
  Document* parent = resolve(root, steps, steps.size() - 1);
  if (parent == nullptr) return false;
  if (DocumentArray* items = parent->if_array()) {
    const auto index = index_of(steps.back(), items->size(), true);
    if (!index) return false;
    items->insert(items->begin() + static_cast<std::ptrdiff_t>(*index), std::move(value));
    return true;
  }
  if (parent->if_object() == nullptr) return false;
  set_member(*parent, steps.back(), std::move(value));
  return true;
}

bool remove_at(Document& root, const Steps& steps) {
  Document* parent = steps.empty() ? nullptr : resolve(root, steps, steps.size() - 1);
  if (parent == nullptr) return false;
  if (DocumentArray* items = parent->if_array()) {
    const auto index = index_of(steps.back(), items->size(), false);
    if (!index) return false;
    items->erase(items->begin() + static_cast<std::ptrdiff_t>(*index));
    return true;
  }
  return remove_member(*parent, steps.back());
}

Refusal bad_operation(std::size_t at, const std::string& why) {
  return {422, "Invalid", "the JSON patch's operation " + std::to_string(at) + ": " + why};
}

/// "" or what is wrong. `copy_budget`: bytes that copies may still add.
std::string perform(Document& root, const Document& operation, std::size_t& copy_budget) {
  const std::string& op = text_of(operation, {"op"});
  const auto path = parse_pointer(text_of(operation, {"path"}));
  const auto from = parse_pointer(text_of(operation, {"from"}));
  if (!path || !from) return "has no valid JSON pointer";
  const Document* value = operation.find("value");
  if (op == "add" || op == "replace" || op == "test") {
    if (value == nullptr) return op + " has no value";
    Document* target = resolve(root, *path, path->size());
    if (op == "test") {
      return target != nullptr && same_content(*target, *value) ? "" : "the test failed";
    }
    if (op == "replace" && target == nullptr) return "nothing is at its path";
    if (op == "replace") {
      *target = *value;
      return {};
    }
    return add_at(root, *path, *value) ? "" : "nothing can be added at its path";
  }
  if (op == "remove") return remove_at(root, *path) ? "" : "nothing is at its path";
  if (op != "move" && op != "copy") return "is none of add, remove, replace, move, copy, test";
  Document* source = resolve(root, *from, from->size());
  if (source == nullptr) return "nothing is at its from";
  if (op == "copy") {
    const std::size_t bytes = quoted(*source).size();
    if (bytes > copy_budget) return "copies too much";
    copy_budget -= bytes;
  }
  Document moved = *source;
  if (op == "move" && !remove_at(root, *from)) return "its from cannot be removed";
  return add_at(root, *path, std::move(moved)) ? "" : "nothing can be added at its path";
}

}  // namespace

Document merge_patched(const Document& object, const Document& patch) {
  if (patch.if_object() == nullptr) return patch;
  Document out = object.if_object() != nullptr ? object : Document{DocumentObject{}};
  for (const DocumentMember& one : *patch.if_object()) {
    if (one.value.is_null()) {
      remove_member(out, one.name);
    } else {
      Document& target = member_of(out, one.name);
      target = merge_patched(target, one.value);
    }
  }
  return out;
}

Document strategically_patched(const Document& object, const Document& patch,
                               const Document* schema) {
  if (patch.if_object() == nullptr) return patch;
  const std::string& directive = text_of(patch, {"$patch"});
  if (directive == "replace") return without_directives(patch);
  Document out = object.if_object() != nullptr ? object : Document{DocumentObject{}};
  if (directive == "delete") return DocumentObject{};
  for (const DocumentMember& one : *patch.if_object()) {
    if (one.name.starts_with(delete_from)) {
      const std::string_view name = std::string_view{one.name}.substr(delete_from.size());
      if (Document* list = find_path(out, {name})) {
        delete_items(*list, one.value);
      }
    } else if (one.name == "$retainKeys") {
      retain_keys(out, one.value);
    } else if (is_directive(one.name)) {
      continue;  // an order of elements, which ours have already
    } else if (one.value.is_null()) {
      remove_member(out, one.name);
    } else {
      Document& target = member_of(out, one.name);
      const Document* inner = member_schema(schema, one.name);
      target = target.if_array() != nullptr && one.value.if_array() != nullptr
                   ? patched_list(*target.if_array(), *one.value.if_array(), inner)
                   : strategically_patched(target, one.value, inner);
    }
  }
  return out;
}

Outcome<Document> json_patched(const Document& object, const Document& operations) {
  const DocumentArray* list = operations.if_array();
  if (list == nullptr) return bad_request("a JSON patch is a list of operations");
  if (list->size() > operations_max) {
    return Refusal{413, "RequestEntityTooLarge",
                   "The allowed maximum operations in a JSON patch is 10000, got " +
                       std::to_string(list->size())};
  }
  Document out = object;
  std::size_t copy_budget = copied_bytes_max;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string wrong = perform(out, (*list)[i], copy_budget);
    if (!wrong.empty()) return bad_operation(i, wrong);
  }
  return out;
}

}  // namespace mainstay::clusters::embedded
