#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "platform/store/migrations.hpp"
#include "platform/store/store.hpp"

namespace mainstay::store {

/// What a store's tables, columns, indexes and rules are, as text to compare; the migrator's own
/// tables left out. Of PostgreSQL the current schema.
Result<std::string> schema_text(Store& store);

/// Tries the migrations on an empty store: up, all the way down, up again. What is wrong, a line
/// each: a statement that this engine does not take, a `down` that leaves something or cannot be
/// followed by `up`, a schema that is another one the second time.
std::vector<std::string> try_migrations(Store& store, std::span<const Migration> migrations,
                                        SystemTime now);

/// What is wrong without trying: a phase that is none.
std::vector<std::string> check_migrations(std::span<const Migration> migrations);

/// What of the states needs a person: changed texts, unknown ones, missing ones that are older than
/// an applied one.
std::vector<std::string> check_states(const std::vector<MigrationState>& states);

}  // namespace mainstay::store
