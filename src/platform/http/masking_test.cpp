#include "platform/http/masking.hpp"

#include <doctest/doctest.h>

namespace mainstay::http::masking_test {

TEST_CASE("masking: credential parameters, show their last four characters at most") {
  CHECK(masked_query("provider_key=0123456789&app_id=a&user_key=short") ==
        "provider_key=***6789&app_id=a&user_key=***");
}

TEST_CASE("masking: brackets and escapes, do not hide a credential's name") {
  CHECK(masked_query("transactions[0][user_key]=0123456789") ==
        "transactions[0][user_key]=***6789");
  CHECK(masked_query("transactions%5B0%5D%5Buser_key%5D=0123456789") ==
        "transactions%5B0%5D%5Buser_key%5D=***6789");
  CHECK(masked_query("%75ser_key=0123456789&bad%zz=0123456789") ==
        "%75ser_key=***6789&bad%zz=***6789");
}

TEST_CASE("masking: a credential's name anywhere in the brackets, behind a semicolon, in a URL") {
  CHECK(masked_query("user_key[]=0123456789") == "user_key[]=***6789");
  CHECK(masked_query("user_key[=0123456789") == "user_key[=***6789");
  CHECK(masked_query("a[user_key][x]=0123456789") == "a[user_key][x]=***6789");
  CHECK(masked_query("a=x;user_key=0123456789;b=1&c") == "a=x;user_key=***6789;b=1&c");
  CHECK(masked_query("redirect_url=http://u:0123456789@h/x") == "redirect_url=***");
  CHECK(masked_query("redirect_url=http%3A%2F%2Fu%3A0123@h") == "redirect_url=***");
  CHECK(masked_query("redirect_url=http://h/x@y") == "redirect_url=http://h/x@y");
}

TEST_CASE("masking: pairs without a value or a name, stay as they are") {
  CHECK(masked_query("") == "");
  CHECK(masked_query("user_key&=x&&a=1") == "user_key&=x&&a=1");
}

TEST_CASE("masking: 64 hexadecimal digits are a secret, wherever they stand") {
  const std::string secret(64, 'a');
  CHECK(masked_path("/exchange/ws/" + secret) == "/exchange/ws/***aaaa");
  CHECK(masked_query("streams=x@trade/" + secret) == "streams=***aaaa");
  CHECK(masked_query("listenKey=0123456789") == "listenKey=***6789");
  CHECK(masked_path("/exchange/ws/" + secret + "a") == "/exchange/ws/" + secret + "a");
}

TEST_CASE("masking: path segments behind a holder of credentials, are masked") {
  CHECK(masked_path("/internal/service_tokens/0123456789/42/provider_key") ==
        "/internal/service_tokens/***6789/42/provider_key");
  CHECK(masked_path("/internal/services/1/applications/2/keys/0123456789") ==
        "/internal/services/1/applications/2/keys/***6789");
  CHECK(masked_path("/internal/services/1/applications/2/keys/") ==
        "/internal/services/1/applications/2/keys/");
  CHECK(masked_path("/internal/services/1/applications/%6bey/0123456789") ==
        "/internal/services/1/applications/%6bey/***6789");
  CHECK(masked_path("/") == "/");
}

}  // namespace mainstay::http::masking_test
