#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "platform/store/store.hpp"

namespace mainstay::auth {

// What columns of these tables hold, as they are used.

inline const std::string& text_at(const store::Row& row, std::size_t column) {
  return std::get<std::string>(row.at(column));
}
inline std::int64_t number_at(const store::Row& row, std::size_t column) {
  return std::get<std::int64_t>(row.at(column));
}
inline bool flag_at(const store::Row& row, std::size_t column) {
  return number_at(row, column) != 0;
}
inline SystemTime time_at(const store::Row& row, std::size_t column) {
  return SystemTime{Micros{number_at(row, column)}};
}
inline bool is_null_at(const store::Row& row, std::size_t column) {
  return std::holds_alternative<std::monostate>(row.at(column));
}
inline std::optional<SystemTime> optional_time_at(const store::Row& row, std::size_t column) {
  if (is_null_at(row, column)) return std::nullopt;
  return time_at(row, column);
}

inline store::Value value(SystemTime at) { return std::int64_t{at.time_since_epoch().count()}; }
inline store::Value value(std::optional<SystemTime> at) { return at ? value(*at) : store::Value{}; }
inline store::Value value(bool flag) { return std::int64_t{flag ? 1 : 0}; }

}  // namespace mainstay::auth
