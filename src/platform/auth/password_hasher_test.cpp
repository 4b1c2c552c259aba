#include "platform/auth/password_hasher.hpp"

#include <doctest/doctest.h>

namespace mainstay::auth::password_hasher_test {
namespace {

constexpr HashCost cheap{.memory_bytes = 8192, .passes = 1};

}  // namespace

TEST_CASE("password hasher: the right password and no other") {
  const PasswordHasher hasher{cheap};
  const std::string stored = hasher.hash("correct horse");
  CHECK(stored.starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
  CHECK(stored != hasher.hash("correct horse"));
  CHECK(hasher.verify(stored, "correct horse"));
  CHECK_FALSE(hasher.verify(stored, "Correct horse"));
  CHECK_FALSE(hasher.verify(stored, ""));
  CHECK_FALSE(hasher.verify("no hash at all", "correct horse"));
  const std::string with_zero{"a\0b", 3};
  CHECK_FALSE(hasher.verify(hasher.hash(with_zero), "a"));
}

TEST_CASE("password hasher: nobody's password is as much work, and never right") {
  const PasswordHasher hasher{cheap};
  const auto before = hasher.computed();
  CHECK_FALSE(hasher.verify("", "correct horse"));
  CHECK_FALSE(hasher.verify("", ""));
  CHECK(hasher.computed() == before + 2);
  // Well-formed and of our cost, or libsodium would refuse it without the work.
  CHECK_FALSE(hasher.is_outdated(hasher.hash_of_nobody()));
  CHECK(hasher.hash_of_nobody().size() == hasher.hash("correct horse").size());
}

TEST_CASE("password hasher: a hash of another cost is outdated, and still right") {
  const PasswordHasher old{cheap};
  const PasswordHasher dearer{{.memory_bytes = 16384, .passes = 2}};
  const std::string stored = old.hash("correct horse");
  CHECK_FALSE(old.is_outdated(stored));
  CHECK(dearer.is_outdated(stored));
  CHECK(dearer.verify(stored, "correct horse"));
  CHECK_FALSE(dearer.is_outdated(dearer.hash("correct horse")));
}

}  // namespace mainstay::auth::password_hasher_test
