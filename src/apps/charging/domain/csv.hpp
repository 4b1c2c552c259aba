#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mainstay::charging {

/// Appends lines of RFC 4180 to a text. Spreadsheets take a cell that begins with = + - @, a tab or
/// a carriage return for a formula: texts that do get an apostrophe in front.
class CsvWriter {
 public:
  explicit CsvWriter(std::string& out) : out_(out) {}

  CsvWriter& text(std::string_view cell);
  CsvWriter& number(std::int64_t cell);
  void end_line();

 private:
  void separate();
  std::string& out_;
  bool is_first_ = true;
};

}  // namespace mainstay::charging
