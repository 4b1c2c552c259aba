#include "apps/charging/domain/csv.hpp"

#include <doctest/doctest.h>

namespace mainstay::charging::csv_test {

TEST_CASE("csv: quotes what must be, and no text becomes a formula") {
  std::string out;
  CsvWriter csv{out};
  csv.text("a").text("b,c").text("say \"hi\"\n").number(-5).text("").end_line();
  csv.text("=1+1").text("-2").text("\t=x").text("@SUM(A1),\"").end_line();
  CHECK(out ==
        "a,\"b,c\",\"say \"\"hi\"\"\n\",-5,\r\n"
        "'=1+1,'-2,'\t=x,\"'@SUM(A1),\"\"\"\r\n");
}

}  // namespace mainstay::charging::csv_test
