#include "base/result.hpp"

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace mainstay::result_test {
namespace {

enum class Fault : std::uint8_t { empty, odd };

const ErrorRow& error_row(Fault fault) {
  static constexpr std::array rows{ErrorRow{"empty", "nothing there", 404, Retry::no},
                                   ErrorRow{"odd", "odd number", 409, Retry::yes}};
  return rows.at(static_cast<std::size_t>(fault));
}

Result<int> even(int number) {
  if (number % 2 != 0) return Error{Fault::odd, std::to_string(number)};
  return number;
}

Result<std::unique_ptr<int>> half(int number) {
  MS_TRY(const int twice, even(number));
  return std::make_unique<int>(twice / 2);
}

Result<> both_even(int a, int b) {
  MS_TRY_VOID(even(a));
  MS_TRY_VOID(even(b));
  return {};
}

TEST_CASE("result: a value comes out, also a move-only one") {
  auto result = half(8);
  REQUIRE(result.has_value());
  CHECK(**result == 4);
}

TEST_CASE("result: the first failure is returned with row and detail") {
  const auto result = half(7);
  REQUIRE(result.has_error());
  CHECK(result.error().is(Fault::odd));
  CHECK_FALSE(result.error().is(Fault::empty));
  CHECK(result.error().message() == "odd number: 7");
  CHECK(result.error().http_status() == 409);
  CHECK(result.error().retryable());
  CHECK(both_even(2, 4).has_value());
  CHECK(both_even(2, 5).error().detail() == "5");
}

TEST_CASE("result: assignment replaces either kind by either kind") {
  Result<std::string> result = std::string(100, 'a');
  result = Error{Fault::odd, std::string(100, 'b')};
  REQUIRE(result.has_error());
  CHECK(result.error().detail().size() == 100);
  result = Error{Fault::empty};
  CHECK(result.error().is(Fault::empty));
  result = std::string(50, 'c');
  REQUIRE(result.has_value());
  CHECK(result->size() == 50);
  result = std::string(60, 'd');
  CHECK(result.value().size() == 60);
}

TEST_CASE("result: an lvalue gives its error by reference, an rvalue by value") {
  Result<int> result = even(3);
  const std::string_view detail = result.error().detail();
  CHECK(detail.data() == result.error().detail().data());
  const Error& taken = even(5).error();  // lives as long as the name
  CHECK(taken.detail() == "5");
}

TEST_CASE("result: an outcome without a value copies, converts from a code and is assigned") {
  Result<> outcome;
  CHECK(outcome.has_value());
  outcome = Fault::odd;
  const Result<> copy = outcome;  // NOLINT(performance-unnecessary-copy-initialization)
  CHECK(copy.error().is(Fault::odd));
  CHECK(outcome.has_error());
  outcome = {};
  CHECK(static_cast<bool>(outcome));
}

TEST_CASE("result: values convert as a return statement would") {
  const Result<std::unique_ptr<const int>> pointer = std::make_unique<int>(3);
  CHECK(**pointer == 3);
  const Result<std::string> text = "literal";
  CHECK(*text == "literal");
  const Result<int> code = Fault::empty;
  CHECK(code.error().http_status() == 404);
}

TEST_CASE("error: no detail, no colon") { CHECK(Error{Fault::empty}.message() == "nothing there"); }

}  // namespace
}  // namespace mainstay::result_test
