#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "apps/charging/fundamental.hpp"
#include "base/clock.hpp"

/// OCPP 1.6 with its security extension (whitepaper, edition 2), as values: what a station asks and
/// what it is answered, and the other way round. 39 actions; DataTransfer goes both ways.
///
/// What came from a station has been checked: lengths, ranges, enumerations, required fields. What
/// we send is checked too, before it leaves (inbound/ocpp/codec.hpp). A member that is no optional
/// and no vector is required on the wire; the lengths stand in inbound/ocpp/tables.cpp. Texts are
/// UTF-8. Tags (`id_tag`) and configuration keys are compared without regard to case (CiString).
///
/// Enumerators named `unknown` stand for a text that the standard does not have and that was let
/// through for a model of station known to send it; they are never sent.
namespace mainstay::charging::ocpp {

// ---- Shared parts

enum class Verdict : std::uint8_t { accepted, rejected };

enum class AuthorizationStatus : std::uint8_t {
  accepted,
  blocked,
  expired,
  invalid,
  concurrent_tx,
};

struct IdTagInfo {
  AuthorizationStatus status = AuthorizationStatus::invalid;
  std::optional<SystemTime> expiry_date = {};
  std::optional<std::string> parent_id_tag = {};
};

enum class ReadingContext : std::uint8_t {
  interruption_begin,
  interruption_end,
  other,
  sample_clock,
  sample_periodic,
  transaction_begin,
  transaction_end,
  trigger,
  unknown,
};
enum class ValueFormat : std::uint8_t { raw, signed_data };
enum class Measurand : std::uint8_t {
  energy_active_export_register,
  energy_active_import_register,
  energy_reactive_export_register,
  energy_reactive_import_register,
  energy_active_export_interval,
  energy_active_import_interval,
  energy_reactive_export_interval,
  energy_reactive_import_interval,
  power_active_export,
  power_active_import,
  power_offered,
  power_reactive_export,
  power_reactive_import,
  power_factor,
  current_import,
  current_export,
  current_offered,
  voltage,
  frequency,
  temperature,
  state_of_charge,
  rpm,
  unknown,
};
enum class Phase : std::uint8_t { l1, l2, l3, n, l1_n, l2_n, l3_n, l1_l2, l2_l3, l3_l1, unknown };
enum class Location : std::uint8_t { body, cable, ev, inlet, outlet, unknown };
enum class Unit : std::uint8_t {
  wh,
  kwh,
  varh,
  kvarh,
  w,
  kw,
  va,
  kva,
  var,
  kvar,
  a,
  v,
  k,
  celsius,  // sent as "Celsius"; "Celcius" is understood (errata)
  fahrenheit,
  percent,
  hertz,  // not in the standard; understood, since a frequency has no unit there
  unknown,
};

/// What is absent has a default in the standard: see measurand_of() and its like below.
struct SampledValue {
  std::string value = {};  // a decimal number; anything when `format` is signed_data
  std::optional<ReadingContext> context = {};
  std::optional<ValueFormat> format = {};
  std::optional<Measurand> measurand = {};
  std::optional<Phase> phase = {};
  std::optional<Location> location = {};
  std::optional<Unit> unit = {};
};
inline Measurand measurand_of(const SampledValue& sample) {
  return sample.measurand.value_or(Measurand::energy_active_import_register);
}
inline ReadingContext context_of(const SampledValue& sample) {
  return sample.context.value_or(ReadingContext::sample_periodic);
}
inline Location location_of(const SampledValue& sample) {
  return sample.location.value_or(Location::outlet);
}

struct MeterValue {
  SystemTime timestamp{};
  std::vector<SampledValue> sampled_value = {};  // at least one
};

// ---- Station -> backend, core

struct AuthorizeAnswer {
  IdTagInfo id_tag_info = {};
};
struct Authorize {
  using Answer = AuthorizeAnswer;
  std::string id_tag = {};
};

enum class RegistrationStatus : std::uint8_t { accepted, pending, rejected };
struct BootNotificationAnswer {
  RegistrationStatus status = RegistrationStatus::rejected;
  SystemTime current_time{};
  Seconds interval{};  // between heartbeats; until the next try when not accepted
};
struct BootNotification {
  using Answer = BootNotificationAnswer;
  std::string charge_point_vendor = {};
  std::string charge_point_model = {};
  std::optional<std::string> charge_point_serial_number = {};
  std::optional<std::string> charge_box_serial_number = {};
  std::optional<std::string> firmware_version = {};
  std::optional<std::string> iccid = {};
  std::optional<std::string> imsi = {};
  std::optional<std::string> meter_type = {};
  std::optional<std::string> meter_serial_number = {};
};

enum class DataTransferStatus : std::uint8_t {
  accepted,
  rejected,
  unknown_message_id,
  unknown_vendor_id,
};
struct DataTransferAnswer {
  DataTransferStatus status = DataTransferStatus::rejected;
  std::optional<std::string> data = {};
};
struct DataTransfer {  // both ways
  using Answer = DataTransferAnswer;
  std::string vendor_id = {};
  std::optional<std::string> message_id = {};
  std::optional<std::string> data = {};
};

struct HeartbeatAnswer {
  SystemTime current_time{};
};
struct Heartbeat {
  using Answer = HeartbeatAnswer;
};

struct MeterValuesAnswer {};
struct MeterValues {
  using Answer = MeterValuesAnswer;
  ConnectorNumber connector_id{};
  std::optional<TransactionId> transaction_id = {};
  std::vector<MeterValue> meter_value = {};  // at least one
};

struct StartTransactionAnswer {
  TransactionId transaction_id{};
  IdTagInfo id_tag_info = {};
};
struct StartTransaction {
  using Answer = StartTransactionAnswer;
  ConnectorNumber connector_id{};  // from 1
  std::string id_tag = {};
  WattHours meter_start = 0;
  SystemTime timestamp{};
  std::optional<std::int32_t> reservation_id = {};
};

enum class ErrorCode : std::uint8_t {
  connector_lock_failure,
  ev_communication_error,
  ground_failure,
  high_temperature,
  internal_error,
  local_list_conflict,
  no_error,
  other_error,  // also what was not in the standard
  over_current_failure,
  over_voltage,
  power_meter_failure,
  power_switch_failure,
  reader_failure,
  reset_failure,
  under_voltage,
  weak_signal,
};
enum class ConnectorStatus : std::uint8_t {
  available,
  preparing,
  charging,
  suspended_evse,
  suspended_ev,
  finishing,
  reserved,
  unavailable,
  faulted,
};
struct StatusNotificationAnswer {};
struct StatusNotification {
  using Answer = StatusNotificationAnswer;
  ConnectorNumber connector_id{};
  ErrorCode error_code = ErrorCode::no_error;
  ConnectorStatus status = ConnectorStatus::unavailable;
  std::optional<std::string> info = {};
  std::optional<SystemTime> timestamp = {};
  std::optional<std::string> vendor_id = {};
  std::optional<std::string> vendor_error_code = {};
};

enum class StopReason : std::uint8_t {
  de_authorized,
  emergency_stop,
  ev_disconnected,
  hard_reset,
  local,
  other,  // also what was not in the standard
  power_loss,
  reboot,
  remote,
  soft_reset,
  unlock_command,
};
struct StopTransactionAnswer {
  std::optional<IdTagInfo> id_tag_info = {};
};
struct StopTransaction {
  using Answer = StopTransactionAnswer;
  TransactionId transaction_id{};
  WattHours meter_stop = 0;
  SystemTime timestamp{};
  std::optional<std::string> id_tag = {};
  std::optional<StopReason> reason = {};  // none: local
  std::vector<MeterValue> transaction_data = {};
};

// ---- Station -> backend, firmware and security

enum class DiagnosticsStatus : std::uint8_t { idle, uploaded, upload_failed, uploading };
struct DiagnosticsStatusNotificationAnswer {};
struct DiagnosticsStatusNotification {
  using Answer = DiagnosticsStatusNotificationAnswer;
  DiagnosticsStatus status = DiagnosticsStatus::idle;
};

enum class FirmwareStatus : std::uint8_t {
  downloaded,
  download_failed,
  downloading,
  idle,
  installation_failed,
  installing,
  installed,
};
struct FirmwareStatusNotificationAnswer {};
struct FirmwareStatusNotification {
  using Answer = FirmwareStatusNotificationAnswer;
  FirmwareStatus status = FirmwareStatus::idle;
};

struct SecurityEventNotificationAnswer {};
struct SecurityEventNotification {
  using Answer = SecurityEventNotificationAnswer;
  std::string type = {};
  SystemTime timestamp{};
  std::optional<std::string> tech_info = {};
};

struct SignCertificateAnswer {
  Verdict status = Verdict::rejected;
};
struct SignCertificate {
  using Answer = SignCertificateAnswer;
  std::string csr = {};  // PEM
};

enum class LogStatus : std::uint8_t {
  bad_message,
  idle,
  not_supported_operation,
  permission_denied,
  uploaded,
  upload_failure,
  uploading,
};
struct LogStatusNotificationAnswer {};
struct LogStatusNotification {
  using Answer = LogStatusNotificationAnswer;
  LogStatus status = LogStatus::idle;
  std::optional<std::int32_t> request_id = {};
};

enum class SignedFirmwareStatus : std::uint8_t {
  downloaded,
  download_failed,
  downloading,
  download_scheduled,
  download_paused,
  idle,
  installation_failed,
  installing,
  installed,
  install_rebooting,
  install_scheduled,
  install_verification_failed,
  invalid_signature,
  signature_verified,
};
struct SignedFirmwareStatusNotificationAnswer {};
struct SignedFirmwareStatusNotification {
  using Answer = SignedFirmwareStatusNotificationAnswer;
  SignedFirmwareStatus status = SignedFirmwareStatus::idle;
  std::optional<std::int32_t> request_id = {};
};

// ---- Backend -> station, core

enum class AvailabilityType : std::uint8_t { inoperative, operative };
enum class AvailabilityStatus : std::uint8_t { accepted, rejected, scheduled };
struct ChangeAvailabilityAnswer {
  AvailabilityStatus status = AvailabilityStatus::rejected;
};
struct ChangeAvailability {
  using Answer = ChangeAvailabilityAnswer;
  ConnectorNumber connector_id{};  // 0: the whole station
  AvailabilityType type = AvailabilityType::operative;
};

enum class ConfigurationStatus : std::uint8_t {
  accepted,
  rejected,
  reboot_required,
  not_supported,
};
struct ChangeConfigurationAnswer {
  ConfigurationStatus status = ConfigurationStatus::rejected;
};
struct ChangeConfiguration {
  using Answer = ChangeConfigurationAnswer;
  std::string key = {};
  std::string value = {};
};

struct ClearCacheAnswer {
  Verdict status = Verdict::rejected;
};
struct ClearCache {
  using Answer = ClearCacheAnswer;
};

struct ConfigurationKey {
  std::string key = {};
  bool readonly = false;
  std::optional<std::string> value = {};
};
struct GetConfigurationAnswer {
  std::vector<ConfigurationKey> configuration_key = {};
  std::vector<std::string> unknown_key = {};
};
struct GetConfiguration {
  using Answer = GetConfigurationAnswer;
  std::vector<std::string> key = {};  // none: all
};

enum class ChargingProfilePurpose : std::uint8_t {
  charge_point_max_profile,
  tx_default_profile,
  tx_profile,
};
enum class ChargingProfileKind : std::uint8_t { absolute, recurring, relative };
enum class RecurrencyKind : std::uint8_t { daily, weekly };
enum class ChargingRateUnit : std::uint8_t { amperes, watts };
struct ChargingSchedulePeriod {
  Seconds start_period{};         // after the schedule's start; the first one's is 0
  std::int64_t limit_tenths = 0;  // of an ampere (each phase) or of a watt (all together)
  std::optional<std::int32_t> number_phases = {};  // none: 3
};
struct ChargingSchedule {
  std::optional<Seconds> duration = {};
  std::optional<SystemTime> start_schedule = {};
  ChargingRateUnit charging_rate_unit = ChargingRateUnit::amperes;
  std::vector<ChargingSchedulePeriod> charging_schedule_period = {};  // at least one
  std::optional<std::int64_t> min_charging_rate_tenths = {};
};
struct ChargingProfile {
  std::int32_t charging_profile_id = 0;
  std::optional<TransactionId> transaction_id = {};
  std::int32_t stack_level = 0;
  ChargingProfilePurpose charging_profile_purpose = ChargingProfilePurpose::tx_default_profile;
  ChargingProfileKind charging_profile_kind = ChargingProfileKind::absolute;
  std::optional<RecurrencyKind> recurrency_kind = {};
  std::optional<SystemTime> valid_from = {};
  std::optional<SystemTime> valid_to = {};
  ChargingSchedule charging_schedule = {};
};

struct RemoteStartTransactionAnswer {
  Verdict status = Verdict::rejected;
};
struct RemoteStartTransaction {
  using Answer = RemoteStartTransactionAnswer;
  std::string id_tag = {};
  std::optional<ConnectorNumber> connector_id = {};
  std::optional<ChargingProfile> charging_profile = {};  // tx_profile, without transaction_id
};

struct RemoteStopTransactionAnswer {
  Verdict status = Verdict::rejected;
};
struct RemoteStopTransaction {
  using Answer = RemoteStopTransactionAnswer;
  TransactionId transaction_id{};
};

enum class ResetType : std::uint8_t { hard, soft };
struct ResetAnswer {
  Verdict status = Verdict::rejected;
};
struct Reset {
  using Answer = ResetAnswer;
  ResetType type = ResetType::soft;
};

enum class UnlockStatus : std::uint8_t { unlocked, unlock_failed, not_supported };
struct UnlockConnectorAnswer {
  UnlockStatus status = UnlockStatus::unlock_failed;
};
struct UnlockConnector {
  using Answer = UnlockConnectorAnswer;
  ConnectorNumber connector_id{};  // from 1
};

// ---- Backend -> station, firmware, local list, reservation, smart charging, triggers

struct GetDiagnosticsAnswer {
  std::optional<std::string> file_name = {};  // none: it has nothing to tell
};
struct GetDiagnostics {
  using Answer = GetDiagnosticsAnswer;
  std::string location = {};  // URI to upload to
  std::optional<std::int32_t> retries = {};
  std::optional<Seconds> retry_interval = {};
  std::optional<SystemTime> start_time = {};
  std::optional<SystemTime> stop_time = {};
};

struct UpdateFirmwareAnswer {};
struct UpdateFirmware {
  using Answer = UpdateFirmwareAnswer;
  std::string location = {};  // URI to load from
  SystemTime retrieve_date{};
  std::optional<std::int32_t> retries = {};
  std::optional<Seconds> retry_interval = {};
};

struct GetLocalListVersionAnswer {
  std::int32_t list_version = 0;  // -1: not supported; 0: empty
};
struct GetLocalListVersion {
  using Answer = GetLocalListVersionAnswer;
};

enum class UpdateType : std::uint8_t { differential, full };
enum class UpdateStatus : std::uint8_t { accepted, failed, not_supported, version_mismatch };
struct AuthorizationData {
  std::string id_tag = {};
  std::optional<IdTagInfo> id_tag_info = {};  // none, in a differential update: take it out
};
struct SendLocalListAnswer {
  UpdateStatus status = UpdateStatus::failed;
};
struct SendLocalList {
  using Answer = SendLocalListAnswer;
  std::int32_t list_version = 1;  // from 1
  UpdateType update_type = UpdateType::full;
  std::vector<AuthorizationData> local_authorization_list = {};
};

enum class ReservationStatus : std::uint8_t { accepted, faulted, occupied, rejected, unavailable };
struct ReserveNowAnswer {
  ReservationStatus status = ReservationStatus::rejected;
};
struct ReserveNow {
  using Answer = ReserveNowAnswer;
  ConnectorNumber connector_id{};  // 0: any
  SystemTime expiry_date{};
  std::string id_tag = {};
  std::int32_t reservation_id = 0;
  std::optional<std::string> parent_id_tag = {};
};

struct CancelReservationAnswer {
  Verdict status = Verdict::rejected;
};
struct CancelReservation {
  using Answer = CancelReservationAnswer;
  std::int32_t reservation_id = 0;
};

enum class ChargingProfileStatus : std::uint8_t { accepted, rejected, not_supported };
struct SetChargingProfileAnswer {
  ChargingProfileStatus status = ChargingProfileStatus::rejected;
};
struct SetChargingProfile {
  using Answer = SetChargingProfileAnswer;
  ConnectorNumber connector_id{};
  ChargingProfile cs_charging_profiles = {};
};

enum class ClearChargingProfileStatus : std::uint8_t { accepted, unknown };
struct ClearChargingProfileAnswer {
  ClearChargingProfileStatus status = ClearChargingProfileStatus::unknown;
};
struct ClearChargingProfile {
  using Answer = ClearChargingProfileAnswer;
  std::optional<std::int32_t> id = {};
  std::optional<ConnectorNumber> connector_id = {};
  std::optional<ChargingProfilePurpose> charging_profile_purpose = {};
  std::optional<std::int32_t> stack_level = {};
};

struct GetCompositeScheduleAnswer {
  Verdict status = Verdict::rejected;
  std::optional<ConnectorNumber> connector_id = {};
  std::optional<SystemTime> schedule_start = {};
  std::optional<ChargingSchedule> charging_schedule = {};
};
struct GetCompositeSchedule {
  using Answer = GetCompositeScheduleAnswer;
  ConnectorNumber connector_id{};
  Seconds duration{};
  std::optional<ChargingRateUnit> charging_rate_unit = {};
};

enum class TriggerStatus : std::uint8_t { accepted, rejected, not_implemented };
enum class MessageTrigger : std::uint8_t {
  boot_notification,
  diagnostics_status_notification,
  firmware_status_notification,
  heartbeat,
  meter_values,
  status_notification,
};
struct TriggerMessageAnswer {
  TriggerStatus status = TriggerStatus::rejected;
};
struct TriggerMessage {
  using Answer = TriggerMessageAnswer;
  MessageTrigger requested_message = MessageTrigger::heartbeat;
  std::optional<ConnectorNumber> connector_id = {};
};

// ---- Backend -> station, security

struct CertificateSignedAnswer {
  Verdict status = Verdict::rejected;
};
struct CertificateSigned {
  using Answer = CertificateSignedAnswer;
  std::string certificate_chain = {};  // PEM, the station's own first
};

enum class HashAlgorithm : std::uint8_t { sha256, sha384, sha512 };
struct CertificateHashData {
  HashAlgorithm hash_algorithm = HashAlgorithm::sha256;
  std::string issuer_name_hash = {};
  std::string issuer_key_hash = {};
  std::string serial_number = {};
};

enum class DeleteCertificateStatus : std::uint8_t { accepted, failed, not_found };
struct DeleteCertificateAnswer {
  DeleteCertificateStatus status = DeleteCertificateStatus::failed;
};
struct DeleteCertificate {
  using Answer = DeleteCertificateAnswer;
  CertificateHashData certificate_hash_data = {};
};

enum class ExtendedTrigger : std::uint8_t {
  boot_notification,
  log_status_notification,
  firmware_status_notification,
  heartbeat,
  meter_values,
  sign_charge_point_certificate,
  status_notification,
};
struct ExtendedTriggerMessageAnswer {
  TriggerStatus status = TriggerStatus::rejected;
};
struct ExtendedTriggerMessage {
  using Answer = ExtendedTriggerMessageAnswer;
  ExtendedTrigger requested_message = ExtendedTrigger::heartbeat;
  std::optional<ConnectorNumber> connector_id = {};
};

enum class CertificateUse : std::uint8_t {
  central_system_root_certificate,
  manufacturer_root_certificate,
};
enum class InstalledCertificateStatus : std::uint8_t { accepted, not_found };
struct GetInstalledCertificateIdsAnswer {
  InstalledCertificateStatus status = InstalledCertificateStatus::not_found;
  std::vector<CertificateHashData> certificate_hash_data = {};
};
struct GetInstalledCertificateIds {
  using Answer = GetInstalledCertificateIdsAnswer;
  CertificateUse certificate_type = CertificateUse::central_system_root_certificate;
};

enum class LogType : std::uint8_t { diagnostics_log, security_log };
enum class GetLogStatus : std::uint8_t { accepted, rejected, accepted_canceled };
struct LogParameters {
  std::string remote_location = {};  // URI to upload to
  std::optional<SystemTime> oldest_timestamp = {};
  std::optional<SystemTime> latest_timestamp = {};
};
struct GetLogAnswer {
  GetLogStatus status = GetLogStatus::rejected;
  std::optional<std::string> filename = {};
};
struct GetLog {
  using Answer = GetLogAnswer;
  LogParameters log = {};
  LogType log_type = LogType::diagnostics_log;
  std::int32_t request_id = 0;
  std::optional<std::int32_t> retries = {};
  std::optional<Seconds> retry_interval = {};
};

enum class InstallCertificateStatus : std::uint8_t { accepted, failed, rejected };
struct InstallCertificateAnswer {
  InstallCertificateStatus status = InstallCertificateStatus::failed;
};
struct InstallCertificate {
  using Answer = InstallCertificateAnswer;
  CertificateUse certificate_type = CertificateUse::central_system_root_certificate;
  std::string certificate = {};  // PEM
};

enum class SignedUpdateStatus : std::uint8_t {
  accepted,
  rejected,
  accepted_canceled,
  invalid_certificate,
  revoked_certificate,
};
struct SignedFirmware {
  std::string location = {};
  SystemTime retrieve_date_time{};
  std::optional<SystemTime> install_date_time = {};
  std::string signing_certificate = {};  // PEM
  std::string signature = {};            // base64
};
struct SignedUpdateFirmwareAnswer {
  SignedUpdateStatus status = SignedUpdateStatus::rejected;
};
struct SignedUpdateFirmware {
  using Answer = SignedUpdateFirmwareAnswer;
  std::int32_t request_id = 0;
  SignedFirmware firmware = {};
  std::optional<std::int32_t> retries = {};
  std::optional<Seconds> retry_interval = {};
};

// ---- All of them. An answer's alternative stands where its request's does.

template <template <class> class Of>
using ForStationActions =
    std::variant<typename Of<Authorize>::type, typename Of<BootNotification>::type,
                 typename Of<DataTransfer>::type, typename Of<DiagnosticsStatusNotification>::type,
                 typename Of<FirmwareStatusNotification>::type, typename Of<Heartbeat>::type,
                 typename Of<LogStatusNotification>::type, typename Of<MeterValues>::type,
                 typename Of<SecurityEventNotification>::type, typename Of<SignCertificate>::type,
                 typename Of<SignedFirmwareStatusNotification>::type,
                 typename Of<StartTransaction>::type, typename Of<StatusNotification>::type,
                 typename Of<StopTransaction>::type>;

template <template <class> class Of>
using ForBackendActions =
    std::variant<typename Of<CancelReservation>::type, typename Of<CertificateSigned>::type,
                 typename Of<ChangeAvailability>::type, typename Of<ChangeConfiguration>::type,
                 typename Of<ClearCache>::type, typename Of<ClearChargingProfile>::type,
                 typename Of<DataTransfer>::type, typename Of<DeleteCertificate>::type,
                 typename Of<ExtendedTriggerMessage>::type, typename Of<GetCompositeSchedule>::type,
                 typename Of<GetConfiguration>::type, typename Of<GetDiagnostics>::type,
                 typename Of<GetInstalledCertificateIds>::type,
                 typename Of<GetLocalListVersion>::type, typename Of<GetLog>::type,
                 typename Of<InstallCertificate>::type, typename Of<RemoteStartTransaction>::type,
                 typename Of<RemoteStopTransaction>::type, typename Of<ReserveNow>::type,
                 typename Of<Reset>::type, typename Of<SendLocalList>::type,
                 typename Of<SetChargingProfile>::type, typename Of<SignedUpdateFirmware>::type,
                 typename Of<TriggerMessage>::type, typename Of<UnlockConnector>::type,
                 typename Of<UpdateFirmware>::type>;

template <class Request>
struct RequestOf {
  using type = Request;
};
template <class Request>
struct AnswerOf {
  using type = typename Request::Answer;
};

/// CALLERROR's codes (OCPP-J 1.6, 4.2.3).
enum class CallErrorCode : std::uint8_t {
  not_implemented,  // the action is unknown
  not_supported,    // known, and not done here
  internal_error,
  protocol_error,
  security_error,
  formation_violation,              // the payload is not of the action's shape
  property_constraint_violation,    // a field's value is not admitted
  occurrence_constraint_violation,  // sent with the standard's misspelling, "Occurence"
  type_constraint_violation,
  generic_error,
};
/// Instead of an answer.
struct CallError {
  CallErrorCode code = CallErrorCode::internal_error;
  std::string description = {};  // for people; at most 255 characters leave
};

/// A variant whose copy, move and end are compiled in ocpp_messages.cpp only: each is a table over
/// all alternatives, which took every file that hands one on another second to compile.
template <class Variant>
struct AnyOf : Variant {
  using Alternatives = Variant;
  using Variant::Variant;

  AnyOf();
  AnyOf(const AnyOf& from);
  AnyOf(AnyOf&& from) noexcept;
  AnyOf& operator=(const AnyOf& from);
  AnyOf& operator=(AnyOf&& from) noexcept;
  ~AnyOf();
};

using StationRequest = AnyOf<ForStationActions<RequestOf>>;  // a station asks us
using StationAnswer = AnyOf<ForStationActions<AnswerOf>>;    // we answer it
using BackendRequest = AnyOf<ForBackendActions<RequestOf>>;  // we ask a station
using BackendAnswer = AnyOf<ForBackendActions<AnswerOf>>;    // it answers us

extern template struct AnyOf<ForStationActions<RequestOf>>;
extern template struct AnyOf<ForStationActions<AnswerOf>>;
extern template struct AnyOf<ForBackendActions<RequestOf>>;
extern template struct AnyOf<ForBackendActions<AnswerOf>>;

}  // namespace mainstay::charging::ocpp

namespace mainstay::charging {

using ocpp::BackendAnswer;
using ocpp::BackendRequest;
using ocpp::StationAnswer;
using ocpp::StationRequest;

}  // namespace mainstay::charging
