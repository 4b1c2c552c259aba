#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "platform/json/json.hpp"

namespace mainstay::json {

enum class InputErrc : std::uint8_t {
  not_an_object = 1,
  member_unknown,
  member_missing,
  member_invalid,
};
const ErrorRow& error_row(InputErrc code);

/// "NAME: WANTED"
Error member_invalid(std::string_view name, std::string_view wanted);

/// The members of one JSON object, each asked for by name; what nobody asked for is an error in the
/// end. A member that is not there leaves its value alone.
class MemberReader {
 public:
  /// Lives no longer than `value`. InputErrc::not_an_object.
  static Result<MemberReader> of(const Value& value, std::string name = {});

  template <class T>
  Result<> number(std::string_view name, T& out) {
    MS_TRY(const std::int64_t* found, integer(name));
    if (found == nullptr) return {};
    using Rep = typename decltype(rep_of(out))::type;
    if (!std::in_range<Rep>(*found)) return member_invalid(full(name), "out of range");
    out = T{static_cast<Rep>(*found)};
    return {};
  }
  Result<> number(std::string_view name, double& out);
  Result<> flag(std::string_view name, bool& out);
  Result<> text(std::string_view name, std::string& out);
  /// InputErrc::member_missing.
  Result<> require(std::string_view name) const;
  /// Null when it is not there.
  const Value* find(std::string_view name);
  /// The members of an object in it; of an empty one when it is not there.
  Result<MemberReader> object(std::string_view name);
  /// After the last question.
  [[nodiscard]] Result<> all_known() const;

 private:
  MemberReader(const Value& value, std::string name) : value_(&value), name_(std::move(name)) {}

  template <class T>
  static auto rep_of(const T&) {
    if constexpr (std::is_integral_v<T>) {
      return std::type_identity<T>{};
    } else {
      return std::type_identity<typename T::rep>{};
    }
  }
  /// With what it is a member of.
  [[nodiscard]] std::string full(std::string_view name) const;
  Result<const std::int64_t*> integer(std::string_view name);

  const Value* value_;
  std::string name_;
  std::vector<std::string_view> asked_;
};

}  // namespace mainstay::json
