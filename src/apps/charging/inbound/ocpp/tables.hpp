#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "apps/charging/domain/ocpp_messages.hpp"

namespace mainstay::charging::ocpp {

/// What a single value is, on the wire and in a message.
enum class Leaf : std::uint8_t {
  text,          // std::string
  integer,       // std::int32_t
  long_integer,  // std::int64_t
  tenths,        // std::int64_t: a decimal number with one place
  connector,     // ConnectorNumber
  transaction,   // TransactionId
  seconds,       // Seconds
  boolean,
  time,         // SystemTime
  enumeration,  // an enum of one byte
  object,       // a struct with a Table
};

/// How a member holds its values: exactly one, at most one (optional), any number (vector).
struct Shape {
  Leaf leaf;
  bool required;
  bool list;
  void* (*add)(void* member);  // a fresh value in it
  std::size_t (*count)(const void* member);
  const void* (*get)(const void* member, std::size_t index);
};

struct Table;

/// Other spellings that are understood and never sent.
struct Alias {
  std::string_view name;
  std::uint8_t value;
};

/// What a field admits.
struct Rule {
  std::int64_t min = std::numeric_limits<std::int32_t>::min();
  std::int64_t max = std::numeric_limits<std::int32_t>::max();
  std::size_t characters_max = 0;                // of a text
  bool uri = false;                              // a text that begins with a scheme
  std::span<const std::string_view> names = {};  // of an enumeration, by value
  std::span<const Alias> aliases = {};
  int unknown = -1;  // the value for an unknown name, where those are tolerated
  const Table* inner = nullptr;
  bool tenths = false;  // a long integer stands for a number with one decimal place
  bool filled = false;  // a list with at least one element, that must be there
};

struct Field {
  std::string_view name;
  void* (*member)(void* message);
  const Shape* shape;
  Leaf leaf;
  Rule rule;

  [[nodiscard]] bool required() const { return shape->required || rule.filled; }
};

/// A message or a part of one.
struct Table {
  std::span<const Field> fields;
};

/// An action: its place is that of its alternative in the variants of ocpp_messages.hpp.
struct Action {
  std::string_view name;
  const Table* request;
  const Table* answer;
};

std::span<const Action> station_actions();  // station -> backend
std::span<const Action> backend_actions();  // backend -> station

}  // namespace mainstay::charging::ocpp
