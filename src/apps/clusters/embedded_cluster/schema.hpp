#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/clusters/embedded_cluster/refusal.hpp"
#include "base/document.hpp"

// Structural schemas: the part of OpenAPI v3 that a CustomResourceDefinition may say
// (kubernetes.io, "Specifying a structural schema"). A null schema admits anything. `pattern` and
// x-kubernetes-validations (CEL) are kept and shown, and not checked.
namespace mainstay::clusters::embedded {

/// How lists merge: x-kubernetes-list-type. Without a word they are atomic.
enum class ListKind { atomic, set, map };

/// Of the member; null when the schema does not say.
const Document* member_schema(const Document* schema, std::string_view name);
const Document* item_schema(const Document* schema);
ListKind list_kind(const Document* schema);
std::vector<std::string> list_keys(const Document* schema);
/// x-kubernetes-map-type: atomic.
bool is_atomic_map(const Document* schema);

/// What identifies an item of a list of kind map: its keys, in the order of their names, with the
/// schema's defaults for missing ones.
Document item_key(const Document& item, const Document* list_schema);

/// Removes what the schema does not name, and fills in its defaults. Gives the removed fields'
/// paths ("spec.sizes[0].extra"), at most `unknown_fields_max`.
inline constexpr std::size_t unknown_fields_max = 64;
std::vector<std::string> prune(Document& object, const Document* schema);
void fill_defaults(Document& object, const Document* schema);

/// What speaks against the object, in Kubernetes' words; at most `causes_max`.
inline constexpr std::size_t causes_max = 64;
std::vector<Cause> validate(const Document& object, const Document* schema);

}  // namespace mainstay::clusters::embedded
