#pragma once

#include <string>
#include <string_view>

#include "apps/clusters/embedded_cluster/resource_type.hpp"
#include "base/clock.hpp"
#include "base/document.hpp"

namespace mainstay::clusters::embedded {

/// What of an object a table's row carries (includeObject).
enum class RowObject { none, metadata, object };

/// The columnDefinitions of a type's tables (meta/v1 Table).
Document column_definitions(const ResourceType& type);
Document table_row(const ResourceType& type, const Document& object, RowObject carries,
                   SystemTime now);

/// {"kind":"PartialObjectMetadata", ...} of an object.
Document metadata_alone(const Document& object);

/// What a JSONPath of additionalPrinterColumns finds first: members, ["name"], [0], [*] and
/// [?(@.name=="text")]; null (the pointer) for nothing, or for what is no such path.
const Document* find_by_path(const Document& object, std::string_view json_path);

/// As kubectl tells ages: "42s", "3m10s", "5h", "12d".
std::string age_text(Seconds age);

}  // namespace mainstay::clusters::embedded
