#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "platform/json/json.hpp"
#include "platform/json/pull_reader.hpp"

namespace mainstay::json {

/// The text, handed over in pieces of at most `step` bytes. For tests and fuzz targets.
inline PullReader::Source in_steps(std::string_view text, std::size_t step) {
  return [text, step](std::span<char> into) mutable -> Result<std::size_t> {
    const std::size_t count = std::min({step, into.size(), text.size()});
    std::copy_n(text.begin(), count, into.begin());
    text.remove_prefix(count);
    return count;
  };
}

/// The value that comes, read to its last leaf, as parse() makes it. `skip`: asked before each
/// element and member; what it wants skipped is null.
template <class Skip>
Value pulled_value(PullReader& reader, const Skip& skip) {
  using Kind = PullReader::Kind;
  const auto inner = [&]() -> Value {
    if (!skip()) return pulled_value(reader, skip);
    reader.skip();
    return nullptr;
  };
  const Kind kind = reader.kind();
  if (kind == Kind::object) {
    Object members;
    reader.begin_object();
    while (reader.next_member()) {
      std::string name{reader.name()};
      Value value = inner();
      const auto same = std::ranges::find(members, name, &Member::name);
      if (same != members.end()) {
        same->value = std::move(value);
      } else {
        members.push_back({std::move(name), std::move(value)});
      }
    }
    return members;
  }
  if (kind == Kind::array) {
    Array elements;
    reader.begin_array();
    while (reader.next_element()) elements.push_back(inner());
    return elements;
  }
  if (kind == Kind::text) return std::string{reader.text()};
  if (kind == Kind::boolean) return reader.boolean();
  if (kind == Kind::null) reader.null();
  if (kind != Kind::number) return nullptr;
  const auto number = parse(reader.number());
  if (number.has_value()) return *number;
  reader.refuse(number.error());
  return nullptr;
}

/// The whole document, by PullReader.
inline Result<Value> pulled_parse(std::string_view text, std::size_t step,
                                  const PullLimits& limits = {}) {
  PullReader reader{in_steps(text, step), limits};
  Value value = pulled_value(reader, [] { return false; });
  MS_TRY_VOID(reader.finish());
  return value;
}

}  // namespace mainstay::json
