#include "platform/tls/hmac.hpp"

#include <doctest/doctest.h>

#include "base/text.hpp"

namespace mainstay::tls::hmac_test {

TEST_CASE("hmac: the test cases 1, 2 and 6 of RFC 4231") {
  CHECK(hexadecimal(hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hexadecimal(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hexadecimal(hmac_sha256(std::string(131, '\xaa'),
                                "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("hmac: the test cases 1 and 2 of RFC 2202, with SHA-1") {
  CHECK(hexadecimal(hmac_sha1(std::string(20, '\x0b'), "Hi There")) ==
        "b617318655057264e28bc0b6fb378c8ef146be00");
  CHECK(hexadecimal(hmac_sha1("Jefe", "what do ya want for nothing?")) ==
        "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
}

TEST_CASE("hmac: a key that is kept signs as one that is not, whatever the parts") {
  for (const std::size_t length : {0U, 1U, 63U, 64U, 65U, 131U}) {
    const std::string key(length, '\xaa');
    HmacSha256 kept{key};
    const std::string message = "symbol=ARTUSD&side=BUY";
    for (std::size_t cut = 0; cut <= message.size(); ++cut) {
      const std::string_view parts[] = {std::string_view{message}.substr(0, cut),
                                        std::string_view{message}.substr(cut)};
      CHECK(kept.of(parts) == hmac_sha256(key, message));
    }
  }
}

}  // namespace mainstay::tls::hmac_test
