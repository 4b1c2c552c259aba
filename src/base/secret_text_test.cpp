#include "base/secret_text.hpp"

#include <doctest/doctest.h>

namespace mainstay::secret_text_test {

TEST_CASE("secret text: takes a value over and leaves zeros behind") {
  std::string from = "a value of more than sixteen bytes";
  const char* const bytes = from.data();
  const std::size_t size = from.size();
  const SecretText taken = SecretText::taken_from(from);
  CHECK(taken.view() == "a value of more than sixteen bytes");
  CHECK(from.empty());
  CHECK(std::string_view{bytes, size} == std::string(size, '\0'));
}

TEST_CASE("secret text: moves and shortens") {
  SecretText one{"first"};
  SecretText other{std::move(one)};
  CHECK(other.view() == "first");
  CHECK(one.view().empty());  // NOLINT(bugprone-use-after-move): that is what it promises
  other.shorten(9);
  CHECK(other.view() == "first");
  char* const bytes = other.data();
  other.shorten(2);
  CHECK(other.view() == "fi");
  CHECK(std::string_view{bytes, 5} == std::string_view{"fi\0\0\0", 5});
  other = SecretText{"second"};
  CHECK(other.view() == "second");
  CHECK(SecretText::of_size(3).view() == std::string_view{"\0\0\0", 3});
  CHECK(SecretText{}.view().empty());
}

TEST_CASE("secret text: no text of a document stays") {
  Document body =
      DocumentObject{{"literals", DocumentObject{{"a", "a value of more than sixteen bytes"}}},
                     {"list", DocumentArray{"x", 1}}};
  const char* const bytes = body.find("literals")->find("a")->if_string()->data();
  overwrite_texts(body);
  CHECK(*bytes == '\0');
  CHECK(body == Document{DocumentObject{{"literals", DocumentObject{{"a", ""}}},
                                        {"list", DocumentArray{"", 1}}}});
}

}  // namespace mainstay::secret_text_test
