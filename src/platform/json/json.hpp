#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/document.hpp"
#include "base/result.hpp"

namespace mainstay::json {

/// A JSON value is a document: what JSON can say and nothing else.
using Value = Document;
using Member = DocumentMember;
using Array = DocumentArray;
/// A name that comes twice keeps its last value, at the first one's place.
using Object = DocumentObject;

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
