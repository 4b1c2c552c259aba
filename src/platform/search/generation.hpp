#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "platform/search/index.hpp"
#include "platform/search/words.hpp"
#include "platform/store/store.hpp"

namespace mainstay::search {

/// Which generation of each index serves: the rows of search_indexes, inside a work of the caller.
class Catalog {
 public:
  enum class Access : std::uint8_t { read, write };
  Catalog(store::Session& session, store::Engine engine, Access access)
      : session_(session), engine_(engine), access_(access) {}

  struct Entry {
    std::int64_t generation = 0;
    std::optional<std::int64_t> building;
    std::string shape;
  };
  /// A writer's row stays as it is until the work ends.
  Result<std::optional<Entry>> find(std::string_view name);
  Result<> add(const Shape& shape);
  Result<> build(const Shape& shape, std::int64_t generation);
  Result<> serve(const Shape& shape, std::int64_t generation);

 private:
  store::Session& session_;
  store::Engine engine_;
  Access access_;
};

/// The tables of one generation of one index, inside a work of the caller:
///   _docs  id and what the engine needs to find it; _tags  what can be filtered by;
///   _text  on SQLite, the FTS5 table whose rowid is a document's number.
/// On PostgreSQL the texts and their tsvector (GIN) are columns of _docs.
class Generation {
 public:
  Generation(store::Session& session, store::Engine engine, const Shape& shape,
             std::int64_t number);

  Result<> create();
  Result<> drop();
  Result<> replace(std::span<const Document> documents);
  /// Those whose ids are neither here nor marked as gone.
  Result<> add_missing(std::span<const Document> documents);
  /// `leave_mark`: so that add_missing() does not bring them back.
  Result<> remove(std::span<const std::string> ids, bool leave_mark);
  Result<> forget_gone();
  Result<Found> find(const Query& query, const std::vector<Term>& terms);

 private:
  struct Match;  // the parts of a SELECT
  [[nodiscard]] bool is_sqlite() const { return engine_ == store::Engine::sqlite; }
  [[nodiscard]] std::string column(std::size_t field) const;
  [[nodiscard]] std::string columns(std::string_view before) const;
  Result<std::optional<store::Value>> key_of(const std::string& id);
  Result<> erase(const std::string& id);
  Result<> insert(const Document& document);
  Result<store::Value> insert_sqlite(const Document& document);
  Result<store::Value> insert_postgres(const Document& document);
  [[nodiscard]] Match match_sqlite(const std::vector<Term>& terms) const;
  [[nodiscard]] Match match_postgres(const std::vector<Term>& terms) const;
  void add_filters(Match& match, const Query& query) const;

  store::Session& session_;
  store::Engine engine_;
  const Shape& shape_;
  std::string docs_;
  std::string text_;
  std::string tags_;
};

}  // namespace mainstay::search
