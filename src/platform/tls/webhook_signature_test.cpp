#include "platform/tls/webhook_signature.hpp"

#include <doctest/doctest.h>

#include "base/text.hpp"

namespace mainstay::tls::webhook_signature_test {

TEST_CASE("webhook signature: Standard Webhooks' own example") {
  const auto key = base64_decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  REQUIRE(key.has_value());
  CHECK(webhook_signature(*key, "msg_p5jXN8AQM9LWM0D4loKWxJek", Seconds{1'614'265'330},
                          R"({"test": 2432232314})") ==
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

}  // namespace mainstay::tls::webhook_signature_test
