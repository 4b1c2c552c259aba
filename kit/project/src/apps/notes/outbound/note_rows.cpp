#include "apps/notes/outbound/note_rows.hpp"

#include <utility>
#include <vector>

namespace @{name}::notes {
namespace {

namespace store = mainstay::store;

constexpr const char* insert_sql = R"(
  INSERT INTO notes (id, text, made_at) VALUES ($1, $2, $3))";
constexpr const char* newest_sql = R"(
  SELECT id, text, made_at FROM notes ORDER BY made_at DESC, id LIMIT $1)";
constexpr const char* find_sql = R"(
  SELECT id, text, made_at FROM notes WHERE id = $1)";

std::int64_t to_column(mainstay::SystemTime at) { return at.time_since_epoch().count(); }

/// Of `SELECT id, text, made_at`.
Note to_note(const store::Row& row) {
  return {std::get<std::string>(row[0]), std::get<std::string>(row[1]),
          mainstay::SystemTime{mainstay::Micros{std::get<std::int64_t>(row[2])}}};
}

store::Store::Selected reading(NoteRows::Found done) {
  return [done = std::move(done)](mainstay::Result<std::vector<store::Row>> rows) {
    if (rows.has_error()) return done(rows.error());
    std::vector<Note> notes;
    for (const store::Row& row : *rows) notes.push_back(to_note(row));
    done(std::move(notes));
  };
}

}  // namespace

void NoteRows::add(Note note, Stored done) {
  store_.write(
      [note = std::move(note)](store::Session& session) -> mainstay::Result<> {
        MS_TRY_VOID(session.execute(insert_sql, {note.id, note.text, to_column(note.made_at)}));
        return {};
      },
      std::move(done));
}

void NoteRows::newest(Found done) {
  store_.select(newest_sql, {std::int64_t{newest_max}}, reading(std::move(done)));
}

void NoteRows::find(std::string id, Found done) {
  store_.select(find_sql, {std::move(id)}, reading(std::move(done)));
}

}  // namespace @{name}::notes
