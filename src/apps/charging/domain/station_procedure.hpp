#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "apps/charging/domain/network.hpp"
#include "apps/charging/domain/ocpp_messages.hpp"

namespace mainstay::charging {

/// What one wish of an operator takes at one station: usually one call; several where the station
/// takes only so much at once (GetConfigurationMaxKeys, SendLocalListMaxLength). A failed call ends
/// it. Pure: the caller sends and brings the answers.
class StationProcedure {
 public:
  struct Refused {
    std::string outcome{};  // as an OCPP status
    std::string why{};
  };
  using Next = std::variant<BackendRequest, BackendAnswer, Refused>;  // to send, or the end

  /// `keys_max`: GetConfigurationMaxKeys, 0 when not known. `full_list`: what to send whole when a
  /// differential list does not fit the station's; none: then it fails.
  explicit StationProcedure(BackendRequest wanted, std::int32_t keys_max = 0,
                            std::vector<ocpp::AuthorizationData> full_list = {});

  Next begin();
  Next on_answer(const BackendAnswer& answer);
  /// What it found out on its way; 0: nothing.
  [[nodiscard]] std::int32_t learned_keys_max() const { return learned_keys_max_; }

 private:
  enum class Step : std::uint8_t { single, ask_keys_max, keys, ask_version, list };

  Next next_keys();
  Next on_keys();
  Next on_version(std::int32_t version);
  Next next_list();
  Next on_list(ocpp::UpdateStatus status);
  Next ask_version();

  BackendRequest wanted_;
  Step step_ = Step::single;
  std::int32_t keys_max_ = 0;
  std::int32_t learned_keys_max_ = 0;
  std::vector<std::string> keys_;
  std::size_t at_ = 0;  // so much is sent: of the keys, then of the list
  ocpp::GetConfigurationAnswer configuration_{};
  std::vector<ocpp::AuthorizationData> full_list_;
  std::size_t list_max_ = 0;  // 0: the station does not say
  std::size_t list_chunk_max_ = 0;
  std::int32_t list_version_ = 0;
  bool is_again_ = false;  // a full list is being sent because of a mismatch
};

/// Why this may not be asked of the station now; none: it may. Pending stations may be configured
/// and not told to charge; an accepted one is not asked to boot (errata 3.40).
std::optional<Error> refusal(const Station& station, const BackendRequest& request);

}  // namespace mainstay::charging
