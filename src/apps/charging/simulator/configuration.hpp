#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mainstay::charging::simulator {

/// The configuration keys of a simulated station: the 43 of OCPP 1.6 chapter 9, those of its errata
/// and of the security whitepaper, and the back-off ones of 2.0.1.
enum class Key : std::uint8_t {
  allow_offline_tx_for_unknown_id,
  authorization_cache_enabled,
  authorize_remote_tx_requests,
  blink_repeat,
  clock_aligned_data_interval,
  connection_time_out,
  connector_phase_rotation,
  connector_phase_rotation_max_length,
  get_configuration_max_keys,
  heartbeat_interval,
  light_intensity,
  local_authorize_offline,
  local_pre_authorize,
  max_energy_on_invalid_id,
  meter_values_aligned_data,
  meter_values_aligned_data_max_length,
  meter_values_sampled_data,
  meter_values_sampled_data_max_length,
  meter_value_sample_interval,
  minimum_status_duration,
  number_of_connectors,
  reset_retries,
  stop_transaction_on_ev_side_disconnect,
  stop_transaction_on_invalid_id,
  stop_txn_aligned_data,
  stop_txn_aligned_data_max_length,
  stop_txn_sampled_data,
  stop_txn_sampled_data_max_length,
  supported_feature_profiles,
  supported_feature_profiles_max_length,
  transaction_message_attempts,
  transaction_message_retry_interval,
  unlock_connector_on_ev_side_disconnect,
  web_socket_ping_interval,
  local_auth_list_enabled,
  local_auth_list_max_length,
  send_local_list_max_length,
  reserve_connector_zero_supported,
  charge_profile_max_stack_level,
  charging_schedule_allowed_charging_rate_unit,
  charging_schedule_max_periods,
  connector_switch_3_to_1_phase_supported,
  max_charging_profiles_installed,
  message_timeout,
  stop_transaction_max_meter_values,
  supported_file_transfer_protocols,
  authorization_key,
  security_profile,
  cpo_name,
  certificate_store_max_length,
  certificate_signed_max_chain_size,
  additional_root_certificate_check,
  retry_back_off_wait_minimum,
  retry_back_off_random_range,
  retry_back_off_repeat_times,
};
inline constexpr std::size_t key_count = 55;

std::string_view name_of(Key key);
std::optional<Key> find_key(std::string_view name);  // exact, as stations compare
bool is_read_only(Key key);
/// It can be set, but GetConfiguration does not tell it.
bool is_secret(Key key);

/// What all stations of a run begin with.
using Defaults = std::array<std::string, key_count>;
Defaults standard_defaults();

/// One station's keys. `defaults` outlives it.
class Configuration {
 public:
  enum class Change : std::uint8_t { accepted, rejected, not_supported };

  explicit Configuration(const Defaults& defaults) : defaults_(&defaults) {}

  [[nodiscard]] const std::string& text(Key key) const;
  [[nodiscard]] std::int64_t integer(Key key) const;  // 0 when it is none
  [[nodiscard]] bool truth(Key key) const;

  /// ChangeConfiguration: unknown names are not supported, read-only keys and values of another
  /// kind are rejected.
  Change change(std::string_view name, std::string_view value);
  void set(Key key, std::string value);

 private:
  struct Own {
    Key key;
    std::string value;
  };
  const Defaults* defaults_;
  std::vector<Own> own_;  // few
};

}  // namespace mainstay::charging::simulator
