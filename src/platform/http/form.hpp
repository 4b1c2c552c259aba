#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mainstay::http {

using FormFields = std::vector<std::pair<std::string, std::string>>;

/// The fields of an `application/x-www-form-urlencoded` body or of a query, in their order. Nothing
/// when there are more than `fields_max`, when an escape is bad, or when a name or value is no
/// UTF-8 or holds a zero byte.
std::optional<FormFields> parse_form(std::string_view body, std::size_t fields_max);

/// The first of that name; empty when there is none.
std::string_view form_field(const FormFields& fields, std::string_view name);

}  // namespace mainstay::http
