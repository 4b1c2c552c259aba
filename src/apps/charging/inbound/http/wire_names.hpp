#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

namespace mainstay::charging {

/// The names on the wire of an OCPP enumeration, by value: of the field of that station's action
/// which the path leads to ("MeterValues", {"meterValue", "sampledValue", "unit"}). MS_CHECKs that
/// there is one.
std::span<const std::string_view> wire_names(std::string_view action,
                                             std::initializer_list<std::string_view> path);

/// The name of a value; "" of one without.
template <class Enum>
std::string_view name_in(std::span<const std::string_view> names, Enum value) {
  const auto at = static_cast<std::size_t>(value);
  return at < names.size() ? names[at] : std::string_view{};
}

template <class Enum>
std::optional<Enum> value_in(std::span<const std::string_view> names, std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace mainstay::charging
