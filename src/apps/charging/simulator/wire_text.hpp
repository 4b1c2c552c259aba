#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "platform/json/json.hpp"

namespace mainstay::charging::simulator {

/// RFC 3339 in UTC with milliseconds, in quotes.
void append_time(std::string& out, SystemTime at);

/// RFC 3339, any offset, up to microseconds; nothing when it is anything else. Without an offset it
/// is taken as UTC, as stations do.
std::optional<SystemTime> parse_time(std::string_view text);

/// A member of an object that is an integer; nothing when there is none.
std::optional<std::int64_t> integer_member(const json::Value& object, std::string_view name);

/// Appends a JSON object, member by member. Names need no escaping.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_.push_back('{'); }

  ObjectWriter& number(std::string_view name, std::int64_t value);
  ObjectWriter& text(std::string_view name, std::string_view value);
  /// Text without anything to escape.
  ObjectWriter& word(std::string_view name, std::string_view value);
  ObjectWriter& truth(std::string_view name, bool value);
  ObjectWriter& time(std::string_view name, SystemTime at);
  /// The name alone: the caller appends the value.
  std::string& begin(std::string_view name);
  void end() { out_.push_back('}'); }

 private:
  std::string& out_;
  bool first_ = true;
};

}  // namespace mainstay::charging::simulator
