#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "apps/kit/domain/tree.hpp"
#include "base/result.hpp"

namespace mainstay::kit {

/// What stands for the placeholders of a template.
using Values = std::map<std::string, std::string, std::less<>>;

/// One text of a template. `@{name}` is replaced by the value of that name, `@{at}` by `@`. A line
/// that holds nothing but a condition decides about the lines up to its end, and is left out:
///
///   @{if store=postgres}        or != ; may be nested
///   @{else}
///   @{end}
///
/// There is nothing else: a template runs no code. Problems, as `place:LINE: what is wrong`, are
/// added to `problems`; then the text is of no use.
std::string render_text(std::string_view text, std::string_view place, const Values& values,
                        std::vector<std::string>& problems);

/// A whole template: paths and texts; files with a NUL as they are, and those that conditions leave
/// empty left out. Errc::template_refused tells all problems, a line each, 20 at most.
Result<Tree> render(const Tree& source, const Values& values);

}  // namespace mainstay::kit
