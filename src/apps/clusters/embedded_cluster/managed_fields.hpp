#pragma once

#include <string>
#include <vector>

#include "apps/clusters/embedded_cluster/field_set.hpp"
#include "apps/clusters/embedded_cluster/refusal.hpp"
#include "base/document.hpp"

// Who owns which field of an object, and what server-side apply makes of it (kubernetes.io,
// "Server-Side Apply"): maps are owned field by field, lists whole unless the schema says map or
// set.
namespace mainstay::clusters::embedded {

inline constexpr std::size_t managers_max = 256;  // of one object; the oldest writers are joined
inline constexpr std::size_t manager_bytes_max = 128;  // of a name

struct Manager {
  std::string name;
  std::string operation;  // "Apply" or "Update"
  std::string api_version;
  std::string subresource;
  std::string time;  // RFC 3339
  FieldSet fields = {};

  [[nodiscard]] bool is_same(const Manager& other) const {
    return name == other.name && operation == other.operation && api_version == other.api_version &&
           subresource == other.subresource;
  }
};

/// From and to metadata.managedFields; what is malformed is left out.
std::vector<Manager> managers_of(const Document& object);
Document to_json(const std::vector<Manager>& managers);

/// What a write that is no apply does to the owners: whatever it changed is its own now.
/// `before` null: it creates. Neither object's managedFields count.
void take_over(std::vector<Manager>& managers, const Manager& writer, const Document* before,
               const Document& after, const Document* schema);

struct Applied {
  Document object;  // without managedFields
  std::vector<Manager> managers;
};

/// `live` null: nothing is there yet. Refusal 409 names the owners of fields that `config` changes,
/// unless `force`, which takes them.
Outcome<Applied> apply(const Document* live, std::vector<Manager> managers, const Document& config,
                       const Manager& applier, const Document* schema, bool force);

/// The object that results when `config` is laid over `live`.
Document merged(const Document& live, const Document& config, const Document* schema);

}  // namespace mainstay::clusters::embedded
