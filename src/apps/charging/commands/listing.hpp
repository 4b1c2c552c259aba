#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "apps/charging/fundamental.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "platform/json/json.hpp"
#include "platform/program/command.hpp"
#include "platform/store/store.hpp"

namespace mainstay::charging {

// What the network's commands have in common: they read and change the store, whether or not a
// server runs beside them.

/// `--limit`
Argument limit_argument();
std::size_t limit_of(const Call& call);

/// The positional `id`; `list` is the command that shows such numbers. For exit_usage.
Result<std::int64_t> id_of(const Call& call, const std::string& list);

/// What a list shows: JSON for machines, a table for people.
class Listing {
 public:
  using Cells = std::vector<std::string>;
  explicit Listing(Cells heading) : table_{std::move(heading)} {}

  void add(json::Value row, Cells cells);
  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  void print(const Call& call) const;

 private:
  json::Array rows_{};
  std::vector<Cells> table_;  // the heading first
};

/// Nothing for none.
std::string time_cell(SystemTime at);
/// What a `show` gives.
void print_json(const json::Value& value);

/// Opens the store of the settings for `use`; the exit status.
int with_store(const Call& call, const std::function<Result<>(store::Store&)>& use);
/// The same for what changes something: of a dry run nothing stays. `what` was done then.
int with_change(const Call& call, const std::string& what,
                const std::function<Result<>(store::Store&)>& change);

/// The registered stations by their numbers.
class StationNames {
 public:
  static Result<StationNames> read(store::Store& store);

  /// Empty: it is not registered any more.
  [[nodiscard]] std::string of(StationId station) const;
  /// station_unknown.
  [[nodiscard]] Result<StationId> find(const std::string& identity) const;

 private:
  std::map<StationId, std::string> identities_ = {};
};

}  // namespace mainstay::charging
