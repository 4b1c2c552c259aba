#pragma once

#include <span>
#include <string>
#include <string_view>

#include "platform/settings/settings.hpp"

namespace mainstay::settings {

/// Every setting as a page of Markdown, a table a section: what `settings docs` prints.
std::string markdown_of(std::span<const Spec> specs, std::string_view program);

/// A JSON Schema (draft 2020-12) of a settings file.
std::string json_schema_of(std::span<const Spec> specs, std::string_view title);

}  // namespace mainstay::settings
