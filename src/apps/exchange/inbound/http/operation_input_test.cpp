#include "apps/exchange/inbound/http/operation_input.hpp"

#include <doctest/doctest.h>

namespace mainstay::exchange::operation_input_test {

using json::InputErrc;

TEST_CASE("operation input: a symbol, with what is not said as new symbols have it") {
  const auto input = read_symbol(
      R"({"base":"LUNA","quote":"USD","tick_quote":5,"maker_fee":-10,"phase":"closed",
          "ticks":[{"tick":1},{"from":1000,"tick":5}]})",
      "LUNAUSD");
  REQUIRE(input.has_value());
  CHECK(input->symbol.name.text() == "LUNAUSD");
  CHECK(input->base.text() == "LUNA");
  CHECK(input->symbol.rules.tick_quote == 5);
  CHECK(input->symbol.rules.lot_base == 1);
  CHECK(input->symbol.rules.maker_fee == -10);
  CHECK(input->symbol.rules.tick_steps == 2);
  CHECK(input->symbol.rules.ticks[1].from == Price{1000});
  CHECK(input->symbol.phase == Phase::closed);
}

TEST_CASE("operation input: a symbol's definition is read back whatever phase it is in") {
  const auto input = read_symbol(R"({"base":"A","quote":"B","phase":"volatility_call"})", "AB");
  REQUIRE(input.has_value());
  CHECK(input->symbol.phase == Phase::volatility_call);  // of a new one the engine refuses that
}

TEST_CASE("operation input: refusals say which member, and why") {
  const auto refusal = [](std::string_view json) { return read_symbol(json, "A").error(); };
  CHECK(refusal("[]").is(InputErrc::not_an_object));
  CHECK(refusal("{}").is(InputErrc::member_missing));
  CHECK(refusal(R"({"base":"a","quote":"B"})").is(InputErrc::member_invalid));
  CHECK(refusal(R"({"base":"A","quote":"B","lots":1})").detail() == "lots");
  CHECK(refusal(R"({"base":"A","quote":"B","quantity_max":4294967296})").detail() ==
        "quantity_max: out of range");
  CHECK(refusal(R"({"base":"A","quote":"B","lot_base":1.5})").is(InputErrc::member_invalid));
  CHECK(refusal(R"({"base":"A","quote":"B","phase":"noon"})").is(InputErrc::member_invalid));
  CHECK(refusal(R"({"base":"A","quote":"B","ticks":[]})").is(InputErrc::member_invalid));
  CHECK(read_asset("{}", "no blanks").error().is(InputErrc::member_invalid));
  CHECK(read_asset(R"({"decimals":300})", "A").error().is(InputErrc::member_invalid));
  CHECK(read_suspension("{}").error().is(InputErrc::member_missing));
  CHECK(read_adjustment(R"({"asset":"USD","amount":1})").error().detail() == "account");
}

TEST_CASE("operation input: phases by their names, both ways") {
  for (const Phase phase :
       {Phase::closed, Phase::continuous, Phase::volatility_call, Phase::halted}) {
    const std::string json = R"({"phase":")" + std::string{to_text(phase)} + R"("})";
    CHECK(*read_phase(json) == phase);
  }
}

}  // namespace mainstay::exchange::operation_input_test
