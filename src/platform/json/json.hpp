#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace mainstay::json {

class Value;
struct Member;
using Array = std::vector<Value>;
/// In the order of the text. A name that comes twice keeps its last value, at the first one's
/// place.
using Object = std::vector<Member>;

/// A JSON value. Cheap to include: Boost.JSON, which does the parsing, stays in json.cpp, and so
/// does whatever would be instantiated in every file that builds an answer.
class Value {
 public:
  Value() noexcept;  // null
  Value(const Value& other);
  Value(Value&& other) noexcept;
  Value& operator=(const Value& other);
  Value& operator=(Value&& other) noexcept;
  ~Value();

  // NOLINTBEGIN(google-explicit-constructor): `Object{{"id", 1}, {"tags", Array{"a", true}}}`
  Value(std::nullptr_t);
  Value(bool v);
  Value(int v);
  Value(std::int64_t v);
  Value(std::uint64_t v);  // beyond int64: a double
  Value(double v);
  Value(const char* v);
  Value(std::string_view v);
  Value(std::string v);
  Value(Array v);
  Value(Object v);
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] bool is_null() const;
  // Null (the pointer) when the value is of another kind.
  [[nodiscard]] const bool* if_bool() const;
  [[nodiscard]] const std::int64_t* if_int() const;
  [[nodiscard]] const double* if_double() const;
  [[nodiscard]] const std::string* if_string() const;
  [[nodiscard]] const Array* if_array() const;
  [[nodiscard]] const Object* if_object() const;
  [[nodiscard]] Array* if_array();
  [[nodiscard]] Object* if_object();

  /// The member of an object; null (the pointer) when this is no object or has none of that name.
  [[nodiscard]] const Value* find(std::string_view name) const;
  /// The text of a string member; nothing otherwise.
  [[nodiscard]] const std::string* find_string(std::string_view name) const;

  friend bool operator==(const Value& a, const Value& b);

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> data_;
};

/// A named value of an object. No std::pair: its constructors cost every initialiser a template.
struct Member {
  std::string name;
  Value value;
  friend bool operator==(const Member& a, const Member& b) = default;
};

struct ParseLimits {
  std::size_t bytes_max = 8U << 20U;
  std::size_t depth_max = 32;
};

enum class Errc : std::uint8_t { syntax = 1, too_large, too_deep, not_utf8 };
const ErrorRow& error_row(Errc code);

/// RFC 8259 text to a value; the error's detail says what is wrong and at which byte. Integers
/// beyond int64 become doubles.
Result<Value> parse(std::string_view text, const ParseLimits& limits = {});

/// Compact text. `pretty`: two blanks of indentation, for people.
std::string dump(const Value& value);
std::string dump_pretty(const Value& value);
void append(std::string& out, const Value& value);

}  // namespace mainstay::json

extern template class std::vector<mainstay::json::Value>;
extern template class std::vector<mainstay::json::Member>;
