#include "apps/charging/domain/station_key.hpp"

#include <doctest/doctest.h>

#include "base/text.hpp"

namespace mainstay::charging {

TEST_CASE("station key: hexadecimal keys stand for their bytes, people's for themselves") {
  const std::string hex = "00ff10A1b2c3d4e5f60718293a4b5c6d7e8f9001";
  CHECK(hexadecimal_key(hex).value().size() == 20);
  CHECK(hexadecimal_key(hex).value().substr(0, 3) == std::string("\x00\xff\x10", 3));
  CHECK(is_random_key(hex));
  CHECK_FALSE(is_random_key(std::string(40, 'a')));
  CHECK_FALSE(is_random_key("12121212121212121212121212121212"));
  CHECK_FALSE(hexadecimal_key(hex.substr(0, 30)).has_value());
  CHECK_FALSE(hexadecimal_key(hex.substr(0, 39)).has_value());
  CHECK_FALSE(is_random_key("correct horse battery staple"));
  CHECK(is_station_key("correct horse battery staple"));
  CHECK_FALSE(is_station_key("too short"));
  CHECK_FALSE(is_station_key(std::string(41, 'a')));
  CHECK_FALSE(is_station_key("sixteen bytes\n..."));
}

TEST_CASE("station key: serial numbers of certificates as programs print them") {
  CHECK(certificate_serial("4a:0b:FF") == "4A0BFF");
  CHECK(certificate_serial("0x04A0BFF") == "4A0BFF");
  CHECK(certificate_serial("a0bff") == "0A0BFF");
  CHECK(certificate_serial(std::string(40, 'f')).value().size() == 40);
  for (const auto& bad : {std::string{}, std::string{"0"}, std::string{"0x"}, std::string{"4A-0B"},
                          std::string(41, 'f')}) {
    CAPTURE(bad);
    CHECK_FALSE(certificate_serial(bad).has_value());
  }
}

TEST_CASE("station key: a Basic header is bytes, and must name the station") {
  const std::string raw{"\x00\xff:\x80 raw bytes, 20 of", 22};
  const auto header = [](std::string_view user, std::string_view password) {
    return "Basic " + base64_encode(std::string{user}.append(":").append(password));
  };
  CHECK(basic_password(header("RDAM 123", raw), "RDAM 123") == raw);
  CHECK(basic_password("bASIC  " + base64_encode("A:b"), "A") == "b");
  CHECK(basic_password(header("A:B", "c"), "A:B") == "c");
  CHECK(basic_password(header("A", ""), "A") == "");
  for (const auto& bad : {header("RDAM 124", raw), header("RDAM 12", raw), std::string{"Basic"},
                          std::string{"Bearer abc"}, std::string{"Basic !"}, std::string{},
                          "Basic " + base64_encode("RDAM 123")}) {
    CAPTURE(bad);
    CHECK_FALSE(basic_password(bad, "RDAM 123").has_value());
  }
}

}  // namespace mainstay::charging
