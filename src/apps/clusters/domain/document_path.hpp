#pragma once

#include <string_view>

#include "base/document.hpp"

namespace mainstay::clusters {

/// The member of that name, or null (the value) where there is none: look-ups can be chained.
const Document& member_of(const Document& object, std::string_view name);
/// The text of a member; "" where it is missing or no text. A view into the object.
std::string_view text_of(const Document& object, std::string_view name);
/// Of `status.conditions` the one of that type; null (the value) when there is none.
const Document& condition_of(const Document& object, std::string_view type);

}  // namespace mainstay::clusters
