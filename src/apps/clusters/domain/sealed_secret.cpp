#include "apps/clusters/domain/sealed_secret.hpp"

#include <algorithm>
#include <array>

#include "apps/clusters/domain/names.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/limits.hpp"
#include "base/text.hpp"

namespace mainstay::clusters {
namespace {

using TextPairs = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view sealed_api_version = "bitnami.com/v1alpha1";
constexpr std::string_view cluster_wide_note = "sealedsecrets.bitnami.com/cluster-wide";
constexpr std::string_view namespace_wide_note = "sealedsecrets.bitnami.com/namespace-wide";
// What these programs note is the whole object, values included.
constexpr std::array<std::string_view, 2> notes_with_values{
    "kubectl.kubernetes.io/last-applied-configuration", "kubecfg.ksonnet.io/last-applied"};

bool is_scope_note(std::string_view name) {
  return name == cluster_wide_note || name == namespace_wide_note;
}

Error wrong_field(std::string_view name, std::string_view wanted) {
  return {Errc::field_invalid, std::string{name} + ": " + std::string{wanted}};
}

Error not_sealed_secret(std::string what) { return {Errc::document_invalid, std::move(what)}; }

/// As the controller reads it: the wider one wins, and only the text "true" counts.
SealScope scope_in(const Document* annotations) {
  const auto has = [&](std::string_view note) {
    const std::string* const text =
        annotations == nullptr ? nullptr : annotations->find_string(note);
    return text != nullptr && *text == "true";
  };
  if (has(cluster_wide_note)) return SealScope::cluster_wide;
  return has(namespace_wide_note) ? SealScope::namespace_wide : SealScope::strict;
}

/// Labels or annotations; none when `from` is missing.
Result<TextPairs> read_pairs(const Document* from, std::string_view field, bool are_labels) {
  TextPairs pairs;
  if (from == nullptr || from->is_null()) return pairs;
  const DocumentObject* const members = from->if_object();
  if (members == nullptr || members->size() > Limits::labels_max) {
    return wrong_field(field, "an object of at most 64 texts");
  }
  for (const DocumentMember& member : *members) {
    const std::string name = std::string{field} + "." + repaired_utf8(member.name.substr(0, 80));
    if (!is_qualified_name(member.name)) return wrong_field(name, "no name that Kubernetes takes");
    const std::string* const text = member.value.if_string();
    if (text == nullptr) return wrong_field(name, "text is wanted; quote it");
    if (are_labels && !is_label_value(*text)) {
      return wrong_field(name, "a label's value is up to 63 of [-._a-zA-Z0-9]");
    }
    pairs.emplace_back(member.name, *text);
  }
  return pairs;
}

Result<> read_text(const Document& from, std::string_view name, std::string& out) {
  const Document* const found = from.find(name);
  if (found == nullptr || found->is_null()) return {};
  if (found->if_string() == nullptr) return wrong_field(name, "text is wanted; quote it");
  out = *found->if_string();
  return {};
}

/// Kubernetes takes any text; those that there are look like labels.
Result<> read_type(const Document& from, std::string& out) {
  MS_TRY_VOID(read_text(from, "type", out));
  if (out.empty() || is_qualified_name(out)) return {};
  return wrong_field("type", "a name such as Opaque or kubernetes.io/tls is wanted");
}

Result<> read_flag(const Document& from, std::string_view name, bool& out) {
  const Document* const found = from.find(name);
  if (found == nullptr || found->is_null()) return {};
  if (found->if_bool() == nullptr) return wrong_field(name, "true or false is wanted");
  out = *found->if_bool();
  return {};
}

enum class Encoding : std::uint8_t { text, base64 };

/// A Secret's keys with their values, which `from` loses.
Result<> take_literals(Document* from, std::string_view field, Encoding encoding,
                       std::vector<SecretLiteral>& out) {
  if (from == nullptr || from->is_null()) return {};
  DocumentObject* const members = from->if_object();
  if (members == nullptr) return wrong_field(field, "an object of texts is wanted");
  for (DocumentMember& member : *members) {
    const std::string name = std::string{field} + "." + repaired_utf8(member.name.substr(0, 80));
    if (!is_secret_key(member.name)) {
      return wrong_field(name, "a key is 1 to 253 of [-._a-zA-Z0-9], neither . nor ..*");
    }
    if (member.value.if_string() == nullptr) return wrong_field(name, "text is wanted; quote it");
    auto& text = const_cast<std::string&>(*member.value.if_string());
    if (encoding == Encoding::text) {
      out.push_back({member.name, SecretText::taken_from(text)});
      continue;
    }
    std::optional<std::string> bytes = base64_decode(text);
    if (!bytes) return wrong_field(name, "no base64 with padding");
    out.push_back({member.name, SecretText::taken_from(*bytes)});
  }
  return {};
}

/// In the order of keys, each once, within Secret's bounds.
Result<> settle_literals(std::vector<SecretLiteral>& literals) {
  // The later one wins: stringData over data, as in an API server.
  std::ranges::stable_sort(literals, {}, &SecretLiteral::key);
  std::vector<SecretLiteral> once;
  for (SecretLiteral& literal : literals) {
    if (!once.empty() && once.back().key == literal.key) once.pop_back();
    once.push_back(std::move(literal));
  }
  literals = std::move(once);
  if (literals.empty()) return wrong_field("literals", "a secret without keys says nothing");
  std::size_t bytes = 0;
  for (const SecretLiteral& literal : literals) bytes += literal.key.size() + literal.value.size();
  if (literals.size() > Limits::secret_keys_max || bytes > Limits::secret_bytes_max) {
    return Error{Errc::field_invalid, "literals: at most " +
                                          std::to_string(Limits::secret_keys_max) +
                                          " keys of together 1 MiB, as Kubernetes keeps them"};
  }
  return {};
}

Result<> require_known_members(const Document& body) {
  static constexpr std::array<std::string_view, 11> known{
      "name",   "namespace",   "literals",          "data",  "scope", "type", "immutable",
      "labels", "annotations", "skip_pull_request", "reason"};
  const DocumentObject* const members = body.if_object();
  if (members == nullptr) return Error{Errc::body_invalid, "an object is wanted"};
  for (const DocumentMember& member : *members) {
    if (std::ranges::find(known, member.name) == known.end()) {
      return Error{Errc::body_invalid,
                   "unknown member " + repaired_utf8(member.name.substr(0, 80))};
    }
  }
  return {};
}

Result<SecretContent> secret_in_request(Document& body, const NamespaceName& fallback) {
  MS_TRY_VOID(require_known_members(body));
  SecretContent content{.name = {}, .namespace_name = fallback};
  std::string name;
  std::string namespace_name;
  std::string scope{to_text(SealScope::strict)};
  MS_TRY_VOID(read_text(body, "name", name));
  MS_TRY_VOID(read_text(body, "namespace", namespace_name));
  MS_TRY_VOID(read_text(body, "scope", scope));
  MS_TRY(content.name, parse_secret_name(name));
  if (!namespace_name.empty()) {
    MS_TRY(content.namespace_name, parse_namespace(namespace_name));
  }
  const auto known = parse_seal_scope(scope);
  if (!known) return wrong_field("scope", "strict, namespace-wide or cluster-wide");
  content.scope = *known;
  MS_TRY_VOID(read_type(body, content.type));
  MS_TRY_VOID(read_flag(body, "immutable", content.immutable));
  MS_TRY(content.labels, read_pairs(body.find("labels"), "labels", true));
  MS_TRY(content.annotations, read_pairs(body.find("annotations"), "annotations", false));
  if (std::ranges::any_of(content.annotations,
                          [](const auto& pair) { return is_scope_note(pair.first); })) {
    return wrong_field("annotations", "the scope is asked for by scope");
  }
  MS_TRY_VOID(take_literals(find_path(body, {"data"}), "data", Encoding::base64, content.literals));
  MS_TRY_VOID(
      take_literals(find_path(body, {"literals"}), "literals", Encoding::text, content.literals));
  MS_TRY_VOID(settle_literals(content.literals));
  return content;
}

/// The namespace that a manifest names, or the one beside it; both must agree.
Result<NamespaceName> namespace_in(const Document& manifest,
                                   const std::optional<NamespaceName>& fallback) {
  const Document* const found = find_path(manifest, {"metadata", "namespace"});
  if (found == nullptr || found->is_null()) {
    if (fallback) return *fallback;
    return wrong_field("metadata.namespace", "is missing, and none was given beside it");
  }
  if (found->if_string() == nullptr) {
    return wrong_field("metadata.namespace",
                       "text is wanted; n, no, on and the like are no text in YAML: quote it");
  }
  MS_TRY(NamespaceName named, parse_namespace(*found->if_string()));
  if (fallback && *fallback != named) {
    return wrong_field("metadata.namespace",
                       named.get() + ", but " + fallback->get() + " was asked for");
  }
  return named;
}

Result<SecretContent> secret_in_manifest(Document& manifest,
                                         const std::optional<NamespaceName>& fallback) {
  if (text_at(manifest, {"apiVersion"}) != "v1" || text_at(manifest, {"kind"}) != "Secret") {
    return Error{Errc::document_invalid, "apiVersion v1 and kind Secret are wanted"};
  }
  const std::string* const name = find_text(manifest, {"metadata", "name"});
  if (name == nullptr) return wrong_field("metadata.name", "text is wanted; quote it");
  SecretContent content;
  MS_TRY(content.name, parse_secret_name(*name));
  MS_TRY(content.namespace_name, namespace_in(manifest, fallback));
  const Document* const notes = find_path(manifest, {"metadata", "annotations"});
  content.scope = scope_in(notes);
  MS_TRY_VOID(read_type(manifest, content.type));
  MS_TRY_VOID(read_flag(manifest, "immutable", content.immutable));
  MS_TRY(content.labels,
         read_pairs(find_path(manifest, {"metadata", "labels"}), "metadata.labels", true));
  MS_TRY(content.annotations, read_pairs(notes, "metadata.annotations", false));
  std::erase_if(content.annotations, [](const auto& pair) {
    return is_scope_note(pair.first) ||
           std::ranges::find(notes_with_values, pair.first) != notes_with_values.end();
  });
  MS_TRY_VOID(
      take_literals(find_path(manifest, {"data"}), "data", Encoding::base64, content.literals));
  MS_TRY_VOID(take_literals(find_path(manifest, {"stringData"}), "stringData", Encoding::text,
                            content.literals));
  MS_TRY_VOID(settle_literals(content.literals));
  return content;
}

Document document_of(const TextPairs& pairs) {
  DocumentObject members;
  for (const auto& [name, value] : pairs) members.push_back({name, value});
  return members;
}

void note_scope(Document& metadata, SealScope scope) {
  if (scope == SealScope::strict) return;
  set_member(member_of(metadata, "annotations"),
             scope == SealScope::cluster_wide ? cluster_wide_note : namespace_wide_note, "true");
}

/// Each is text or is not there.
Result<> check_annotations(const Document& metadata, std::string_view where) {
  const Document* const notes = metadata.find("annotations");
  if (notes == nullptr || notes->is_null()) return {};
  if (notes->if_object() == nullptr) {
    return not_sealed_secret(std::string{where} + ".annotations is no object");
  }
  for (const DocumentMember& note : *notes->if_object()) {
    if (note.value.if_string() == nullptr) {
      return not_sealed_secret(std::string{where} + ".annotations." +
                               repaired_utf8(note.name.substr(0, 80)) +
                               " is no text; quote it (true is a bool in YAML)");
    }
  }
  return {};
}

/// What a template claims must be what the object says.
Result<> check_template(const Document& object, const SealedFacts& facts) {
  const Document* const metadata = find_path(object, {"spec", "template", "metadata"});
  if (metadata == nullptr || metadata->is_null()) return {};
  MS_TRY_VOID(check_annotations(*metadata, "spec.template.metadata"));
  const std::string* const name = metadata->find_string("name");
  const std::string* const namespace_name = metadata->find_string("namespace");
  if ((name != nullptr && *name != facts.name.get()) ||
      (namespace_name != nullptr && *namespace_name != facts.namespace_name.get())) {
    return not_sealed_secret("spec.template.metadata names another secret than metadata does");
  }
  const Document* const notes = metadata->find("annotations");
  const SealScope claimed = scope_in(notes);
  const bool is_silent = notes == nullptr || (notes->find(cluster_wide_note) == nullptr &&
                                              notes->find(namespace_wide_note) == nullptr);
  if (is_silent || claimed == facts.scope) return {};
  return not_sealed_secret("spec.template claims the scope " + std::string{to_text(claimed)} +
                           ", metadata has " + std::string{to_text(facts.scope)} +
                           "; only metadata's counts, make them agree");
}

Result<std::vector<EncryptedItem>> read_encrypted(const Document& object) {
  const Document* const data = find_path(object, {"spec", "encryptedData"});
  if (data == nullptr || data->if_object() == nullptr) {
    return not_sealed_secret(
        "spec.encryptedData is no object (spec.data, the form before 2018, "
        "is not taken)");
  }
  std::vector<EncryptedItem> items;
  for (const DocumentMember& member : *data->if_object()) {
    const std::string shown = repaired_utf8(member.name.substr(0, 80));
    if (!is_secret_key(member.name)) {
      return not_sealed_secret("spec.encryptedData." + shown + " is no key of a Secret");
    }
    const std::string* const text = member.value.if_string();
    if (text == nullptr || text->empty() || !base64_decode(*text)) {
      return not_sealed_secret("spec.encryptedData." + shown + " is no base64");
    }
    items.push_back({member.name, *text});
  }
  if (items.empty() || items.size() > Limits::secret_keys_max) {
    return not_sealed_secret("spec.encryptedData holds no key, or more than " +
                             std::to_string(Limits::secret_keys_max));
  }
  return items;
}

}  // namespace

std::string_view to_text(SealScope scope) {
  static constexpr std::array<std::string_view, 3> texts{"strict", "namespace-wide",
                                                         "cluster-wide"};
  return texts[static_cast<std::size_t>(scope)];
}

std::optional<SealScope> parse_seal_scope(std::string_view text) {
  for (const SealScope scope :
       {SealScope::strict, SealScope::namespace_wide, SealScope::cluster_wide}) {
    if (text == to_text(scope)) return scope;
  }
  return std::nullopt;
}

std::string seal_label(SealScope scope, const NamespaceName& namespace_name,
                       const SecretName& name) {
  if (scope == SealScope::cluster_wide) return {};
  if (scope == SealScope::namespace_wide) return namespace_name.get();
  return namespace_name.get() + "/" + name.get();
}

Result<SecretContent> take_secret_request(Document& body, const NamespaceName& fallback) {
  auto content = secret_in_request(body, fallback);
  overwrite_texts(body);
  return content;
}

Result<SecretContent> take_secret_manifest(Document& manifest,
                                           const std::optional<NamespaceName>& fallback) {
  auto content = secret_in_manifest(manifest, fallback);
  overwrite_texts(manifest);
  return content;
}

Document sealed_secret(const SecretContent& content, std::vector<EncryptedItem> items) {
  std::ranges::sort(items, {}, &EncryptedItem::key);
  Document metadata =
      DocumentObject{{"name", content.name.get()}, {"namespace", content.namespace_name.get()}};
  Document made = metadata;
  if (!content.labels.empty()) set_member(made, "labels", document_of(content.labels));
  if (!content.annotations.empty()) {
    set_member(made, "annotations", document_of(content.annotations));
  }
  note_scope(metadata, content.scope);
  note_scope(made, content.scope);
  Document shape = DocumentObject{{"metadata", std::move(made)}};
  if (!content.type.empty()) set_member(shape, "type", content.type);
  if (content.immutable) set_member(shape, "immutable", true);
  DocumentObject encrypted;
  for (EncryptedItem& item : items) {
    encrypted.push_back({std::move(item.key), std::move(item.base64)});
  }
  return DocumentObject{{"apiVersion", sealed_api_version},
                        {"kind", "SealedSecret"},
                        {"metadata", std::move(metadata)},
                        {"spec", DocumentObject{{"encryptedData", std::move(encrypted)},
                                                {"template", std::move(shape)}}}};
}

bool is_sealed_secret(const Document& object) {
  return text_at(object, {"kind"}) == "SealedSecret" &&
         text_at(object, {"apiVersion"}) == sealed_api_version;
}

Result<SealedFacts> read_sealed_secret(const Document& object) {
  if (!is_sealed_secret(object)) {
    return not_sealed_secret("apiVersion bitnami.com/v1alpha1 and kind SealedSecret are wanted");
  }
  const std::string* const name = find_text(object, {"metadata", "name"});
  const std::string* const namespace_name = find_text(object, {"metadata", "namespace"});
  if (name == nullptr || namespace_name == nullptr) {
    return not_sealed_secret(
        "metadata.name and metadata.namespace are wanted, as text; n, no, on and the like are no "
        "text in YAML: quote them");
  }
  SealedFacts facts;
  MS_TRY(facts.name, parse_secret_name(*name));
  MS_TRY(facts.namespace_name, parse_namespace(*namespace_name));
  MS_TRY_VOID(check_annotations(*object.find("metadata"), "metadata"));
  facts.scope = scope_in(find_path(object, {"metadata", "annotations"}));
  MS_TRY_VOID(check_template(object, facts));
  MS_TRY(facts.items, read_encrypted(object));
  return facts;
}

Result<Document> merged_sealed_secret(const Document& existing, const Document& update) {
  MS_TRY(const SealedFacts before, read_sealed_secret(existing));
  MS_TRY(const SealedFacts after, read_sealed_secret(update));
  if (before.name != after.name || before.namespace_name != after.namespace_name) {
    return Error{Errc::conflict, "the file holds the secret " + before.namespace_name.get() + "/" +
                                     before.name.get()};
  }
  if (before.scope != after.scope) {
    return Error{Errc::conflict,
                 "the secret's scope is " + std::string{to_text(before.scope)} +
                     "; its values cannot be opened in another one: seal them all anew"};
  }
  Document merged = existing;
  for (const EncryptedItem& item : after.items) {
    set_member(*find_path(merged, {"spec", "encryptedData"}), item.key, item.base64);
  }
  for (const std::string_view part : {"labels", "annotations"}) {
    const Document* const pairs = find_path(update, {"spec", "template", "metadata", part});
    if (pairs == nullptr || pairs->if_object() == nullptr) continue;
    Document& metadata = member_of(member_of(member_of(merged, "spec"), "template"), "metadata");
    for (const DocumentMember& pair : *pairs->if_object()) {
      set_member(member_of(metadata, part), pair.name, pair.value);
    }
  }
  return merged;
}

}  // namespace mainstay::clusters
