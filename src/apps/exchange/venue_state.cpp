#include "apps/exchange/venue_state.hpp"

#include <array>
#include <span>
#include <utility>

#include "apps/exchange/domain/command_codec.hpp"

namespace mainstay::exchange {
namespace {

constexpr std::uint8_t version = 1;

/// A part of a snapshot: u64 length, then its own bytes.
template <class Part>
void put_part(std::string& out, const Part& part) {
  const std::size_t at = out.size();
  ByteWriter{out}.u64(0);
  part.save(out);
  std::string length;
  ByteWriter{length}.u64(out.size() - at - sizeof(std::uint64_t));
  out.replace(at, length.size(), length);
}

Result<Bytes> take_part(Bytes& in) {
  ByteReader reader{in};
  const std::uint64_t size = reader.u64();
  if (!reader.ok() || size > reader.left()) return StateErrc::malformed;
  const Bytes part = in.subspan(sizeof size, size);
  in = in.subspan(sizeof size + size);
  return part;
}

}  // namespace

const ErrorRow& error_row(StateErrc code) {
  static constexpr std::array rows{
      ErrorRow{"exchange_state_malformed", "a snapshot of the exchange is malformed"},
      ErrorRow{"exchange_state_version_unknown",
               "a snapshot of the exchange was written by a newer version"},
      ErrorRow{"exchange_state_out_of_order", "the exchange's journal has a gap"},
      ErrorRow{"exchange_state_unsettled", "a door has not stored yet what it heard"},
  };
  return rows[static_cast<std::size_t>(code) - 1];
}

void VenueState::apply(const Command& command, Events& events) {
  const std::size_t before = events.size();
  engine_.apply(command, events);
  const auto own = std::span<const Event>{events}.subspan(before);
  orders_.on_command(command, own);
  market_.on_command(command, own);
}

void VenueState::save(std::string& out) const {
  out.push_back(static_cast<char>(version));
  put_part(out, engine_);
  put_part(out, orders_);
  put_part(out, market_);
}

Result<> VenueState::load(Bytes snapshot) {
  if (snapshot.empty()) return StateErrc::malformed;
  if (snapshot.front() != std::byte{version}) return StateErrc::version_unknown;
  snapshot = snapshot.subspan(1);
  MS_TRY(const Bytes engine, take_part(snapshot));
  MS_TRY(const Bytes orders, take_part(snapshot));
  MS_TRY(const Bytes market, take_part(snapshot));
  if (!snapshot.empty()) return StateErrc::malformed;
  MS_TRY(engine_, Engine::load(engine, options_));
  MS_TRY(orders_, OrderLog::load(orders));
  MS_TRY(market_, MarketData::load(market));
  return {};
}

journal::Replay VenueState::replay_to(Sequence last, OnReplayed told) {
  journal::Replay replay;
  replay.on_snapshot = [this](Bytes snapshot, journal::Sequence) { return load(snapshot); };
  replay.on_record = [this, last, told = std::move(told)](journal::Sequence, Bytes record) {
    return replay_record(record, last, told);
  };
  return replay;
}

Result<> VenueState::replay_record(Bytes record, Sequence last, const OnReplayed& told) {
  MS_TRY_VOID(read_batch(record, commands_));
  for (const Command& command : commands_) {
    if (command.sequence > last) return {};
    if (command.sequence != engine_.last_sequence() + 1) return StateErrc::out_of_order;
    events_.clear();
    apply(command, events_);
    if (told) told(command, events_);
  }
  return {};
}

}  // namespace mainstay::exchange
