#pragma once

#include <memory>
#include <span>

#include "base/result.hpp"
#include "platform/search/index.hpp"
#include "platform/store/migrations.hpp"
#include "platform/store/store.hpp"

namespace mainstay::search {

/// An index in the relational store: SQLite's FTS5 (ranked by bm25), PostgreSQL's full text search
/// (ranked by ts_rank), by the store's engine. A generation is three tables; which one serves is a
/// row of search_indexes. The store outlives the index. MS_CHECKs the shape.
std::unique_ptr<Index> make_sql_index(store::Store& store, Shape shape);

/// The schema changes, embedded from migrations/.
std::span<const store::Migration> migrations();

}  // namespace mainstay::search
