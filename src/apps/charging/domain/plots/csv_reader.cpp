#include "apps/charging/domain/plots/csv_reader.hpp"

#include <algorithm>
#include <utility>

namespace mainstay::charging {

const ErrorRow& error_row(CsvErrc) {
  static constexpr ErrorRow row{"csv_invalid", "this is no line of CSV", 400};
  return row;
}

CsvReader::CsvReader(std::string_view text) : text_(text) {
  if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
}

Error CsvReader::give_up(std::string_view why) {
  const std::size_t end = text_.find('\n');
  text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
  ++next_line_;
  return {CsvErrc::csv_invalid, std::string{why}};
}

std::optional<Result<std::vector<std::string>>> CsvReader::next() {
  while (text_.starts_with('\n') || text_.starts_with("\r\n")) {
    text_.remove_prefix(text_.front() == '\r' ? 2 : 1);
    ++next_line_;
  }
  if (text_.empty()) return std::nullopt;
  line_ = next_line_;
  std::vector<std::string> cells;
  std::size_t bytes = 0;
  for (bool ends = false; !ends;) {
    auto one = cell(ends);
    if (one.has_error()) return std::move(one).error();
    bytes += one->size();
    cells.push_back(std::move(*one));
    if (ends) break;
    if (cells.size() == cells_max || bytes > record_bytes_max) return give_up("it is too long");
  }
  return cells;
}

Result<std::string> CsvReader::cell(bool& ends_record) {
  std::string out;
  if (text_.starts_with('"')) {
    text_.remove_prefix(1);
    for (;;) {
      const std::size_t quote = text_.find('"');
      if (quote == std::string_view::npos) return give_up("a quoted cell does not end");
      if (out.size() + quote > record_bytes_max) return give_up("it is too long");
      out.append(text_, 0, quote);
      next_line_ += static_cast<std::size_t>(
          std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(quote), '\n'));
      text_.remove_prefix(quote + 1);
      if (!text_.starts_with('"')) break;
      out.push_back('"');
      text_.remove_prefix(1);
    }
  } else {
    const std::size_t end = std::min(text_.find_first_of(",\r\n"), text_.size());
    out = text_.substr(0, end);
    text_.remove_prefix(end);
  }
  if (text_.starts_with(',')) {
    text_.remove_prefix(1);
    return out;
  }
  ends_record = true;
  if (text_.starts_with("\r\n")) text_.remove_prefix(1);
  if (text_.starts_with('\n')) {
    text_.remove_prefix(1);
    ++next_line_;
  } else if (!text_.empty()) {
    return give_up("something follows a cell's end");
  }
  return out;
}

}  // namespace mainstay::charging
