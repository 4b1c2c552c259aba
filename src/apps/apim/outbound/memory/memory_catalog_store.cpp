#include "apps/apim/outbound/memory/memory_catalog_store.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "apps/apim/domain/catalog_builder.hpp"

namespace mainstay::apim {
namespace {

template <class Row>
concept OfService =
    requires(const Row& row) { row.service_id; } && !std::is_same_v<Row, ServiceTokenRow>;

template <class Row>
concept OfApplication =
    std::is_same_v<Row, ApplicationKeyRow> || std::is_same_v<Row, ReferrerFilterRow> ||
    std::is_same_v<Row, ApplicationWebhookRow>;

/// What a foreign key with ON DELETE CASCADE does.
template <class Erased, class Row>
bool goes_with(const Erased& erased, const Row& row) {
  if constexpr (std::is_same_v<Erased, ServiceRow> && OfService<Row>) {
    return row.service_id == erased.id;
  } else if constexpr (std::is_same_v<Erased, ApplicationRow> && OfApplication<Row>) {
    return row.service_id == erased.service_id && row.application_id == erased.id;
  } else {
    return false;
  }
}

template <class Tables, class Row>
void put(Tables& tables, const Row& row) {
  auto& table = std::get<std::vector<Row>>(tables);
  const auto at = std::ranges::find_if(table, [&](const Row& r) { return r.key() == row.key(); });
  if (at == table.end()) return table.push_back(row);
  *at = row;
}

template <class Tables>
void put(Tables& tables, const ServiceRow& row) {
  auto& table = std::get<std::vector<ServiceRow>>(tables);
  const auto at = std::ranges::find_if(table, [&](const auto& r) { return r.id == row.id; });
  if (at == table.end()) return table.push_back(row);
  const bool moves = at->provider_key != row.provider_key;
  *at = row;
  if (moves) std::rotate(at, at + 1, table.end());
}

template <class Tables, class Row>
void erase(Tables& tables, const Row& row) {
  std::erase_if(std::get<std::vector<Row>>(tables),
                [&](const Row& r) { return r.key() == row.key(); });
  const auto cascade = [&](auto& table) {
    std::erase_if(table, [&](const auto& other) { return goes_with(row, other); });
  };
  std::apply([&](auto&... table) { (cascade(table), ...); }, tables);
}

}  // namespace

Result<> MemoryCatalogTables::apply(const RowChange& change) {
  std::visit(
      [&](const auto& row) {
        if (change.kind == RowChange::Kind::put) {
          put(tables_, row);
        } else {
          erase(tables_, row);
        }
      },
      change.row);
  return {};
}

Result<> MemoryCatalogTables::clear(const ServiceId& id) {
  ServiceRow row;
  row.id = id;
  erase(tables_, row);
  return {};
}

Result<Catalog> MemoryCatalogTables::load() const {
  CatalogBuilder builder;
  const auto add_all = [&](const auto& table) {
    for (const auto& row : table) builder.add(row);
  };
  std::apply([&](const auto&... table) { (add_all(table), ...); }, tables_);
  return builder.build();
}

Result<Catalog> MemoryCatalogStore::load() {
  auto committed = committed_.lock();
  return committed->load();
}

void MemoryCatalogStore::write(Work work, Done done) {
  const std::scoped_lock writer{writer_};
  MemoryCatalogTables tables;
  {
    auto committed = committed_.lock();
    tables = *committed;
  }
  Result<> outcome = work(tables);
  if (outcome.has_value()) {
    auto committed = committed_.lock();
    *committed = std::move(tables);
  }
  done(std::move(outcome));
}

}  // namespace mainstay::apim
