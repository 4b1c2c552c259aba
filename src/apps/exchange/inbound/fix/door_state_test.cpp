#include "apps/exchange/inbound/fix/door_state.hpp"

#include <string>

#include <doctest/doctest.h>

namespace mainstay::exchange::fix::door_state_test {
namespace {

std::string saved(const DoorState& state) {
  std::string bytes;
  state.save(bytes);
  return bytes;
}

/// Applies it to a state and to one that was brought back from a snapshot of it.
struct Both {
  DoorState state;
  void apply(const Step& step) { REQUIRE(state.apply(as_bytes(step.bytes())).has_value()); }
};

Step a_step() {
  Step step;
  SessionState session;
  session.number = 3;
  session.user_id = "u";
  session.comp_id = "c";
  session.account = AccountId{1'000};
  step.session(session);
  Request request;
  request.session = 3;
  request.in_number = 5;
  request.type = 'F';
  request.client = "b";
  request.original = "a";
  request.account = "x";
  request.scope = '1';
  step.request(9, request);
  step.message(3, {1, SystemTime{Micros{77}}, "8", "37=1\x01"});
  step.message(3, {3, SystemTime{Micros{78}}, "9", "37=2\x01"});
  step.numbers(3, 6, 5);
  step.cancels_at_end(3, true);
  FixOrder order;
  order.id = OrderId{4};
  order.session = 3;
  order.client = "a";
  step.order(order);
  step.told_up_to(12);
  return step;
}

TEST_CASE("fix state: what a step says is so") {
  Both both;
  both.apply(a_step());
  DoorState& state = both.state;
  SessionState& session = *state.find("u", "c");
  CHECK(session.number == 3);
  CHECK(session.account == AccountId{1'000});
  CHECK(session.memory.next_in == 6);
  CHECK(session.memory.next_out == 5);
  CHECK(session.handed_on == 6);
  CHECK(session.cancels_at_end);
  CHECK(session.memory.kept().size() == 2);
  CHECK(session.memory.find_from(2)->body == "37=2\x01");
  CHECK(state.find("u", "d") == nullptr);
  CHECK(state.find(4) == nullptr);
  CHECK(state.orders.find(3, "a")->id == OrderId{4});
  CHECK(state.requests.at(9).original == "a");
  CHECK(state.next_request == 10);
  CHECK(state.told_up_to == 12);

  Step more;
  more.request_done(9);
  more.reset(3);
  more.message(3, {1, {}, "8", "x"});
  more.numbers(3, 2, 2);
  both.apply(more);
  CHECK(state.requests.empty());
  CHECK(session.memory.next_in == 2);
  CHECK(session.memory.kept().size() == 1);
}

TEST_CASE("fix state: a snapshot is the same state") {
  Both both;
  both.apply(a_step());
  DoorState again;
  REQUIRE(again.apply(as_bytes(saved(both.state))).has_value());
  CHECK(saved(again) == saved(both.state));
  CHECK(again.next_request == 10);
  CHECK(saved(DoorState{}) == saved(DoorState{}));
}

TEST_CASE("fix state: a snapshot knows which messages are kept no more") {
  DoorState state{{.messages_max = 1}};
  REQUIRE(state.apply(as_bytes(a_step().bytes())).has_value());
  CHECK(state.find(3)->memory.dropped_up_to() == 1);
  DoorState again{{.messages_max = 1}};
  REQUIRE(again.apply(as_bytes(saved(state))).has_value());
  CHECK(again.find(3)->memory.dropped_up_to() == 1);
  Step unseen;  // gone before it was stored
  unseen.dropped(3, 2);
  REQUIRE(again.apply(as_bytes(unseen.bytes())).has_value());
  CHECK(again.find(3)->memory.dropped_up_to() == 2);
}

TEST_CASE("fix state: what was not handed on is not counted by a snapshot") {
  Both both;
  both.apply(a_step());
  SessionState& session = *both.state.find(3);
  session.memory.next_in = 20;
  session.handed_on = 8;
  DoorState again;
  REQUIRE(again.apply(as_bytes(saved(both.state))).has_value());
  CHECK(again.find(3)->memory.next_in == 8);
}

TEST_CASE("fix state: numbers that begin anew are those of no request") {
  Both both;
  both.apply(a_step());
  SessionState& session = *both.state.find(3);
  session.memory.reset();
  both.state.on_reset(session);
  CHECK(session.handed_on == 1);
  CHECK(both.state.requests.at(9).in_number == 0);
}

TEST_CASE("fix state: another version is refused, and said to be one") {
  for (const char written : {'\0', '\1', '\3'}) {
    std::string bytes = a_step().bytes();
    bytes.front() = written;
    DoorState state;
    const auto other = state.apply(as_bytes(bytes));
    REQUIRE(other.has_error());
    CHECK(other.error().is(StateErrc::version_other));
    CHECK(other.error().detail().find("this program reads 2") != std::string::npos);
    CHECK(state.sessions.empty());
  }
}

TEST_CASE("fix state: a record that is cut or strange is refused, or ends behind an item") {
  const Step step = a_step();
  for (std::size_t size = 0; size < step.bytes().size(); ++size) {
    DoorState state;
    (void)state.apply(as_bytes(std::string_view{step.bytes()}.substr(0, size)));
  }
  DoorState state;
  const auto strange = state.apply(as_bytes("\x02\x63"));
  REQUIRE(strange.has_error());
  CHECK(strange.error().is(StateErrc::malformed));
  Step nobody;
  nobody.numbers(7, 1, 1);
  CHECK(state.apply(as_bytes(nobody.bytes())).has_error());
}

}  // namespace
}  // namespace mainstay::exchange::fix::door_state_test
