#include "apps/apim/outbound/journal/apim_state.hpp"

#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/check.hpp"

namespace mainstay::apim {
namespace {

constexpr std::uint8_t snapshot_format = 1;  // first byte of a snapshot

// What may follow behind what every snapshot has, each behind its letter.
constexpr std::uint8_t spikes_section = 's';
constexpr std::uint8_t notices_section = 'n';

}  // namespace

Result<std::unique_ptr<ApimState>> ApimState::open(Options options, journal::FileSystem& files) {
  std::unique_ptr<ApimState> state{new ApimState{options.snapshot_after_bytes}};
  journal::Replay replay;
  replay.on_snapshot = [&state](Bytes snapshot, journal::Sequence) {
    return state->load(snapshot);
  };
  replay.on_record = [&state](journal::Sequence sequence, Bytes payload) {
    return state->replay(sequence, payload);
  };
  MS_TRY(state->journal_,
         journal::Journal::open(std::move(options.journal), files, std::move(replay)));
  state->log_.journal = state->journal_.get();
  return state;
}

Result<> ApimState::snapshot() {
  // Read before saving: what is appended meanwhile is in the snapshot, or replayed, or both, and
  // then ignored.
  const journal::Sequence as_of = journal_->last_sequence();
  std::string saved;
  ByteWriter{saved}.u8(snapshot_format);
  counters_.save(saved);
  events_.save(saved);
  errors_.save(saved);
  alert_marks_.save(saved);
  std::string section{spikes_section};
  if (counters_.save_spikes(section)) saved.append(section);
  ByteWriter{saved}.u8(notices_section);
  notices_.save(saved);
  return journal_->write_snapshot(as_bytes(saved), as_of);
}

Result<> ApimState::close() {
  if (journal_->bytes_since_snapshot() > 0) MS_TRY_VOID(snapshot());
  return journal_->sync();
}

std::uint64_t ApimState::Log::append(std::string_view record) {
  MS_CHECK(journal != nullptr);
  return journal->append(as_bytes(record));
}

Result<> ApimState::load(Bytes snapshot) {
  ByteReader in{snapshot};
  const std::uint8_t format = in.u8();
  if (format != snapshot_format) {
    return Error{RecordErrc::snapshot_format_unknown, "format " + std::to_string(format)};
  }
  MS_TRY_VOID(counters_.load(in));
  MS_TRY_VOID(events_.load(in));
  MS_TRY_VOID(errors_.load(in));
  MS_TRY_VOID(alert_marks_.load(in));
  while (!in.at_end()) MS_TRY_VOID(load_section(in));
  return {};
}

Result<> ApimState::load_section(ByteReader& in) {
  const std::uint8_t section = in.u8();
  switch (section) {
    case spikes_section:
      return counters_.load_spikes(in);
    case notices_section:
      return notices_.load(in);
    default:
      return Error{RecordErrc::snapshot_malformed, "section " + std::to_string(section)};
  }
}

Result<> ApimState::replay(journal::Sequence sequence, Bytes payload) {
  MS_TRY(const Record record, decode(payload));
  const auto apply = [&]<class R>(const R& typed) {
    if constexpr (std::is_same_v<R, UsageCharged> || std::is_same_v<R, ServiceErased>) {
      counters_.replay(sequence, typed);
    } else if constexpr (std::is_same_v<R, ErrorAdded> || std::is_same_v<R, ErrorsCleared>) {
      errors_.replay(sequence, typed);
    } else if constexpr (std::is_same_v<R, AlertMarked> || std::is_same_v<R, AlertIdTaken>) {
      alert_marks_.replay(sequence, typed);
    } else if constexpr (std::is_same_v<R, NoticeAdded> || std::is_same_v<R, NoticeRemoved>) {
      notices_.replay(sequence, typed);
    } else {
      events_.replay(sequence, typed);
    }
  };
  std::visit(apply, record);
  return {};
}

}  // namespace mainstay::apim
