#pragma once

#include "base/result.hpp"
#include "platform/openapi/document.hpp"

namespace mainstay::apim {

/// Adds what describes the public and the internal API: the files of openapi/, one a resource. A
/// new route is described in one of them, or in a new one; the tests tell when it is not.
Result<> describe(openapi::Document& document);

}  // namespace mainstay::apim
