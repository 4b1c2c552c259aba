#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "platform/store/store.hpp"

namespace mainstay::store {

enum class Access : std::uint8_t { write, read };

/// One SQLite connection, and what works see of it. Used by one thread at a time. Prepared
/// statements are kept for their next use. Every error names the path.
class SqliteConnection final : public Session {
 public:
  /// The file must exist (it may be empty) for Access::read; Access::write sets the database up for
  /// WAL.
  static Result<std::unique_ptr<SqliteConnection>> open(const std::string& path, Access access);
  ~SqliteConnection() override;

  using Session::execute;
  Result<std::uint64_t> execute(std::string_view sql, std::span<const Value> params) override;
  Result<> each(std::string_view sql, std::span<const Value> params,
                const std::function<void(const Row&)>& on_row) override;
  Result<> script(std::string_view sql) override;

  /// What works may not: BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE.
  Result<> control(std::string_view sql);
  /// False after an error (disk full, I/O) that made SQLite roll everything back.
  [[nodiscard]] bool in_transaction() const;
  /// Rows changed since it was opened, undone ones included.
  [[nodiscard]] std::int64_t total_changes() const;
  /// A deferred foreign key is unresolved: the commit would fail.
  [[nodiscard]] bool has_broken_references() const;

 private:
  struct Impl;
  explicit SqliteConnection(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::store
