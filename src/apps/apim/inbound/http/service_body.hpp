#pragma once

#include <optional>
#include <string>

#include "apps/apim/domain/service_edit.hpp"
#include "base/result.hpp"

namespace mainstay::apim {

struct InternalCall;

struct ServiceBody {
  std::optional<ServiceId> id;
  ServiceChange change;
  std::optional<std::string> timezone;  // its name; empty: UTC
};

/// Of the body's `service`. Errors: value_missing, value_invalid.
Result<ServiceBody> read_service(const InternalCall& call);

}  // namespace mainstay::apim
