#include "apps/charging/domain/ocpp_messages.hpp"

#include <utility>

#include <doctest/doctest.h>

namespace mainstay::charging::ocpp {

TEST_CASE("ocpp messages: one is copied, moved and found as what it is") {
  const BackendRequest first = ChangeConfiguration{"HeartbeatInterval", "300"};
  BackendRequest copy{first};
  BackendRequest moved{std::move(copy)};
  CHECK(std::get<ChangeConfiguration>(moved).value == "300");
  copy = Reset{ResetType::hard};
  moved = copy;
  CHECK(std::get<Reset>(moved).type == ResetType::hard);
  moved = std::move(copy);
  CHECK(moved.index() == BackendRequest{Reset{}}.index());
  CHECK(std::get<ChangeConfiguration>(first).key == "HeartbeatInterval");
}

TEST_CASE("ocpp messages: an answer stands where its request does") {
  CHECK(StationAnswer{HeartbeatAnswer{}}.index() == StationRequest{Heartbeat{}}.index());
  CHECK(BackendAnswer{ResetAnswer{}}.index() == BackendRequest{Reset{}}.index());
}

}  // namespace mainstay::charging::ocpp
