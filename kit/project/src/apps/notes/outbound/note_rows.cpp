#include "apps/notes/outbound/note_rows.hpp"

#include <utility>
#include <vector>

#include "platform/jobs/enqueue.hpp"

namespace @{name}::notes {
namespace {

namespace store = mainstay::store;

constexpr const char* insert_sql = R"(
  INSERT INTO notes (id, text, made_at) VALUES ($1, $2, $3))";
constexpr const char* newest_sql = R"(
  SELECT id, text, made_at, words FROM notes ORDER BY made_at DESC, id LIMIT $1)";
constexpr const char* find_sql = R"(
  SELECT id, text, made_at, words FROM notes WHERE id = $1)";
constexpr const char* remove_sql = R"(
  DELETE FROM notes WHERE id = $1)";
constexpr const char* text_sql = R"(
  SELECT text FROM notes WHERE id = $1)";
constexpr const char* words_sql = R"(
  UPDATE notes SET words = $2 WHERE id = $1)";

std::int64_t to_column(mainstay::SystemTime at) { return at.time_since_epoch().count(); }

/// Of `SELECT id, text, made_at, words`.
Note to_note(const store::Row& row) {
  Note note{std::get<std::string>(row[0]), std::get<std::string>(row[1]),
            mainstay::SystemTime{mainstay::Micros{std::get<std::int64_t>(row[2])}}};
  if (const auto* words = std::get_if<std::int64_t>(&row[3])) note.words = *words;
  return note;
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
        MS_TRY_VOID(mainstay::jobs::enqueue(session, count_job, note.id, {}, note.made_at));
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

void NoteRows::remove(std::string id, Stored done) {
  store_.write(
      [id = std::move(id)](store::Session& session) -> mainstay::Result<> {
        MS_TRY_VOID(session.execute(remove_sql, {id}));
        return {};
      },
      std::move(done));
}

mainstay::Result<> NoteRows::count_words_of(const std::string& id) {
  return store_.write_now([&id](store::Session& session) -> mainstay::Result<> {
    MS_TRY(const auto rows, session.query(text_sql, {id}));
    if (rows.empty()) return {};
    const std::int64_t words = count_words(std::get<std::string>(rows.front()[0]));
    MS_TRY_VOID(session.execute(words_sql, {id, words}));
    return {};
  });
}

}  // namespace @{name}::notes
