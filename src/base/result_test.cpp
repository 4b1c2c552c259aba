#include "base/result.hpp"

#include <array>
#include <memory>

#include <doctest/doctest.h>

namespace mainstay {
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

TEST_CASE("error: no detail, no colon") {
  CHECK(Error{Fault::empty}.message() == "nothing there");
  CHECK(Error{}.name() == "none");
}

}  // namespace
}  // namespace mainstay
