#include "apps/clusters/outbound/prices/price_snapshot.hpp"

#include <array>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "apps/clusters/limits.hpp"
#include "apps/clusters/outbound/prices/instance_type_reader.hpp"
#include "base/crc32c.hpp"
#include "base/text.hpp"

namespace mainstay::clusters {
namespace {

constexpr std::string_view snapshot_format = "1";

std::string snapshot_sum(std::string_view text) {
  const std::uint32_t sum = crc32c(std::as_bytes(std::span{text}));
  std::string bytes;
  for (unsigned shift = 32; shift > 0; shift -= 8) {
    bytes.push_back(static_cast<char>(sum >> (shift - 8)));
  }
  return hexadecimal(bytes);
}

/// What a line holds must not end it.
std::string in_one_line(std::string_view text) {
  std::string out{text};
  for (char& c : out) c = static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  return out;
}

Error damaged(std::string_view what) {
  return Error{PricesErrc::snapshot_invalid, std::string{what}};
}

/// Takes lines from the front.
class SnapshotLines {
 public:
  explicit SnapshotLines(std::string_view text) : left_(text) {}

  /// Nothing: no whole line is left.
  std::optional<std::string_view> next() {
    const std::size_t end = left_.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = left_.substr(0, end);
    left_.remove_prefix(end + 1);
    return line;
  }
  /// What stands behind `word ` in the next line.
  Result<std::string_view> value(std::string_view word) {
    const auto line = next();
    if (!line || !line->starts_with(word) || line->substr(word.size(), 1) != " ") {
      return damaged("a line must begin with " + std::string{word});
    }
    return line->substr(word.size() + 1);
  }
  [[nodiscard]] std::string_view left() const { return left_; }

 private:
  std::string_view left_;
};

std::optional<std::uint32_t> snapshot_count(std::string_view text) {
  const auto value = parse_u64(text);
  if (!value || *value > UINT32_MAX) return std::nullopt;
  return static_cast<std::uint32_t>(*value);
}

Result<InstanceType> snapshot_type(std::string_view line) {
  const auto columns = split(line, '\t');
  if (columns.size() != 8 || columns[0].empty()) return damaged("a type has eight columns");
  InstanceType type;
  type.name = columns[0];
  type.family = columns[1];
  const auto memory = parse_u64(columns[2]);
  const auto vcpu = snapshot_count(columns[3]);
  const auto gpu = snapshot_count(columns[4]);
  const auto architecture = parse_architecture(columns[5]);
  type.is_current = columns[6] == "current";
  const bool has_price = columns[7] != "-";
  type.price = parse_hourly(columns[7]);
  if (!memory || !vcpu || !gpu || !architecture || (!type.is_current && columns[6] != "old") ||
      has_price != type.price.has_value()) {
    return damaged("a type's columns are not what they must be: " + type.name);
  }
  type.memory_bytes = *memory;
  type.vcpu = *vcpu;
  type.gpu = *gpu;
  type.architecture = *architecture;
  return type;
}

Result<InstanceTypeOrigin> snapshot_origin(SnapshotLines& lines) {
  InstanceTypeOrigin out;
  for (auto& [word, value] :
       std::array<std::pair<std::string_view, std::string*>, 4>{{{"version", &out.version},
                                                                 {"source", &out.source},
                                                                 {"etag", &out.etag},
                                                                 {"region", &out.region}}}) {
    MS_TRY(*value, lines.value(word));
  }
  MS_TRY(const std::string_view currency, lines.value("currency"));
  if (const auto parsed = Currency::parse(currency)) {
    out.currency = *parsed;
  } else if (currency != Currency{}.code()) {
    return damaged("there is no such currency");
  }
  MS_TRY(const std::string_view taken, lines.value("taken"));
  const auto micros = parse_i64(taken);
  if (!micros) return damaged("there is no such time");
  out.taken_at = SystemTime{Micros{*micros}};
  return out;
}

}  // namespace

std::string write_price_snapshot(const InstanceTypeSet& set) {
  const InstanceTypeOrigin& origin = set.origin();
  std::string out{price_snapshot_magic};
  out.append(snapshot_format).append("\n");
  const auto line = [&out](std::string_view word, std::string_view value) {
    out.append(word).append(" ").append(in_one_line(value)).append("\n");
  };
  line("version", origin.version);
  line("source", origin.source);
  line("etag", origin.etag);
  line("region", origin.region);
  line("currency", origin.currency.code());
  line("taken", std::to_string(origin.taken_at.time_since_epoch().count()));
  line("types", std::to_string(set.types().size()));
  for (const InstanceType& type : set.types()) {
    const auto column = [&out](std::string_view value) { out.append("\t").append(value); };
    out.append(in_one_line(type.name));
    column(in_one_line(type.family));
    column(std::to_string(type.memory_bytes));
    column(std::to_string(type.vcpu));
    column(std::to_string(type.gpu));
    column(to_text(type.architecture));
    column(type.is_current ? "current" : "old");
    column(type.price ? to_text(*type.price) : "-");
    out.append("\n");
  }
  const std::string sum = snapshot_sum(out);
  line("crc32c", sum);
  return out;
}

Result<InstanceTypeSet> read_price_snapshot(std::string_view text) {
  SnapshotLines lines{text};
  const auto first = lines.next();
  if (!first || !first->starts_with(price_snapshot_magic)) {
    return damaged("it begins with something else");
  }
  if (first->substr(price_snapshot_magic.size()) != snapshot_format) {
    return damaged("it is of another version of the format");
  }
  MS_TRY(InstanceTypeOrigin origin, snapshot_origin(lines));
  MS_TRY(const std::string_view wanted, lines.value("types"));
  const auto count = parse_u64(wanted);
  if (!count || *count > Limits::instance_types_max) return damaged("it has too many types");
  std::vector<InstanceType> types;
  for (std::uint64_t left = *count; left > 0; --left) {
    const auto line = lines.next();
    if (!line) return damaged("it is cut");
    MS_TRY(InstanceType type, snapshot_type(*line));
    types.push_back(std::move(type));
  }
  const std::string_view summed = text.substr(0, text.size() - lines.left().size());
  MS_TRY(const std::string_view sum, lines.value("crc32c"));
  if (sum != snapshot_sum(summed) || !lines.left().empty()) {
    return damaged("its sum does not fit: it was changed");
  }
  return InstanceTypeSet{std::move(origin), std::move(types)};
}

}  // namespace mainstay::clusters
