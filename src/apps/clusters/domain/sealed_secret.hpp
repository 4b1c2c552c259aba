#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/clusters/domain/document.hpp"
#include "apps/clusters/fundamental.hpp"
#include "base/result.hpp"
#include "base/secret_text.hpp"

// SealedSecret (bitnami.com/v1alpha1) as the sealed-secrets project's controller and its kubeseal
// know it (pkg/apis/sealedsecrets/v1alpha1). Here is everything about such an object but the
// cryptography, which sealing/ does. No function repeats a value in an error.
namespace mainstay::clusters {

/// Where a sealed value may be opened: under its own name, in its namespace, or anywhere.
enum class SealScope : std::uint8_t { strict, namespace_wide, cluster_wide };
std::string_view to_text(SealScope scope);  // "strict", "namespace-wide", "cluster-wide"
std::optional<SealScope> parse_seal_scope(std::string_view text);

/// What a value's encryption is bound to: the label of RSA-OAEP. "namespace/name", "namespace", "".
std::string seal_label(SealScope scope, const NamespaceName& namespace_name,
                       const SecretName& name);

struct SecretLiteral {
  std::string key;  // is_secret_key()
  SecretText value;
};

/// A Secret before it is sealed.
struct SecretContent {
  SecretName name;
  NamespaceName namespace_name;
  SealScope scope = SealScope::strict;
  std::string type = {};  // "": Opaque, and not written
  bool immutable = false;
  std::vector<std::pair<std::string, std::string>> labels = {};
  std::vector<std::pair<std::string, std::string>> annotations = {};
  std::vector<SecretLiteral> literals = {};
};

struct EncryptedItem {
  std::string key;
  std::string base64;
};

/// What POST /api/secrets takes: `name`; `literals` of text; of ours `data` (values in base64, for
/// bytes that are no text), `namespace`, `scope`, `type`, `immutable`, `labels`, `annotations`.
/// Members that others read (`skip_pull_request`) are left to them; unknown ones are
/// Errc::body_invalid, a wrong one is Errc::field_invalid with its name. Sizes: Limits. Overwrites
/// every text of `body`, whatever comes of it.
Result<SecretContent> take_secret_request(Document& body, const NamespaceName& fallback);

/// A Secret's manifest, as kubeseal takes it: `data` and `stringData`; what only a cluster writes
/// is dropped, the annotation of `kubectl apply` too, since it repeats the values. `fallback` is
/// the namespace of a manifest without one. Overwrites every text of `manifest`. Errc::seal_failed.
Result<SecretContent> take_secret_manifest(Document& manifest,
                                           const std::optional<NamespaceName>& fallback);

/// The SealedSecret of `content` with these encrypted values, its keys in order.
Document sealed_secret(const SecretContent& content, std::vector<EncryptedItem> items);

/// Whose a SealedSecret is, and what it holds.
struct SealedFacts {
  SecretName name;
  NamespaceName namespace_name;
  SealScope scope = SealScope::strict;
  std::vector<EncryptedItem> items = {};
};
/// Checks the whole shape. The scope is that of the object's own metadata, and a template that
/// claims another one is refused: it would widen who can open the values (CVE-2026-22728).
/// Errc::document_invalid says what is wrong.
Result<SealedFacts> read_sealed_secret(const Document& object);
bool is_sealed_secret(const Document& object);

/// `existing` with the keys, labels and annotations of `update`, which has the same name,
/// namespace and scope (else Errc::conflict); the rest stays.
Result<Document> merged_sealed_secret(const Document& existing, const Document& update);

}  // namespace mainstay::clusters
