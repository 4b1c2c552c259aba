#include "apps/charging/domain/station_procedure.hpp"

#include <doctest/doctest.h>

namespace mainstay::charging::station_procedure_test {
namespace {

using Next = StationProcedure::Next;

template <class Request>
Request request_in(const Next& next) {
  REQUIRE(std::holds_alternative<BackendRequest>(next));
  REQUIRE(std::holds_alternative<Request>(std::get<BackendRequest>(next)));
  return std::get<Request>(std::get<BackendRequest>(next));
}

BackendAnswer configured(std::vector<std::pair<std::string, std::string>> keys) {
  ocpp::GetConfigurationAnswer answer;
  for (auto& [key, value] : keys) answer.configuration_key.push_back({key, true, value});
  return answer;
}

ocpp::SendLocalList list_of(int count, ocpp::UpdateType type) {
  ocpp::SendLocalList list;
  list.update_type = type;
  for (int i = 0; i < count; ++i) {
    list.local_authorization_list.push_back({"TAG" + std::to_string(i), ocpp::IdTagInfo{}});
  }
  return list;
}

BackendAnswer version(std::int32_t number) { return ocpp::GetLocalListVersionAnswer{number}; }
BackendAnswer status(ocpp::UpdateStatus said) { return ocpp::SendLocalListAnswer{said}; }

}  // namespace

TEST_CASE("procedures: 2.4.9 GetConfiguration asks for no more keys than the station takes") {
  StationProcedure one{ocpp::GetConfiguration{{"A", "B", "C", "D", "E"}}};
  CHECK(request_in<ocpp::GetConfiguration>(one.begin()).key ==
        std::vector<std::string>{"GetConfigurationMaxKeys"});
  auto next = one.on_answer(configured({{"getconfigurationmaxkeys", "2"}}));
  CHECK(request_in<ocpp::GetConfiguration>(next).key == std::vector<std::string>{"A", "B"});
  CHECK(one.learned_keys_max() == 2);
  next = one.on_answer(configured({{"A", "1"}}));
  next = one.on_answer(configured({{"C", "3"}}));
  CHECK(request_in<ocpp::GetConfiguration>(next).key == std::vector<std::string>{"E"});
  next = one.on_answer(configured({}));
  REQUIRE(std::holds_alternative<BackendAnswer>(next));
  const auto& all = std::get<ocpp::GetConfigurationAnswer>(std::get<BackendAnswer>(next));
  CHECK(all.configuration_key.size() == 2);

  StationProcedure known{ocpp::GetConfiguration{{"A", "B", "C"}}, 2};
  CHECK(request_in<ocpp::GetConfiguration>(known.begin()).key.size() == 2);
  StationProcedure whole{ocpp::GetConfiguration{}};
  CHECK(request_in<ocpp::GetConfiguration>(whole.begin()).key.empty());
}

TEST_CASE("procedures: 2.4.9 a local list goes in parts, and whole again after a mismatch") {
  StationProcedure one{list_of(5, ocpp::UpdateType::full), 10};
  CHECK(request_in<ocpp::GetConfiguration>(one.begin()).key.size() == 2);
  auto next =
      one.on_answer(configured({{"SendLocalListMaxLength", "2"}, {"LocalAuthListMaxLength", "5"}}));
  request_in<ocpp::GetLocalListVersion>(next);
  next = one.on_answer(version(7));
  auto part = request_in<ocpp::SendLocalList>(next);
  CHECK(part.list_version == 8);
  CHECK(part.update_type == ocpp::UpdateType::full);
  CHECK(part.local_authorization_list.size() == 2);
  next = one.on_answer(status(ocpp::UpdateStatus::accepted));
  part = request_in<ocpp::SendLocalList>(next);
  CHECK(part.list_version == 9);
  CHECK(part.update_type == ocpp::UpdateType::differential);
  next = one.on_answer(status(ocpp::UpdateStatus::version_mismatch));
  request_in<ocpp::GetLocalListVersion>(next);
  next = one.on_answer(version(20));
  part = request_in<ocpp::SendLocalList>(next);
  CHECK(part.list_version == 21);
  CHECK(part.update_type == ocpp::UpdateType::full);
  next = one.on_answer(status(ocpp::UpdateStatus::accepted));
  next = one.on_answer(status(ocpp::UpdateStatus::accepted));
  CHECK(request_in<ocpp::SendLocalList>(next).local_authorization_list.size() == 1);
  next = one.on_answer(status(ocpp::UpdateStatus::version_mismatch));  // once is enough
  REQUIRE(std::holds_alternative<BackendAnswer>(next));
}

TEST_CASE("procedures: 2.4.9 a list's limits too are asked for as the station takes keys") {
  const auto keys = [](const Next& next) { return request_in<ocpp::GetConfiguration>(next).key; };
  StationProcedure one{list_of(3, ocpp::UpdateType::full)};
  CHECK(keys(one.begin()) == std::vector<std::string>{"GetConfigurationMaxKeys"});
  auto next = one.on_answer(configured({{"GetConfigurationMaxKeys", "1"}}));
  CHECK(keys(next) == std::vector<std::string>{"SendLocalListMaxLength"});
  next = one.on_answer(configured({{"SendLocalListMaxLength", "2"}}));
  CHECK(keys(next) == std::vector<std::string>{"LocalAuthListMaxLength"});
  next = one.on_answer(configured({{"LocalAuthListMaxLength", "3"}}));
  request_in<ocpp::GetLocalListVersion>(next);
  next = one.on_answer(version(0));
  CHECK(request_in<ocpp::SendLocalList>(next).local_authorization_list.size() == 2);
  CHECK(one.learned_keys_max() == 1);

  StationProcedure known{list_of(3, ocpp::UpdateType::full), 2};
  CHECK(keys(known.begin()).size() == 2);
}

TEST_CASE("procedures: a list that the station has no room for is not sent") {
  StationProcedure one{list_of(5, ocpp::UpdateType::full), 10};
  one.begin();
  const auto next = one.on_answer(configured({{"LocalAuthListMaxLength", "4"}}));
  REQUIRE(std::holds_alternative<StationProcedure::Refused>(next));
  CHECK(std::get<StationProcedure::Refused>(next).outcome == "Failed");
  StationProcedure without{list_of(1, ocpp::UpdateType::full), 10};
  without.begin();
  without.on_answer(configured({}));
  CHECK(std::holds_alternative<StationProcedure::Refused>(without.on_answer(version(-1))));
}

TEST_CASE("procedures: a differential list that does not fit becomes the whole one") {
  const auto whole = list_of(3, ocpp::UpdateType::full).local_authorization_list;
  StationProcedure one{list_of(1, ocpp::UpdateType::differential), 10, whole};
  one.begin();
  one.on_answer(configured({}));
  one.on_answer(version(3));
  one.on_answer(status(ocpp::UpdateStatus::version_mismatch));
  const auto part = request_in<ocpp::SendLocalList>(one.on_answer(version(9)));
  CHECK(part.update_type == ocpp::UpdateType::full);
  CHECK(part.local_authorization_list.size() == 3);
}

TEST_CASE("procedures: the whole list is not sent to a station that has no room for it") {
  const auto whole = list_of(6, ocpp::UpdateType::full).local_authorization_list;
  StationProcedure one{list_of(1, ocpp::UpdateType::differential), 10, whole};
  one.begin();
  one.on_answer(configured({{"LocalAuthListMaxLength", "5"}}));
  one.on_answer(version(3));
  const auto next = one.on_answer(status(ocpp::UpdateStatus::version_mismatch));
  REQUIRE(std::holds_alternative<StationProcedure::Refused>(next));
  CHECK(std::get<StationProcedure::Refused>(next).outcome == "Failed");
}

TEST_CASE(
    "procedures: 2.4.10 an accepted station is not asked to boot, a pending one not to charge") {
  Station station;
  CHECK(refusal(station, ocpp::ClearCache{}).has_value());
  station.row.registration = ocpp::RegistrationStatus::pending;
  ocpp::TriggerMessage boot;
  boot.requested_message = ocpp::MessageTrigger::boot_notification;
  CHECK_FALSE(refusal(station, boot).has_value());
  CHECK(refusal(station, ocpp::RemoteStartTransaction{}).has_value());
  CHECK(refusal(station, ocpp::RemoteStopTransaction{}).has_value());
  CHECK_FALSE(refusal(station, ocpp::GetConfiguration{}).has_value());
  station.row.registration = ocpp::RegistrationStatus::accepted;
  CHECK(refusal(station, boot).has_value());
  ocpp::ExtendedTriggerMessage extended;
  extended.requested_message = ocpp::ExtendedTrigger::boot_notification;
  CHECK(refusal(station, extended).has_value());
  CHECK_FALSE(refusal(station, ocpp::RemoteStartTransaction{}).has_value());
}

}  // namespace mainstay::charging::station_procedure_test
