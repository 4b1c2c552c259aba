#include "apps/charging/simulator/configuration.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace mainstay::charging::simulator {
namespace {

enum class Kind : std::uint8_t { truth, number, text };
enum class Access : std::uint8_t { both, read, write };

struct Row {
  std::string_view name;
  Kind kind;
  Access access;
  std::string_view value;
};

using enum Kind;
using enum Access;

constexpr std::string_view measurands =
    "Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,SoC,Power.Offered,"
    "Temperature";

// In the order of Key.
constexpr Row rows[] = {
    {"AllowOfflineTxForUnknownId", truth, both, "true"},
    {"AuthorizationCacheEnabled", truth, both, "false"},
    {"AuthorizeRemoteTxRequests", truth, both, "false"},
    {"BlinkRepeat", number, both, "3"},
    {"ClockAlignedDataInterval", number, both, "0"},
    {"ConnectionTimeOut", number, both, "60"},
    {"ConnectorPhaseRotation", text, both, "0.RST"},
    {"ConnectorPhaseRotationMaxLength", number, read, "16"},
    {"GetConfigurationMaxKeys", number, read, "100"},
    {"HeartbeatInterval", number, both, "300"},
    {"LightIntensity", number, both, "100"},
    {"LocalAuthorizeOffline", truth, both, "true"},
    {"LocalPreAuthorize", truth, both, "false"},
    {"MaxEnergyOnInvalidId", number, both, "0"},
    {"MeterValuesAlignedData", text, both, "Energy.Active.Import.Register"},
    {"MeterValuesAlignedDataMaxLength", number, read, "10"},
    {"MeterValuesSampledData", text, both, measurands},
    {"MeterValuesSampledDataMaxLength", number, read, "10"},
    {"MeterValueSampleInterval", number, both, "60"},
    {"MinimumStatusDuration", number, both, "0"},
    {"NumberOfConnectors", number, read, "2"},
    {"ResetRetries", number, both, "1"},
    {"StopTransactionOnEVSideDisconnect", truth, both, "true"},
    {"StopTransactionOnInvalidId", truth, both, "true"},
    {"StopTxnAlignedData", text, both, ""},
    {"StopTxnAlignedDataMaxLength", number, read, "10"},
    {"StopTxnSampledData", text, both, ""},
    {"StopTxnSampledDataMaxLength", number, read, "10"},
    {"SupportedFeatureProfiles", text, read,
     "Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger"},
    {"SupportedFeatureProfilesMaxLength", number, read, "6"},
    {"TransactionMessageAttempts", number, both, "3"},
    {"TransactionMessageRetryInterval", number, both, "60"},
    {"UnlockConnectorOnEVSideDisconnect", truth, both, "true"},
    {"WebSocketPingInterval", number, both, "60"},
    {"LocalAuthListEnabled", truth, both, "true"},
    {"LocalAuthListMaxLength", number, read, "1000"},
    {"SendLocalListMaxLength", number, read, "100"},
    {"ReserveConnectorZeroSupported", truth, read, "false"},
    {"ChargeProfileMaxStackLevel", number, read, "9"},
    {"ChargingScheduleAllowedChargingRateUnit", text, read, "Current,Power"},
    {"ChargingScheduleMaxPeriods", number, read, "100"},
    {"ConnectorSwitch3to1PhaseSupported", truth, read, "false"},
    {"MaxChargingProfilesInstalled", number, read, "20"},
    {"MessageTimeout", number, both, "30"},
    {"StopTransactionMaxMeterValues", number, both, "0"},
    {"SupportedFileTransferProtocols", text, read, "HTTP,HTTPS"},
    {"AuthorizationKey", text, write, ""},
    {"SecurityProfile", number, both, "0"},
    {"CpoName", text, both, ""},
    {"CertificateStoreMaxLength", number, read, "10"},
    {"CertificateSignedMaxChainSize", number, read, "10000"},
    {"AdditionalRootCertificateCheck", truth, read, "false"},
    {"RetryBackOffWaitMinimum", number, both, "2"},
    {"RetryBackOffRandomRange", number, both, "5"},
    {"RetryBackOffRepeatTimes", number, both, "4"},
};
static_assert(std::size(rows) == key_count);

const Row& row_of(Key key) { return rows[static_cast<std::size_t>(key)]; }

bool fits(Kind kind, std::string_view value) {
  constexpr std::size_t value_bytes_max = 500;  // ChangeConfiguration.req
  constexpr std::uint64_t number_max = 1'000'000'000;
  if (kind == Kind::truth) return value == "true" || value == "false";
  if (kind == Kind::text) return value.size() <= value_bytes_max;
  const auto found = parse_u64(value);
  return found && *found <= number_max;
}

}  // namespace

std::string_view name_of(Key key) { return row_of(key).name; }
bool is_read_only(Key key) { return row_of(key).access == Access::read; }
bool is_secret(Key key) { return row_of(key).access == Access::write; }

std::optional<Key> find_key(std::string_view name) {
  for (std::size_t i = 0; i < key_count; ++i) {
    if (rows[i].name == name) return static_cast<Key>(i);
  }
  return std::nullopt;
}

Defaults standard_defaults() {
  Defaults out;
  for (std::size_t i = 0; i < key_count; ++i) out[i] = rows[i].value;
  return out;
}

const std::string& Configuration::text(Key key) const {
  for (const Own& own : own_) {
    if (own.key == key) return own.value;
  }
  return (*defaults_)[static_cast<std::size_t>(key)];
}

std::int64_t Configuration::integer(Key key) const { return parse_i64(text(key)).value_or(0); }
bool Configuration::truth(Key key) const { return text(key) == "true"; }

Configuration::Change Configuration::change(std::string_view name, std::string_view value) {
  const auto key = find_key(name);
  if (!key) return Change::not_supported;
  if (is_read_only(*key) || !fits(row_of(*key).kind, value)) return Change::rejected;
  // A security profile may only rise (whitepaper A05).
  if (*key == Key::security_profile) {
    const auto wanted = parse_i64(value).value_or(0);
    if (wanted < integer(*key) || wanted > 3) return Change::rejected;
  }
  if (*key == Key::authorization_key && value.size() < 16) return Change::rejected;
  set(*key, std::string{value});
  return Change::accepted;
}

void Configuration::set(Key key, std::string value) {
  const auto found = std::ranges::find(own_, key, &Own::key);
  if (found == own_.end()) {
    own_.push_back({key, std::move(value)});
  } else {
    found->value = std::move(value);
  }
}

}  // namespace mainstay::charging::simulator
