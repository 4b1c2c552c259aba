#include "apps/charging/inbound/http/query.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "apps/charging/inbound/ocpp/codec.hpp"
#include "base/text.hpp"
#include "platform/json/member_reader.hpp"

namespace mainstay::charging {

Result<Query> Query::parse(std::string_view query, std::initializer_list<std::string_view> known) {
  auto fields = http::parse_form(query, 32);
  if (!fields) return json::member_invalid("query", "name=value pairs, at most 32");
  for (std::size_t i = 0; i < fields->size(); ++i) {
    const std::string& name = (*fields)[i].first;
    if (std::ranges::find(known, name) == known.end()) {
      return Error{json::InputErrc::member_unknown, name};
    }
    for (std::size_t j = 0; j < i; ++j) {
      if ((*fields)[j].first == name) return json::member_invalid(name, "given once");
    }
  }
  Query out;
  out.fields_ = std::move(*fields);
  return out;
}

const std::string* Query::find(std::string_view name) const {
  const auto at = std::ranges::find(fields_, name, [](const auto& field) { return field.first; });
  return at == fields_.end() ? nullptr : &at->second;
}

std::string_view Query::text(std::string_view name) const {
  const std::string* const found = find(name);
  return found == nullptr ? std::string_view{} : std::string_view{*found};
}

Result<std::int64_t> Query::number(std::string_view name, std::int64_t fallback, std::int64_t least,
                                   std::int64_t most) const {
  const std::string* const found = find(name);
  if (found == nullptr) return fallback;
  const auto number = parse_i64(*found);
  if (!number || *number < least || *number > most) {
    return json::member_invalid(
        name, "a number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return *number;
}

Result<std::optional<bool>> Query::flag(std::string_view name) const {
  const std::string* const found = find(name);
  if (found == nullptr) return std::optional<bool>{};
  if (*found != "true" && *found != "false") return json::member_invalid(name, "true or false");
  return std::optional{*found == "true"};
}

Result<std::optional<SystemTime>> Query::time(std::string_view name) const {
  const std::string* const found = find(name);
  if (found == nullptr) return std::optional<SystemTime>{};
  const auto at = ocpp::parse_time(*found);
  if (!at) return json::member_invalid(name, "a time like 2026-11-22T03:00:00Z");
  return std::optional<SystemTime>{*at};
}

Result<Page> read_page(std::string_view query, std::int64_t fallback) {
  MS_TRY(const auto parsed, Query::parse(query, {"cursor", "limit"}));
  MS_TRY(const auto cursor, parsed.number("cursor", 0, 0, INT64_MAX));
  MS_TRY(const auto limit, parsed.number("limit", fallback, 1, 1'000));
  return Page{cursor, static_cast<std::size_t>(limit)};
}

}  // namespace mainstay::charging
