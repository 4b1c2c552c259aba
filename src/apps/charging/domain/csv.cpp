#include "apps/charging/domain/csv.hpp"

#include "base/text.hpp"

namespace mainstay::charging {

void CsvWriter::separate() {
  if (!is_first_) out_.push_back(',');
  is_first_ = false;
}

CsvWriter& CsvWriter::text(std::string_view cell) {
  separate();
  const bool is_formula = cell.find_first_of("=+-@\t\r") == 0;
  const bool is_quoted = cell.find_first_of("\",\r\n") != cell.npos;
  if (is_quoted) out_.push_back('"');
  if (is_formula) out_.push_back('\'');
  for (const char c : cell) {
    if (c == '"') out_.push_back('"');
    out_.push_back(c);
  }
  if (is_quoted) out_.push_back('"');
  return *this;
}

CsvWriter& CsvWriter::number(std::int64_t cell) {
  separate();
  append_number(out_, cell);
  return *this;
}

void CsvWriter::end_line() {
  out_ += "\r\n";
  is_first_ = true;
}

}  // namespace mainstay::charging
