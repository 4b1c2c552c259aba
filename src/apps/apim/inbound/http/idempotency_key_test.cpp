#include "apps/apim/inbound/http/idempotency_key.hpp"

#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace mainstay::apim::idempotency_key_test {
namespace {

/// The key of a call with that query, and that header if any; or the name of the error.
std::string key_of(std::string_view query, std::optional<std::string_view> header = {}) {
  Parameters parameters{1};
  REQUIRE(parameters.add_query(query).has_value());
  std::vector<http::Header> headers;
  if (header) headers.push_back({"idempotency-key", *header});
  http::Request request;
  request.headers = headers;
  const auto key = idempotency_key(parameters.find("idempotency_key"), request);
  return key.has_error() ? std::string{key.error().name()} : std::string{*key};
}

constexpr const char* invalid = "idempotency_key_invalid";

TEST_CASE("idempotency key: from the parameter or the header, quotes of the header left out") {
  CHECK(key_of("a=1") == "");
  CHECK(key_of("idempotency_key=+k%20y+") == "k y");
  CHECK(key_of("", "k") == "k");
  CHECK(key_of("", " \"k\" ") == "k");
  CHECK(key_of("", "\"") == "\"");
  CHECK(key_of("idempotency_key=k", "\"k\"") == "k");
  CHECK(key_of("idempotency_key=" + std::string(128, 'k')).size() == 128);
}

TEST_CASE("idempotency key: empty, long, no text or two of them, refused") {
  CHECK(key_of("idempotency_key=") == invalid);
  CHECK(key_of("idempotency_key") == invalid);
  CHECK(key_of("idempotency_key=+") == invalid);
  CHECK(key_of("idempotency_key[]=k") == invalid);
  CHECK(key_of("idempotency_key[a]=k") == invalid);
  CHECK(key_of("idempotency_key=" + std::string(129, 'k')) == invalid);
  CHECK(key_of("", "") == invalid);
  CHECK(key_of("", "\"\"") == invalid);
  CHECK(key_of("", std::string(129, 'k')) == invalid);
  CHECK(key_of("idempotency_key=k", "l") == invalid);
}

}  // namespace
}  // namespace mainstay::apim::idempotency_key_test
