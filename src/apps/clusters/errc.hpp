#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace mainstay::clusters {

/// What the platform API refuses or could not do; one row each in errc.cpp, in this order.
enum class Errc : std::uint8_t {
  // What was asked.
  body_invalid = 1,         // no JSON, or not the shape of this route
  field_invalid,            // one field, which the detail names, and what it may be
  query_invalid,            // a parameter, or a cursor
  document_invalid,         // YAML or JSON of a document
  too_large,                // beyond a bound that the detail names
  idempotency_key_invalid,  // no header that can be kept
  idempotency_key_reused,   // the key was used for something else
  // What there is.
  node_group_not_found,
  secret_not_found,
  instance_type_not_found,
  change_not_found,
  already_exists,  // a create of what there is
  conflict,        // somebody else changed it meanwhile
  // Who may.
  permission_missing,
  tls_required,  // secrets only over TLS, or from this machine
  policy_denied,
  // Others.
  not_ready,  // no first list of the cluster yet
  cluster_unavailable,
  cluster_refused,
  forge_unavailable,
  forge_refused,
  git_failed,
  certificate_unavailable,
  certificate_expired,
  seal_failed,
  template_invalid,
  catalogue_unavailable,
  // Us.
  busy,               // a queue is full
  store_failed,       // nothing was kept
  too_many_requests,  // of one account
};

const ErrorRow& error_row(Errc code);

}  // namespace mainstay::clusters
