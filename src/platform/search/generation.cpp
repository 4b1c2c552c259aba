#include "platform/search/generation.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/check.hpp"

namespace mainstay::search {
namespace {

using store::Row;
using store::Value;

constexpr std::string_view high_weight = "5.0";

std::int64_t number(const Value& value) {
  const auto* found = std::get_if<std::int64_t>(&value);
  return found != nullptr ? *found : 0;
}

std::string words(const Value& value) {
  const auto* found = std::get_if<std::string>(&value);
  return found != nullptr ? *found : std::string{};
}

double real(const Value& value) {
  const auto* found = std::get_if<double>(&value);
  return found != nullptr ? *found : 0;
}

const std::string& text_of(const Document& document, const std::string& field) {
  static const std::string none;
  const auto found = std::ranges::find(document.fields, field, &NamedText::name);
  return found == document.fields.end() ? none : found->text;
}

std::string joined(const std::vector<std::string>& all) {
  std::string out;
  for (const std::string& one : all) out.append(out.empty() ? "" : " ").append(one);
  return out;
}

std::string parameter(std::vector<Value>& params, Value value) {
  params.push_back(std::move(value));
  return "$" + std::to_string(params.size());
}

std::string_view configuration(const Shape& shape) {
  return shape.language == Language::english ? "'english'" : "'simple'";
}

}  // namespace

Result<std::optional<Catalog::Entry>> Catalog::find(std::string_view name) {
  const bool locks = access_ == Access::write && engine_ == store::Engine::postgres;
  std::optional<Entry> entry;
  const auto take = [&entry](const Row& row) {
    entry = Entry{number(row[0]), {}, words(row[2])};
    if (std::holds_alternative<std::int64_t>(row[1])) entry->building = number(row[1]);
  };
  const std::vector<Value> params{store::text(name)};
  std::string sql = "SELECT generation, building, shape FROM search_indexes WHERE name = $1";
  if (locks) sql += " FOR SHARE";
  MS_TRY_VOID(session_.each(sql, params, take));
  return entry;
}

Result<> Catalog::add(const Shape& shape) {
  MS_TRY([[maybe_unused]] const auto added,
         session_.execute("INSERT INTO search_indexes (name, generation, shape) VALUES ($1, 1, $2)",
                          {shape.name, fingerprint(shape)}));
  return {};
}

Result<> Catalog::build(const Shape& shape, std::int64_t generation) {
  MS_TRY([[maybe_unused]] const auto changed,
         session_.execute("UPDATE search_indexes SET building = $2 WHERE name = $1",
                          {shape.name, generation}));
  return {};
}

Result<> Catalog::serve(const Shape& shape, std::int64_t generation) {
  MS_TRY([[maybe_unused]] const auto changed,
         session_.execute("UPDATE search_indexes SET generation = $2, building = NULL, shape = $3 "
                          "WHERE name = $1",
                          {shape.name, generation, fingerprint(shape)}));
  return {};
}

/// Names are checked (index.hpp): they are no syntax.
Generation::Generation(store::Session& session, store::Engine engine, const Shape& shape,
                       std::int64_t number)
    : session_(session), engine_(engine), shape_(shape) {
  const std::string base = "search_" + shape.name + "_" + std::to_string(number);
  docs_ = base + "_docs";
  text_ = base + "_text";
  tags_ = base + "_tags";
}

std::string Generation::column(std::size_t field) const { return "f" + std::to_string(field); }

/// "f0, f1", each behind `before`.
std::string Generation::columns(std::string_view before) const {
  std::string out;
  for (std::size_t i = 0; i < shape_.fields.size(); ++i) {
    out.append(i == 0 ? "" : ", ").append(before).append(column(i));
  }
  return out;
}

Result<> Generation::create() {
  std::string sql;
  if (is_sqlite()) {
    const std::string_view stem = shape_.language == Language::english ? "porter " : "";
    sql = "CREATE TABLE " + docs_ +
          " (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, is_gone INTEGER NOT NULL);"
          "CREATE VIRTUAL TABLE " +
          text_ + " USING fts5(" + columns("") + ", tokenize = '" + std::string{stem} +
          "unicode61 remove_diacritics 2');";
  } else {
    std::string texts;
    for (std::size_t i = 0; i < shape_.fields.size(); ++i) texts += column(i) + " TEXT, ";
    sql = "CREATE TABLE " + docs_ + " (number TEXT PRIMARY KEY, id TEXT NOT NULL, " + texts +
          "is_gone INTEGER NOT NULL, words tsvector);"
          "CREATE INDEX " +
          docs_ + "_words ON " + docs_ + " USING GIN (words);";
  }
  const std::string_view key = is_sqlite() ? "BIGINT" : "TEXT";
  sql += "CREATE TABLE " + tags_ + " (number " + std::string{key} +
         " NOT NULL, tag TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (tag, value, number));"
         "CREATE INDEX " +
         tags_ + "_number ON " + tags_ + " (number);";
  return session_.script(sql);
}

Result<> Generation::drop() {
  std::string sql;
  if (is_sqlite()) sql = "DROP TABLE IF EXISTS " + text_ + ";";
  return session_.script(sql + "DROP TABLE IF EXISTS " + docs_ + "; DROP TABLE IF EXISTS " + tags_);
}

Result<std::optional<Value>> Generation::key_of(const std::string& id) {
  std::optional<Value> key;
  const std::vector<Value> params{id};
  MS_TRY_VOID(session_.each("SELECT number FROM " + docs_ + " WHERE id = $1", params,
                            [&key](const Row& row) { key = row[0]; }));
  return key;
}

Result<> Generation::erase(const std::string& id) {
  MS_TRY(const auto key, key_of(id));
  if (!key) return {};
  std::vector<std::string> tables{docs_, tags_};
  for (const std::string& table : tables) {
    MS_TRY([[maybe_unused]] const auto gone,
           session_.execute("DELETE FROM " + table + " WHERE number = $1", {*key}));
  }
  if (!is_sqlite()) return {};
  MS_TRY([[maybe_unused]] const auto gone,
         session_.execute("DELETE FROM " + text_ + " WHERE rowid = $1", {*key}));
  return {};
}

Result<> Generation::insert(const Document& document) {
  MS_TRY(const Value key, is_sqlite() ? insert_sqlite(document) : insert_postgres(document));
  for (const NamedText& tag : document.tags) {
    MS_TRY([[maybe_unused]] const auto added,
           session_.execute("INSERT INTO " + tags_ +
                                " (number, tag, value) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                            {key, tag.name, tag.text}));
  }
  return {};
}

Result<Value> Generation::insert_sqlite(const Document& document) {
  MS_TRY([[maybe_unused]] const auto added,
         session_.execute("INSERT INTO " + docs_ + " (id, is_gone) VALUES ($1, 0)", {document.id}));
  MS_TRY(const auto key, key_of(document.id));
  MS_CHECK(key.has_value());
  std::vector<Value> params{*key};
  std::string values = "$1";
  for (const Shape::Field& field : shape_.fields) {
    values += ", " + parameter(params, storable(text_of(document, field.name)));
  }
  const std::string sql =
      "INSERT INTO " + text_ + " (rowid, " + columns("") + ") VALUES (" + values + ")";
  MS_TRY([[maybe_unused]] const auto text, session_.execute(sql, std::span<const Value>{params}));
  return *key;
}

/// The engine's parser would take addresses and file names for one word each; it is given words.
Result<Value> Generation::insert_postgres(const Document& document) {
  std::vector<Value> params{document.id};
  std::string texts;
  std::string vector;
  for (const Shape::Field& field : shape_.fields) {
    const std::string text = storable(text_of(document, field.name));
    texts += parameter(params, text) + ", ";
    vector.append(vector.empty() ? "" : " || ").append("setweight(to_tsvector(");
    vector.append(configuration(shape_)).append(", ").append(parameter(params, words_only(text)));
    vector.append(field.weight == Weight::high ? "), 'A')" : "), 'D')");
  }
  const std::string sql = "INSERT INTO " + docs_ + " (number, id, " + columns("") +
                          ", is_gone, words) VALUES ($1, $1, " + texts + "0, " + vector + ")";
  MS_TRY([[maybe_unused]] const auto added, session_.execute(sql, std::span<const Value>{params}));
  return Value{document.id};
}

Result<> Generation::replace(std::span<const Document> documents) {
  for (const Document& document : documents) {
    MS_TRY_VOID(erase(document.id));
    MS_TRY_VOID(insert(document));
  }
  return {};
}

Result<> Generation::add_missing(std::span<const Document> documents) {
  for (const Document& document : documents) {
    MS_TRY(const auto key, key_of(document.id));
    if (!key) MS_TRY_VOID(insert(document));
  }
  return {};
}

Result<> Generation::remove(std::span<const std::string> ids, bool leave_mark) {
  for (const std::string& id : ids) {
    MS_TRY_VOID(erase(id));
    if (!leave_mark) continue;
    const std::string sql =
        is_sqlite() ? " (id, is_gone) VALUES ($1, 1)" : " (number, id, is_gone) VALUES ($1, $1, 1)";
    MS_TRY([[maybe_unused]] const auto marked,
           session_.execute("INSERT INTO " + docs_ + sql, {id}));
  }
  return {};
}

Result<> Generation::forget_gone() {
  MS_TRY([[maybe_unused]] const auto gone,
         session_.execute("DELETE FROM " + docs_ + " WHERE is_gone = 1"));
  return {};
}

/// The parts of a SELECT over _docs d; placeholders count on from those before.
struct Generation::Match {
  std::vector<Value> params;
  std::string from;
  std::string where = "d.is_gone = 0";
  std::string score = "0.0";
  std::string snippet = "''";
};

Generation::Match Generation::match_sqlite(const std::vector<Term>& terms) const {
  Match match;
  match.from = docs_ + " d";
  if (terms.empty()) return match;
  std::string query;
  for (const Term& term : terms) {
    // Words have no quotes in them; a string in quotes is no syntax.
    query.append(query.empty() ? "\"" : " \"").append(joined(term.words)).append("\"");
    if (term.is_prefix) query += '*';
  }
  std::string weights;
  for (const Shape::Field& field : shape_.fields) {
    weights.append(", ").append(field.weight == Weight::high ? high_weight : "1.0");
  }
  match.from += " JOIN " + text_ + " ON " + text_ + ".rowid = d.number";
  match.where += " AND " + text_ + " MATCH " + parameter(match.params, query);
  match.score = "-bm25(" + text_ + weights + ")";
  match.snippet = "snippet(" + text_ + ", -1, char(2), char(3), '\xe2\x80\xa6', 24)";
  return match;
}

Generation::Match Generation::match_postgres(const std::vector<Term>& terms) const {
  Match match;
  match.from = docs_ + " d";
  if (terms.empty()) return match;
  const std::string with = std::string{configuration(shape_)} + ", ";
  std::string query;
  for (const Term& term : terms) {
    std::string text = joined(term.words);
    query += query.empty() ? "" : " && ";
    if (!term.is_prefix) {
      query += "phraseto_tsquery(" + with + parameter(match.params, std::move(text)) + ")";
      continue;
    }
    // Words have no quotes in them; each in quotes is no syntax. 'a' <-> 'b':*
    std::string quoted;
    for (const std::string& word : term.words) {
      quoted.append(quoted.empty() ? "'" : " <-> '").append(word).append("'");
    }
    query += "to_tsquery(" + with + parameter(match.params, quoted + ":*") + ")";
  }
  std::string texts;
  for (std::size_t i = 0; i < shape_.fields.size(); ++i) {
    texts.append(i == 0 ? "" : " || ' ' || ").append("d.").append(column(i));
  }
  match.from += ", (SELECT " + query + " AS q) asked";
  match.where += " AND d.words @@ asked.q";
  match.score = "CAST(ts_rank(d.words, asked.q) AS DOUBLE PRECISION)";
  match.snippet = "ts_headline(" + with + texts +
                  ", asked.q, 'StartSel=' || chr(2) || ', StopSel=' || chr(3) || ', MaxWords=24, "
                  "MinWords=8')";
  return match;
}

void Generation::add_filters(Match& match, const Query& query) const {
  std::map<std::string, std::vector<std::string>> by_name;
  for (const NamedText& filter : query.filters) by_name[filter.name].push_back(filter.text);
  for (const auto& [name, values] : by_name) {
    match.where += " AND EXISTS (SELECT 1 FROM " + tags_ +
                   " t WHERE t.number = d.number AND t.tag = " + parameter(match.params, name);
    std::string list;
    for (const std::string& value : values) {
      list.append(list.empty() ? "" : ", ").append(parameter(match.params, value));
    }
    match.where += " AND t.value IN (" + list + "))";
  }
}

Result<Found> Generation::find(const Query& query, const std::vector<Term>& terms) {
  Found found;
  if (terms.empty() && !query.text.empty()) return found;  // typed, but no word
  Match match = is_sqlite() ? match_sqlite(terms) : match_postgres(terms);
  add_filters(match, query);
  std::vector<Value> params = match.params;
  const std::string limit = parameter(params, static_cast<std::int64_t>(query.hits_max));
  const std::string offset = parameter(params, static_cast<std::int64_t>(query.offset));
  const std::string rest = " FROM " + match.from + " WHERE " + match.where;
  MS_TRY_VOID(
      session_.each("SELECT d.id, " + match.score + " AS score, " + match.snippet + rest +
                        " ORDER BY score DESC, d.id LIMIT " + limit + " OFFSET " + offset,
                    params, [&found](const Row& row) {
                      found.hits.push_back({words(row[0]), real(row[1]), pieces_of(words(row[2]))});
                    }));
  params = match.params;
  const std::string total = parameter(params, limits.total_max);
  MS_TRY_VOID(session_.each("SELECT COUNT(*) FROM (SELECT 1" + rest + " LIMIT " + total + ") found",
                            params, [&found](const Row& row) { found.total = number(row[0]); }));
  return found;
}

}  // namespace mainstay::search
