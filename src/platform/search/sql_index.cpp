#include "platform/search/sql_index.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "base/check.hpp"
#include "platform/search/generation.hpp"
#include "platform/search/words.hpp"

namespace mainstay::search {
namespace {

using store::Session;

class SqlRebuild final : public Rebuild {
 public:
  SqlRebuild(store::Store& in, Shape of, std::int64_t number)
      : store_(in), shape_(std::move(of)), number_(number) {}

  Result<> put(std::span<const Document> documents) override {
    MS_TRY_VOID(check(shape_, documents));
    return write([&](Generation& generation) { return generation.add_missing(documents); });
  }
  Result<> finish() override {
    return store_.write_now([this](Session& session) -> Result<> {
      Catalog catalog{session, store_.engine(), Catalog::Access::write};
      MS_TRY(const auto entry, catalog.find(shape_.name));
      if (!entry || entry->building != number_) return Error{Errc::superseded, shape_.name};
      Generation built{session, store_.engine(), shape_, number_};
      MS_TRY_VOID(built.forget_gone());
      MS_TRY_VOID(catalog.serve(shape_, number_));
      return Generation{session, store_.engine(), shape_, entry->generation}.drop();
    });
  }

 private:
  Result<> write(const std::function<Result<>(Generation&)>& work) {
    return store_.write_now([&](Session& session) -> Result<> {
      Catalog catalog{session, store_.engine(), Catalog::Access::write};
      MS_TRY(const auto entry, catalog.find(shape_.name));
      if (!entry || entry->building != number_) return Error{Errc::superseded, shape_.name};
      Generation generation{session, store_.engine(), shape_, number_};
      return work(generation);
    });
  }

  store::Store& store_;
  Shape shape_;
  std::int64_t number_;
};

class SqlIndex final : public Index {
 public:
  SqlIndex(store::Store& in, Shape of) : store_(in), shape_(std::move(of)) {}

  [[nodiscard]] const Shape& shape() const override { return shape_; }

  Result<> put(std::span<const Document> documents) override {
    MS_TRY_VOID(check(shape_, documents));
    return write([&](Generation& generation, bool /*is_building*/) {
      return generation.replace(documents);
    });
  }
  Result<> remove(std::span<const std::string> ids) override {
    return write([&](Generation& generation, bool is_building) {
      return generation.remove(ids, is_building);
    });
  }
  Result<Found> find(const Query& query) override;
  Result<std::unique_ptr<Rebuild>> rebuild() override;

 private:
  /// In the generation that serves, made when there is none, and in the one that is being built.
  Result<> write(const std::function<Result<>(Generation&, bool is_building)>& work);

  store::Store& store_;
  Shape shape_;
};

Result<> SqlIndex::write(const std::function<Result<>(Generation&, bool)>& work) {
  return store_.write_now([&](Session& session) -> Result<> {
    Catalog catalog{session, store_.engine(), Catalog::Access::write};
    MS_TRY(auto entry, catalog.find(shape_.name));
    if (!entry) {
      MS_TRY_VOID(Generation(session, store_.engine(), shape_, 1).create());
      MS_TRY_VOID(catalog.add(shape_));
      entry = Catalog::Entry{1, {}, fingerprint(shape_)};
    }
    if (entry->building) {
      Generation building{session, store_.engine(), shape_, *entry->building};
      MS_TRY_VOID(work(building, true));
    }
    if (entry->shape != fingerprint(shape_)) {
      if (entry->building) return {};  // what is being built has the new shape
      return Error{Errc::needs_rebuild, "`search rebuild " + shape_.name + "`"};
    }
    Generation serving{session, store_.engine(), shape_, entry->generation};
    return work(serving, false);
  });
}

Result<Found> SqlIndex::find(const Query& query) {
  MS_TRY_VOID(check(shape_, query));
  Found found;
  const auto look = [&] {
    found = {};
    return store_.read([&](Session& session) -> Result<> {
      Catalog catalog{session, store_.engine(), Catalog::Access::read};
      MS_TRY(const auto entry, catalog.find(shape_.name));
      if (!entry) return {};  // nothing was ever put
      if (entry->shape != fingerprint(shape_)) {
        return Error{Errc::needs_rebuild, "`search rebuild " + shape_.name + "`"};
      }
      Generation serving{session, store_.engine(), shape_, entry->generation};
      MS_TRY(found, serving.find(query, parse_terms(query.text, query.last_is_prefix)));
      return {};
    });
  };
  auto outcome = look();
  // A rebuild that ended between the two statements has taken the tables away.
  if (outcome.has_error() && outcome.error().is(store::Errc::statement)) outcome = look();
  if (outcome.has_error()) return outcome.error();
  return found;
}

Result<std::unique_ptr<Rebuild>> SqlIndex::rebuild() {
  std::int64_t number = 0;
  const auto begun = store_.write_now([&](Session& session) -> Result<> {
    Catalog catalog{session, store_.engine(), Catalog::Access::write};
    MS_TRY(auto entry, catalog.find(shape_.name));
    if (!entry) {
      MS_TRY_VOID(Generation(session, store_.engine(), shape_, 1).create());
      MS_TRY_VOID(catalog.add(shape_));
      entry = Catalog::Entry{1, {}, fingerprint(shape_)};
    }
    if (entry->building) {
      MS_TRY_VOID(Generation(session, store_.engine(), shape_, *entry->building).drop());
    }
    number = std::max(entry->generation, entry->building.value_or(0)) + 1;
    MS_TRY_VOID(Generation(session, store_.engine(), shape_, number).create());
    return catalog.build(shape_, number);
  });
  if (begun.has_error()) return begun.error();
  return std::unique_ptr<Rebuild>{std::make_unique<SqlRebuild>(store_, shape_, number)};
}

}  // namespace

std::unique_ptr<Index> make_sql_index(store::Store& store, Shape shape) {
  MS_CHECK(check(shape).has_value());
  return std::make_unique<SqlIndex>(store, std::move(shape));
}

}  // namespace mainstay::search
