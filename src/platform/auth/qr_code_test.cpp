#include "platform/auth/qr_code.hpp"

#include <doctest/doctest.h>

namespace mainstay::auth::qr_code_test {

TEST_CASE("qr code: an image that needs nothing from outside") {
  const std::string svg = qr_code_svg("otpauth://totp/x?secret=MY");
  CHECK(svg.starts_with("<svg "));
  CHECK(svg.ends_with("</svg>"));
  CHECK(svg.find("M4 4h1v1h-1z") != std::string::npos);  // the finder pattern's corner
  CHECK(svg.find("http") == std::string::npos);
  CHECK(svg == qr_code_svg("otpauth://totp/x?secret=MY"));
  CHECK(svg != qr_code_svg("otpauth://totp/x?secret=MZ"));
}

TEST_CASE("qr code: what does not fit gives nothing") {
  CHECK(qr_code_svg(std::string(4'000, 'x')).empty());
  CHECK(qr_code_svg("").empty());
}

}  // namespace mainstay::auth::qr_code_test
