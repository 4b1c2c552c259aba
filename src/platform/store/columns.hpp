#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "platform/store/store.hpp"

namespace mainstay::store {

/// The columns of a row, one behind the other. Lives no longer than the row.
class Columns {
 public:
  explicit Columns(const Row& row) : row_(row) {}
  /// NULL: `otherwise`.
  std::int64_t number(std::int64_t otherwise = 0) { return optional_number().value_or(otherwise); }
  std::optional<std::int64_t> optional_number() {
    const auto* found = std::get_if<std::int64_t>(&row_.at(next_++));
    return found == nullptr ? std::nullopt : std::optional{*found};
  }
  bool flag() { return number() != 0; }
  /// A Strong<> of base/strong.hpp.
  template <class Id>
  Id id() {
    return Id{static_cast<typename Id::rep>(number())};
  }
  /// Rows are ours: enumerators are what was written.
  template <class Enum>
  Enum enumerator() {
    return static_cast<Enum>(number());
  }
  std::uint64_t count() { return static_cast<std::uint64_t>(number()); }
  double real() { return std::get<double>(row_.at(next_++)); }
  /// NULL: empty.
  std::string text() {
    const auto* found = std::get_if<std::string>(&row_.at(next_++));
    return found == nullptr ? std::string{} : *found;
  }
  SystemTime time() { return SystemTime{Micros{number()}}; }

 private:
  const Row& row_;
  std::size_t next_ = 0;
};

inline Value value_of(SystemTime at) { return std::int64_t{at.time_since_epoch().count()}; }

}  // namespace mainstay::store
