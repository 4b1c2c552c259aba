#pragma once

#include <cstdint>

namespace mainstay::exchange::fix {

using Tag = std::uint32_t;

/// The fields of FIX 4.4 that are read or written here, by the names of the specification
/// (fixtrading.org, FIX.4.4 with Errata 20030618, volume 6).
namespace tag {
inline constexpr Tag account = 1;
inline constexpr Tag average_price = 6;
inline constexpr Tag begin_seq_no = 7;
inline constexpr Tag begin_string = 8;
inline constexpr Tag body_length = 9;
inline constexpr Tag check_sum = 10;
inline constexpr Tag client_order_id = 11;
inline constexpr Tag commission = 12;
inline constexpr Tag commission_type = 13;
inline constexpr Tag cumulative_quantity = 14;
inline constexpr Tag end_seq_no = 16;
inline constexpr Tag exec_id = 17;
inline constexpr Tag exec_instruction = 18;
inline constexpr Tag exec_reference_id = 19;
inline constexpr Tag last_price = 31;
inline constexpr Tag last_quantity = 32;
inline constexpr Tag msg_seq_num = 34;
inline constexpr Tag msg_type = 35;
inline constexpr Tag new_seq_no = 36;
inline constexpr Tag order_id = 37;
inline constexpr Tag order_quantity = 38;
inline constexpr Tag order_status = 39;
inline constexpr Tag order_type = 40;
inline constexpr Tag original_client_order_id = 41;
inline constexpr Tag possible_duplicate = 43;
inline constexpr Tag price = 44;
inline constexpr Tag reference_seq_num = 45;
inline constexpr Tag sender_comp_id = 49;
inline constexpr Tag sending_time = 52;
inline constexpr Tag side = 54;
inline constexpr Tag symbol = 55;
inline constexpr Tag target_comp_id = 56;
inline constexpr Tag text = 58;
inline constexpr Tag time_in_force = 59;
inline constexpr Tag transact_time = 60;
inline constexpr Tag encrypt_method = 98;
inline constexpr Tag stop_price = 99;
inline constexpr Tag cancel_reject_reason = 102;
inline constexpr Tag order_reject_reason = 103;
inline constexpr Tag heartbeat_interval = 108;
inline constexpr Tag minimum_quantity = 110;
inline constexpr Tag max_floor = 111;
inline constexpr Tag test_request_id = 112;
inline constexpr Tag original_sending_time = 122;
inline constexpr Tag gap_fill = 123;
inline constexpr Tag expire_time = 126;
inline constexpr Tag reset_seq_num = 141;
inline constexpr Tag exec_type = 150;
inline constexpr Tag leaves_quantity = 151;
inline constexpr Tag cash_order_quantity = 152;
inline constexpr Tag reference_tag_id = 371;
inline constexpr Tag reference_msg_type = 372;
inline constexpr Tag session_reject_reason = 373;
inline constexpr Tag exec_restatement_reason = 378;
inline constexpr Tag business_reject_reference_id = 379;
inline constexpr Tag business_reject_reason = 380;
inline constexpr Tag expire_date = 432;
inline constexpr Tag cancel_reject_response_to = 434;
inline constexpr Tag commission_currency = 479;
inline constexpr Tag secondary_exec_id = 527;
inline constexpr Tag mass_cancel_request_type = 530;
inline constexpr Tag mass_cancel_response = 531;
inline constexpr Tag mass_cancel_reject_reason = 532;
inline constexpr Tag total_affected_orders = 533;
inline constexpr Tag username = 553;
inline constexpr Tag password = 554;
inline constexpr Tag mass_status_request_id = 584;
inline constexpr Tag mass_status_request_type = 585;
inline constexpr Tag order_status_request_id = 790;
inline constexpr Tag last_liquidity = 851;
inline constexpr Tag total_reports = 911;
inline constexpr Tag last_report_requested = 912;
inline constexpr Tag display_quantity = 1138;             // of FIX 5.0: as 111 at entry
inline constexpr Tag self_trade_prevention = 7928;        // not of the specification
inline constexpr Tag cancel_orders_on_disconnect = 8013;  // likewise
inline constexpr Tag display_indicator = 9479;            // likewise, of Cboe's: S slides
}  // namespace tag

/// What follows a field is data of its length, which may hold separators: 0 for none.
constexpr Tag data_behind(Tag length) {
  switch (length) {
    case 90:  // SecureDataLen
      return 91;
    case 93:  // SignatureLength
      return 89;
    case 95:  // RawDataLength
      return 96;
    case 212:  // XmlDataLen
      return 213;
    case 348:  // EncodedIssuerLen and its like
    case 350:
    case 352:
    case 354:
    case 356:
    case 358:
    case 360:
    case 362:
    case 364:
    case 445:
    case 618:
    case 621:
      return length == 445 ? 446 : length == 618 ? 619 : length == 621 ? 622 : length + 1;
    default:
      return 0;
  }
}

/// Whether it counts the entries of a repeating group that an order may carry.
constexpr bool counts_a_group(Tag tag) {
  switch (tag) {
    case 78:   // NoAllocs
    case 386:  // NoTradingSessions
    case 453:  // NoPartyIDs
    case 454:  // NoSecurityAltID
    case 539:  // NoNestedPartyIDs
    case 711:  // NoUnderlyings
    case 864:  // NoEvents
      return true;
    default:
      return false;
  }
}

}  // namespace mainstay::exchange::fix
