#include "apps/charging/domain/station_procedure.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/text.hpp"

namespace mainstay::charging {
namespace {

constexpr std::string_view keys_max_key = "GetConfigurationMaxKeys";
constexpr std::string_view send_max_key = "SendLocalListMaxLength";
constexpr std::string_view list_max_key = "LocalAuthListMaxLength";

/// Of stations that do not say how much they take at once.
constexpr std::size_t list_chunk_fallback = 100;

std::size_t number_of(const ocpp::GetConfigurationAnswer& answer, std::string_view key) {
  for (const ocpp::ConfigurationKey& one : answer.configuration_key) {
    if (!equals_ignoring_case(one.key, key) || !one.value) continue;
    const auto number = parse_u64(trimmed(*one.value));
    if (number) return static_cast<std::size_t>(std::min<std::uint64_t>(*number, 1'000'000));
  }
  return 0;
}

template <class Part>
void move_behind(std::vector<Part>& to, const std::vector<Part>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

bool asks_for_boot(const BackendRequest& request) {
  if (const auto* const plain = std::get_if<ocpp::TriggerMessage>(&request)) {
    return plain->requested_message == ocpp::MessageTrigger::boot_notification;
  }
  const auto* const extended = std::get_if<ocpp::ExtendedTriggerMessage>(&request);
  return extended != nullptr &&
         extended->requested_message == ocpp::ExtendedTrigger::boot_notification;
}

}  // namespace

std::optional<Error> refusal(const Station& station, const BackendRequest& request) {
  const auto& registration = station.row.registration;
  const bool is_accepted = registration == ocpp::RegistrationStatus::accepted;
  if (is_accepted && asks_for_boot(request)) {
    return Error{NetworkErrc::command_refused,
                 "it is accepted: asking it to boot again would begin its registration anew"};
  }
  if (is_accepted) return std::nullopt;
  if (registration != ocpp::RegistrationStatus::pending) {
    return Error{NetworkErrc::command_refused, "it has not been accepted"};
  }
  const bool charges = std::holds_alternative<ocpp::RemoteStartTransaction>(request) ||
                       std::holds_alternative<ocpp::RemoteStopTransaction>(request);
  if (charges) return Error{NetworkErrc::command_refused, "its registration is pending"};
  return std::nullopt;
}

StationProcedure::StationProcedure(BackendRequest wanted, std::int32_t keys_max,
                                   std::vector<ocpp::AuthorizationData> full_list)
    : wanted_(std::move(wanted)), keys_max_(keys_max), full_list_(std::move(full_list)) {}

StationProcedure::Next StationProcedure::begin() {
  if (const auto* const asked = std::get_if<ocpp::GetConfiguration>(&wanted_)) {
    if (asked->key.size() <= 1) return wanted_;
    keys_ = asked->key;
  } else if (std::holds_alternative<ocpp::SendLocalList>(wanted_)) {
    keys_ = {std::string{send_max_key}, std::string{list_max_key}};
  } else {
    return wanted_;
  }
  if (keys_max_ > 0) return next_keys();
  step_ = Step::ask_keys_max;
  return BackendRequest{ocpp::GetConfiguration{{std::string{keys_max_key}}}};
}

StationProcedure::Next StationProcedure::on_answer(const BackendAnswer& answer) {
  switch (step_) {
    case Step::single:
      return answer;
    case Step::ask_keys_max: {
      const auto most = number_of(std::get<ocpp::GetConfigurationAnswer>(answer), keys_max_key);
      // Who does not say takes them all: the key is required (9.1.7).
      keys_max_ =
          most == 0 ? std::numeric_limits<std::int32_t>::max() : static_cast<std::int32_t>(most);
      learned_keys_max_ = keys_max_;
      return next_keys();
    }
    case Step::keys: {
      const auto& part = std::get<ocpp::GetConfigurationAnswer>(answer);
      move_behind(configuration_.configuration_key, part.configuration_key);
      move_behind(configuration_.unknown_key, part.unknown_key);
      return next_keys();
    }
    case Step::ask_version:
      return on_version(std::get<ocpp::GetLocalListVersionAnswer>(answer).list_version);
    case Step::list:
      return on_list(std::get<ocpp::SendLocalListAnswer>(answer).status);
  }
  return answer;
}

StationProcedure::Next StationProcedure::next_keys() {
  if (at_ >= keys_.size()) return on_keys();
  step_ = Step::keys;
  const std::size_t end = std::min(keys_.size(), at_ + static_cast<std::size_t>(keys_max_));
  ocpp::GetConfiguration part;
  for (; at_ < end; ++at_) part.key.push_back(keys_[at_]);
  return BackendRequest{std::move(part)};
}

// --- a local list --------------------------------------------------------------------------------

/// All are known: that was it, or what a local list needs.
StationProcedure::Next StationProcedure::on_keys() {
  if (!std::holds_alternative<ocpp::SendLocalList>(wanted_)) return BackendAnswer{configuration_};
  list_max_ = number_of(configuration_, list_max_key);
  list_chunk_max_ = number_of(configuration_, send_max_key);
  if (list_chunk_max_ == 0) list_chunk_max_ = list_chunk_fallback;
  return ask_version();
}

/// If the list has room there.
StationProcedure::Next StationProcedure::ask_version() {
  const auto& list = std::get<ocpp::SendLocalList>(wanted_);
  const std::size_t entries = list.local_authorization_list.size();
  if (list_max_ != 0 && entries > list_max_) {
    return Refused{"Failed", "the station keeps " + std::to_string(list_max_) +
                                 " tags, the list has " + std::to_string(entries)};
  }
  step_ = Step::ask_version;
  return BackendRequest{ocpp::GetLocalListVersion{}};
}

StationProcedure::Next StationProcedure::on_version(std::int32_t version) {
  if (version < 0) return Refused{"NotSupported", "the station has no local list"};
  // Versions only grow; 0 is never sent.
  const bool is_at_end = version >= std::numeric_limits<std::int32_t>::max() - 10'000;
  list_version_ = is_at_end ? 0 : version;
  at_ = 0;
  step_ = Step::list;
  return next_list();
}

/// The first part as wanted, the others add to it.
StationProcedure::Next StationProcedure::next_list() {
  const auto& whole = std::get<ocpp::SendLocalList>(wanted_);
  const auto& entries = whole.local_authorization_list;
  ocpp::SendLocalList part;
  part.list_version = ++list_version_;
  part.update_type = at_ == 0 ? whole.update_type : ocpp::UpdateType::differential;
  const std::size_t end = std::min(entries.size(), at_ + list_chunk_max_);
  for (; at_ < end; ++at_) part.local_authorization_list.push_back(entries[at_]);
  return BackendRequest{std::move(part)};
}

/// A mismatch: somebody else changed the list. It is sent whole then, once.
StationProcedure::Next StationProcedure::on_list(ocpp::UpdateStatus status) {
  auto& whole = std::get<ocpp::SendLocalList>(wanted_);
  if (status == ocpp::UpdateStatus::accepted && at_ < whole.local_authorization_list.size()) {
    return next_list();
  }
  const bool is_full = whole.update_type == ocpp::UpdateType::full;
  const bool may_repeat = !is_again_ && (is_full || !full_list_.empty());
  if (status == ocpp::UpdateStatus::version_mismatch && may_repeat) {
    is_again_ = true;
    if (!is_full) whole.local_authorization_list = std::move(full_list_);
    whole.update_type = ocpp::UpdateType::full;
    return ask_version();
  }
  return BackendAnswer{ocpp::SendLocalListAnswer{status}};
}

}  // namespace mainstay::charging
