#pragma once

#include <string_view>

#include "apps/apim/inbound/http/parameters.hpp"
#include "base/result.hpp"
#include "platform/http/request.hpp"

namespace mainstay::apim {

/// The idempotency key of a call: the text of the parameter, or of the header `Idempotency-Key`,
/// whose quotes do not belong to it. Empty: it has none. Lives as long as both arguments. Error:
/// idempotency_key_invalid, also when they differ.
Result<std::string_view> idempotency_key(const Parameters::Node* parameter,
                                         const http::Request& request);

}  // namespace mainstay::apim
