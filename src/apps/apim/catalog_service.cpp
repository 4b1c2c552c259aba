#include "apps/apim/catalog_service.hpp"

#include <tuple>

#include "apps/apim/domain/row_edit.hpp"
#include "base/check.hpp"

namespace mainstay::apim {

CatalogService::CatalogService(CatalogStore& store)
    : store_(store),
      published_(Published{std::make_shared<const Catalog>()}),
      working_(std::make_shared<const Catalog>()) {}

Result<> CatalogService::start() {
  MS_TRY(auto catalog, store_.load());
  working_ = std::make_shared<const Catalog>(std::move(catalog));
  publish(working_);
  return {};
}

CatalogService::Snapshot CatalogService::current() const { return published().first; }

std::pair<CatalogService::Snapshot, std::uint64_t> CatalogService::published() const {
  auto published = published_.lock();
  return {published->snapshot, published->version};
}

void CatalogService::publish(Snapshot snapshot) {
  auto published = published_.lock();
  published->snapshot = std::move(snapshot);
  version_.store(++published->version, std::memory_order_release);
}

void CatalogService::edit(Change change, Done done) {
  const auto made = std::make_shared<Snapshot>();  // stays null when the change was refused
  store_.write([this, change = std::move(change),
                made](CatalogTables& tables) { return change_working_copy(change, tables, *made); },
               [this, done = std::move(done), made](Result<> committed) {
                 done(settle(std::move(committed), *made));
               });
}

Result<> CatalogService::change_working_copy(const Change& change, CatalogTables& tables,
                                             Snapshot& made) {
  if (working_is_lost_) {
    // Every `done` of the failed commit has run by now, so what is published is what is stored.
    working_ = current();
    working_is_lost_ = false;
  }
  MS_TRY(auto edit, change(*working_));
  for (const RowChange& row : edit.rows) MS_TRY_VOID(tables.apply(row));
  made = std::make_shared<const Catalog>(std::move(edit.next));
  working_ = made;
  return {};
}

Result<> CatalogService::settle(Result<> committed, const Snapshot& made) {
  if (committed.has_error()) {
    if (made != nullptr) working_is_lost_ = true;
    return committed;
  }
  // A commit takes all works that succeeded or none: this one cannot have been made from a lost
  // one.
  MS_CHECK(!working_is_lost_);
  publish(made);
  return {};
}

void CatalogReader::refresh() { std::tie(snapshot_, version_) = service_.published(); }

}  // namespace mainstay::apim
