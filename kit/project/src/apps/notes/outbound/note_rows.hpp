#pragma once

#include "apps/notes/domain/note.hpp"
#include "platform/store/store.hpp"

namespace @{name}::notes {

/// Notes in the relational store.
class NoteRows {
 public:
  static constexpr int newest_max = 100;

  /// Outlives this.
  explicit NoteRows(mainstay::store::Store& store) : store_(store) {}

  // Any thread, never blocking; `done` runs on a thread of the store.
  using Stored = mainstay::UniqueFunction<void(mainstay::Result<>)>;
  using Found = mainstay::UniqueFunction<void(mainstay::Result<std::vector<Note>>)>;

  /// After success the note is on disk, and with it the job that counts its words.
  void add(Note note, Stored done);
  /// The newest first, newest_max at most.
  void newest(Found done);
  /// One, or none.
  void find(std::string id, Found done);

  /// The same whether it was there or not.
  void remove(std::string id, Stored done);

  /// What the job does. Waits for the disk: never on an I/O thread. A note that is gone is fine.
  static constexpr const char* count_job = "notes.count_words";
  mainstay::Result<> count_words_of(const std::string& id);

 private:
  mainstay::store::Store& store_;
};

}  // namespace @{name}::notes
