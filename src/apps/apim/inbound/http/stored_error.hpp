#pragma once

#include "apps/apim/ports/events.hpp"
#include "base/error.hpp"
#include "platform/http/request.hpp"

namespace mainstay::apim {

/// What is kept of a call that failed: the error, and the request around it as JSON. Credentials
/// are masked in both; each text is cut to Limits::stored_text_bytes_max.
StoredError stored_error(const http::Request& request, const Error& error);

}  // namespace mainstay::apim
