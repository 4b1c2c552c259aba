#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "platform/http/form.hpp"

namespace mainstay::charging {

/// The parameters of a query string, each asked for by name. One that comes twice or that nobody
/// knows is refused.
class Query {
 public:
  /// json::InputErrc::member_unknown, member_invalid.
  static Result<Query> parse(std::string_view query, std::initializer_list<std::string_view> known);

  [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
  [[nodiscard]] std::string_view text(std::string_view name) const;
  Result<std::int64_t> number(std::string_view name, std::int64_t fallback, std::int64_t least,
                              std::int64_t most) const;
  /// true or false.
  Result<std::optional<bool>> flag(std::string_view name) const;
  /// RFC 3339.
  Result<std::optional<SystemTime>> time(std::string_view name) const;

 private:
  [[nodiscard]] const std::string* find(std::string_view name) const;
  http::FormFields fields_;
};

/// `cursor` and `limit`, of a list that has no other parameters.
struct Page {
  std::int64_t cursor = 0;
  std::size_t limit = 0;
};
Result<Page> read_page(std::string_view query, std::int64_t fallback = 100);

}  // namespace mainstay::charging
