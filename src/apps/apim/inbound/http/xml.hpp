#pragma once

#include <string>
#include <string_view>

namespace mainstay::apim {

/// Appends the content of an element: `& < >` escaped, characters that XML 1.0 cannot hold replaced
/// by U+FFFD.
void append_xml_text(std::string& out, std::string_view text);
/// The same for the value of an attribute in double quotes: `"` is escaped too.
void append_xml_attribute(std::string& out, std::string_view text);

}  // namespace mainstay::apim
