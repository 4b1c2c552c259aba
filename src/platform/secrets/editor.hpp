#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace mainstay::secrets {

/// Shows a text in the user's editor ($VISUAL, $EDITOR, else editor or vi) and gives what became of
/// it. Meanwhile it lies in a file (0600) in a folder of its own in memory, which is wiped, with
/// whatever the editor left there, also when the editor fails or the terminal goes away.
Result<std::string> edit_text(std::string_view text, std::string_view name);

}  // namespace mainstay::secrets
