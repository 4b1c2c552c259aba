#include "platform/store/store.hpp"

#include <cstddef>
#include <string>

namespace mainstay::store {

const ErrorRow& error_row(Errc code) {
  static constexpr ErrorRow rows[] = {
      {"store_io", "the database cannot be opened, read or written", 503, Retry::yes},
      {"store_full", "no space is left for the database", 503, Retry::yes},
      {"store_busy", "the database has too much to do", 503, Retry::yes},
      {"store_constraint", "the change would break a rule of the database", 409, Retry::no},
      {"store_statement", "a statement was refused by the database", 500, Retry::no},
      {"store_corrupt", "the database is damaged", 500, Retry::no},
      {"schema_newer", "the database was migrated by a newer program", 500, Retry::no},
      {"schema_pending", "the database lacks migrations, run `mainstay migrate up`", 500,
       Retry::no},
      {"migration_changed", "an applied migration has another text now", 500, Retry::no},
      {"migration_failed", "a migration failed and was undone", 500, Retry::no},
      {"migration_locked", "another operator is migrating", 503, Retry::yes},
      {"store_stopped", "the database is shut down", 503, Retry::yes},
      {"migration_order", "nothing was migrated", 409, Retry::no},
      {"migration_files", "a file of a migration", 400, Retry::no},
      {"store_refused", "the database cannot be used", 503, Retry::no},
      {"store_rehearsed", "the change was rehearsed only", 409, Retry::no},
  };
  return rows[static_cast<std::size_t>(code) - 1];
}

Result<std::uint64_t> Session::execute(std::string_view sql, std::initializer_list<Value> params) {
  return execute(sql, std::span<const Value>{params.begin(), params.size()});
}

Result<std::vector<Row>> Session::query(std::string_view sql, std::initializer_list<Value> params) {
  std::vector<Row> rows;
  MS_TRY_VOID(each(sql, std::span<const Value>{params.begin(), params.size()},
                   [&rows](const Row& row) { rows.push_back(row); }));
  return rows;
}

Error too_many_rows(std::string_view sql) {
  return Error{Errc::statement, "more than " + std::to_string(Store::select_rows_max) +
                                    " rows, say LIMIT: " + std::string{sql.substr(0, 200)}};
}

}  // namespace mainstay::store
