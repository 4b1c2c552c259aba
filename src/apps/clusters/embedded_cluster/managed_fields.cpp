#include "apps/clusters/embedded_cluster/managed_fields.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "apps/clusters/embedded_cluster/schema.hpp"
#include "apps/clusters/embedded_cluster/tree.hpp"

namespace mainstay::clusters::embedded {

namespace {

/// The object as far as anybody can own it.
Document ownable(const Document& object) {
  Document out = object;
  remove_member(out, "apiVersion");
  remove_member(out, "kind");
  if (Document* metadata = find_path(out, {"metadata"})) {
    for (const char* const field :
         {"name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp",
          "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields", "selfLink",
          "generateName"}) {
      remove_member(*metadata, field);
    }
    if (is_empty(*metadata)) remove_member(out, "metadata");
  }
  return out;
}

FieldSet fields_of(const Document& object, const Document* schema) {
  const Document what = ownable(object);
  return is_empty(what) ? FieldSet{} : FieldSet::of(what, schema);
}

void drop_empty(std::vector<Manager>& managers) {
  std::erase_if(managers, [](const Manager& one) { return one.fields.empty(); });
}

Manager& entry_of(std::vector<Manager>& managers, const Manager& writer) {
  const auto found =
      std::ranges::find_if(managers, [&](const Manager& one) { return one.is_same(writer); });
  if (found != managers.end()) return *found;
  managers.push_back(writer);
  return managers.back();
}

/// Beyond the bound the two oldest writers' entries become one.
void bound(std::vector<Manager>& managers) {
  while (managers.size() > managers_max) {
    managers[1].fields.add(managers[0].fields);
    managers[1].name = "ancient-changes";
    managers.erase(managers.begin());
  }
}

std::string shown_manager(const Manager& manager) {
  std::string out = quoted(Document{manager.name});
  if (!manager.subresource.empty()) {
    out += " with subresource " + quoted(Document{manager.subresource});
  }
  if (manager.operation == "Update") {
    out += " using " + manager.api_version;
    if (!manager.time.empty()) out += " at " + manager.time;
  }
  return out;
}

struct Conflict {
  const Manager* manager;
  std::string path;
};

Refusal conflict_refusal(const std::vector<Conflict>& conflicts) {
  Refusal refusal{409, "Conflict", {}};
  std::string list;
  const Manager* last = nullptr;
  for (const Conflict& one : conflicts) {
    refusal.causes.push_back(
        {"FieldManagerConflict", "conflict with " + shown_manager(*one.manager), one.path});
    if (one.manager != std::exchange(last, one.manager)) {
      list += (list.empty() ? "" : "\n") + ("conflicts with " + shown_manager(*one.manager) + ':');
    }
    list += "\n- " + one.path;
  }
  if (conflicts.size() == 1) {
    refusal.message = "Apply failed with 1 conflict: conflict with " +
                      shown_manager(*conflicts.front().manager) + ": " + conflicts.front().path;
  } else {
    refusal.message =
        "Apply failed with " + std::to_string(conflicts.size()) + " conflicts: " + list;
  }
  return refusal;
}

/// Removes from `value` what `gone` has; containers that this leaves empty go too.
void remove_fields(Document& value, const FieldSet& gone, const Document* schema) {
  if (DocumentObject* members = value.if_object()) {
    std::erase_if(*members, [&](DocumentMember& one) {
      const auto found = gone.below.find(field_step(one.name));
      if (found == gone.below.end()) return false;
      if (found->second.is_member) return true;
      const bool had =
          !is_empty(one.value) || (one.value.if_array() && !one.value.if_array()->empty());
      remove_fields(one.value, found->second, member_schema(schema, one.name));
      const bool has =
          !is_empty(one.value) || (one.value.if_array() && !one.value.if_array()->empty());
      return had && !has;
    });
  } else if (DocumentArray* items = value.if_array()) {
    std::erase_if(*items, [&](Document& item) {
      const auto found = gone.below.find(item_step(item, schema));
      if (found == gone.below.end()) return false;
      if (found->second.is_member) return true;
      remove_fields(item, found->second, item_schema(schema));
      return false;
    });
  }
}

/// What must stay although its item or map was given up: somebody else owns something in it.
void spare(FieldSet& gone, const FieldSet& owned) {
  if (!owned.empty()) gone.is_member = false;
  for (auto& [step, inner] : gone.below) {
    if (const auto found = owned.below.find(step); found != owned.below.end()) {
      spare(inner, found->second);
    }
  }
  std::erase_if(gone.below, [](const auto& one) { return one.second.empty(); });
}

DocumentArray merged_list(const DocumentArray& live, const DocumentArray& config,
                          const Document* schema) {
  DocumentArray out = live;
  std::map<std::string, std::size_t, std::less<>> places;
  for (std::size_t i = 0; i < out.size(); ++i) places.emplace(item_step(out[i], schema), i);
  for (const Document& item : config) {
    const auto [place, is_new] = places.emplace(item_step(item, schema), out.size());
    if (is_new) {
      out.push_back(item);
    } else {
      out[place->second] = merged(out[place->second], item, item_schema(schema));
    }
  }
  return out;
}

/// Nulls say nothing.
void drop_nulls(Document& value) {
  if (DocumentObject* members = value.if_object()) {
    std::erase_if(*members, [](const DocumentMember& one) { return one.value.is_null(); });
    for (DocumentMember& one : *members) drop_nulls(one.value);
  } else if (DocumentArray* items = value.if_array()) {
    for (Document& item : *items) drop_nulls(item);
  }
}

/// Takes from the others what the applier changes, or says whose it is.
Objection settle(std::vector<Manager>& managers, const Manager& applier,
                 const FieldChanges& changes, bool force) {
  FieldSet changed = changes.added;
  changed.add(changes.modified);
  std::vector<Conflict> conflicts;
  for (Manager& other : managers) {
    if (other.is_same(applier)) continue;
    const FieldSet theirs = other.fields.common(changed);
    if (force) {
      other.fields.remove(theirs);
    } else {
      for (std::string& path : theirs.paths()) conflicts.push_back({&other, std::move(path)});
    }
    other.fields.remove(changes.removed);
  }
  if (conflicts.empty()) return std::nullopt;
  return conflict_refusal(conflicts);
}

}  // namespace

std::vector<Manager> managers_of(const Document& object) {
  std::vector<Manager> out;
  const Document* entries = find_path(object, {"metadata", "managedFields"});
  if (entries == nullptr || entries->if_array() == nullptr) return out;
  for (const Document& entry : *entries->if_array()) {
    Manager manager{text_of(entry, {"manager"}),    text_of(entry, {"operation"}),
                    text_of(entry, {"apiVersion"}), text_of(entry, {"subresource"}),
                    text_of(entry, {"time"}),       {}};
    if (const Document* fields = entry.find("fieldsV1"); fields != nullptr && !is_empty(*fields)) {
      manager.fields = FieldSet::from_json(*fields);
    }
    if (!manager.operation.empty() && !manager.fields.empty()) out.push_back(std::move(manager));
  }
  bound(out);
  return out;
}

Document to_json(const std::vector<Manager>& managers) {
  DocumentArray out;
  for (const Manager& one : managers) {
    DocumentObject entry{{"manager", one.name},           {"operation", one.operation},
                         {"apiVersion", one.api_version}, {"time", one.time},
                         {"fieldsType", "FieldsV1"},      {"fieldsV1", one.fields.to_json()}};
    if (!one.subresource.empty()) entry.push_back({"subresource", one.subresource});
    out.emplace_back(std::move(entry));
  }
  return out;
}

void take_over(std::vector<Manager>& managers, const Manager& writer, const Document* before,
               const Document& after, const Document* schema) {
  const Document old = before == nullptr ? Document{DocumentObject{}} : ownable(*before);
  const Document now = ownable(after);
  const FieldChanges changes = FieldChanges::between(&old, &now, schema);
  FieldSet changed = changes.added;
  changed.add(changes.modified);
  for (Manager& other : managers) {
    if (!other.is_same(writer)) other.fields.remove(changed);
    other.fields.remove(changes.removed);
  }
  if (!changed.empty()) {
    Manager& entry = entry_of(managers, writer);
    entry.fields.add(changed);
    entry.time = writer.time;
  }
  drop_empty(managers);
  bound(managers);
}

Outcome<Applied> apply(const Document* live, std::vector<Manager> managers, const Document& config,
                       const Manager& applier, const Document* schema, bool force) {
  Document wanted = config;
  drop_nulls(wanted);
  const FieldSet fields = fields_of(wanted, schema);
  const Document nothing{DocumentObject{}};
  const Document& old = live == nullptr ? nothing : *live;

  Applied out{merged(old, wanted, schema), {}};
  FieldSet kept = fields;  // by anybody but the last apply of this manager
  FieldSet last;
  for (const Manager& one : managers) (one.is_same(applier) ? last : kept).add(one.fields);
  FieldSet gone = last;
  spare(gone, kept);
  remove_fields(out.object, gone, schema);

  const Document before = ownable(old);
  const Document after = ownable(out.object);
  const FieldChanges changes = FieldChanges::between(&before, &after, schema);
  if (Objection objection = settle(managers, applier, changes, force)) return *objection;

  Manager& entry = entry_of(managers, applier);
  const bool unchanged = entry.fields == fields && same_content(before, after);
  entry.fields = fields;
  if (!unchanged || entry.time.empty()) entry.time = applier.time;
  drop_empty(managers);
  bound(managers);
  out.managers = std::move(managers);
  return out;
}

Document merged(const Document& live, const Document& config, const Document* schema) {
  if (live.if_object() != nullptr && config.if_object() != nullptr && !is_atomic_map(schema)) {
    Document out = live;
    for (const DocumentMember& one : *config.if_object()) {
      const Document* old = live.find(one.name);
      set_member(
          out, one.name,
          old == nullptr ? one.value : merged(*old, one.value, member_schema(schema, one.name)));
    }
    return out;
  }
  if (live.if_array() != nullptr && config.if_array() != nullptr &&
      list_kind(schema) != ListKind::atomic) {
    return merged_list(*live.if_array(), *config.if_array(), schema);
  }
  return config;
}

}  // namespace mainstay::clusters::embedded
