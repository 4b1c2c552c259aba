#pragma once

#include <span>

#include "base/result.hpp"
#include "platform/openapi/document.hpp"

namespace mainstay {

/// The product's OpenAPI document: what all modules say of their routes, for those that are there.
Result<openapi::Document::Rendered> describe_routes(std::span<const http::Router::Route> routes);

}  // namespace mainstay
