#include "platform/auth/qr_code.hpp"

#include <memory>
#include <qrencode.h>

namespace mainstay::auth {

std::string qr_code_svg(std::string_view text) {
  constexpr int quiet = 4;
  const std::unique_ptr<QRcode, decltype(&::QRcode_free)> code{
      ::QRcode_encodeString8bit(std::string{text}.c_str(), 0, QR_ECLEVEL_M), &::QRcode_free};
  if (code == nullptr) return {};
  const std::string size = std::to_string(code->width + 2 * quiet);
  std::string svg = "<svg class=\"qr\" role=\"img\" aria-label=\"QR code\" viewBox=\"0 0 " + size +
                    " " + size + "\" shape-rendering=\"crispEdges\"><rect width=\"" + size +
                    "\" height=\"" + size + "\" fill=\"#fff\"/><path d=\"";
  for (int y = 0; y < code->width; ++y) {
    for (int x = 0; x < code->width; ++x) {
      if ((code->data[y * code->width + x] & 1U) == 0) continue;
      svg.append("M").append(std::to_string(x + quiet)).append(" ");
      svg.append(std::to_string(y + quiet)).append("h1v1h-1z");
    }
  }
  return svg.append("\" fill=\"#000\"/></svg>");
}

}  // namespace mainstay::auth
