#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "apps/exchange/domain/engine.hpp"
#include "apps/exchange/domain/market_data.hpp"
#include "apps/exchange/domain/order_log.hpp"
#include "apps/exchange/venue.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "platform/journal/journal.hpp"

namespace mainstay::exchange {

/// What is wrong with a stored state; a journal's checksums hold by then.
enum class StateErrc : std::uint8_t {
  malformed = 1,
  version_unknown,  // written by a newer version
  out_of_order,     // a record does not follow what was replayed
  unsettled,        // a listener still needs the log
  not_kept,         // the log before the oldest snapshot
};
const ErrorRow& error_row(StateErrc code);

/// All that the exchange knows: the engine and what is made of its events. The same commands give
/// the same state. One thread at a time.
class VenueState {
 public:
  explicit VenueState(const EngineOptions& options) : options_(options), engine_(options) {}

  /// Carries it out; appends what happened to `events`.
  void apply(const Command& command, Events& events);

  [[nodiscard]] const Engine& engine() const { return engine_; }
  [[nodiscard]] Views views() const { return {engine_, orders_, market_}; }

  /// From here on; in the log between the same two commands (limits_record()), and in snapshots:
  /// what was taken under other settings is taken again when it is carried out anew.
  void set_limits(OrderLimits limits);
  /// What the log said last; nothing: it says nothing of it yet.
  [[nodiscard]] const std::optional<OrderLimits>& limits() const { return limits_; }
  /// What the log says of it: no commands, and no bytes that commands begin with.
  static std::string limits_record(OrderLimits limits);

  void save(std::string& out) const;
  Result<> load(Bytes snapshot);

  /// Brings a log's content into this, commands up to `last`; lives longer than what it returns.
  /// `told`, if any, is called for each command.
  using OnReplayed = UniqueFunction<void(const Command&, std::span<const Event>)>;
  journal::Replay replay_to(Sequence last, OnReplayed told = {});

 private:
  Result<> replay_record(Bytes record, Sequence last, const OnReplayed& told);

  EngineOptions options_;
  std::optional<OrderLimits> limits_;
  Engine engine_;
  OrderLog orders_;
  MarketData market_;
  std::vector<Command> commands_;  // of the record that is being replayed
  Events events_;
};

/// The state behind the command `wanted`, or behind the log's last one when that is before: from
/// the newest snapshot, or when that is too new from the log's beginning (Options::keep_covered).
/// Changes nothing; the log may be open.
Result<VenueState> replay_log(const std::filesystem::path& folder, journal::FileSystem& files,
                              Sequence wanted);

}  // namespace mainstay::exchange
