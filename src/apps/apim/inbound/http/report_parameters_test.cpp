#include "apps/apim/inbound/http/report_parameters.hpp"

#include <vector>

#include <doctest/doctest.h>

#include "apps/apim/errc.hpp"

namespace mainstay::apim::report_parameters_test {
namespace {

Parameters of(std::string_view form) {
  Parameters parameters{1};
  REQUIRE(parameters.add_form(form).has_value());
  return parameters;
}

Result<> check(std::string_view form) {
  const Parameters parameters = of(form);
  return check_transactions(parameters, parameters.find("transactions"));
}

}  // namespace

TEST_CASE("report parameters: transactions must be a map of maps") {
  CHECK(check("transactions[0][app_id]=a&transactions[1][app_id]=b").has_value());
  CHECK(check("other=1").error().is(Errc::transactions_is_blank));
  CHECK(check("transactions=%20").error().is(Errc::transactions_is_blank));
  CHECK(check("transactions=a").error().is(Errc::transactions_format_invalid));
  CHECK(check("transactions[0]=a").error().is(Errc::transactions_format_invalid));
}

TEST_CASE("report parameters: the room of the batch before is used, what was in it is gone") {
  std::vector<ReportedTransaction> batch;
  std::size_t count = 0;
  const Parameters two =
      of("transactions[0][app_id]=a&transactions[0][usage][hits]=1&transactions[0][log][code]=200"
         "&transactions[1][user_key]=k");
  REQUIRE(read_transactions(two, *two.find("transactions"), batch, count).has_value());
  REQUIRE(count == 2);
  CHECK(batch[0].app_id == "a");
  CHECK(batch[0].usage.size() == 1);
  CHECK(batch[0].response_code == 200);
  CHECK(batch[1].user_key == "k");

  const Parameters one = of("transactions[0][app_id]=b");
  REQUIRE(read_transactions(one, *one.find("transactions"), batch, count).has_value());
  CHECK(count == 1);
  CHECK(batch.size() == 2);
  CHECK(batch[0].app_id == "b");
  CHECK(batch[0].usage.empty());
  CHECK(batch[0].response_code == 0);
}

TEST_CASE("report parameters: the last that was read is the one at fault") {
  std::vector<ReportedTransaction> batch;
  std::size_t count = 0;
  const Parameters parameters =
      of("transactions[0][app_id]=a&transactions[1][usage]=5&transactions[2][app_id]=c");
  const auto read = read_transactions(parameters, *parameters.find("transactions"), batch, count);
  REQUIRE(read.has_error());
  CHECK(read.error().is(Errc::usage_format_invalid));
  CHECK(count == 2);
}

}  // namespace mainstay::apim::report_parameters_test
