#include "apps/apim/outbound/journal/apim_state.hpp"

#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/check.hpp"
#include "base/random.hpp"

namespace mainstay::apim {
namespace {

/// First byte of a snapshot. Older ones are read: 1 has neither keys nor metering, 2 has neither
/// spike limits nor notices to consumers.
constexpr std::uint8_t snapshot_format = 3;

}  // namespace

Result<std::unique_ptr<ApimState>> ApimState::open(Options options, journal::FileSystem& files) {
  std::unique_ptr<ApimState> state{new ApimState{options}};
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
  if (!state->keys().has_secret()) state->choose_key_secret();
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
  counters_.keys().save(saved);
  ledger_.save(saved);
  counters_.save_spikes(saved);
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
  if (format < 1 || format > snapshot_format) {
    return Error{RecordErrc::snapshot_format_unknown, "format " + std::to_string(format)};
  }
  MS_TRY_VOID(counters_.load(in));
  MS_TRY_VOID(events_.load(in));
  MS_TRY_VOID(errors_.load(in));
  MS_TRY_VOID(alert_marks_.load(in));
  if (format >= 2) MS_TRY_VOID(counters_.keys().load(in));
  if (format >= 2) MS_TRY_VOID(ledger_.load(in));
  if (format >= 3) MS_TRY_VOID(counters_.load_spikes(in));
  if (format >= 3) MS_TRY_VOID(notices_.load(in));
  if (!in.at_end()) return Error{RecordErrc::snapshot_malformed, "bytes are left over"};
  return {};
}

/// Once for the life of the journal: the marks of keys in it are hashes under this secret.
void ApimState::choose_key_secret() {
  KeySecretChosen chosen;
  chosen.secret = {secret_u64(), secret_u64()};
  log_.append(encoded(chosen));
  keys().set_secret(chosen.secret);
}

Result<> ApimState::replay(journal::Sequence sequence, Bytes payload) {
  MS_TRY(const Record record, decode(payload));
  const auto apply = [&]<class R>(const R& typed) {
    if constexpr (std::is_same_v<R, UsageCharged>) {
      counters_.replay(sequence, typed);
      events_.replay(sequence, typed);
      ledger_.replay(sequence, typed);
    } else if constexpr (std::is_same_v<R, ToldOnce>) {
      alert_marks_.replay(sequence, typed.mark);
      events_.replay(sequence, typed.event);
      if (typed.notice) notices_.replay(sequence, *typed.notice);
    } else if constexpr (std::is_same_v<R, CallsMetered>) {
      ledger_.replay(sequence, typed);
    } else if constexpr (std::is_same_v<R, KeySecretChosen>) {
      keys().set_secret(typed.secret);
    } else if constexpr (requires { counters_.replay(sequence, typed); }) {
      counters_.replay(sequence, typed);
    } else if constexpr (std::is_same_v<R, ErrorAdded> || std::is_same_v<R, ErrorsCleared>) {
      errors_.replay(sequence, typed);
    } else if constexpr (requires { alert_marks_.replay(sequence, typed); }) {
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
