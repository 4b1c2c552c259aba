#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace mainstay::apim {

/// A field of a form; views into the body.
struct FormPart {
  std::string_view name;
  std::string_view value;
};

/// The fields of a `multipart/form-data` body (RFC 7578) in their order; parts with a file name are
/// left out. Errors: bad_request when the boundary is missing or the parts are not closed by it.
Result<std::vector<FormPart>> parse_multipart(std::string_view body, std::string_view content_type);

}  // namespace mainstay::apim
