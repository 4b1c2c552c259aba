#include "platform/auth/keys.hpp"

#include <sys/stat.h>

#include <doctest/doctest.h>

#include "base/temporary_folder.hpp"
#include "platform/auth/errc.hpp"

namespace mainstay::auth::keys_test {
namespace {

constexpr SystemTime start{Seconds{1'795'223'566}};
const std::string secret(64, 'k');

Link reset_link() { return {Purpose::reset, new_id(), start + Seconds{60}}; }

}  // namespace

TEST_CASE("keys: a link is ours until it expires") {
  const Keys keys{secret};
  const Link link = reset_link();
  const std::string token = keys.sign(link);
  const auto verified = keys.verify(token, start + Seconds{59});
  REQUIRE(verified.has_value());
  CHECK(verified->id == link.id);
  CHECK(keys.verify(token, start + Seconds{60}).error().is(Errc::link_expired));
  CHECK(Keys{std::string(64, 'x')}.verify(token, start).error().is(Errc::link_invalid));
}

TEST_CASE("keys: a link with any character changed is not ours") {
  const Keys keys{secret};
  const std::string token = keys.sign(reset_link());
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string other = token;
    other[i] = other[i] == '0' ? '1' : '0';
    CAPTURE(other);
    const auto verified = keys.verify(other, start);
    REQUIRE(verified.has_error());
    CHECK(verified.error().is(Errc::link_invalid));
  }
}

TEST_CASE("keys: hashes depend on key, kind and secret") {
  const Keys keys{secret};
  const std::string hash = keys.hash("session", "s");
  CHECK(hash.size() == 64);
  CHECK(hash == Keys{secret}.hash("session", "s"));
  CHECK(hash != keys.hash("token", "s"));
  CHECK(hash != keys.hash("session", "t"));
  CHECK(hash != Keys{std::string(64, 'x')}.hash("session", "s"));
}

TEST_CASE("keys: what is sealed is opened by the same key alone") {
  const Keys keys{secret};
  const std::string sealed = keys.seal("authenticator");
  CHECK(keys.unseal(sealed) == "authenticator");
  CHECK(keys.seal("authenticator") != sealed);
  CHECK(Keys{std::string(64, 'x')}.unseal(sealed).empty());
  CHECK(keys.unseal("").empty());
  CHECK(keys.unseal("AAAA").empty());
  CHECK(keys.unseal("no base64!").empty());
}

TEST_CASE("keys: the file is made once, for its owner alone") {
  const TemporaryFolder folder;
  const auto made = Keys::open("", folder.path());
  REQUIRE(made.has_value());
  struct stat status {};
  REQUIRE(::stat(folder.path("auth.key").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600);
  const auto again = Keys::open("", folder.path());
  REQUIRE(again.has_value());
  CHECK(made->hash("a", "b") == again->hash("a", "b"));
}

TEST_CASE("keys: a damaged file and a short setting are refused, with what to do") {
  const TemporaryFolder folder;
  folder.write("auth.key", "short\n");
  const auto damaged = Keys::open("", folder.path());
  REQUIRE(damaged.has_error());
  CHECK(damaged.error().is(Errc::key_file));
  CHECK(damaged.error().detail().find("bring the right file back") != std::string::npos);
  CHECK(Keys::open("too short", folder.path()).error().detail().find("openssl rand") !=
        std::string::npos);
  CHECK(Keys::open(secret, folder.path()).has_value());
  CHECK(Keys::open("", "/nonexistent/folder").has_error());
}

TEST_CASE("keys: tokens have their shape") {
  CHECK(new_session_token().size() == 64);
  CHECK(looks_like_api_token(new_api_token()));
  CHECK_FALSE(looks_like_api_token("mst_"));
  CHECK_FALSE(looks_like_api_token(new_session_token()));
}

}  // namespace mainstay::auth::keys_test
