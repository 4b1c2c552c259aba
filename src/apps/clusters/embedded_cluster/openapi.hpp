#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "apps/clusters/embedded_cluster/resource_type.hpp"
#include "base/document.hpp"

// What there is, as OpenAPI documents: kubectl checks and explains objects by them, and learns from
// their PATCH operations what the server can do.
namespace mainstay::clusters::embedded {

/// OpenAPI 2.0 of everything: /openapi/v2.
Document openapi_v2(const ResourceTypes& types);

/// The index of /openapi/v3.
Document openapi_v3_index(const ResourceTypes& types);
/// OpenAPI 3.0 of one group and version ("api/v1", "apis/GROUP/VERSION"); nothing for no such.
std::optional<Document> openapi_v3(const ResourceTypes& types, std::string_view path);

/// An OpenAPI 2.0 document as the protobuf message openapi.v2.Document of gnostic, as far as
/// openapi_v2() goes (github.com/google/gnostic, openapiv2/OpenAPIv2.proto).
std::string openapi_v2_protobuf(const Document& document);

}  // namespace mainstay::clusters::embedded
