#pragma once

#include <string_view>

#include "apps/apim/domain/catalog.hpp"
#include "base/result.hpp"

namespace mainstay::apim {

/// Who calls, as the parameters say; empty means absent.
struct CallerKeys {
  std::string_view provider_key;  // wins over the token, however wrong the token is
  std::string_view service_token;
  std::string_view service_id;
};

/// The provider key that a call counts for: the one given, or that of the token's service. A given
/// key is not checked here. Errors: provider_key_or_service_token_required, service_id_missing,
/// service_token_invalid.
Result<std::string_view> resolve_provider_key(const Catalog& catalog, const CallerKeys& caller);

/// The service that is called: by id, else the provider's default one; and it must be the
/// provider's own. Errors: provider_key_invalid_or_service_missing, service_id_invalid,
/// provider_key_invalid.
Result<const Service*> resolve_service(const Catalog& catalog, std::string_view provider_key,
                                       std::string_view service_id);

}  // namespace mainstay::apim
