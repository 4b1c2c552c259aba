#include "apps/clusters/embedded_cluster/field_set.hpp"

#include <algorithm>
#include <utility>

#include "apps/clusters/embedded_cluster/schema.hpp"
#include "apps/clusters/embedded_cluster/tree.hpp"
#include "platform/json/json.hpp"

namespace mainstay::clusters::embedded {

namespace {

bool is_granular_map(const Document& value, const Document* schema) {
  return value.if_object() != nullptr && !is_atomic_map(schema);
}

bool is_granular_list(const Document& value, const Document* schema) {
  return value.if_array() != nullptr && list_kind(schema) != ListKind::atomic;
}

using Items = std::map<std::string, const Document*, std::less<>>;

Items items_of(const Document& list, const Document* schema) {
  Items items;
  for (const Document& item : *list.if_array()) items.emplace(item_step(item, schema), &item);
  return items;
}

Items members_of(const Document& object) {
  Items items;
  for (const DocumentMember& one : *object.if_object()) {
    items.emplace(field_step(one.name), &one.value);
  }
  return items;
}

const Document* schema_of_step(const Document* schema, std::string_view step) {
  return step.starts_with("f:") ? member_schema(schema, step.substr(2)) : item_schema(schema);
}

void compare(const Document* before, const Document* after, const Document* schema,
             FieldChanges& out);

void compare_items(const Items& before, const Items& after, const Document* schema,
                   FieldChanges& out) {
  Items steps = before;
  steps.insert(after.begin(), after.end());
  for (const auto& [step, unused] : steps) {
    const auto old = before.find(step);
    const auto now = after.find(step);
    FieldChanges inner;
    compare(old == before.end() ? nullptr : old->second, now == after.end() ? nullptr : now->second,
            schema_of_step(schema, step), inner);
    const bool is_item = !step.starts_with("f:");
    if (is_item && old == before.end()) inner.added.is_member = true;
    if (is_item && now == after.end()) inner.removed.is_member = true;
    if (!inner.added.empty()) out.added.below[step] = std::move(inner.added);
    if (!inner.modified.empty()) out.modified.below[step] = std::move(inner.modified);
    if (!inner.removed.empty()) out.removed.below[step] = std::move(inner.removed);
  }
}

void compare(const Document* before, const Document* after, const Document* schema,
             FieldChanges& out) {
  if (before == nullptr && after == nullptr) return;
  if (before == nullptr) return out.added.add(FieldSet::of(*after, schema));
  if (after == nullptr) return out.removed.add(FieldSet::of(*before, schema));
  if (is_granular_map(*before, schema) && is_granular_map(*after, schema)) {
    return compare_items(members_of(*before), members_of(*after), schema, out);
  }
  if (is_granular_list(*before, schema) && is_granular_list(*after, schema)) {
    return compare_items(items_of(*before, schema), items_of(*after, schema), schema, out);
  }
  if (same_content(*before, *after)) return;
  out.modified.is_member = true;
  FieldSet gone = FieldSet::of(*before, schema);
  gone.is_member = false;
  out.removed.add(gone);
}

/// `k:{"port":80}` as `[port=80]`, `v:"a"` as `[="a"]`, `f:name` as `.name`.
std::string shown(std::string_view step) {
  if (step.starts_with("f:")) return '.' + std::string{step.substr(2)};
  if (step.starts_with("v:")) return "[=" + std::string{step.substr(2)} + ']';
  const auto key = json::parse(step.substr(2));
  if (!key || key->if_object() == nullptr) return std::string{step};
  std::string out;
  for (const DocumentMember& one : *key->if_object()) {
    out += (out.empty() ? "[" : ",") + one.name + '=' + quoted(one.value);
  }
  return out + ']';
}

void gather(const FieldSet& set, const std::string& path, std::vector<std::string>& out) {
  if (set.is_member) out.push_back(path);
  for (const auto& [step, inner] : set.below) gather(inner, path + shown(step), out);
}

}  // namespace

std::string field_step(std::string_view name) { return "f:" + std::string{name}; }

std::string item_step(const Document& item, const Document* list_schema) {
  if (list_kind(list_schema) == ListKind::set) return "v:" + quoted(item);
  return "k:" + quoted(item_key(item, list_schema));
}

FieldSet FieldSet::of(const Document& object, const Document* schema) {
  FieldSet set;
  const bool map = is_granular_map(object, schema) && !object.if_object()->empty();
  const bool list = is_granular_list(object, schema) && !object.if_array()->empty();
  if (!map && !list) {
    set.is_member = true;
    return set;
  }
  for (const auto& [step, value] : map ? members_of(object) : items_of(object, schema)) {
    FieldSet inner;
    if (list && list_kind(schema) == ListKind::set) {
      inner.is_member = true;
    } else {
      inner = of(*value, schema_of_step(schema, step));
      inner.is_member = inner.is_member || list;
    }
    set.below.emplace(step, std::move(inner));
  }
  return set;
}

FieldSet FieldSet::from_json(const Document& fields) {
  FieldSet set;
  const DocumentObject* members = fields.if_object();
  if (members == nullptr) return set;
  set.is_member = members->empty();
  for (const DocumentMember& one : *members) {
    if (one.name == ".") {
      set.is_member = true;
    } else if (one.name.size() > 2 && one.name[1] == ':') {
      set.below.emplace(one.name, from_json(one.value));
    }
  }
  return set;
}

Document FieldSet::to_json() const {
  DocumentObject out;
  if (is_member && !below.empty()) out.push_back({".", DocumentObject{}});
  for (const auto& [step, inner] : below) out.push_back({step, inner.to_json()});
  return out;
}

void FieldSet::add(const FieldSet& other) {
  is_member = is_member || other.is_member;
  for (const auto& [step, inner] : other.below) below[step].add(inner);
}

void FieldSet::remove(const FieldSet& other) {
  if (other.is_member) {
    is_member = false;
    below.clear();
  }
  for (const auto& [step, inner] : other.below) {
    if (const auto found = below.find(step); found != below.end()) found->second.remove(inner);
  }
  trim();
}

void FieldSet::trim() {
  std::erase_if(below, [](const auto& one) { return one.second.empty(); });
}

FieldSet FieldSet::common(const FieldSet& other) const {
  FieldSet out;
  out.is_member = is_member && other.is_member;
  for (const auto& [step, inner] : below) {
    const auto found = other.below.find(step);
    if (found == other.below.end()) continue;
    FieldSet both = inner.common(found->second);
    if (!both.empty()) out.below.emplace(step, std::move(both));
  }
  return out;
}

std::vector<std::string> FieldSet::paths() const {
  std::vector<std::string> out;
  gather(*this, {}, out);
  return out;
}

FieldChanges FieldChanges::between(const Document* before, const Document* after,
                                   const Document* schema) {
  FieldChanges out;
  compare(before, after, schema, out);
  return out;
}

}  // namespace mainstay::clusters::embedded
