#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace mainstay::charging {

enum class CsvErrc : std::uint8_t { csv_invalid = 1 };
const ErrorRow& error_row(CsvErrc code);

/// Records of comma-separated text (RFC 4180; bare line feeds end a line too, a byte order mark is
/// passed over), with the lines where they begin. After an error it goes on behind that line.
class CsvReader {
 public:
  static constexpr std::size_t cells_max = 500;
  static constexpr std::size_t record_bytes_max = 1U << 20U;

  /// `text` outlives the reader.
  explicit CsvReader(std::string_view text);

  /// Nothing at the end. Empty lines are passed over.
  std::optional<Result<std::vector<std::string>>> next();
  /// Of the record that was read last, from 1.
  [[nodiscard]] std::size_t line() const { return line_; }

 private:
  Result<std::string> cell(bool& ends_record);
  Error give_up(std::string_view why);

  std::string_view text_;
  std::size_t next_line_ = 1;
  std::size_t line_ = 0;
};

}  // namespace mainstay::charging
