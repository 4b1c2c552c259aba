#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "platform/json/json.hpp"

namespace mainstay::apim {

/// Reads a request's attributes and remembers the first that is of a wrong type. Null counts as
/// absent; unknown ones are not looked at.
class Attributes {
 public:
  explicit Attributes(const json::Value& object) : object_(object) {}

  /// A string, or an integer as its digits: ids come as either.
  std::optional<std::string> text(std::string_view name);
  template <class Id>
  std::optional<Id> id(std::string_view name) {
    auto value = text(name);
    if (!value) return std::nullopt;
    return Id{std::move(*value)};
  }
  std::optional<bool> flag(std::string_view name);
  /// An integer, or one as digits.
  std::optional<std::int64_t> number(std::string_view name);
  /// A list of strings; empty when absent.
  std::vector<std::string> texts(std::string_view name);

  /// Error value_invalid: the first wrong type.
  [[nodiscard]] Result<> checked() const;

 private:
  const json::Value* find(std::string_view name) const;
  void fail(std::string_view name, std::string_view expected);

  const json::Value& object_;
  std::optional<Error> failure_;
};

/// The object under `name`. Errors: value_missing "missing parameter 'NAME'", value_invalid.
Result<const json::Value*> required_object(const json::Value& body, std::string_view name);
Error missing_parameter(std::string_view name);
Error wrong_type(std::string_view name, std::string_view expected);

}  // namespace mainstay::apim
