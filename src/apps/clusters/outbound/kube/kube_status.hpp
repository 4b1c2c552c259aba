#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "apps/clusters/domain/reflector.hpp"
#include "base/document.hpp"
#include "platform/http/client.hpp"

namespace mainstay::clusters {

/// What an API server says of a failure (meta/v1 Status).
struct KubeStatus {
  int code = 0;
  std::string reason = {};   // "Expired", "Forbidden", ...
  std::string message = {};  // for people
  bool version_too_large = false;
  std::optional<Millis> retry_after = {};
  Document details = {};
};

/// Of the object of an ERROR event, or a parsed body.
KubeStatus kube_status(const Document& status);
/// Of an answer that is no success; what is no Status (a proxy's page) is told by its HTTP status.
KubeStatus kube_status(const http::ClientResponse& answer);
ReflectorFailure reflector_failure(const KubeStatus& status);

}  // namespace mainstay::clusters
