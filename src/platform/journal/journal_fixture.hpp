#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/journal/journal.hpp"
#include "platform/journal/memory_file_system.hpp"

// For the tests of this folder.
namespace mainstay::journal::testing {

/// The sync thread acts only when asked.
constexpr Millis never{3'600'000};

inline const std::filesystem::path folder = "/journal";

inline Options options_with(std::size_t segment_bytes,
                            Durability durability = Durability::process) {
  Options options;
  options.folder = folder;
  options.segment_bytes = segment_bytes;
  options.sync_every = never;
  options.retry_every = never;
  options.durability = durability;
  return options;
}

/// Record number n: a text that tells its sequence, of a length that varies.
inline std::string record_text(Sequence n) {
  return "record " + std::to_string(n) + std::string(n * 7 % 40, '.');
}

/// The same, but that three of them in a row are equal, and share a frame if they can.
inline std::string triple_text(Sequence n) { return record_text(n / 3 * 3); }
using Text = std::string (*)(Sequence);

/// What replay delivered. A snapshot's state is the number of records in it, as text.
struct Replayed {
  Sequence snapshot = 0;
  std::string state;
  std::vector<std::string> records;  // behind the snapshot
  bool in_order = true;

  [[nodiscard]] Sequence last() const { return snapshot + records.size(); }
  /// In order, and each the one that was appended.
  [[nodiscard]] bool true_to_life(Text text = record_text) const {
    if (!in_order || (snapshot > 0 && state != std::to_string(snapshot))) return false;
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (records[i] != text(snapshot + i + 1)) return false;
    }
    return true;
  }
};

inline Replay replay_into(Replayed& out) {
  Replay replay;
  replay.on_snapshot = [&out](Bytes state, Sequence as_of) -> Result<> {
    out.snapshot = as_of;
    out.state = as_text(state);
    return {};
  };
  replay.on_record = [&out](Sequence sequence, Bytes payload) -> Result<> {
    out.records.emplace_back(as_text(payload));
    if (sequence != out.last()) out.in_order = false;
    return {};
  };
  return replay;
}

struct Opened {
  Result<std::unique_ptr<Journal>> journal;
  Replayed replayed;
};

inline Opened reopen(FileSystem& files, Options options) {
  Replayed replayed;
  auto journal = Journal::open(std::move(options), files, replay_into(replayed));
  return {std::move(journal), std::move(replayed)};
}

/// Appends the next `count` records of that text.
inline void append_records(Journal& journal, int count, Text text = record_text) {
  for (int i = 0; i < count; ++i) {
    (void)journal.append(as_bytes(text(journal.last_sequence() + 1)));
  }
}

inline std::vector<std::string> names(FileSystem& files) { return files.list(folder).value(); }

}  // namespace mainstay::journal::testing
