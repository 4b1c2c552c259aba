#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mainstay {
class Document;
}

namespace mainstay::clusters {

/// An object's metadata without its content: all that we keep of a Secret, whose values are dropped
/// while they are read. One block of memory, since there may be a hundred thousand of them. Without
/// managedFields and the annotation of `kubectl apply`.
class ObjectFacts {
 public:
  struct Fields {
    std::string_view name = {};
    std::string_view namespace_name = {};
    std::string_view uid = {};
    std::string_view resource_version = {};
    std::string_view created = {};  // RFC 3339, as the server tells it
  };
  using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;

  ObjectFacts() = default;
  ObjectFacts(const Fields& fields, const Pairs& labels, const Pairs& annotations);

  // Views into this object.
  [[nodiscard]] Fields fields() const;
  [[nodiscard]] std::string_view name() const;
  [[nodiscard]] std::string_view namespace_name() const;
  [[nodiscard]] Pairs labels() const;
  [[nodiscard]] Pairs annotations() const;
  /// "" when absent.
  [[nodiscard]] std::string_view label(std::string_view key) const;
  [[nodiscard]] std::string_view annotation(std::string_view key) const;

 private:
  std::string packed_;  // name, namespace, the other fields, pairs: each behind its length
};
inline std::string_view object_name(const ObjectFacts& facts) { return facts.name(); }
inline std::string_view object_namespace(const ObjectFacts& facts) {
  return facts.namespace_name();
}

inline std::string_view object_version(const ObjectFacts& facts) {
  return facts.fields().resource_version;
}

/// Of `metadata` of any object; what is missing stays empty.
ObjectFacts object_facts(const Document& object);

/// What is public of a SealedSecret (bitnami.com/v1alpha1).
struct SealedSecretFacts {
  ObjectFacts object = {};
  std::vector<std::string> keys = {};  // of encryptedData
  std::string scope = {};              // "strict", "namespace-wide", "cluster-wide"
  std::string secret_type = {};        // of its template; "": Opaque
  std::string synced = {};             // the condition Synced: "True", "False", "Unknown"; "": none
  std::string message = {};            // what the controller says of it
};
inline std::string_view object_name(const SealedSecretFacts& facts) { return facts.object.name(); }
inline std::string_view object_namespace(const SealedSecretFacts& facts) {
  return facts.object.namespace_name();
}
inline std::string_view object_version(const SealedSecretFacts& facts) {
  return object_version(facts.object);
}
SealedSecretFacts sealed_secret_facts(const Document& object);

/// An Argo CD Application or a Flux Kustomization: what brings a repository into the cluster.
struct Delivery {
  enum class Tool : std::uint8_t { argo_cd, flux };
  struct Resource {
    std::string kind = {};
    std::string namespace_name = {};
    std::string name = {};
    std::string sync = {};    // Argo CD: "Synced", "OutOfSync"; Flux: ""
    std::string health = {};  // Argo CD: "Healthy", "Progressing", "Degraded", ...; Flux: ""
    bool operator==(const Resource&) const = default;
  };

  Tool tool = Tool::argo_cd;
  std::string name = {};
  std::string namespace_name = {};
  std::string sync = {};    // Synced, OutOfSync, Unknown; Flux: by the condition Ready
  std::string health = {};  // Healthy, Progressing, Degraded, Suspended, Missing, Unknown
  std::string revision =
      {};                  // the commit that is in the cluster; Flux: "main@sha1:..." reduced to it
  std::string phase = {};  // of Argo CD's operation: Running, Succeeded, Failed, Error, ...
  std::string message = {};
  std::string repository = {};  // the URL, where the object names one
  std::vector<Resource> resources = {};
  std::string resource_version = {};  // of the object read
  bool operator==(const Delivery&) const = default;
};
inline std::string_view object_name(const Delivery& delivery) { return delivery.name; }
inline std::string_view object_namespace(const Delivery& delivery) {
  return delivery.namespace_name;
}
inline std::string_view object_version(const Delivery& delivery) {
  return delivery.resource_version;
}
Delivery argo_delivery(const Document& application);
Delivery flux_delivery(const Document& kustomization);

}  // namespace mainstay::clusters
