#pragma once

#include <string>
#include <string_view>

namespace mainstay::auth {

/// A QR code (error correction M) as an SVG element of black on white, four modules of quiet zone
/// around it; empty when the text is too long for one (about 2,300 bytes). Any thread.
std::string qr_code_svg(std::string_view text);

}  // namespace mainstay::auth
