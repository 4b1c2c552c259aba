#pragma once

#include <string_view>

#include "apps/clusters/embedded_cluster/refusal.hpp"
#include "base/document.hpp"

namespace mainstay::clusters::embedded {

/// A body of the type application/vnd.kubernetes.protobuf, which Go's typed clients send (kubectl
/// since 1.33), as the object it is: of the built-in kinds that we have, and DeleteOptions. Bytes
/// become base64, as in JSON; times are left out, since the server sets them. Refusal 415 for other
/// kinds, 400 for what is no such message.
///
/// The format (kubernetes.io, "API Concepts"): "k8s\0", then a runtime.Unknown. Fields: the
/// generated.proto files of k8s.io/api and k8s.io/apimachinery.
Outcome<Document> parse_protobuf_body(std::string_view body);

}  // namespace mainstay::clusters::embedded
