#include "apps/charging/domain/plots/csv_reader.hpp"

#include <doctest/doctest.h>

namespace mainstay::charging::csv_reader_test {
namespace {

using Cells = std::vector<std::string>;

}  // namespace

TEST_CASE("csv reader: quotes, line ends and line numbers") {
  CsvReader in{
      "\xEF\xBB\xBF"
      "a,b\r\n\n\"x \"\"1\"\"\",\"two\nlines\"\n,last"};
  CHECK(*in.next().value() == Cells{"a", "b"});
  CHECK(in.line() == 1);
  CHECK(*in.next().value() == Cells{"x \"1\"", "two\nlines"});
  CHECK(in.line() == 3);
  CHECK(*in.next().value() == Cells{"", "last"});
  CHECK(in.line() == 5);
  CHECK(!in.next().has_value());
}

TEST_CASE("csv reader: goes on behind a bad line") {
  CsvReader in{"\"a\"b,c\nd,e\n\"open"};
  CHECK(in.next()->error().is(CsvErrc::csv_invalid));
  CHECK(in.line() == 1);
  CHECK(*in.next().value() == Cells{"d", "e"});
  CHECK(in.line() == 2);
  CHECK(in.next()->has_error());
  CHECK(!in.next().has_value());
  const std::string wide(CsvReader::cells_max + 5, ',');
  CsvReader many{wide};
  CHECK(many.next()->has_error());
}

}  // namespace mainstay::charging::csv_reader_test
