#include "platform/gate/credentials.hpp"

#include <vector>

#include <doctest/doctest.h>

namespace mainstay::gate::credentials_test {
namespace {

struct Asked {
  http::Request request;
  std::vector<http::Header> headers;

  /// "user key|app id|app key", "-" for an app key that is absent.
  std::string read(const CredentialHeaders& names = {}) {
    request.headers = headers;
    const CredentialReader reader{request, names};
    const Credentials& found = reader.credentials();
    std::string out{found.user_key};
    return out.append("|").append(found.app_id).append("|").append(found.app_key.value_or("-"));
  }
};

std::string of_query(std::string_view query) {
  Asked asked;
  asked.request.query = query;
  return asked.read();
}

}  // namespace

TEST_CASE("gate credentials: of the query, decoded and trimmed, the last of a name") {
  CHECK(of_query("") == "||-");
  CHECK(of_query("a=1&user_key=u&b") == "u||-");
  CHECK(of_query("user_key=1&user_key=2") == "2||-");
  CHECK(of_query("app_id=a&app_key=") == "|a|");
  CHECK(of_query("app_id=a%2Fb&app_key=+k%20") == "|a/b|k");
  CHECK(of_query("user%5Fkey=u") == "u||-");
  CHECK(of_query("user_key=%zz") == "||-");
  CHECK(of_query("user_key") == "||-");
  CHECK(of_query("xuser_key=u&user_keyx=u&user_key[]=u") == "||-");
}

TEST_CASE("gate credentials: the query wins over headers, headers over a bearer token") {
  Asked asked;
  asked.headers = {{"Authorization", "bearer  token "}};
  CHECK(asked.read() == "token||-");
  asked.headers.push_back({"App-Id", "a"});
  asked.headers.push_back({"APP-KEY", "k"});
  CHECK(asked.read() == "|a|k");
  asked.request.query = "user_key=u";
  CHECK(asked.read() == "u||-");
  asked.request.query = "app_key=alone";
  CHECK(asked.read() == "|a|k");
}

TEST_CASE("gate credentials: other schemes are no user keys, header names can be set") {
  Asked asked;
  asked.headers = {{"Authorization", "Basic eDp5"}};
  CHECK(asked.read() == "||-");
  asked.headers = {{"Authorization", "Bearer"}};
  CHECK(asked.read() == "||-");
  asked.headers = {{"X-Key", "u"}, {"user-key", "ignored"}};
  CHECK(asked.read({.user_key = "x-key"}) == "u||-");
}

}  // namespace mainstay::gate::credentials_test
