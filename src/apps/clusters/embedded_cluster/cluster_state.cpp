#include "apps/clusters/embedded_cluster/cluster_state.hpp"

#include <algorithm>
#include <utility>

#include "apps/clusters/embedded_cluster/admission.hpp"
#include "apps/clusters/embedded_cluster/managed_fields.hpp"
#include "apps/clusters/embedded_cluster/patches.hpp"
#include "apps/clusters/embedded_cluster/schema.hpp"
#include "apps/clusters/embedded_cluster/tree.hpp"
#include "apps/clusters/limits.hpp"
#include "platform/auth/utc_text.hpp"

namespace mainstay::clusters::embedded {

namespace {

constexpr std::string_view definitions = "customresourcedefinitions.apiextensions.k8s.io";

Refusal conflict(const Target& target, std::string message) {
  Refusal refusal{409, "Conflict", std::move(message)};
  refusal.group = target.type.group;
  refusal.kind = target.type.plural;
  refusal.name = target.name;
  return refusal;
}

Refusal modified_meanwhile(const Target& target) {
  return conflict(target, "Operation cannot be fulfilled on " + target.type.resource() + " \"" +
                              target.name +
                              "\": the object has been modified; please apply your changes to the "
                              "latest version and try again");
}

Manager manager_of(const Target& target, const WriteOptions& options, const char* operation) {
  return {options.manager,
          operation,
          target.type.api_version(),
          target.status ? "status" : "",
          auth::utc_text(options.now),
          {}};
}

/// Copies a field of metadata, or removes it where `from` has none.
void keep(Document& object, const Document& from, std::string_view field) {
  Document& metadata = member_of(object, "metadata");
  const Document* value = find_path(from, {"metadata", field});
  if (value == nullptr) {
    remove_member(metadata, field);
  } else {
    set_member(metadata, field, *value);
  }
}

void keep_member(Document& object, const Document& from, std::string_view name) {
  const Document* value = from.find(name);
  if (value == nullptr) {
    remove_member(object, name);
  } else {
    set_member(object, name, *value);
  }
}

std::int64_t generation_of(const Document& object) {
  const Document* value = find_path(object, {"metadata", "generation"});
  return value != nullptr && value->if_int() != nullptr ? *value->if_int() : 1;
}

/// Without what a write changes by itself.
Document essence(const Document& object) {
  Document out = object;
  if (Document* metadata = find_path(out, {"metadata"})) {
    for (const char* const field : {"resourceVersion", "generation"})
      remove_member(*metadata, field);
    // Owners count, times do not.
    if (Document* entries = find_path(*metadata, {"managedFields"});
        entries && entries->if_array()) {
      for (Document& entry : *entries->if_array()) remove_member(entry, "time");
    }
  }
  return out;
}

bool same_desire(const Document& a, const Document& b) {
  const auto desire = [](Document object) {
    remove_member(object, "metadata");
    remove_member(object, "status");
    return object;
  };
  return same_content(desire(a), desire(b));
}

bool has_finalizers(const Document& object) {
  const Document* list = find_path(object, {"metadata", "finalizers"});
  return list != nullptr && list->if_array() != nullptr && !list->if_array()->empty();
}

bool is_lasting(std::string_view space) {
  return space == "default" || space == "kube-system" || space == "kube-public";
}

/// The write's own word on owners, when it has one: replaces what was.
std::vector<Manager> managers_before(const Document& live, const Document& object) {
  const Document* said = find_path(object, {"metadata", "managedFields"});
  const bool has_said =
      said != nullptr && said->if_array() != nullptr && !said->if_array()->empty();
  return managers_of(has_said ? object : live);
}

}  // namespace

ClusterState::ClusterState(const Document& builtin, std::uint64_t seed)
    : types_(builtin),
      store_({Limits::embedded_changes_max, Limits::embedded_change_bytes_max}),
      random_(seed) {}

Document ClusterState::presented(const Document& object, const ResourceType& type) {
  Document out = object;
  if (text_of(out, {"apiVersion"}) != type.api_version()) {
    set_member(out, "apiVersion", type.api_version());
  }
  return out;
}

Outcome<Document> ClusterState::get(const Target& target) const {
  const ObjectPointer found = store_.find(target.type.resource(), target.key());
  if (found == nullptr) return not_found(target.type.group, target.type.plural, target.name);
  return presented(*found, target.type);
}

// --- What every written object goes through

/// Makes it an object of the target's type: kind, names, schema.
Objection ClusterState::adopt(const Target& target, Document& object, const WriteOptions& options,
                              std::vector<std::string>& warnings) const {
  const ResourceType& type = target.type;
  if (object.if_object() == nullptr) return bad_request("the object is none");
  for (const auto& [field, wanted] :
       {std::pair{"apiVersion", type.api_version()}, std::pair{"kind", type.kind}}) {
    const std::string& is = text_of(object, {field});
    if (!is.empty() && is != wanted) {
      return bad_request("the " + std::string{field} + " in the data (" + is +
                         ") does not match the expected " + field + " (" + wanted + ')');
    }
    set_member(object, field, wanted);
  }
  Document& metadata = member_of(object, "metadata");
  const std::string& space = text_of(metadata, {"namespace"});
  if (!space.empty() && space != target.space) {
    return bad_request(
        "the namespace of the provided object does not match the namespace sent on "
        "the request");
  }
  if (type.namespaced) set_member(metadata, "namespace", target.space);
  const auto unknown = prune(object, type.schema.get());
  if (!unknown.empty() && options.validation != FieldValidation::ignore) {
    std::string list;
    for (const std::string& field : unknown) {
      list += (list.empty() ? "" : ", ") + ("unknown field \"" + field + '"');
      warnings.push_back("unknown field \"" + field + '"');
    }
    if (options.validation == FieldValidation::strict) {
      return bad_request(type.kind + " in version \"" + type.version +
                         "\" cannot be handled as a " + type.kind +
                         ": strict decoding error: " + list);
    }
  }
  fill_defaults(object, type.schema.get());
  return std::nullopt;
}

Objection ClusterState::check_space(const Target& target) const {
  if (!target.type.namespaced) return std::nullopt;
  if (store_.find("namespaces", '/' + target.space) != nullptr) return std::nullopt;
  return not_found("", "namespaces", target.space);
}

/// The object's encoded size, when there is room for it.
Outcome<std::size_t> ClusterState::check_room(const Document& object, bool is_new) const {
  const std::size_t bytes = quoted(object).size();
  if (bytes > Limits::embedded_object_bytes_max) {
    return Refusal{
        413, "RequestEntityTooLarge",
        "Request entity too large: limit is " + std::to_string(Limits::embedded_object_bytes_max)};
  }
  if (store_.bytes() + bytes > Limits::embedded_bytes_max ||
      (is_new && store_.objects() >= Limits::embedded_objects_max)) {
    return Refusal{507, "StorageFull",
                   "this cluster, which is for development, holds no more objects; delete some"};
  }
  return bytes;
}

std::string ClusterState::uid() {
  // RFC 9562: version 4.
  static constexpr char digits[] = "0123456789abcdef";
  std::string out = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
  for (char& c : out) {
    if (c == 'x') c = digits[random_.below(16)];
    if (c == 'y') c = digits[8 + random_.below(4)];
  }
  return out;
}

std::string ClusterState::suffix() {
  static constexpr std::string_view letters = "bcdfghjklmnpqrstvwxz2456789";
  std::string out;
  for (int i = 0; i < 5; ++i) out += letters[random_.below(letters.size())];
  return out;
}

// --- Create

Outcome<Written> ClusterState::create(const Target& target, Document object,
                                      const WriteOptions& options) {
  Target named = target;
  std::vector<std::string> warnings;
  if (auto objection = adopt(target, object, options, warnings)) return *objection;
  Document& metadata = member_of(object, "metadata");
  if (text_of(metadata, {"name"}).empty() && !text_of(metadata, {"generateName"}).empty()) {
    set_member(metadata, "name", text_of(metadata, {"generateName"}) + suffix());
  }
  named.name = text_of(metadata, {"name"});
  if (auto objection = check_names(target.type, object)) return *objection;
  if (!text_of(metadata, {"resourceVersion"}).empty()) {
    return bad_request("resourceVersion should not be set on objects to be created");
  }
  if (auto objection = check_space(named)) return *objection;
  if (store_.find(target.type.resource(), named.key()) != nullptr) {
    Refusal refusal =
        conflict(named, named.type.resource() + " \"" + named.name + "\" already exists");
    refusal.reason = "AlreadyExists";
    return refusal;
  }
  remove_member(metadata, "managedFields");
  return make(named, std::move(object), options, std::move(warnings));
}

/// An object that nothing speaks against so far; its managedFields are those of an apply, or none.
Outcome<Written> ClusterState::make(const Target& target, Document object,
                                    const WriteOptions& options,
                                    std::vector<std::string> warnings) {
  const ResourceType& type = target.type;
  Document& metadata = member_of(object, "metadata");
  set_member(metadata, "uid", uid());
  set_member(metadata, "creationTimestamp", auth::utc_text(options.now));
  set_member(metadata, "generation", 1);
  for (const char* const field : {"deletionTimestamp", "selfLink"}) remove_member(metadata, field);
  if (type.has_status && type.custom) remove_member(object, "status");
  if (auto causes = validate(object, type.schema.get()); !causes.empty()) {
    return invalid(type.group, type.kind, target.name, std::move(causes));
  }
  if (auto objection = admit(types_, type, nullptr, object)) return *objection;
  if (find_path(object, {"metadata", "managedFields"}) == nullptr) {
    std::vector<Manager> managers;
    take_over(managers, manager_of(target, options, "Update"), nullptr, object, type.schema.get());
    if (!managers.empty())
      set_member(member_of(object, "metadata"), "managedFields", to_json(managers));
  }
  const auto bytes = check_room(object, true);
  if (!bytes) return bytes.refusal();
  if (options.dry_run) return Written{std::move(object), true, std::move(warnings)};
  const Change& change = put(type, target.key(), std::move(object), *bytes);
  return Written{presented(*change.after, type), true, std::move(warnings)};
}

// --- Update

Outcome<Written> ClusterState::update(const Target& target, Document object,
                                      const WriteOptions& options) {
  const ObjectPointer live = store_.find(target.type.resource(), target.key());
  if (live == nullptr) return not_found(target.type.group, target.type.plural, target.name);
  std::vector<std::string> warnings;
  if (auto objection = adopt(target, object, options, warnings)) return *objection;
  const std::string& name = text_of(object, {"metadata", "name"});
  if (!name.empty() && name != target.name) {
    return bad_request("the name of the object (" + name +
                       ") does not match the name on the URL (" + target.name + ')');
  }
  const std::string& revision = text_of(object, {"metadata", "resourceVersion"});
  if (!revision.empty() && revision != text_of(*live, {"metadata", "resourceVersion"})) {
    return modified_meanwhile(target);
  }
  const Document before = presented(*live, target.type);
  auto managers = managers_before(before, object);
  if (target.status) {
    Document status = object;
    object = before;
    keep_member(object, status, "status");
  } else if (target.type.has_status) {
    keep_member(object, before, "status");
  }
  Document now = object;
  keep(now, before, "creationTimestamp");
  take_over(managers, manager_of(target, options, "Update"), &before, now,
            target.type.schema.get());
  set_member(member_of(object, "metadata"), "managedFields", to_json(managers));
  return change(target, before, std::move(object), options, std::move(warnings));
}

/// What becomes of `live`, whose owners of fields are settled.
Outcome<Written> ClusterState::change(const Target& target, const Document& live, Document object,
                                      const WriteOptions& options,
                                      std::vector<std::string> warnings) {
  const ResourceType& type = target.type;
  const std::string& uid_said = text_of(object, {"metadata", "uid"});
  if (!uid_said.empty() && uid_said != text_of(live, {"metadata", "uid"})) {
    return conflict(target, "Precondition failed: UID in precondition: " + uid_said +
                                ", UID in object meta: " + text_of(live, {"metadata", "uid"}));
  }
  for (const char* const field : {"name", "uid", "creationTimestamp", "resourceVersion",
                                  "generation", "deletionTimestamp", "generateName"}) {
    keep(object, live, field);
  }
  if (auto causes = validate(object, type.schema.get()); !causes.empty()) {
    return invalid(type.group, type.kind, target.name, std::move(causes));
  }
  if (auto objection = admit(types_, type, &live, object)) return *objection;
  if (!same_desire(live, object)) {
    set_member(member_of(object, "metadata"), "generation", generation_of(live) + 1);
  }
  const auto bytes = check_room(object, false);
  if (!bytes) return bytes.refusal();
  const bool unchanged = same_content(essence(live), essence(object));
  if (options.dry_run || unchanged) {
    return Written{unchanged ? live : std::move(object), false, std::move(warnings)};
  }
  const bool was_held = find_path(live, {"metadata", "deletionTimestamp"}) != nullptr;
  const bool is_over = was_held && !has_finalizers(object);
  const Change& made = put(type, target.key(), std::move(object), *bytes);
  Document shown = presented(*made.after, type);
  if (is_over) erase_object(type.resource(), target.key());
  return Written{std::move(shown), false, std::move(warnings)};
}

// --- Patch

Outcome<Written> ClusterState::patch(const Target& target, PatchKind kind, const Document& patch,
                                     const WriteOptions& options) {
  const ObjectPointer live = store_.find(target.type.resource(), target.key());
  if (kind == PatchKind::apply) return apply(target, live, patch, options);
  if (live == nullptr) return not_found(target.type.group, target.type.plural, target.name);
  if (kind != PatchKind::json && patch.if_object() == nullptr) {
    return bad_request("the patch is no object");
  }
  const Document before = presented(*live, target.type);
  Document after;
  if (kind == PatchKind::json) {
    auto patched = json_patched(before, patch);
    if (!patched) return std::move(patched).refusal();
    after = *std::move(patched);
  } else if (kind == PatchKind::merge) {
    after = merge_patched(before, patch);
  } else {
    after = strategically_patched(before, patch, target.type.schema.get());
  }
  return update(target, std::move(after), options);
}

Outcome<Written> ClusterState::apply(const Target& target, const ObjectPointer& live,
                                     Document config, const WriteOptions& options) {
  if (options.manager.empty()) {
    return invalid(
        "meta.k8s.io", "PatchOptions", "",
        {{"FieldValueRequired", "Required value: is required for apply patch", "fieldManager"}});
  }
  std::vector<std::string> warnings;
  if (find_path(config, {"metadata", "managedFields"}) != nullptr) {
    return bad_request("metadata.managedFields must be nil");
  }
  const Document said = config;
  if (auto objection = adopt(target, config, options, warnings)) return *objection;
  const std::string& name = text_of(config, {"metadata", "name"});
  if (!name.empty() && name != target.name) {
    return bad_request("the name of the object (" + name +
                       ") does not match the name on the URL (" + target.name + ')');
  }
  const ResourceType& type = target.type;
  const Document none{DocumentObject{}};
  const Document before = live == nullptr ? none : presented(*live, type);
  // What the schema would fill in is nobody's wish.
  Document wish = said;
  prune(wish, type.schema.get());
  for (const char* const field : {"apiVersion", "kind"}) keep_member(wish, config, field);
  if (type.has_status && !target.status) remove_member(wish, "status");
  auto applied =
      embedded::apply(live == nullptr ? nullptr : &before, managers_of(before), wish,
                      manager_of(target, options, "Apply"), type.schema.get(), options.force);
  if (!applied) return std::move(applied).refusal();
  Document object = std::move(applied->object);
  fill_defaults(object, type.schema.get());
  Document& metadata = member_of(object, "metadata");
  set_member(metadata, "name", target.name);
  if (type.namespaced) set_member(metadata, "namespace", target.space);
  set_member(metadata, "managedFields", to_json(applied->managers));
  if (live != nullptr) {
    const std::string& revision = text_of(said, {"metadata", "resourceVersion"});
    if (!revision.empty() && revision != text_of(*live, {"metadata", "resourceVersion"})) {
      return modified_meanwhile(target);
    }
    return change(target, before, std::move(object), options, std::move(warnings));
  }
  if (target.status) return not_found(type.group, type.plural, target.name);
  if (auto objection = check_names(type, object)) return *objection;
  if (auto objection = check_space(target)) return *objection;
  return make(target, std::move(object), options, std::move(warnings));
}

// --- Delete

Outcome<ClusterState::Deleted> ClusterState::remove(const Target& target,
                                                    const WriteOptions& options) {
  const std::string resource = target.type.resource();
  const ObjectPointer live = store_.find(resource, target.key());
  if (live == nullptr) return not_found(target.type.group, target.type.plural, target.name);
  for (const auto& [expected, field] : {std::pair{&options.expected_uid, "uid"},
                                        std::pair{&options.expected_revision, "resourceVersion"}}) {
    const std::string& is = text_of(*live, {"metadata", field});
    if (!expected->empty() && *expected != is) {
      return conflict(target, "Precondition failed: " + std::string{field} +
                                  " in precondition: " + *expected + ", in object meta: " + is);
    }
  }
  if (resource == "namespaces" && is_lasting(target.name)) {
    return forbidden("namespaces \"" + target.name +
                     "\" is forbidden: this namespace may not be deleted");
  }
  Document object = presented(*live, target.type);
  if (has_finalizers(object)) {
    if (find_path(object, {"metadata", "deletionTimestamp"}) == nullptr) {
      set_member(member_of(object, "metadata"), "deletionTimestamp", auth::utc_text(options.now));
      set_member(member_of(object, "metadata"), "deletionGracePeriodSeconds", 0);
      set_member(member_of(object, "metadata"), "generation", generation_of(*live) + 1);
      const auto bytes = check_room(object, false);
      if (!bytes) return bytes.refusal();
      if (!options.dry_run) object = *put(target.type, target.key(), object, *bytes).after;
    }
    return Deleted{presented(object, target.type), false};
  }
  if (!options.dry_run) erase_object(resource, target.key());
  return Deleted{std::move(object), true};
}

// --- The store

const Change& ClusterState::put(const ResourceType& type, const std::string& key, Document object,
                                std::size_t bytes) {
  const Change& change = store_.put(type.resource(), key, std::move(object), bytes);
  if (change.resource == definitions) after_definition(*change.after);
  if (listener_) listener_(change);
  return change;
}

void ClusterState::erase_object(const std::string& resource, const std::string& key) {
  const ObjectPointer gone = store_.find(resource, key);
  if (gone == nullptr) return;
  // What depends on it first, so that nobody sees it without.
  if (resource == definitions) remove_all_of(*gone);
  if (resource == "namespaces") remove_all_in(key.substr(1));
  const Change& change = store_.remove(resource, key);
  if (resource == definitions) types_.remove(text_of(*gone, {"metadata", "name"}));
  if (listener_) listener_(change);
}

void ClusterState::after_definition(const Document& definition) {
  auto declared = types_.declared_by(definition);
  if (declared) types_.put(text_of(definition, {"metadata", "name"}), *std::move(declared));
}

void ClusterState::remove_all_of(const Document& definition) {
  const std::string resource = text_of(definition, {"metadata", "name"});
  const auto page = store_.page(resource, "", store_.revision(), "", 0);
  for (const auto& [key, object] : page.objects) erase_object(resource, key);
}

void ClusterState::remove_all_in(const std::string& space) {
  std::vector<std::string> resources;
  for (const ResourceType& type : types_.all()) {
    if (type.namespaced) resources.push_back(type.resource());
  }
  std::ranges::sort(resources);
  resources.erase(std::unique(resources.begin(), resources.end()), resources.end());
  for (const std::string& resource : resources) {
    const auto page = store_.page(resource, space + '/', store_.revision(), "", 0);
    for (const auto& [key, object] : page.objects) erase_object(resource, key);
  }
}

}  // namespace mainstay::clusters::embedded
