#include "apps/clusters/embedded_cluster/table.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/clusters/embedded_cluster/tree.hpp"
#include "base/text.hpp"

namespace mainstay::clusters::embedded {

namespace {

/// "2026-11-22T18:30:00Z"; what follows the seconds does not count.
std::optional<SystemTime> parse_time(const std::string& text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hours = 0;
  int minutes = 0;
  int seconds = 0;
  const int found = std::sscanf(text.c_str(), "%4d-%2u-%2uT%2d:%2d:%2d", &year, &month, &day,
                                &hours, &minutes, &seconds);
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{day}};
  if (found != 6 || !date.ok()) return std::nullopt;
  return std::chrono::sys_days{date} + std::chrono::hours{hours} + std::chrono::minutes{minutes} +
         Seconds{seconds};
}

const Column age_column{"Age", "string", "", "since it was made", 0, ".metadata.creationTimestamp"};

std::vector<Column> columns_of(const ResourceType& type) {
  return type.columns.empty() ? std::vector<Column>{age_column} : type.columns;
}

/// "count(.data,.binaryData)": how many members these have together.
Document count(const Document& object, std::string_view paths) {
  std::int64_t total = 0;
  for (const std::string_view path : split(paths, ',')) {
    const Document* found = find_by_path(object, path);
    if (found == nullptr) continue;
    if (found->if_object() != nullptr)
      total += static_cast<std::int64_t>(found->if_object()->size());
    if (found->if_array() != nullptr) total += static_cast<std::int64_t>(found->if_array()->size());
  }
  return total;
}

Document cell(const Column& column, const Document& object, SystemTime now) {
  std::string_view path = column.json_path;
  if (path.starts_with("count(") && path.ends_with(')')) {
    return count(object, path.substr(6, path.size() - 7));
  }
  const Document* value = find_by_path(object, path);
  if (column.type == "date" || column.name == age_column.name) {
    const std::string* text = value == nullptr ? nullptr : value->if_string();
    const auto at = text == nullptr ? std::nullopt : parse_time(*text);
    if (!at) return "<unknown>";
    return age_text(std::chrono::floor<Seconds>(now - *at));
  }
  if (value == nullptr) return {};
  if (value->if_object() != nullptr || value->if_array() != nullptr) return quoted(*value);
  return *value;
}

/// One step of a path, taken from its front.
class PathReader {
 public:
  explicit PathReader(std::string_view path) : rest_(path) {
    if (rest_.starts_with('{') && rest_.ends_with('}')) rest_ = rest_.substr(1, rest_.size() - 2);
  }

  const Document* take(const Document* here) {
    while (here != nullptr && !rest_.empty()) {
      if (rest_.starts_with('.')) {
        rest_.remove_prefix(1);
        here = take_name(*here);
      } else if (rest_.starts_with('[')) {
        here = take_bracket(*here);
      } else {
        return nullptr;
      }
    }
    return here;
  }

 private:
  const Document* take_name(const Document& here) {
    std::string name;
    while (!rest_.empty() && rest_.front() != '.' && rest_.front() != '[') {
      if (rest_.front() == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
      name += rest_.front();
      rest_.remove_prefix(1);
    }
    return name.empty() ? &here : here.find(name);
  }

  const Document* take_bracket(const Document& here) {
    const auto end = rest_.find(']');
    if (end == std::string_view::npos) return nullptr;
    const std::string_view inside = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    if (inside.size() > 2 && (inside[0] == '\'' || inside[0] == '"')) {
      return here.find(inside.substr(1, inside.size() - 2));
    }
    const DocumentArray* items = here.if_array();
    if (items == nullptr) return nullptr;
    if (inside.starts_with("?(@.") && inside.ends_with(')')) {
      return filtered(*items, inside.substr(4, inside.size() - 5));
    }
    const std::size_t index = inside == "*" ? 0 : parse_u64(inside).value_or(items->size());
    return index < items->size() ? &(*items)[index] : nullptr;
  }

  /// `name=="text"`.
  static const Document* filtered(const DocumentArray& items, std::string_view condition) {
    const auto equals = condition.find("==");
    if (equals == std::string_view::npos) return nullptr;
    const std::string_view name = trimmed(condition.substr(0, equals));
    std::string_view text = trimmed(condition.substr(equals + 2));
    if (text.size() >= 2) text = text.substr(1, text.size() - 2);
    const auto found = std::ranges::find_if(
        items, [&](const Document& item) { return text_of(item, {name}) == text; });
    return found == items.end() ? nullptr : &*found;
  }

  std::string_view rest_;
};

}  // namespace

Document column_definitions(const ResourceType& type) {
  DocumentArray out{DocumentObject{{"name", "Name"},
                                   {"type", "string"},
                                   {"format", "name"},
                                   {"description", "unique in its namespace"},
                                   {"priority", 0}}};
  for (const Column& column : columns_of(type)) {
    out.emplace_back(DocumentObject{{"name", column.name},
                                    {"type", column.type},
                                    {"format", column.format},
                                    {"description", column.description},
                                    {"priority", column.priority}});
  }
  return out;
}

Document table_row(const ResourceType& type, const Document& object, RowObject carries,
                   SystemTime now) {
  DocumentArray cells{text_of(object, {"metadata", "name"})};
  for (const Column& column : columns_of(type)) cells.push_back(cell(column, object, now));
  DocumentObject row{{"cells", std::move(cells)}};
  if (carries == RowObject::metadata) row.push_back({"object", metadata_alone(object)});
  if (carries == RowObject::object) row.push_back({"object", object});
  return row;
}

Document metadata_alone(const Document& object) {
  const Document* metadata = object.find("metadata");
  return DocumentObject{{"kind", "PartialObjectMetadata"},
                        {"apiVersion", "meta.k8s.io/v1"},
                        {"metadata", metadata == nullptr ? Document{DocumentObject{}} : *metadata}};
}

const Document* find_by_path(const Document& object, std::string_view json_path) {
  return PathReader{json_path}.take(&object);
}

/// client-go's HumanDuration.
std::string age_text(Seconds age) {
  const std::int64_t seconds = age.count();
  if (seconds < 0) return "0s";
  const std::int64_t minutes = seconds / 60;
  const std::int64_t hours = minutes / 60;
  const std::int64_t days = hours / 24;
  const auto in = [](std::int64_t count, const char* unit) { return std::to_string(count) + unit; };
  const auto and_more = [&](std::int64_t more, const char* unit) {
    return more == 0 ? std::string{} : in(more, unit);
  };
  if (seconds < 120) return in(seconds, "s");
  if (minutes < 10) return in(minutes, "m") + and_more(seconds % 60, "s");
  if (hours < 3) return in(minutes, "m");
  if (hours < 8) return in(hours, "h") + and_more(minutes % 60, "m");
  if (hours < 48) return in(hours, "h");
  if (days < 8) return in(days, "d") + and_more(hours % 24, "h");
  if (days < 730) return in(days, "d");
  if (days < 8 * 365) return in(days / 365, "y") + and_more(days % 365, "d");
  return in(days / 365, "y");
}

}  // namespace mainstay::clusters::embedded
