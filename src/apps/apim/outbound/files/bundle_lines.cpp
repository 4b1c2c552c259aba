#include "apps/apim/outbound/files/bundle_lines.hpp"

#include <algorithm>
#include <array>
#include <istream>
#include <limits>
#include <optional>
#include <utility>

#include "apps/apim/domain/catalog_edit.hpp"
#include "apps/apim/domain/row_fields.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"

namespace mainstay::apim {
namespace {

constexpr std::string_view format_name = "apim-export";
constexpr std::int64_t format_version = 1;
constexpr std::size_t usage_rows_a_call = 1'000;
constexpr std::size_t rows_max = 10'000'000;        // of a service: what memory must hold
constexpr UnixSeconds begin_max = 253'402'300'800;  // the year 10000

// --- Writing

/// Appends the members of a row.
class Members {
 public:
  explicit Members(std::string& out) : out_(out) {}

  template <class Tag>
  void operator()(std::string_view name, const Strong<Tag, std::string>& id) {
    (*this)(name, id.get());
  }
  void operator()(std::string_view name, const std::string& value) {
    append_json_quoted(named(name), value);
  }
  void operator()(std::string_view name, const std::optional<MetricId>& id) {
    if (id) (*this)(name, id->get());
  }
  void operator()(std::string_view name, Period period) {
    append_json_quoted(named(name), to_text(period));
  }
  void operator()(std::string_view name, const TimeZone* zone) {
    if (zone != nullptr) (*this)(name, zone->name());
  }
  void operator()(std::string_view name, bool value) {
    named(name).append(value ? "true" : "false");
  }
  void operator()(std::string_view name, int value) { append_number(named(name), value); }
  void operator()(std::string_view name, std::int64_t value) { append_number(named(name), value); }

 private:
  std::string& named(std::string_view name) {
    if (!first_) out_.push_back(',');
    first_ = false;
    append_json_quoted(out_, name);
    return out_.append(":");
  }
  std::string& out_;
  bool first_ = true;
};

void append_row(std::string& out, const CatalogRow& any) {
  std::visit(
      [&](const auto& row) {
        append_json_quoted(out.append("{"), row_name(row));
        Members members{out.append(":{")};
        visit_fields(row, members);
        out.append("}}\n");
      },
      any);
}

// --- Reading

/// Fills a row from an object's members, and remembers the first that is missing or wrong. A
/// member that this version does not know is wrong: what it means would be lost.
class Fields {
 public:
  Fields(const json::Object& object, zones::TimeZones& zones) : object_(object), zones_(zones) {}

  template <class Tag>
  void operator()(std::string_view name, Strong<Tag, std::string>& id) {
    std::string text;
    (*this)(name, text);
    id = Strong<Tag, std::string>{std::move(text)};
  }
  void operator()(std::string_view name, std::string& value) {
    const json::Value* found = find(name);
    if (found == nullptr) return;
    const std::string* text = found->if_string();
    if (text == nullptr) return fail(name, "is no string");
    value = *text;
  }
  void operator()(std::string_view name, std::optional<MetricId>& id) {
    if (!has(name)) return;
    id.emplace();
    (*this)(name, *id);
  }
  void operator()(std::string_view name, Period& period) {
    std::string text;
    (*this)(name, text);
    const auto parsed = parse_period(text);
    if (!parsed && failure_.empty()) return fail(name, "is no period");
    if (parsed) period = *parsed;
  }
  void operator()(std::string_view name, const TimeZone*& zone) {
    if (!has(name)) return;
    std::string text;
    (*this)(name, text);
    zone = zones_.find(text);
    if (zone == nullptr) fail(name, "is no time zone that this machine knows");
  }
  void operator()(std::string_view name, bool& value) {
    const json::Value* found = find(name);
    if (found == nullptr) return;
    const bool* flag = found->if_bool();
    if (flag == nullptr) return fail(name, "is neither true nor false");
    value = *flag;
  }
  void operator()(std::string_view name, int& value) {
    std::int64_t wide = 0;
    (*this)(name, wide);
    if (wide < 0 || wide > std::numeric_limits<int>::max()) return fail(name, "is out of range");
    value = static_cast<int>(wide);
  }
  void operator()(std::string_view name, std::int64_t& value) {
    const json::Value* found = find(name);
    if (found == nullptr) return;
    const std::int64_t* number = found->if_int();
    if (number == nullptr) return fail(name, "is no whole number");
    value = *number;
  }

  /// What is wrong; empty: nothing.
  [[nodiscard]] std::string failure() const {
    if (!failure_.empty() || taken_ == object_.size()) return failure_;
    return "a member that is unknown here; was it written by a newer program?";
  }

 private:
  [[nodiscard]] const json::Value* look(std::string_view name) const {
    for (const json::Member& member : object_) {
      if (member.name == name) return &member.value;
    }
    return nullptr;
  }
  [[nodiscard]] bool has(std::string_view name) const { return look(name) != nullptr; }
  const json::Value* find(std::string_view name) {
    const json::Value* found = look(name);
    if (found == nullptr) {
      fail(name, "is missing");
    } else {
      ++taken_;
    }
    return found;
  }
  void fail(std::string_view name, std::string_view why) {
    if (failure_.empty()) failure_.append("\"").append(name).append("\" ").append(why);
  }

  const json::Object& object_;
  zones::TimeZones& zones_;
  std::size_t taken_ = 0;
  std::string failure_;
};

/// Whether it is one of the ids that response codes count under; no metric can have them.
bool is_response_code_metric(std::string_view id) {
  return std::ranges::any_of(std::array{200, 403, 404, 500, 503}, [id](int code) {
    const ResponseCodeMetrics codes = response_code_metrics(code);
    return id == codes.of_class || id == codes.of_code;
  });
}

/// A row of the kind that goes by that name; nothing when none does.
template <std::size_t Index = 0>
std::optional<CatalogRow> empty_row(std::string_view name) {
  if constexpr (Index < std::variant_size_v<CatalogRow>) {
    std::variant_alternative_t<Index, CatalogRow> row;
    if (row_name(row) == name) return row;
    return empty_row<Index + 1>(name);
  } else {
    return std::nullopt;
  }
}

const ServiceId& service_of(const CatalogRow& any) {
  return std::visit(
      [](const auto& row) -> const ServiceId& {
        if constexpr (std::same_as<std::decay_t<decltype(row)>, ServiceRow>) {
          return row.id;
        } else {
          return row.service_id;
        }
      },
      any);
}

template <class Visit>
void visit_usage(UsageRow& row, Visit&& visit) {
  visit("service_id", row.service_id);
  visit("application_id", row.application_id);
  visit("metric_id", row.metric_id);
  visit("period", row.period);
  visit("begin", row.begin);
  visit("value", row.value);
}

}  // namespace

const ErrorRow& error_row(LinesErrc code) {
  static constexpr ErrorRow rows[] = {
      {"not_an_export", "not a file of `mainstay apim export`", 400, Retry::no},
      {"version_unknown", "written by a newer program", 400, Retry::no},
      {"line_too_long", "a line is too long", 400, Retry::no},
      {"line_invalid", "a line cannot be read", 400, Retry::no},
      {"truncated", "the file ends too early", 400, Retry::no},
  };
  return rows[static_cast<std::size_t>(code) - 1];
}

void BundleWriter::header() {
  out_.append("{\"mainstay\":\"").append(format_name).append("\",\"version\":");
  append_number(out_, format_version);
  out_.append("}\n");
}

void BundleWriter::service(const ServiceBundle& bundle) {
  id_ = bundle.id;
  rows_ = bundle.rows.size();
  usage_ = 0;
  for (const CatalogRow& row : bundle.rows) append_row(out_, row);
}

void BundleWriter::usage(const UsageRow& row) {
  ++usage_;
  Members members{out_.append("{\"usage\":{")};
  UsageRow copy = row;
  visit_usage(copy, members);
  out_.append("}}\n");
}

void BundleWriter::end_of_service() {
  ++services_;
  Members members{out_.append("{\"end_of_service\":{")};
  members("id", id_);
  members("rows", static_cast<std::int64_t>(rows_));
  members("usage", static_cast<std::int64_t>(usage_));
  out_.append("}}\n");
}

void BundleWriter::end() {
  out_.append("{\"end\":{\"services\":");
  append_number(out_, static_cast<std::int64_t>(services_));
  out_.append("}}\n");
}

/// `{"name":{...}}`
struct BundleReader::Line {
  std::string_view name;
  const json::Object& members;
};

Result<> BundleReader::run() {
  MS_TRY(const bool begun, next_line());
  const auto first = begun ? json::parse(line_) : Result<json::Value>{json::Value{}};
  const std::string* format = first.has_value() ? first->find_string("mainstay") : nullptr;
  if (format == nullptr || *format != format_name) return LinesErrc::not_an_export;
  const json::Value* version = first->find("version");
  if (version == nullptr || *version != json::Value{format_version}) {
    return LinesErrc::version_unknown;
  }
  for (;;) {
    MS_TRY(const bool more, next_line());
    if (!more) break;
    const auto parsed = json::parse(line_);
    if (parsed.has_error()) return invalid(parsed.error().message());
    const json::Object* object = parsed->if_object();
    if (object == nullptr || object->size() != 1 || object->front().value.if_object() == nullptr) {
      return invalid("an object with one member, which is an object, is expected");
    }
    MS_TRY_VOID(take({object->front().name, *object->front().value.if_object()}));
  }
  if (!ended_) return Error{LinesErrc::truncated, "after line " + std::to_string(line_number_)};
  return {};
}

Result<bool> BundleReader::next_line() {
  line_.resize(line_bytes_max);
  in_.getline(line_.data(), static_cast<std::streamsize>(line_.size()));
  const auto count = static_cast<std::size_t>(in_.gcount());
  if (count == 0 && in_.eof()) return false;
  ++line_number_;
  bytes_read_ += count;
  if (in_.bad()) return Error{LinesErrc::truncated, "the file cannot be read"};
  if (in_.fail() && !in_.eof()) {
    return Error{LinesErrc::line_too_long, "line " + std::to_string(line_number_)};
  }
  line_.resize(in_.eof() ? count : count - 1);  // the line's end is counted too
  return true;
}

Result<> BundleReader::take(const Line& line) {
  if (ended_) return invalid("something follows the end");
  if (line.name == "usage") return take_usage(line);
  if (line.name == "end_of_service") return take_end_of_service(line);
  if (line.name == "end") return take_end(line);
  return take_row(line);
}

Result<> BundleReader::take_row(const Line& line) {
  auto row = empty_row(line.name);
  if (!row) return invalid("unknown kind of line; was it written by a newer program?");
  Fields fields{line.members, zones_};
  std::visit([&](auto& typed) { visit_fields(typed, fields); }, *row);
  if (const std::string failure = fields.failure(); !failure.empty()) return invalid(failure);
  const bool is_service = std::holds_alternative<ServiceRow>(*row);
  if (is_service != bundle_.rows.empty()) {
    return invalid(is_service ? "the service before it has no end" : "it belongs to no service");
  }
  if (is_service) bundle_.id = service_of(*row);
  if (service_of(*row) != bundle_.id) return invalid("it belongs to another service");
  if (begun_) return invalid("usage comes behind everything else of its service");
  if (bundle_.rows.size() == rows_max) return invalid("too many rows of one service");
  bundle_.rows.push_back(std::move(*row));
  return {};
}

Result<> BundleReader::take_usage(const Line& line) {
  UsageRow row;
  Fields fields{line.members, zones_};
  visit_usage(row, fields);
  if (const std::string failure = fields.failure(); !failure.empty()) return invalid(failure);
  if (bundle_.rows.empty() || row.service_id != bundle_.id.get()) {
    return invalid("it belongs to another service");
  }
  if (row.period == Period::minute) return invalid("minutes are not kept");
  if (row.value < 0 || row.begin < 0 || row.begin >= begin_max || row.begin % 60 != 0) {
    return invalid("\"begin\" or \"value\" is out of range");
  }
  if (const auto good = check_id("application_id", row.application_id); good.has_error()) {
    return invalid(good.error().detail());
  }
  if (const auto good = check_id("metric_id", row.metric_id);
      good.has_error() && !is_response_code_metric(row.metric_id)) {
    return invalid(good.error().detail());
  }
  MS_TRY_VOID(begin_service());
  usage_.push_back(std::move(row));
  ++usage_count_;
  return usage_.size() < usage_rows_a_call ? Result<>{} : flush_usage();
}

Result<> BundleReader::take_end_of_service(const Line& line) {
  std::string id;
  std::int64_t rows = 0;
  std::int64_t usage = 0;
  Fields fields{line.members, zones_};
  fields("id", id);
  fields("rows", rows);
  fields("usage", usage);
  if (const std::string failure = fields.failure(); !failure.empty()) return invalid(failure);
  if (bundle_.rows.empty() || id != bundle_.id.get()) return invalid("another service's end");
  if (rows != static_cast<std::int64_t>(bundle_.rows.size()) ||
      usage != static_cast<std::int64_t>(usage_count_)) {
    return invalid("lines of the service are missing");
  }
  MS_TRY_VOID(begin_service());
  MS_TRY_VOID(flush_usage());
  if (wanted_) MS_TRY_VOID(sink_.finish(bundle_.id));
  bundle_ = {};
  usage_count_ = 0;
  begun_ = false;
  ++services_;
  return {};
}

Result<> BundleReader::take_end(const Line& line) {
  std::int64_t services = 0;
  Fields fields{line.members, zones_};
  fields("services", services);
  if (const std::string failure = fields.failure(); !failure.empty()) return invalid(failure);
  if (!bundle_.rows.empty()) return invalid("a service has no end");
  if (services != static_cast<std::int64_t>(services_)) return invalid("services are missing");
  ended_ = true;
  return {};
}

Result<> BundleReader::begin_service() {
  if (begun_) return {};
  begun_ = true;
  MS_TRY(wanted_, sink_.begin(bundle_));
  return {};
}

Result<> BundleReader::flush_usage() {
  if (wanted_ && !usage_.empty()) MS_TRY_VOID(sink_.usage(usage_));
  usage_.clear();
  return {};
}

Error BundleReader::invalid(std::string_view why) const {
  return Error{LinesErrc::line_invalid,
               "line " + std::to_string(line_number_) + ": " + std::string{why}};
}

}  // namespace mainstay::apim
