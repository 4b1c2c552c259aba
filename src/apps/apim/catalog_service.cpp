#include "apps/apim/catalog_service.hpp"

#include <thread>
#include <tuple>
#include <vector>

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
  version_.store(++published->version);
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

void CatalogService::wait_for_readers() const {
  const std::uint64_t newest = version();
  auto readers = readers_.lock();
  for (const CatalogReader* reader : *readers) {
    const auto is_behind = [&] {
      const std::uint64_t in_use = reader->in_use_.load();
      return in_use != 0 && in_use - 1 < newest;
    };
    while (is_behind()) std::this_thread::yield();
  }
}

CatalogReader::CatalogReader(CatalogService& service) : service_(service) {
  auto readers = service_.readers_.lock();
  readers->push_back(this);
}

CatalogReader::~CatalogReader() {
  auto readers = service_.readers_.lock();
  std::erase(*readers, this);
}

/// In one order with publish() and wait_for_readers(): either that sees this reader, or this sees
/// the newest version.
void CatalogReader::begin() {
  std::uint64_t version = 0;
  do {
    version = service_.version();
    in_use_.store(version + 1);
  } while (service_.version() != version);
  if (snapshot_ == nullptr || version != version_) {
    std::tie(snapshot_, version_) = service_.published();
  }
}

}  // namespace mainstay::apim
