#include "apps/exchange/inbound/http/primary_input.hpp"

#include <doctest/doctest.h>

#include "platform/json/member_reader.hpp"

namespace mainstay::exchange::primary_input_test {
namespace {

using json::InputErrc;

constexpr SystemTime now{Seconds{1'795'223'566}};

}  // namespace

TEST_CASE("primary input: an investor, with what is not said as new ones have it") {
  const auto input = read_investor(
      R"({"principal":10000,"mu":0.01,"sigma":0.2,"time_horizon":1800000000000})", now);
  REQUIRE(input.has_value());
  CHECK(input->record.user.principal == 10'000);
  CHECK(input->record.user.genre == "any");
  CHECK(input->record.user.time_horizon == SystemTime{Seconds{1'800'000'000}});
  CHECK(input->record.request_key.empty());
  CHECK(input->account == InvestorAccount::natural);
}

TEST_CASE("primary input: refusals of an investor say which member, and why") {
  const auto refusal = [](std::string_view more) {
    return read_investor(R"({"principal":10000,"mu":0,"sigma":1)" + std::string{more} + "}", now)
        .error()
        .detail();
  };
  CHECK(refusal("") == "time_horizon");
  CHECK(refusal(R"(,"time_horizon":1795223566000)").starts_with("time_horizon: a time ahead"));
  CHECK(refusal(R"(,"time_horizon":-1)").starts_with("time_horizon: milliseconds"));
  CHECK(refusal(R"(,"time_horizon":1e300)").starts_with("time_horizon: a whole number"));
  const std::string good = R"(,"time_horizon":1800000000000)";
  CHECK(refusal(good + R"(,"account":"his")").starts_with("account: mine"));
  CHECK(refusal(good + R"(,"key":"")").starts_with("key: 1 to 64"));
  CHECK(refusal(good + R"(,"key":"a b")").starts_with("key: 1 to 64"));
  CHECK(refusal(good + R"(,"remaining_principal":1)") == "remaining_principal");
  CHECK(read_investor("{}", now).error().is(InputErrc::member_missing));
  CHECK(read_investor("[]", now).error().is(InputErrc::not_an_object));
}

TEST_CASE("primary input: an artist by its moments or by a history") {
  const auto read = [](std::string_view moments) {
    return read_artist(R"({"ticker":"LUNA","genre":"pop","total_fund":4000,"unit_price":100,)"
                       R"("expiration_date":1800000000000,)" +
                           std::string{moments} + "}",
                       now);
  };
  const auto made = read(R"("mu":0.05,"sigma":0.1)");
  REQUIRE(made.has_value());
  CHECK(made->user.pricing_date == now);
  CHECK(made->user.unit_price == 100);
  CHECK(read(R"("history":[1,0.5])")->user.history.size() == 2);
  CHECK(read(R"("history":[1])").error().detail() == "mu");
  CHECK(read(R"("history":["1"])").error().is(InputErrc::member_invalid));
  CHECK(read_artist(R"({"ticker":"lun","genre":"pop"})", now)
            .error()
            .detail()
            .starts_with("ticker: 1 to 12"));
  CHECK(read(R"("mu":0,"sigma":1,"unit_price":4294967296)").has_error());
}

TEST_CASE("primary input: methods and pages") {
  CHECK(read_allocation(R"({"method":"mean_variance"})", now)->method ==
        models::AllocationMethod::mean_variance);
  CHECK(read_allocation(R"({"method":"deferred_acceptance","key":"k"})", now)->request_key == "k");
  CHECK(read_allocation(R"({"method":"best"})", now).error().is(InputErrc::member_invalid));
  CHECK(read_page("")->limit == 100);
  CHECK(read_page("cursor=7&limit=5")->after == 7);
  for (const auto* query : {"limit=0", "limit=1001", "cursor=-1", "cursor=x", "page=2", "a=%"}) {
    CHECK_MESSAGE(read_page(query).has_error(), query);
  }
}

}  // namespace mainstay::exchange::primary_input_test
