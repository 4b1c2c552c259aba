#include "apps/charging/inbound/http/command_wire.hpp"

#include <doctest/doctest.h>

namespace mainstay::charging::command_wire_test {

TEST_CASE("command wire: commands are OCPP's, checked by its tables") {
  const CommandWire wire = command_wire();
  const auto reset = wire.parse("Reset", R"({"type":"Hard"})");
  REQUIRE(reset.has_value());
  CHECK(std::get<ocpp::Reset>(*reset).type == ocpp::ResetType::hard);
  CHECK(wire.parse("Reset", "{}").error().is(NetworkErrc::input_invalid));
  CHECK(wire.parse("Reset", R"({"type":"Hard","x":1})").error().is(NetworkErrc::input_invalid));
  CHECK(wire.parse("Heartbeat", "{}").error().is(NetworkErrc::command_unknown));
  CHECK(wire.parse("Nonsense", "{}").error().is(NetworkErrc::command_unknown));
  CHECK(wire.parse("ReserveNow", "{}").error().is(NetworkErrc::input_invalid));
  const auto list = wire.parse("SendLocalList",
                               R"({"updateType":"Full","localAuthorizationList":[{"idTag":"A"}]})");
  REQUIRE(list.has_value());
  CHECK(std::get<ocpp::SendLocalList>(*list).local_authorization_list.size() == 1);
  CHECK(wire.parse("ChangeConfiguration", R"({"key":"authorizationkey","value":"x"})")
            .error()
            .is(NetworkErrc::input_invalid));
}

TEST_CASE("command wire: answers are shown as they came") {
  const CommandWire wire = command_wire();
  const auto [status, payload] = wire.render(ocpp::ResetAnswer{ocpp::Verdict::accepted});
  CHECK(status == "Accepted");
  CHECK(payload == R"({"status":"Accepted"})");
  CHECK(wire.render(ocpp::UpdateFirmwareAnswer{}).first.empty());
}

}  // namespace mainstay::charging::command_wire_test
