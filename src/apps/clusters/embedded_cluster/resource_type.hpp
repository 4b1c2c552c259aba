#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "apps/clusters/embedded_cluster/refusal.hpp"
#include "base/document.hpp"

namespace mainstay::clusters::embedded {

/// A column of a Table (additionalPrinterColumns).
struct Column {
  std::string name;
  std::string type;  // "integer", "number", "string", "boolean", "date"
  std::string format = {};
  std::string description = {};
  int priority = 0;
  std::string json_path = {};  // ".spec.size.max"
};

/// A kind of object in one version, as discovery tells it.
struct ResourceType {
  std::string group;  // "" is the core one
  std::string version;
  std::string kind;
  std::string list_kind;
  std::string plural;
  std::string singular;
  std::vector<std::string> short_names = {};
  std::vector<std::string> categories = {};
  bool namespaced = false;
  bool has_status = false;                      // as a subresource
  bool only_answers = false;                    // create alone, and nothing is kept: access reviews
  bool custom = false;                          // of a CustomResourceDefinition
  std::vector<Column> columns = {};             // behind the name; empty: the age alone
  std::shared_ptr<const Document> schema = {};  // of the whole object; null: anything

  [[nodiscard]] std::string api_version() const {
    return group.empty() ? version : group + '/' + version;
  }
  /// What objects of all versions are kept under: "nodegroups.cluster.example", "secrets".
  [[nodiscard]] std::string resource() const {
    return group.empty() ? plural : plural + '.' + group;
  }
  [[nodiscard]] std::vector<std::string> verbs() const;
  /// Of its definition in OpenAPI documents: "io.k8s.api.core.v1.Secret".
  [[nodiscard]] std::string model_name() const;
};

/// The kinds there are: the built-in ones, and those of CustomResourceDefinitions.
class ResourceTypes {
 public:
  /// The built-in ones, from the document builtin.json.
  explicit ResourceTypes(const Document& builtin);

  [[nodiscard]] const ResourceType* find(std::string_view group, std::string_view version,
                                         std::string_view plural) const;
  /// In the order of discovery: groups as they came, versions by preference, names.
  [[nodiscard]] const std::vector<ResourceType>& all() const { return all_; }
  /// Changes whenever all() does.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }

  /// What a CustomResourceDefinition (defaults filled in) declares, or what speaks against it.
  [[nodiscard]] Outcome<std::vector<ResourceType>> declared_by(const Document& definition) const;
  /// Puts a definition's types in the place of those it had.
  void put(const std::string& definition, std::vector<ResourceType> types);
  void remove(const std::string& definition);

 private:
  std::vector<ResourceType> all_;
  std::vector<std::string> definitions_;  // of all_; "" for built-in ones
  Document object_meta_;
  std::uint64_t generation_ = 1;
};

}  // namespace mainstay::clusters::embedded
