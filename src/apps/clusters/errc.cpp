#include "apps/clusters/errc.hpp"

#include <array>
#include <cstddef>

#include "base/check.hpp"

namespace mainstay::clusters {
namespace {

constexpr std::array<ErrorRow, 30> error_rows{{
    {"body_invalid", "the body is not what this route takes", 400},
    {"field_invalid", "a field is not allowed to be that", 422},
    {"query_invalid", "a parameter is not allowed to be that", 400},
    {"document_invalid", "the document cannot be used", 422},
    {"too_large", "more than is admitted", 413},
    {"idempotency_key_invalid", "Idempotency-Key must be one text of 1 to 128 printable characters",
     400},
    {"idempotency_key_reused", "this Idempotency-Key was used for another request", 422},
    {"node_group_not_found", "no node group of that name", 404},
    {"secret_not_found", "no secret of that name", 404},
    {"instance_type_not_found", "no instance type of that name", 404},
    {"change_not_found", "no request of that id", 404},
    {"already_exists", "there is one of that name already", 409},
    {"conflict", "it was changed meanwhile", 409},
    {"permission_missing", "your roles do not admit this", 403},
    {"tls_required", "secrets travel only over TLS, or within this machine", 403},
    {"policy_denied", "a policy does not admit this", 422},
    {"not_ready", "the cluster has not been read yet", 503, Retry::yes},
    {"cluster_unavailable", "the cluster does not answer", 503, Retry::yes},
    {"cluster_refused", "the cluster refused this", 502},
    {"forge_unavailable", "the forge does not answer", 503, Retry::yes},
    {"forge_refused", "the forge refused this", 502},
    {"git_failed", "git failed", 502, Retry::yes},
    {"certificate_unavailable", "there is no certificate to seal with", 503, Retry::yes},
    {"certificate_expired", "the certificate to seal with has expired", 422},
    {"seal_failed", "this cannot be sealed", 422},
    {"template_invalid", "the template cannot be used", 500},
    {"catalogue_unavailable", "there are no instance types yet", 503, Retry::yes},
    {"busy", "too much is waiting; try again in a moment", 503, Retry::yes},
    {"store_failed", "nothing can be stored at the moment; nothing was changed", 503, Retry::yes},
    {"too_many_requests", "one account may not ask that often", 429, Retry::yes},
}};

}  // namespace

const ErrorRow& error_row(Errc code) {
  const auto index = static_cast<std::size_t>(code) - 1;
  MS_CHECK(index < error_rows.size());
  return error_rows[index];
}

}  // namespace mainstay::clusters
