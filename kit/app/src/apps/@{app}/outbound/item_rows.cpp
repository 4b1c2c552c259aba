#include "apps/@{app}/outbound/item_rows.hpp"

#include <utility>
#include <vector>

namespace @{name}::@{app} {
namespace {

namespace store = mainstay::store;

constexpr const char* insert_sql = R"(
  INSERT INTO @{app}_items (id, text, made_at) VALUES ($1, $2, $3))";
constexpr const char* newest_sql = R"(
  SELECT id, text, made_at FROM @{app}_items ORDER BY made_at DESC, id LIMIT $1)";
constexpr const char* find_sql = R"(
  SELECT id, text, made_at FROM @{app}_items WHERE id = $1)";

std::int64_t to_column(mainstay::SystemTime at) { return at.time_since_epoch().count(); }

/// Of `SELECT id, text, made_at`.
Item to_item(const store::Row& row) {
  return {std::get<std::string>(row[0]), std::get<std::string>(row[1]),
          mainstay::SystemTime{mainstay::Micros{std::get<std::int64_t>(row[2])}}};
}

store::Store::Selected reading(ItemRows::Found done) {
  return [done = std::move(done)](mainstay::Result<std::vector<store::Row>> rows) {
    if (rows.has_error()) return done(rows.error());
    std::vector<Item> items;
    for (const store::Row& row : *rows) items.push_back(to_item(row));
    done(std::move(items));
  };
}

}  // namespace

void ItemRows::add(Item item, Stored done) {
  store_.write(
      [item = std::move(item)](store::Session& session) -> mainstay::Result<> {
        MS_TRY_VOID(session.execute(insert_sql, {item.id, item.text, to_column(item.made_at)}));
        return {};
      },
      std::move(done));
}

void ItemRows::newest(Found done) {
  store_.select(newest_sql, {std::int64_t{newest_max}}, reading(std::move(done)));
}

void ItemRows::find(std::string id, Found done) {
  store_.select(find_sql, {std::move(id)}, reading(std::move(done)));
}

}  // namespace @{name}::@{app}
