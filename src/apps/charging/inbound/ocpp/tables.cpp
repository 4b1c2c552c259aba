#include "apps/charging/inbound/ocpp/tables.hpp"

#include <string>
#include <type_traits>
#include <utility>

// The tables of OCPP 1.6 edition 2 (chapters 6 and 7) and of its security whitepaper edition 2,
// with the corrections of the errata: SendLocalList's idTagInfo belongs into the list's elements;
// BootNotification's interval and UpdateFirmware's retries and retryInterval are integers;
// StopTransaction's reason is optional; both Celcius and Celsius; no other fields anywhere.

namespace mainstay::charging::ocpp {

namespace {

// ---- What a member's type says

template <class T>
constexpr Leaf leaf_of() {
  if constexpr (std::is_same_v<T, std::string>)
    return Leaf::text;
  else if constexpr (std::is_same_v<T, std::int32_t>)
    return Leaf::integer;
  else if constexpr (std::is_same_v<T, std::int64_t>)
    return Leaf::long_integer;
  else if constexpr (std::is_same_v<T, ConnectorNumber>)
    return Leaf::connector;
  else if constexpr (std::is_same_v<T, TransactionId>)
    return Leaf::transaction;
  else if constexpr (std::is_same_v<T, Seconds>)
    return Leaf::seconds;
  else if constexpr (std::is_same_v<T, bool>)
    return Leaf::boolean;
  else if constexpr (std::is_same_v<T, SystemTime>)
    return Leaf::time;
  else if constexpr (std::is_enum_v<T>)
    return Leaf::enumeration;
  else
    return Leaf::object;
}

template <class T>
struct Holds {  // exactly one
  static constexpr Shape shape{leaf_of<T>(),
                               true,
                               false,
                               [](void* member) { return member; },
                               [](const void*) -> std::size_t { return 1; },
                               [](const void* member, std::size_t) { return member; }};
};

template <class T>
struct Holds<std::optional<T>> {
  static constexpr Shape shape{
      leaf_of<T>(),
      false,
      false,
      [](void* member) -> void* { return &static_cast<std::optional<T>*>(member)->emplace(); },
      [](const void* member) -> std::size_t {
        return static_cast<const std::optional<T>*>(member)->has_value() ? 1 : 0;
      },
      [](const void* member, std::size_t) -> const void* {
        return &**static_cast<const std::optional<T>*>(member);
      }};
};

template <class T>
struct Holds<std::vector<T>> {
  static constexpr Shape shape{
      leaf_of<T>(),
      false,
      true,
      [](void* member) -> void* { return &static_cast<std::vector<T>*>(member)->emplace_back(); },
      [](const void* member) { return static_cast<const std::vector<T>*>(member)->size(); },
      [](const void* member, std::size_t index) -> const void* {
        return &(*static_cast<const std::vector<T>*>(member))[index];
      }};
};

template <auto member>
struct Where;
template <class Message, class T, T Message::*member>
struct Where<member> {
  using type = T;
  static void* in(void* message) { return &(static_cast<Message*>(message)->*member); }
};

template <auto member>
constexpr Field field(std::string_view name, Rule rule = {}) {
  const Shape* const shape = &Holds<typename Where<member>::type>::shape;
  return {name, Where<member>::in, shape, rule.tenths ? Leaf::tenths : shape->leaf, rule};
}

// ---- What fields admit

constexpr Rule text(std::size_t characters_max) { return {.characters_max = characters_max}; }
constexpr Rule from(std::int64_t min) { return {.min = min}; }
constexpr Rule connectors_from(std::int64_t min) { return {.min = min, .max = 0xFFFF}; }
constexpr Rule count{.min = 0};
// Wh: what a meter may show; beyond is no meter, and products must not overflow.
constexpr Rule register_value{.min = -1'000'000'000'000, .max = 1'000'000'000'000};
constexpr Rule rate{.min = 0, .max = 10'000'000'000, .tenths = true};  // a gigawatt
constexpr Rule one_of(std::span<const std::string_view> names) { return {.names = names}; }
template <class Enum>
constexpr Rule one_of(std::span<const std::string_view> names, Enum unknown) {
  return {.names = names, .unknown = static_cast<int>(unknown)};
}
constexpr Rule part(const Table& table) { return {.inner = &table}; }
constexpr Rule parts(const Table& table) { return {.inner = &table, .filled = true}; }

// The standard limits none of these. Signed meter values are long, and cut they prove nothing: the
// message's own limit comes first. What is longer than a URI here is no address.
constexpr std::size_t value_max = 1U << 20U;
constexpr std::size_t data_max = 65'536;
constexpr Rule uri{.characters_max = 2'048, .uri = true};

using Names = std::string_view[];

constexpr Names verdicts = {"Accepted", "Rejected"};
constexpr Names authorization_statuses = {"Accepted", "Blocked", "Expired", "Invalid",
                                          "ConcurrentTx"};
constexpr Names contexts = {"Interruption.Begin", "Interruption.End", "Other",
                            "Sample.Clock",       "Sample.Periodic",  "Transaction.Begin",
                            "Transaction.End",    "Trigger"};
constexpr Names formats = {"Raw", "SignedData"};
constexpr Names measurands = {"Energy.Active.Export.Register",
                              "Energy.Active.Import.Register",
                              "Energy.Reactive.Export.Register",
                              "Energy.Reactive.Import.Register",
                              "Energy.Active.Export.Interval",
                              "Energy.Active.Import.Interval",
                              "Energy.Reactive.Export.Interval",
                              "Energy.Reactive.Import.Interval",
                              "Power.Active.Export",
                              "Power.Active.Import",
                              "Power.Offered",
                              "Power.Reactive.Export",
                              "Power.Reactive.Import",
                              "Power.Factor",
                              "Current.Import",
                              "Current.Export",
                              "Current.Offered",
                              "Voltage",
                              "Frequency",
                              "Temperature",
                              "SoC",
                              "RPM"};
constexpr Names phases = {"L1", "L2", "L3", "N", "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1"};
constexpr Names locations = {"Body", "Cable", "EV", "Inlet", "Outlet"};
constexpr Names units = {"Wh", "kWh",     "varh",       "kvarh",   "W",    "kW",
                         "VA", "kVA",     "var",        "kvar",    "A",    "V",
                         "K",  "Celsius", "Fahrenheit", "Percent", "Hertz"};
constexpr Alias unit_aliases[] = {{"Celcius", static_cast<std::uint8_t>(Unit::celsius)},
                                  {"Hz", static_cast<std::uint8_t>(Unit::hertz)}};
constexpr Rule unit_rule{
    .names = units, .aliases = unit_aliases, .unknown = static_cast<int>(Unit::unknown)};
constexpr Names registration_statuses = {"Accepted", "Pending", "Rejected"};
constexpr Names data_transfer_statuses = {"Accepted", "Rejected", "UnknownMessageId",
                                          "UnknownVendorId"};
constexpr Names error_codes = {
    "ConnectorLockFailure", "EVCommunicationError", "GroundFailure",     "HighTemperature",
    "InternalError",        "LocalListConflict",    "NoError",           "OtherError",
    "OverCurrentFailure",   "OverVoltage",          "PowerMeterFailure", "PowerSwitchFailure",
    "ReaderFailure",        "ResetFailure",         "UnderVoltage",      "WeakSignal"};
constexpr Names connector_statuses = {"Available",     "Preparing",   "Charging",
                                      "SuspendedEVSE", "SuspendedEV", "Finishing",
                                      "Reserved",      "Unavailable", "Faulted"};
constexpr Names stop_reasons = {"DeAuthorized", "EmergencyStop", "EVDisconnected", "HardReset",
                                "Local",        "Other",         "PowerLoss",      "Reboot",
                                "Remote",       "SoftReset",     "UnlockCommand"};
constexpr Names diagnostics_statuses = {"Idle", "Uploaded", "UploadFailed", "Uploading"};
constexpr Names firmware_statuses = {"Downloaded",         "DownloadFailed", "Downloading", "Idle",
                                     "InstallationFailed", "Installing",     "Installed"};
constexpr Names log_statuses = {"BadMessage",       "Idle",     "NotSupportedOperation",
                                "PermissionDenied", "Uploaded", "UploadFailure",
                                "Uploading"};
constexpr Names signed_firmware_statuses = {
    "Downloaded",         "DownloadFailed",   "Downloading",
    "DownloadScheduled",  "DownloadPaused",   "Idle",
    "InstallationFailed", "Installing",       "Installed",
    "InstallRebooting",   "InstallScheduled", "InstallVerificationFailed",
    "InvalidSignature",   "SignatureVerified"};
constexpr Names availability_types = {"Inoperative", "Operative"};
constexpr Names availability_statuses = {"Accepted", "Rejected", "Scheduled"};
constexpr Names configuration_statuses = {"Accepted", "Rejected", "RebootRequired", "NotSupported"};
constexpr Names profile_purposes = {"ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"};
constexpr Names profile_kinds = {"Absolute", "Recurring", "Relative"};
constexpr Names recurrencies = {"Daily", "Weekly"};
constexpr Names rate_units = {"A", "W"};
constexpr Names reset_types = {"Hard", "Soft"};
constexpr Names unlock_statuses = {"Unlocked", "UnlockFailed", "NotSupported"};
constexpr Names update_types = {"Differential", "Full"};
constexpr Names update_statuses = {"Accepted", "Failed", "NotSupported", "VersionMismatch"};
constexpr Names reservation_statuses = {"Accepted", "Faulted", "Occupied", "Rejected",
                                        "Unavailable"};
constexpr Names profile_statuses = {"Accepted", "Rejected", "NotSupported"};
constexpr Names clear_profile_statuses = {"Accepted", "Unknown"};
constexpr Names trigger_statuses = {"Accepted", "Rejected", "NotImplemented"};
constexpr Names triggers = {"BootNotification",
                            "DiagnosticsStatusNotification",
                            "FirmwareStatusNotification",
                            "Heartbeat",
                            "MeterValues",
                            "StatusNotification"};
constexpr Names extended_triggers = {
    "BootNotification", "LogStatusNotification",      "FirmwareStatusNotification", "Heartbeat",
    "MeterValues",      "SignChargePointCertificate", "StatusNotification"};
constexpr Names hash_algorithms = {"SHA256", "SHA384", "SHA512"};
constexpr Names delete_statuses = {"Accepted", "Failed", "NotFound"};
constexpr Names certificate_uses = {"CentralSystemRootCertificate", "ManufacturerRootCertificate"};
constexpr Names installed_statuses = {"Accepted", "NotFound"};
constexpr Names log_types = {"DiagnosticsLog", "SecurityLog"};
constexpr Names get_log_statuses = {"Accepted", "Rejected", "AcceptedCanceled"};
constexpr Names install_statuses = {"Accepted", "Failed", "Rejected"};
constexpr Names signed_update_statuses = {"Accepted", "Rejected", "AcceptedCanceled",
                                          "InvalidCertificate", "RevokedCertificate"};

// ---- Parts

constexpr Table nothing{};

constexpr Field id_tag_info_fields[] = {
    field<&IdTagInfo::status>("status", one_of(authorization_statuses)),
    field<&IdTagInfo::expiry_date>("expiryDate"),
    field<&IdTagInfo::parent_id_tag>("parentIdTag", text(20)),
};
constexpr Table id_tag_info{id_tag_info_fields};

constexpr Field sampled_value_fields[] = {
    field<&SampledValue::value>("value", text(value_max)),
    field<&SampledValue::context>("context", one_of(contexts, ReadingContext::unknown)),
    field<&SampledValue::format>("format", one_of(formats)),
    field<&SampledValue::measurand>("measurand", one_of(measurands, Measurand::unknown)),
    field<&SampledValue::phase>("phase", one_of(phases, Phase::unknown)),
    field<&SampledValue::location>("location", one_of(locations, Location::unknown)),
    field<&SampledValue::unit>("unit", unit_rule),
};
constexpr Table sampled_value{sampled_value_fields};

constexpr Field meter_value_fields[] = {
    field<&MeterValue::timestamp>("timestamp"),
    field<&MeterValue::sampled_value>("sampledValue", parts(sampled_value)),
};
constexpr Table meter_value{meter_value_fields};

constexpr Field schedule_period_fields[] = {
    field<&ChargingSchedulePeriod::start_period>("startPeriod", count),
    field<&ChargingSchedulePeriod::limit_tenths>("limit", rate),
    field<&ChargingSchedulePeriod::number_phases>("numberPhases", Rule{.min = 1, .max = 3}),
};
constexpr Table schedule_period{schedule_period_fields};

constexpr Field schedule_fields[] = {
    field<&ChargingSchedule::duration>("duration", count),
    field<&ChargingSchedule::start_schedule>("startSchedule"),
    field<&ChargingSchedule::charging_rate_unit>("chargingRateUnit", one_of(rate_units)),
    field<&ChargingSchedule::charging_schedule_period>("chargingSchedulePeriod",
                                                       parts(schedule_period)),
    field<&ChargingSchedule::min_charging_rate_tenths>("minChargingRate", rate),
};
constexpr Table schedule{schedule_fields};

constexpr Field profile_fields[] = {
    field<&ChargingProfile::charging_profile_id>("chargingProfileId"),
    field<&ChargingProfile::transaction_id>("transactionId"),
    field<&ChargingProfile::stack_level>("stackLevel", count),
    field<&ChargingProfile::charging_profile_purpose>("chargingProfilePurpose",
                                                      one_of(profile_purposes)),
    field<&ChargingProfile::charging_profile_kind>("chargingProfileKind", one_of(profile_kinds)),
    field<&ChargingProfile::recurrency_kind>("recurrencyKind", one_of(recurrencies)),
    field<&ChargingProfile::valid_from>("validFrom"),
    field<&ChargingProfile::valid_to>("validTo"),
    field<&ChargingProfile::charging_schedule>("chargingSchedule", part(schedule)),
};
constexpr Table profile{profile_fields};

constexpr Field configuration_key_fields[] = {
    field<&ConfigurationKey::key>("key", text(50)),
    field<&ConfigurationKey::readonly>("readonly"),
    field<&ConfigurationKey::value>("value", text(500)),
};
constexpr Table configuration_key{configuration_key_fields};

constexpr Field authorization_data_fields[] = {
    field<&AuthorizationData::id_tag>("idTag", text(20)),
    field<&AuthorizationData::id_tag_info>("idTagInfo", part(id_tag_info)),
};
constexpr Table authorization_data{authorization_data_fields};

constexpr Field hash_data_fields[] = {
    field<&CertificateHashData::hash_algorithm>("hashAlgorithm", one_of(hash_algorithms)),
    field<&CertificateHashData::issuer_name_hash>("issuerNameHash", text(128)),
    field<&CertificateHashData::issuer_key_hash>("issuerKeyHash", text(128)),
    field<&CertificateHashData::serial_number>("serialNumber", text(40)),
};
constexpr Table hash_data{hash_data_fields};

constexpr Field log_parameters_fields[] = {
    field<&LogParameters::remote_location>("remoteLocation", text(512)),
    field<&LogParameters::oldest_timestamp>("oldestTimestamp"),
    field<&LogParameters::latest_timestamp>("latestTimestamp"),
};
constexpr Table log_parameters{log_parameters_fields};

constexpr Field signed_firmware_fields[] = {
    field<&SignedFirmware::location>("location", text(512)),
    field<&SignedFirmware::retrieve_date_time>("retrieveDateTime"),
    field<&SignedFirmware::install_date_time>("installDateTime"),
    field<&SignedFirmware::signing_certificate>("signingCertificate", text(5500)),
    field<&SignedFirmware::signature>("signature", text(800)),
};
constexpr Table signed_firmware{signed_firmware_fields};

// ---- Station -> backend

constexpr Field authorize_fields[] = {field<&Authorize::id_tag>("idTag", text(20))};
constexpr Table authorize{authorize_fields};
constexpr Field authorize_answer_fields[] = {
    field<&AuthorizeAnswer::id_tag_info>("idTagInfo", part(id_tag_info))};
constexpr Table authorize_answer{authorize_answer_fields};

constexpr Field boot_fields[] = {
    field<&BootNotification::charge_point_vendor>("chargePointVendor", text(20)),
    field<&BootNotification::charge_point_model>("chargePointModel", text(20)),
    field<&BootNotification::charge_point_serial_number>("chargePointSerialNumber", text(25)),
    field<&BootNotification::charge_box_serial_number>("chargeBoxSerialNumber", text(25)),
    field<&BootNotification::firmware_version>("firmwareVersion", text(50)),
    field<&BootNotification::iccid>("iccid", text(20)),
    field<&BootNotification::imsi>("imsi", text(20)),
    field<&BootNotification::meter_type>("meterType", text(25)),
    field<&BootNotification::meter_serial_number>("meterSerialNumber", text(25)),
};
constexpr Table boot{boot_fields};
constexpr Field boot_answer_fields[] = {
    field<&BootNotificationAnswer::status>("status", one_of(registration_statuses)),
    field<&BootNotificationAnswer::current_time>("currentTime"),
    field<&BootNotificationAnswer::interval>("interval", count),
};
constexpr Table boot_answer{boot_answer_fields};

constexpr Field data_transfer_fields[] = {
    field<&DataTransfer::vendor_id>("vendorId", text(255)),
    field<&DataTransfer::message_id>("messageId", text(50)),
    field<&DataTransfer::data>("data", text(data_max)),
};
constexpr Table data_transfer{data_transfer_fields};
constexpr Field data_transfer_answer_fields[] = {
    field<&DataTransferAnswer::status>("status", one_of(data_transfer_statuses)),
    field<&DataTransferAnswer::data>("data", text(data_max)),
};
constexpr Table data_transfer_answer{data_transfer_answer_fields};

constexpr Field diagnostics_status_fields[] = {
    field<&DiagnosticsStatusNotification::status>("status", one_of(diagnostics_statuses))};
constexpr Table diagnostics_status{diagnostics_status_fields};

constexpr Field firmware_status_fields[] = {
    field<&FirmwareStatusNotification::status>("status", one_of(firmware_statuses))};
constexpr Table firmware_status{firmware_status_fields};

constexpr Field heartbeat_answer_fields[] = {field<&HeartbeatAnswer::current_time>("currentTime")};
constexpr Table heartbeat_answer{heartbeat_answer_fields};

constexpr Field log_status_fields[] = {
    field<&LogStatusNotification::status>("status", one_of(log_statuses)),
    field<&LogStatusNotification::request_id>("requestId"),
};
constexpr Table log_status{log_status_fields};

constexpr Field meter_values_fields[] = {
    field<&MeterValues::connector_id>("connectorId", connectors_from(0)),
    field<&MeterValues::transaction_id>("transactionId"),
    field<&MeterValues::meter_value>("meterValue", parts(meter_value)),
};
constexpr Table meter_values{meter_values_fields};

constexpr Field security_event_fields[] = {
    field<&SecurityEventNotification::type>("type", text(50)),
    field<&SecurityEventNotification::timestamp>("timestamp"),
    field<&SecurityEventNotification::tech_info>("techInfo", text(255)),
};
constexpr Table security_event{security_event_fields};

constexpr Field sign_certificate_fields[] = {field<&SignCertificate::csr>("csr", text(5500))};
constexpr Table sign_certificate{sign_certificate_fields};
constexpr Field sign_certificate_answer_fields[] = {
    field<&SignCertificateAnswer::status>("status", one_of(verdicts))};
constexpr Table sign_certificate_answer{sign_certificate_answer_fields};

constexpr Field signed_firmware_status_fields[] = {
    field<&SignedFirmwareStatusNotification::status>("status", one_of(signed_firmware_statuses)),
    field<&SignedFirmwareStatusNotification::request_id>("requestId"),
};
constexpr Table signed_firmware_status{signed_firmware_status_fields};

constexpr Field start_fields[] = {
    field<&StartTransaction::connector_id>("connectorId", connectors_from(1)),
    field<&StartTransaction::id_tag>("idTag", text(20)),
    field<&StartTransaction::meter_start>("meterStart", register_value),
    field<&StartTransaction::timestamp>("timestamp"),
    field<&StartTransaction::reservation_id>("reservationId"),
};
constexpr Table start{start_fields};
constexpr Field start_answer_fields[] = {
    field<&StartTransactionAnswer::transaction_id>("transactionId"),
    field<&StartTransactionAnswer::id_tag_info>("idTagInfo", part(id_tag_info)),
};
constexpr Table start_answer{start_answer_fields};

constexpr Field status_fields[] = {
    field<&StatusNotification::connector_id>("connectorId", connectors_from(0)),
    field<&StatusNotification::error_code>("errorCode",
                                           one_of(error_codes, ErrorCode::other_error)),
    field<&StatusNotification::status>("status", one_of(connector_statuses)),
    field<&StatusNotification::info>("info", text(50)),
    field<&StatusNotification::timestamp>("timestamp"),
    field<&StatusNotification::vendor_id>("vendorId", text(255)),
    field<&StatusNotification::vendor_error_code>("vendorErrorCode", text(50)),
};
constexpr Table status{status_fields};

constexpr Field stop_fields[] = {
    field<&StopTransaction::transaction_id>("transactionId"),
    field<&StopTransaction::meter_stop>("meterStop", register_value),
    field<&StopTransaction::timestamp>("timestamp"),
    field<&StopTransaction::id_tag>("idTag", text(20)),
    field<&StopTransaction::reason>("reason", one_of(stop_reasons, StopReason::other)),
    field<&StopTransaction::transaction_data>("transactionData", part(meter_value)),
};
constexpr Table stop{stop_fields};
constexpr Field stop_answer_fields[] = {
    field<&StopTransactionAnswer::id_tag_info>("idTagInfo", part(id_tag_info))};
constexpr Table stop_answer{stop_answer_fields};

// ---- Backend -> station

constexpr Field cancel_reservation_fields[] = {
    field<&CancelReservation::reservation_id>("reservationId")};
constexpr Table cancel_reservation{cancel_reservation_fields};
constexpr Field cancel_reservation_answer_fields[] = {
    field<&CancelReservationAnswer::status>("status", one_of(verdicts))};
constexpr Table cancel_reservation_answer{cancel_reservation_answer_fields};

constexpr Field certificate_signed_fields[] = {
    field<&CertificateSigned::certificate_chain>("certificateChain", text(10000))};
constexpr Table certificate_signed{certificate_signed_fields};
constexpr Field certificate_signed_answer_fields[] = {
    field<&CertificateSignedAnswer::status>("status", one_of(verdicts))};
constexpr Table certificate_signed_answer{certificate_signed_answer_fields};

constexpr Field availability_fields[] = {
    field<&ChangeAvailability::connector_id>("connectorId", connectors_from(0)),
    field<&ChangeAvailability::type>("type", one_of(availability_types)),
};
constexpr Table availability{availability_fields};
constexpr Field availability_answer_fields[] = {
    field<&ChangeAvailabilityAnswer::status>("status", one_of(availability_statuses))};
constexpr Table availability_answer{availability_answer_fields};

constexpr Field change_configuration_fields[] = {
    field<&ChangeConfiguration::key>("key", text(50)),
    field<&ChangeConfiguration::value>("value", text(500)),
};
constexpr Table change_configuration{change_configuration_fields};
constexpr Field change_configuration_answer_fields[] = {
    field<&ChangeConfigurationAnswer::status>("status", one_of(configuration_statuses))};
constexpr Table change_configuration_answer{change_configuration_answer_fields};

constexpr Field clear_cache_answer_fields[] = {
    field<&ClearCacheAnswer::status>("status", one_of(verdicts))};
constexpr Table clear_cache_answer{clear_cache_answer_fields};

constexpr Field clear_profile_fields[] = {
    field<&ClearChargingProfile::id>("id"),
    field<&ClearChargingProfile::connector_id>("connectorId", connectors_from(0)),
    field<&ClearChargingProfile::charging_profile_purpose>("chargingProfilePurpose",
                                                           one_of(profile_purposes)),
    field<&ClearChargingProfile::stack_level>("stackLevel", count),
};
constexpr Table clear_profile{clear_profile_fields};
constexpr Field clear_profile_answer_fields[] = {
    field<&ClearChargingProfileAnswer::status>("status", one_of(clear_profile_statuses))};
constexpr Table clear_profile_answer{clear_profile_answer_fields};

constexpr Field delete_certificate_fields[] = {
    field<&DeleteCertificate::certificate_hash_data>("certificateHashData", part(hash_data))};
constexpr Table delete_certificate{delete_certificate_fields};
constexpr Field delete_certificate_answer_fields[] = {
    field<&DeleteCertificateAnswer::status>("status", one_of(delete_statuses))};
constexpr Table delete_certificate_answer{delete_certificate_answer_fields};

constexpr Field extended_trigger_fields[] = {
    field<&ExtendedTriggerMessage::requested_message>("requestedMessage",
                                                      one_of(extended_triggers)),
    field<&ExtendedTriggerMessage::connector_id>("connectorId", connectors_from(1)),
};
constexpr Table extended_trigger{extended_trigger_fields};
constexpr Field extended_trigger_answer_fields[] = {
    field<&ExtendedTriggerMessageAnswer::status>("status", one_of(trigger_statuses))};
constexpr Table extended_trigger_answer{extended_trigger_answer_fields};

constexpr Field composite_fields[] = {
    field<&GetCompositeSchedule::connector_id>("connectorId", connectors_from(0)),
    field<&GetCompositeSchedule::duration>("duration", count),
    field<&GetCompositeSchedule::charging_rate_unit>("chargingRateUnit", one_of(rate_units)),
};
constexpr Table composite{composite_fields};
constexpr Field composite_answer_fields[] = {
    field<&GetCompositeScheduleAnswer::status>("status", one_of(verdicts)),
    field<&GetCompositeScheduleAnswer::connector_id>("connectorId", connectors_from(0)),
    field<&GetCompositeScheduleAnswer::schedule_start>("scheduleStart"),
    field<&GetCompositeScheduleAnswer::charging_schedule>("chargingSchedule", part(schedule)),
};
constexpr Table composite_answer{composite_answer_fields};

constexpr Field get_configuration_fields[] = {field<&GetConfiguration::key>("key", text(50))};
constexpr Table get_configuration{get_configuration_fields};
constexpr Field get_configuration_answer_fields[] = {
    field<&GetConfigurationAnswer::configuration_key>("configurationKey", part(configuration_key)),
    field<&GetConfigurationAnswer::unknown_key>("unknownKey", text(50)),
};
constexpr Table get_configuration_answer{get_configuration_answer_fields};

constexpr Field diagnostics_fields[] = {
    field<&GetDiagnostics::location>("location", uri),
    field<&GetDiagnostics::retries>("retries", count),
    field<&GetDiagnostics::retry_interval>("retryInterval", count),
    field<&GetDiagnostics::start_time>("startTime"),
    field<&GetDiagnostics::stop_time>("stopTime"),
};
constexpr Table diagnostics{diagnostics_fields};
constexpr Field diagnostics_answer_fields[] = {
    field<&GetDiagnosticsAnswer::file_name>("fileName", text(255))};
constexpr Table diagnostics_answer{diagnostics_answer_fields};

constexpr Field installed_fields[] = {field<&GetInstalledCertificateIds::certificate_type>(
    "certificateType", one_of(certificate_uses))};
constexpr Table installed{installed_fields};
constexpr Field installed_answer_fields[] = {
    field<&GetInstalledCertificateIdsAnswer::status>("status", one_of(installed_statuses)),
    field<&GetInstalledCertificateIdsAnswer::certificate_hash_data>("certificateHashData",
                                                                    part(hash_data)),
};
constexpr Table installed_answer{installed_answer_fields};

constexpr Field list_version_answer_fields[] = {
    field<&GetLocalListVersionAnswer::list_version>("listVersion", from(-1))};
constexpr Table list_version_answer{list_version_answer_fields};

constexpr Field get_log_fields[] = {
    field<&GetLog::log>("log", part(log_parameters)),
    field<&GetLog::log_type>("logType", one_of(log_types)),
    field<&GetLog::request_id>("requestId"),
    field<&GetLog::retries>("retries", count),
    field<&GetLog::retry_interval>("retryInterval", count),
};
constexpr Table get_log{get_log_fields};
constexpr Field get_log_answer_fields[] = {
    field<&GetLogAnswer::status>("status", one_of(get_log_statuses)),
    field<&GetLogAnswer::filename>("filename", text(255)),
};
constexpr Table get_log_answer{get_log_answer_fields};

constexpr Field install_fields[] = {
    field<&InstallCertificate::certificate_type>("certificateType", one_of(certificate_uses)),
    field<&InstallCertificate::certificate>("certificate", text(5500)),
};
constexpr Table install{install_fields};
constexpr Field install_answer_fields[] = {
    field<&InstallCertificateAnswer::status>("status", one_of(install_statuses))};
constexpr Table install_answer{install_answer_fields};

constexpr Field remote_start_fields[] = {
    field<&RemoteStartTransaction::id_tag>("idTag", text(20)),
    field<&RemoteStartTransaction::connector_id>("connectorId", connectors_from(1)),
    field<&RemoteStartTransaction::charging_profile>("chargingProfile", part(profile)),
};
constexpr Table remote_start{remote_start_fields};
constexpr Field remote_start_answer_fields[] = {
    field<&RemoteStartTransactionAnswer::status>("status", one_of(verdicts))};
constexpr Table remote_start_answer{remote_start_answer_fields};

constexpr Field remote_stop_fields[] = {
    field<&RemoteStopTransaction::transaction_id>("transactionId")};
constexpr Table remote_stop{remote_stop_fields};
constexpr Field remote_stop_answer_fields[] = {
    field<&RemoteStopTransactionAnswer::status>("status", one_of(verdicts))};
constexpr Table remote_stop_answer{remote_stop_answer_fields};

constexpr Field reserve_fields[] = {
    field<&ReserveNow::connector_id>("connectorId", connectors_from(0)),
    field<&ReserveNow::expiry_date>("expiryDate"),
    field<&ReserveNow::id_tag>("idTag", text(20)),
    field<&ReserveNow::reservation_id>("reservationId"),
    field<&ReserveNow::parent_id_tag>("parentIdTag", text(20)),
};
constexpr Table reserve{reserve_fields};
constexpr Field reserve_answer_fields[] = {
    field<&ReserveNowAnswer::status>("status", one_of(reservation_statuses))};
constexpr Table reserve_answer{reserve_answer_fields};

constexpr Field reset_fields[] = {field<&Reset::type>("type", one_of(reset_types))};
constexpr Table reset{reset_fields};
constexpr Field reset_answer_fields[] = {field<&ResetAnswer::status>("status", one_of(verdicts))};
constexpr Table reset_answer{reset_answer_fields};

constexpr Field local_list_fields[] = {
    field<&SendLocalList::list_version>("listVersion", from(1)),
    field<&SendLocalList::update_type>("updateType", one_of(update_types)),
    field<&SendLocalList::local_authorization_list>("localAuthorizationList",
                                                    part(authorization_data)),
};
constexpr Table local_list{local_list_fields};
constexpr Field local_list_answer_fields[] = {
    field<&SendLocalListAnswer::status>("status", one_of(update_statuses))};
constexpr Table local_list_answer{local_list_answer_fields};

constexpr Field set_profile_fields[] = {
    field<&SetChargingProfile::connector_id>("connectorId", connectors_from(0)),
    field<&SetChargingProfile::cs_charging_profiles>("csChargingProfiles", part(profile)),
};
constexpr Table set_profile{set_profile_fields};
constexpr Field set_profile_answer_fields[] = {
    field<&SetChargingProfileAnswer::status>("status", one_of(profile_statuses))};
constexpr Table set_profile_answer{set_profile_answer_fields};

constexpr Field signed_update_fields[] = {
    field<&SignedUpdateFirmware::request_id>("requestId"),
    field<&SignedUpdateFirmware::firmware>("firmware", part(signed_firmware)),
    field<&SignedUpdateFirmware::retries>("retries", count),
    field<&SignedUpdateFirmware::retry_interval>("retryInterval", count),
};
constexpr Table signed_update{signed_update_fields};
constexpr Field signed_update_answer_fields[] = {
    field<&SignedUpdateFirmwareAnswer::status>("status", one_of(signed_update_statuses))};
constexpr Table signed_update_answer{signed_update_answer_fields};

constexpr Field trigger_fields[] = {
    field<&TriggerMessage::requested_message>("requestedMessage", one_of(triggers)),
    field<&TriggerMessage::connector_id>("connectorId", connectors_from(1)),
};
constexpr Table trigger{trigger_fields};
constexpr Field trigger_answer_fields[] = {
    field<&TriggerMessageAnswer::status>("status", one_of(trigger_statuses))};
constexpr Table trigger_answer{trigger_answer_fields};

constexpr Field unlock_fields[] = {
    field<&UnlockConnector::connector_id>("connectorId", connectors_from(1))};
constexpr Table unlock{unlock_fields};
constexpr Field unlock_answer_fields[] = {
    field<&UnlockConnectorAnswer::status>("status", one_of(unlock_statuses))};
constexpr Table unlock_answer{unlock_answer_fields};

constexpr Field update_firmware_fields[] = {
    field<&UpdateFirmware::location>("location", uri),
    field<&UpdateFirmware::retrieve_date>("retrieveDate"),
    field<&UpdateFirmware::retries>("retries", count),
    field<&UpdateFirmware::retry_interval>("retryInterval", count),
};
constexpr Table update_firmware{update_firmware_fields};

// ---- Actions, in the order of the variants

constexpr Action station_table[] = {
    {"Authorize", &authorize, &authorize_answer},
    {"BootNotification", &boot, &boot_answer},
    {"DataTransfer", &data_transfer, &data_transfer_answer},
    {"DiagnosticsStatusNotification", &diagnostics_status, &nothing},
    {"FirmwareStatusNotification", &firmware_status, &nothing},
    {"Heartbeat", &nothing, &heartbeat_answer},
    {"LogStatusNotification", &log_status, &nothing},
    {"MeterValues", &meter_values, &nothing},
    {"SecurityEventNotification", &security_event, &nothing},
    {"SignCertificate", &sign_certificate, &sign_certificate_answer},
    {"SignedFirmwareStatusNotification", &signed_firmware_status, &nothing},
    {"StartTransaction", &start, &start_answer},
    {"StatusNotification", &status, &nothing},
    {"StopTransaction", &stop, &stop_answer},
};
static_assert(std::size(station_table) == std::variant_size_v<StationRequest::Alternatives>);

constexpr Action backend_table[] = {
    {"CancelReservation", &cancel_reservation, &cancel_reservation_answer},
    {"CertificateSigned", &certificate_signed, &certificate_signed_answer},
    {"ChangeAvailability", &availability, &availability_answer},
    {"ChangeConfiguration", &change_configuration, &change_configuration_answer},
    {"ClearCache", &nothing, &clear_cache_answer},
    {"ClearChargingProfile", &clear_profile, &clear_profile_answer},
    {"DataTransfer", &data_transfer, &data_transfer_answer},
    {"DeleteCertificate", &delete_certificate, &delete_certificate_answer},
    {"ExtendedTriggerMessage", &extended_trigger, &extended_trigger_answer},
    {"GetCompositeSchedule", &composite, &composite_answer},
    {"GetConfiguration", &get_configuration, &get_configuration_answer},
    {"GetDiagnostics", &diagnostics, &diagnostics_answer},
    {"GetInstalledCertificateIds", &installed, &installed_answer},
    {"GetLocalListVersion", &nothing, &list_version_answer},
    {"GetLog", &get_log, &get_log_answer},
    {"InstallCertificate", &install, &install_answer},
    {"RemoteStartTransaction", &remote_start, &remote_start_answer},
    {"RemoteStopTransaction", &remote_stop, &remote_stop_answer},
    {"ReserveNow", &reserve, &reserve_answer},
    {"Reset", &reset, &reset_answer},
    {"SendLocalList", &local_list, &local_list_answer},
    {"SetChargingProfile", &set_profile, &set_profile_answer},
    {"SignedUpdateFirmware", &signed_update, &signed_update_answer},
    {"TriggerMessage", &trigger, &trigger_answer},
    {"UnlockConnector", &unlock, &unlock_answer},
    {"UpdateFirmware", &update_firmware, &nothing},
};
static_assert(std::size(backend_table) == std::variant_size_v<BackendRequest::Alternatives>);

}  // namespace

std::span<const Action> station_actions() { return station_table; }
std::span<const Action> backend_actions() { return backend_table; }

}  // namespace mainstay::charging::ocpp
