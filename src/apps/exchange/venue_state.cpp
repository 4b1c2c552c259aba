#include "apps/exchange/venue_state.hpp"

#include <array>
#include <limits>
#include <span>
#include <string>
#include <utility>

#include "apps/exchange/domain/command_codec.hpp"

namespace mainstay::exchange {
namespace {

constexpr std::uint8_t version_without_limits = 1;
constexpr std::uint8_t version = 2;
constexpr std::uint8_t limits_mark = 0xFE;  // no version of commands

void put_limits(std::string& out, OrderLimits limits) {
  ByteWriter writer{out};
  writer.u64(limits.orders_max);
  writer.u64(limits.orders_per_account_max);
}

OrderLimits read_limits(ByteReader& in) {
  OrderLimits limits;
  limits.orders_max = in.u64();
  limits.orders_per_account_max = in.u64();
  return limits;
}
constexpr std::size_t limits_bytes = 2 * sizeof(std::uint64_t);

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
      ErrorRow{"exchange_history_not_kept",
               "the journal's beginning is not kept (apps.exchange.keep_journal)"},
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

void VenueState::set_limits(OrderLimits limits) {
  limits_ = limits;
  options_.orders_max = limits.orders_max;
  options_.orders_per_account_max = limits.orders_per_account_max;
  engine_.set_limits(limits);
}

std::string VenueState::limits_record(OrderLimits limits) {
  std::string out(1, static_cast<char>(limits_mark));
  put_limits(out, limits);
  return out;
}

void VenueState::save(std::string& out) const {
  out.push_back(static_cast<char>(limits_ ? version : version_without_limits));
  if (limits_) put_limits(out, *limits_);
  put_part(out, engine_);
  put_part(out, orders_);
  put_part(out, market_);
}

Result<> VenueState::load(Bytes snapshot) {
  if (snapshot.empty()) return StateErrc::malformed;
  const bool has_limits = snapshot.front() == std::byte{version};
  if (!has_limits && snapshot.front() != std::byte{version_without_limits}) {
    return StateErrc::version_unknown;
  }
  snapshot = snapshot.subspan(1);
  if (has_limits) {
    if (snapshot.size() < limits_bytes) return StateErrc::malformed;
    ByteReader in{snapshot};
    set_limits(read_limits(in));
    snapshot = snapshot.subspan(limits_bytes);
  }
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
  if (!record.empty() && record.front() == std::byte{limits_mark}) {
    ByteReader in{record.subspan(1)};
    const OrderLimits limits = read_limits(in);
    if (!in.ok() || !in.at_end()) return StateErrc::malformed;
    if (engine_.last_sequence() < last) set_limits(limits);
    return {};
  }
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

Result<VenueState> replay_log(const std::filesystem::path& folder, journal::FileSystem& files,
                              Sequence wanted) {
  constexpr auto all = std::numeric_limits<journal::Sequence>::max();
  VenueState state{EngineOptions{}};
  MS_TRY_VOID(journal::read_log(folder, files, all, state.replay_to(wanted)));
  const Sequence reached = state.engine().last_sequence();
  if (reached <= wanted) return state;
  VenueState anew{EngineOptions{}};
  MS_TRY(const auto found, journal::read_whole_log(folder, files, all, anew.replay_to(wanted)));
  if (found) return anew;
  return Error{StateErrc::not_kept,
               "it begins with a snapshot of sequence " + std::to_string(reached)};
}

}  // namespace mainstay::exchange
