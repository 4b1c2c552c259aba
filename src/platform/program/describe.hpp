#pragma once

#include <span>

#include "base/result.hpp"
#include "platform/openapi/document.hpp"

namespace mainstay {

struct Product;

/// The product's OpenAPI document: what all modules say of their routes, for those that are there.
/// `has_gate`: some may be behind API management.
Result<openapi::Document::Rendered> describe_routes(const Product& product, bool has_gate,
                                                    std::span<const http::Router::Route> routes);

}  // namespace mainstay
