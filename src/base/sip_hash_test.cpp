#include "base/sip_hash.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace mainstay::sip_hash_test {
namespace {

/// The hash's bytes in hexadecimal, the lowest first.
std::string hex(const Hash128& hash) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (std::uint64_t half : {hash.first, hash.second}) {
    for (int i = 0; i < 8; ++i, half >>= 8U) {
      out.push_back(digits[half >> 4U & 15U]);
      out.push_back(digits[half & 15U]);
    }
  }
  return out;
}

/// Of the bytes 0, 1, 2 ... under the key of the bytes 0 to 15.
std::string hash_of_first(std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i) text.push_back(static_cast<char>(i));
  return hex(sip_hash({0x0706050403020100U, 0x0f0e0d0c0b0a0908U}, as_bytes(text)));
}

}  // namespace

TEST_CASE("sip hash: texts of all kinds of lengths, as OpenSSL hashes them") {
  // openssl mac -macopt hexkey:000102030405060708090a0b0c0d0e0f -macopt size:16 SIPHASH
  CHECK(hash_of_first(0) == "a3817f04ba25a8e66df67214c7550293");
  CHECK(hash_of_first(1) == "da87c1d86b99af44347659119b22fc45");
  CHECK(hash_of_first(7) == "a1f1ebbed8dbc153c0b84aa61ff08239");
  CHECK(hash_of_first(8) == "3b62a9ba6258f5610f83e264f31497b4");
  CHECK(hash_of_first(15) == "5493e99933b0a8117e08ec0f97cfc3d9");
}

TEST_CASE("sip hash: another key, another hash") {
  CHECK_FALSE(sip_hash({1, 2}, as_bytes("a")) == sip_hash({1, 3}, as_bytes("a")));
  CHECK_FALSE(sip_hash({1, 2}, as_bytes("a")) == sip_hash({1, 2}, as_bytes("b")));
}

}  // namespace mainstay::sip_hash_test
