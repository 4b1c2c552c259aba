#include "apps/charging/inbound/ocpp/codec.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstring>
#include <utility>

#include "apps/charging/inbound/ocpp/json_walk.hpp"
#include "apps/charging/inbound/ocpp/tables.hpp"
#include "base/text.hpp"

namespace mainstay::charging::ocpp {

namespace {

struct CodeNames {
  CallErrorCode code;
  std::string_view wire;
  std::string_view others[2];  // understood
};
constexpr std::array<CodeNames, 10> code_names{{
    {CallErrorCode::not_implemented, "NotImplemented", {}},
    {CallErrorCode::not_supported, "NotSupported", {"MessageTypeNotSupported"}},
    {CallErrorCode::internal_error, "InternalError", {}},
    {CallErrorCode::protocol_error, "ProtocolError", {"RpcFrameworkError"}},
    {CallErrorCode::security_error, "SecurityError", {}},
    {CallErrorCode::formation_violation, "FormationViolation", {"FormatViolation"}},
    {CallErrorCode::property_constraint_violation, "PropertyConstraintViolation", {}},
    {CallErrorCode::occurrence_constraint_violation,
     "OccurenceConstraintViolation",
     {"OccurrenceConstraintViolation"}},
    {CallErrorCode::type_constraint_violation, "TypeConstraintViolation", {}},
    {CallErrorCode::generic_error, "GenericError", {}},
}};

bool is_longer(std::string_view text, std::size_t characters_max) {
  return text.size() > characters_max && count_characters(text) > characters_max;
}

/// "scheme:" and more, no blanks (RFC 3986).
bool is_uri(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto scheme = text.substr(0, text.find(':'));
  if (scheme.empty() || scheme.size() + 1 >= text.size() || !is_letter(scheme.front())) {
    return false;
  }
  return std::ranges::all_of(scheme,
                             [&](char c) {
                               return is_letter(c) || (c >= '0' && c <= '9') || c == '+' ||
                                      c == '-' || c == '.';
                             }) &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

/// What is wrong, and where; the path grows from the inside.
struct Trouble {
  CallErrorCode code = CallErrorCode::internal_error;
  std::string path;
  std::string what;

  bool say(CallErrorCode which, std::string words) {
    code = which;
    what = std::move(words);
    return false;
  }
  void within(std::string_view name) {
    if (!path.empty() && path.front() != '[') path.insert(0, 1, '.');
    path.insert(0, name);
  }
  void within(std::size_t index) {
    if (!path.empty() && path.front() != '[') path.insert(0, 1, '.');
    path.insert(0, "[" + std::to_string(index) + "]");
  }
  [[nodiscard]] CallError error() const { return {code, path.empty() ? what : path + ": " + what}; }
};

// ---- Reading

/// Decimal text that stands for a whole number, also as 12.0 or 1e3.
std::optional<std::int64_t> whole_number(std::string_view text) {
  if (const auto plain = parse_i64(text)) return plain;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  constexpr double exact_max = 9e15;
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!(std::abs(value) <= exact_max) || std::trunc(value) != value) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

/// In tenths, rounded: what a station computed may have more places.
std::optional<std::int64_t> tenths(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  constexpr double value_max = 1e14;
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!(std::abs(value) <= value_max)) return std::nullopt;
  return std::llround(value * 10);
}

class PayloadReader {
 public:
  PayloadReader(std::string_view payload, const Lenience& lenience)
      : walk_(payload), lenience_(lenience) {}

  bool object(const Table& table, void* message);
  [[nodiscard]] CallError error() const { return trouble_.error(); }

 private:
  bool member(const Field& field, void* message);
  bool value(const Field& field, void* member);
  bool leaf(const Field& field, void* into);
  bool text(const Rule& rule, std::string& into);
  bool enumeration(const Rule& rule, unsigned char& into);
  bool time(SystemTime& into);
  bool number(const Rule& rule, Leaf leaf, std::int64_t& into);
  bool missing(const Field& field, void* message);

  bool wrong_type(std::string_view expected) {
    return trouble_.say(CallErrorCode::type_constraint_violation,
                        std::string{"must be "}.append(expected));
  }
  bool bad_value(std::string what) {
    return trouble_.say(CallErrorCode::property_constraint_violation, std::move(what));
  }

  JsonWalk walk_;
  const Lenience& lenience_;
  Trouble trouble_;
  std::string room_;
};

/// Fields mostly come in the table's order: the search begins where the last one ended.
const Field* find_field(std::span<const Field> fields, std::string_view name, std::size_t& hint) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::size_t at = hint + i < fields.size() ? hint + i : hint + i - fields.size();
    if (fields[at].name != name) continue;
    hint = at + 1;
    return &fields[at];
  }
  return nullptr;
}

bool PayloadReader::object(const Table& table, void* message) {
  if (walk_.kind() != JsonKind::object) {
    return trouble_.say(CallErrorCode::formation_violation, "must be an object");
  }
  std::uint32_t seen = 0;
  std::size_t hint = 0;
  walk_.enter();
  while (walk_.more()) {
    const auto name = walk_.name(room_);
    const Field* const field = find_field(table.fields, name, hint);
    if (field == nullptr) {
      if (!lenience_.tolerance.unknown_fields) {
        trouble_.within(first_characters(name, 50));
        return trouble_.say(CallErrorCode::formation_violation, "no such field here");
      }
      walk_.skip();
      continue;
    }
    const auto bit = std::uint32_t{1} << (field - table.fields.data());
    const bool good = (seen & bit) != 0
                          ? trouble_.say(CallErrorCode::formation_violation, "comes twice")
                          : member(*field, message);
    if (!good) {
      trouble_.within(field->name);
      return false;
    }
    if (field->shape->count(field->member(message)) > 0) seen |= bit;
  }
  for (std::size_t i = 0; i < table.fields.size(); ++i) {
    const auto& field = table.fields[i];
    if (!field.required() || (seen >> i & 1U) != 0) continue;
    if (!missing(field, message)) return false;
  }
  return true;
}

bool PayloadReader::missing(const Field& field, void* message) {
  if (field.leaf == Leaf::time && lenience_.tolerance.missing_timestamps) {
    *static_cast<SystemTime*>(field.shape->add(field.member(message))) = lenience_.received_at;
    return true;
  }
  if (field.shape->list && lenience_.tolerance.empty_lists) return true;
  trouble_.within(field.name);
  return trouble_.say(CallErrorCode::occurrence_constraint_violation, "is required");
}

bool PayloadReader::member(const Field& field, void* message) {
  void* const member = field.member(message);
  if (walk_.kind() == JsonKind::null && !field.required()) {
    walk_.skip();
    return true;
  }
  if (!field.shape->list) return value(field, member);
  if (walk_.kind() != JsonKind::array) {
    return lenience_.tolerance.lone_for_lists ? value(field, member) : wrong_type("an array");
  }
  walk_.enter();
  std::size_t index = 0;
  for (; walk_.more(); ++index) {
    if (value(field, member)) continue;
    trouble_.within(index);
    return false;
  }
  if (index > 0 || !field.rule.filled || lenience_.tolerance.empty_lists) return true;
  return trouble_.say(CallErrorCode::occurrence_constraint_violation, "must not be empty");
}

bool PayloadReader::value(const Field& field, void* member) {
  if (field.leaf == Leaf::object && walk_.kind() != JsonKind::object) {
    return wrong_type("an object");
  }
  return leaf(field, field.shape->add(member));
}

bool PayloadReader::leaf(const Field& field, void* into) {
  const auto& rule = field.rule;
  const auto kind = field.leaf;
  std::int64_t whole = 0;
  switch (kind) {
    case Leaf::text:
      return text(rule, *static_cast<std::string*>(into));
    case Leaf::enumeration:
      return enumeration(rule, *static_cast<unsigned char*>(into));
    case Leaf::time:
      return time(*static_cast<SystemTime*>(into));
    case Leaf::object:
      return object(*rule.inner, into);
    case Leaf::boolean:
      if (walk_.kind() != JsonKind::boolean) return wrong_type("true or false");
      *static_cast<bool*>(into) = walk_.boolean();
      return true;
    default:
      break;
  }
  if (!number(rule, kind, whole)) return false;
  switch (kind) {
    case Leaf::integer:
      *static_cast<std::int32_t*>(into) = static_cast<std::int32_t>(whole);
      break;
    case Leaf::connector:
      *static_cast<ConnectorNumber*>(into) = ConnectorNumber{static_cast<std::uint16_t>(whole)};
      break;
    case Leaf::transaction:
      *static_cast<TransactionId*>(into) = TransactionId{static_cast<std::int32_t>(whole)};
      break;
    case Leaf::seconds:
      *static_cast<Seconds*>(into) = Seconds{whole};
      break;
    default:
      *static_cast<std::int64_t*>(into) = whole;
      break;
  }
  return true;
}

bool PayloadReader::text(const Rule& rule, std::string& into) {
  const bool number = walk_.kind() == JsonKind::number && lenience_.tolerance.numbers_for_texts;
  if (walk_.kind() != JsonKind::string && !number) return wrong_type("a string");
  auto text = number ? walk_.number() : walk_.string(room_);
  if (is_longer(text, rule.characters_max)) {
    if (!lenience_.tolerance.long_texts) {
      return bad_value("longer than " + std::to_string(rule.characters_max) + " characters");
    }
    text = first_characters(text, rule.characters_max);
  }
  if (text.find('\0') != std::string_view::npos) return bad_value("holds a NUL character");
  if (rule.uri && !is_uri(text)) return bad_value("is no URI");
  into.assign(text);
  return true;
}

bool PayloadReader::enumeration(const Rule& rule, unsigned char& into) {
  if (walk_.kind() != JsonKind::string) return wrong_type("a string");
  const auto text = walk_.string(room_);
  const auto name = std::ranges::find(rule.names, text);
  if (name != rule.names.end()) {
    into = static_cast<unsigned char>(name - rule.names.begin());
    return true;
  }
  const auto alias = std::ranges::find(rule.aliases, text, &Alias::name);
  if (alias != rule.aliases.end()) {
    into = alias->value;
    return true;
  }
  if (rule.unknown < 0 || !lenience_.tolerance.unknown_values) {
    return bad_value("no such value: \"" + std::string{first_characters(text, 50)} + "\"");
  }
  into = static_cast<unsigned char>(rule.unknown);
  return true;
}

bool PayloadReader::time(SystemTime& into) {
  if (walk_.kind() != JsonKind::string) return wrong_type("a string");
  const auto text = walk_.string(room_);
  const auto time = parse_time(text);
  if (time) {
    into = *time;
    return true;
  }
  if (lenience_.tolerance.missing_timestamps && text.empty()) {
    into = lenience_.received_at;
    return true;
  }
  return bad_value("no date and time of RFC 3339");
}

bool PayloadReader::number(const Rule& rule, Leaf leaf, std::int64_t& into) {
  const bool text = walk_.kind() == JsonKind::string && lenience_.tolerance.texts_for_numbers;
  const std::string_view expected = leaf == Leaf::tenths ? "a number" : "an integer";
  if (walk_.kind() != JsonKind::number && !text) return wrong_type(expected);
  const auto digits = text ? walk_.string(room_) : walk_.number();
  const auto number = leaf == Leaf::tenths ? tenths(digits) : whole_number(digits);
  if (!number) return wrong_type(expected);
  into = *number;
  if (into >= rule.min && into <= rule.max) return true;
  return bad_value("must be from " + std::to_string(rule.min) + " to " + std::to_string(rule.max));
}

// ---- Writing

class PayloadWriter {
 public:
  explicit PayloadWriter(std::string& out) : out_(out) {}

  bool object(const Table& table, const void* message);
  [[nodiscard]] CallError error() const { return trouble_.error(); }

 private:
  bool member(const Field& field, const void* member, std::size_t count);
  bool leaf(const Field& field, const void* from);
  bool text(const Rule& rule, const std::string& from);
  bool enumeration(const Rule& rule, unsigned char from);
  bool time(SystemTime from);
  bool number(const Rule& rule, Leaf leaf, std::int64_t from);

  bool bad_value(std::string what) {
    return trouble_.say(CallErrorCode::property_constraint_violation, std::move(what));
  }

  std::string& out_;
  Trouble trouble_;
};

bool PayloadWriter::object(const Table& table, const void* message) {
  out_.push_back('{');
  bool first = true;
  for (const auto& field : table.fields) {
    // The accessor serves both directions; nothing is changed through it here.
    const void* const member = field.member(const_cast<void*>(message));  // NOLINT
    const std::size_t count = field.shape->count(member);
    bool good = true;
    if (count > 0) {
      if (!std::exchange(first, false)) out_.push_back(',');
      append_json_quoted(out_, field.name);
      out_.push_back(':');
      good = this->member(field, member, count);
    } else if (field.required()) {
      good = trouble_.say(CallErrorCode::occurrence_constraint_violation, "is required");
    }
    if (good) continue;
    trouble_.within(field.name);
    return false;
  }
  out_.push_back('}');
  return true;
}

bool PayloadWriter::member(const Field& field, const void* member, std::size_t count) {
  if (!field.shape->list) return leaf(field, field.shape->get(member, 0));
  for (std::size_t i = 0; i < count; ++i) {
    out_.push_back(i == 0 ? '[' : ',');
    if (leaf(field, field.shape->get(member, i))) continue;
    trouble_.within(i);
    return false;
  }
  out_.push_back(']');
  return true;
}

bool PayloadWriter::leaf(const Field& field, const void* from) {
  const auto& rule = field.rule;
  switch (field.leaf) {
    case Leaf::text:
      return text(rule, *static_cast<const std::string*>(from));
    case Leaf::enumeration:
      return enumeration(rule, *static_cast<const unsigned char*>(from));
    case Leaf::time:
      return time(*static_cast<const SystemTime*>(from));
    case Leaf::object:
      return object(*rule.inner, from);
    case Leaf::boolean:
      out_.append(*static_cast<const bool*>(from) ? "true" : "false");
      return true;
    case Leaf::integer:
      return number(rule, Leaf::integer, *static_cast<const std::int32_t*>(from));
    case Leaf::connector:
      return number(rule, Leaf::connector, static_cast<const ConnectorNumber*>(from)->get());
    case Leaf::transaction:
      return number(rule, Leaf::transaction, static_cast<const TransactionId*>(from)->get());
    case Leaf::seconds:
      return number(rule, Leaf::seconds, static_cast<const Seconds*>(from)->count());
    case Leaf::long_integer:
    case Leaf::tenths:
      break;
  }
  return number(rule, field.leaf, *static_cast<const std::int64_t*>(from));
}

bool PayloadWriter::text(const Rule& rule, const std::string& from) {
  if (is_longer(from, rule.characters_max)) {
    return bad_value("longer than " + std::to_string(rule.characters_max) + " characters");
  }
  if (!is_valid_utf8(from)) return bad_value("is no UTF-8");
  if (rule.uri && !is_uri(from)) return bad_value("is no URI");
  append_json_quoted(out_, from);
  return true;
}

bool PayloadWriter::enumeration(const Rule& rule, unsigned char from) {
  if (from >= rule.names.size()) return bad_value("a value that is never sent");
  append_json_quoted(out_, rule.names[from]);
  return true;
}

bool PayloadWriter::time(SystemTime from) {
  const auto year = std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(from)}.year();
  if (year < std::chrono::year{0} || year > std::chrono::year{9999}) {
    return bad_value("a date beyond the year 9999");
  }
  out_.push_back('"');
  append_time(out_, from);
  out_.push_back('"');
  return true;
}

bool PayloadWriter::number(const Rule& rule, Leaf leaf, std::int64_t from) {
  if (from < rule.min || from > rule.max) {
    return bad_value("must be from " + std::to_string(rule.min) + " to " +
                     std::to_string(rule.max));
  }
  append_number(out_, leaf == Leaf::tenths ? from / 10 : from);
  if (leaf == Leaf::tenths && from % 10 != 0) {
    out_.push_back('.');
    append_number(out_, from % 10);
  }
  return true;
}

// ---- Variants

template <class Variant, std::size_t... index>
constexpr auto emplacers(std::index_sequence<index...>) {
  using Emplace = void* (*)(Variant&);
  return std::array<Emplace, sizeof...(index)>{
      [](Variant& in) -> void* { return &in.template emplace<index>(); }...};
}

/// The alternative at `index`, fresh.
template <class Variant>
void* emplace(Variant& in, std::size_t index) {
  constexpr std::size_t count = std::variant_size_v<typename Variant::Alternatives>;
  static constexpr auto table = emplacers<Variant>(std::make_index_sequence<count>{});
  return table[index](in);
}

template <class Variant>
const void* address_of(const Variant& variant) {
  return std::visit([](const auto& one) -> const void* { return &one; }, variant);
}

template <class Variant>
Decoded<Variant> read(std::size_t index, const Table& table, std::string_view payload,
                      const Lenience& lenience) {
  Decoded<Variant> decoded;
  PayloadReader reader{payload, lenience};
  auto& variant = std::get<Variant>(decoded);
  if (!reader.object(table, emplace(variant, index))) decoded = reader.error();
  return decoded;
}

std::optional<CallError> write(std::string& out, const Table& table, const void* message) {
  const auto begin = out.size();
  PayloadWriter writer{out};
  if (writer.object(table, message)) return std::nullopt;
  out.resize(begin);
  return writer.error();
}

/// Fixed width, zeros in front.
void append_digits(std::string& out, std::int64_t value, int width) {
  char digits[8];
  for (int i = width - 1; i >= 0; --i, value /= 10) {
    digits[i] = static_cast<char>('0' + value % 10);
  }
  out.append(digits, static_cast<std::size_t>(width));
}

}  // namespace

Decoded<StationRequest> read_station_request(std::string_view action, std::string_view payload,
                                             const Lenience& lenience) {
  const auto known = std::ranges::find(station_actions(), action, &Action::name);
  if (known != station_actions().end()) {
    const auto index = static_cast<std::size_t>(known - station_actions().begin());
    return read<StationRequest>(index, *known->request, payload, lenience);
  }
  if (std::ranges::find(backend_actions(), action, &Action::name) != backend_actions().end()) {
    return CallError{CallErrorCode::not_supported, "stations do not call this"};
  }
  return CallError{CallErrorCode::not_implemented, "no action of OCPP 1.6"};
}

Decoded<BackendAnswer> read_backend_answer(std::size_t action, std::string_view payload,
                                           const Lenience& lenience) {
  return read<BackendAnswer>(action, *backend_actions()[action].answer, payload, lenience);
}

Decoded<BackendRequest> read_backend_request(std::string_view action, std::string_view payload,
                                             const Lenience& lenience) {
  const auto known = std::ranges::find(backend_actions(), action, &Action::name);
  if (known == backend_actions().end()) {
    return CallError{CallErrorCode::not_implemented, "no action that stations take"};
  }
  const auto index = static_cast<std::size_t>(known - backend_actions().begin());
  return read<BackendRequest>(index, *known->request, payload, lenience);
}

std::optional<CallError> append_payload(std::string& out, const BackendAnswer& answer) {
  return write(out, *backend_actions()[answer.index()].answer, address_of(answer));
}

std::optional<CallError> append_payload(std::string& out, const StationAnswer& answer) {
  return write(out, *station_actions()[answer.index()].answer, address_of(answer));
}

std::optional<CallError> append_payload(std::string& out, const BackendRequest& request) {
  return write(out, *backend_actions()[request.index()].request, address_of(request));
}

std::string_view action_name(const StationRequest& request) {
  return station_actions()[request.index()].name;
}
std::string_view action_name(const BackendRequest& request) {
  return backend_actions()[request.index()].name;
}

std::string_view wire_name(CallErrorCode code) {
  return code_names[static_cast<std::size_t>(code)].wire;
}

std::optional<CallErrorCode> parse_call_error_code(std::string_view name) {
  for (const auto& row : code_names) {
    if (row.wire == name || row.others[0] == name) {
      if (!name.empty()) return row.code;
    }
  }
  return std::nullopt;
}

std::string time_text(SystemTime time) {
  std::string out;
  append_time(out, time);
  return out;
}

void append_time(std::string& out, SystemTime time) {
  using namespace std::chrono;  // NOLINT(google-build-using-namespace)
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const auto since = floor<Millis>(time - day).count();
  append_digits(out, static_cast<int>(date.year()), 4);
  out.push_back('-');
  append_digits(out, static_cast<unsigned>(date.month()), 2);
  out.push_back('-');
  append_digits(out, static_cast<unsigned>(date.day()), 2);
  out.push_back('T');
  append_digits(out, since / 3'600'000, 2);
  out.push_back(':');
  append_digits(out, since / 60'000 % 60, 2);
  out.push_back(':');
  append_digits(out, since / 1'000 % 60, 2);
  out.push_back('.');
  append_digits(out, since % 1'000, 3);
  out.push_back('Z');
}

namespace {

/// Takes apart "2026-11-22T03:30:00.123+01:00" from the left.
class TimeReader {
 public:
  explicit TimeReader(std::string_view text) : text_(text) {}

  std::optional<SystemTime> read();

 private:
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// `width` digits, no greater than `max`; else it fails.
  std::int64_t digits(std::size_t width, std::int64_t max) {
    std::int64_t value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      if (text_.empty() || text_.front() < '0' || text_.front() > '9') {
        failed_ = true;
        return 0;
      }
      value = value * 10 + (text_.front() - '0');
      text_.remove_prefix(1);
    }
    failed_ = failed_ || value > max;
    return value;
  }
  void expect(char c) { failed_ = failed_ || !take(c); }
  Micros fraction();
  std::chrono::minutes zone();

  std::string_view text_;
  bool failed_ = false;
};

Micros TimeReader::fraction() {
  if (!take('.') && !take(',')) return {};
  std::int64_t micros = 0;
  std::int64_t weight = 100'000;
  std::size_t count = 0;
  for (; !text_.empty() && text_.front() >= '0' && text_.front() <= '9'; ++count) {
    micros += weight * (text_.front() - '0');
    weight /= 10;
    text_.remove_prefix(1);
  }
  failed_ = failed_ || count == 0;
  return Micros{micros};
}

std::chrono::minutes TimeReader::zone() {
  if (text_.empty() || take('Z') || take('z')) return {};
  const bool west = take('-');
  if (!west) expect('+');
  const auto hours = digits(2, 23);
  if (!take(':') && text_.empty()) failed_ = true;
  const auto minutes = digits(2, 59);
  const std::chrono::minutes ahead{hours * 60 + minutes};
  return west ? -ahead : ahead;
}

std::optional<SystemTime> TimeReader::read() {
  using namespace std::chrono;  // NOLINT(google-build-using-namespace)
  const auto y = digits(4, 9999);
  expect('-');
  const auto m = digits(2, 12);
  expect('-');
  const auto d = digits(2, 31);
  if (!take('T') && !take('t')) expect(' ');
  const auto h = digits(2, 23);
  expect(':');
  const auto min = digits(2, 59);
  expect(':');
  const auto s = digits(2, 60);  // a leap second counts as the next one
  const auto part = fraction();
  const auto ahead = zone();
  const year_month_day date{year{static_cast<int>(y)}, month{static_cast<unsigned>(m)},
                            day{static_cast<unsigned>(d)}};
  if (failed_ || !text_.empty() || !date.ok()) return std::nullopt;
  return SystemTime{sys_days{date} + hours{h} + minutes{min} + seconds{s} + part - ahead};
}

}  // namespace

std::optional<SystemTime> parse_time(std::string_view text) { return TimeReader{text}.read(); }

}  // namespace mainstay::charging::ocpp
