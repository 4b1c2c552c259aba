#include <doctest/doctest.h>

#include "apps/charging/ports/station_host.hpp"
#include "apps/charging/ports/test_station_link.hpp"

namespace mainstay::charging {

TEST_CASE(
    "station link: a call to a station that is not there fails as offline, one that is waits "
    "for its answer") {
  TestStationLink link;
  link.online.insert(StationId{1});
  std::vector<CallOutcome> outcomes;
  const auto keep = [&](CallOutcome outcome) { outcomes.push_back(std::move(outcome)); };
  link.call(StationId{2}, ocpp::Reset{}, keep);
  REQUIRE(outcomes.size() == 1);
  CHECK(std::get<CallFailure>(outcomes[0]).kind == CallFailure::Kind::offline);
  link.call(StationId{1}, ocpp::Reset{ocpp::ResetType::hard}, keep);
  REQUIRE(link.calls.size() == 1);
  link.answer(ocpp::ResetAnswer{ocpp::Verdict::accepted});
  const auto& answer = std::get<ocpp::BackendAnswer>(outcomes.at(1));
  CHECK(std::get<ocpp::ResetAnswer>(answer).status == ocpp::Verdict::accepted);
  CHECK(std::variant_size_v<ocpp::StationRequest::Alternatives> == 14);
  CHECK(std::variant_size_v<ocpp::BackendRequest::Alternatives> == 26);
}

}  // namespace mainstay::charging
