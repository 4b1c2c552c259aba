#include "apps/charging/domain/power/charging_profile.hpp"

#include <doctest/doctest.h>

namespace mainstay::charging::power::charging_profile_test {
namespace {

using ocpp::ChargingProfileKind;
using ocpp::ChargingProfilePurpose;

constexpr SystemTime noon{Seconds{1'795'262'400}};

ocpp::ChargingProfile profile(std::int32_t id, ChargingProfilePurpose purpose, std::int32_t level) {
  ocpp::ChargingProfile out;
  out.charging_profile_id = id;
  out.charging_profile_purpose = purpose;
  out.stack_level = level;
  out.charging_schedule.charging_schedule_period = {{Seconds{0}, 160, {}}};
  return out;
}

bool fits(std::uint16_t connector, const ocpp::ChargingProfile& one) {
  return check_profile(ConnectorNumber{connector}, one).has_value();
}

TEST_CASE("charging profile: each purpose has its place") {
  const auto most = profile(1, ChargingProfilePurpose::charge_point_max_profile, 0);
  CHECK(fits(0, most));
  CHECK_FALSE(fits(1, most));
  const auto fallback = profile(1, ChargingProfilePurpose::tx_default_profile, 0);
  CHECK(fits(0, fallback));
  CHECK(fits(2, fallback));
  auto own = profile(1, ChargingProfilePurpose::tx_profile, 0);
  CHECK_FALSE(fits(0, own));
  CHECK(fits(1, own));
  own.transaction_id = TransactionId{7};
  CHECK(fits(1, own));
  auto named = fallback;
  named.transaction_id = TransactionId{7};
  CHECK_FALSE(fits(1, named));
}

TEST_CASE("charging profile: each kind has what it counts from") {
  auto one = profile(1, ChargingProfilePurpose::tx_default_profile, 0);
  one.charging_profile_kind = ChargingProfileKind::recurring;
  CHECK_FALSE(fits(1, one));
  one.recurrency_kind = ocpp::RecurrencyKind::daily;
  CHECK_FALSE(fits(1, one));
  one.charging_schedule.start_schedule = noon;
  CHECK(fits(1, one));
  one.charging_profile_kind = ChargingProfileKind::absolute;
  CHECK_FALSE(fits(1, one));  // a recurrencyKind that recurs nothing
  one.recurrency_kind.reset();
  CHECK(fits(1, one));
  one.charging_profile_kind = ChargingProfileKind::relative;
  CHECK_FALSE(fits(1, one));
  one.charging_schedule.start_schedule.reset();
  CHECK(fits(1, one));

  auto most = profile(1, ChargingProfilePurpose::charge_point_max_profile, 0);
  most.charging_schedule.duration = Seconds{60};
  CHECK_FALSE(fits(0, most));  // 60 seconds from when?
  most.valid_from = noon;
  CHECK(fits(0, most));
  most.charging_profile_kind = ChargingProfileKind::relative;
  CHECK_FALSE(fits(0, most));
}

TEST_CASE("charging profile: periods begin at 0 and ascend; numbers have bounds") {
  const auto base = profile(1, ChargingProfilePurpose::tx_default_profile, 0);
  const auto with = [&](auto change) {
    auto one = base;
    change(one, one.charging_schedule, one.charging_schedule.charging_schedule_period);
    return fits(1, one);
  };
  CHECK(with([](auto&, auto&, auto& periods) { periods.push_back({Seconds{5}, 0, 1}); }));
  CHECK_FALSE(with([](auto&, auto&, auto& periods) { periods.clear(); }));
  CHECK_FALSE(with([](auto&, auto&, auto& periods) { periods[0].start_period = Seconds{1}; }));
  CHECK_FALSE(with([](auto&, auto&, auto& periods) { periods.push_back({Seconds{0}, 0, 1}); }));
  CHECK_FALSE(with([](auto&, auto&, auto& periods) { periods[0].limit_tenths = -1; }));
  CHECK_FALSE(with([](auto&, auto&, auto& periods) {
    periods[0].limit_tenths = ProfileLimits::limit_tenths_max + 1;
  }));
  CHECK_FALSE(with([](auto&, auto&, auto& periods) { periods[0].number_phases = 4; }));
  CHECK_FALSE(with([](auto&, auto&, auto& periods) {
    periods.clear();
    for (std::int64_t i = 0; i <= 500; ++i) periods.push_back({Seconds{i}, 1, {}});
  }));
  CHECK_FALSE(with([](auto&, auto& schedule, auto&) { schedule.duration = Seconds{0}; }));
  CHECK_FALSE(with([](auto& one, auto&, auto&) { one.stack_level = -1; }));
  CHECK_FALSE(with([](auto& one, auto&, auto&) { one.stack_level = 1'001; }));
  CHECK_FALSE(with([](auto& one, auto&, auto&) {
    one.valid_from = noon;
    one.valid_to = noon;
  }));
}

TEST_CASE("charging profile: the same id, and the same place, is replaced") {
  std::vector<InstalledProfile> all;
  const auto put = [&](std::uint16_t connector, const ocpp::ChargingProfile& one) {
    install(all, {ConnectorNumber{connector}, one});
  };
  put(0, profile(1, ChargingProfilePurpose::tx_default_profile, 0));
  put(1, profile(2, ChargingProfilePurpose::tx_default_profile, 0));
  put(0, profile(3, ChargingProfilePurpose::tx_default_profile, 1));
  put(0, profile(4, ChargingProfilePurpose::charge_point_max_profile, 0));
  CHECK(all.size() == 4);
  put(0, profile(5, ChargingProfilePurpose::tx_default_profile, 0));  // in the place of 1
  CHECK(all.size() == 4);
  put(2, profile(2, ChargingProfilePurpose::tx_default_profile, 0));  // 2 moves
  CHECK(all.size() == 4);
  auto own = profile(6, ChargingProfilePurpose::tx_profile, 0);
  own.transaction_id = TransactionId{1};
  put(1, own);
  own.charging_profile_id = 7;
  own.transaction_id = TransactionId{2};
  put(1, own);
  CHECK(all.size() == 6);
}

TEST_CASE("charging profile: cleared by its id alone, else by all that is said") {
  const InstalledProfile one{ConnectorNumber{2},
                             profile(9, ChargingProfilePurpose::tx_default_profile, 3)};
  ocpp::ClearChargingProfile request;
  CHECK(is_cleared(one, request));
  request.connector_id = ConnectorNumber{2};
  request.stack_level = 3;
  CHECK(is_cleared(one, request));
  request.charging_profile_purpose = ChargingProfilePurpose::tx_profile;
  CHECK_FALSE(is_cleared(one, request));
  request.id = 9;
  CHECK(is_cleared(one, request));
  request.id = 8;
  CHECK_FALSE(is_cleared(one, request));
}

TEST_CASE("power errors: each has a row of its own") {
  CHECK(error_row(PowerErrc::profile_invalid).http_status == 422);
  CHECK(error_row(PowerErrc::under_site_limits).name == "under_site_limits");
}

}  // namespace
}  // namespace mainstay::charging::power::charging_profile_test
