#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "apps/exchange/inbound/fix/tags.hpp"

namespace mainstay::exchange::fix {

inline constexpr char separator = '\x01';
inline constexpr std::string_view begin_string = "FIX.4.4";

/// SessionRejectReason (373).
enum class RejectReason : std::uint8_t {
  invalid_tag_number = 0,
  required_tag_missing = 1,
  tag_without_value = 4,
  value_incorrect = 5,
  format_incorrect = 6,
  comp_id_problem = 9,
  sending_time_problem = 10,
  tag_repeated = 13,
  group_count_incorrect = 16,
  other = 99
};

/// Why a message that is framed well cannot be taken: what a Reject (3) says.
struct Defect {
  RejectReason reason = RejectReason::other;
  Tag tag = 0;  // 0: none in particular
  std::string_view text;
};

struct Field {
  Tag tag = 0;
  std::string_view value;
};

struct MessageLimits {
  std::size_t fields_max = 256;
  std::uint64_t group_entries_max = 16;
};

/// A message's fields, as views into bytes that somebody else keeps. One thread.
class Message {
 public:
  /// `raw`: a whole message, framed well (MessageReader). What cannot be read is a defect; the
  /// fields before it are there.
  void parse(std::string_view raw, const MessageLimits& limits);

  [[nodiscard]] std::string_view raw() const { return raw_; }
  [[nodiscard]] std::span<const Field> fields() const { return fields_; }
  [[nodiscard]] const std::optional<Defect>& defect() const { return defect_; }

  /// The first of that tag: "" when there is none, since no field is empty.
  [[nodiscard]] std::string_view get(Tag tag) const;
  [[nodiscard]] bool has(Tag tag) const { return !get(tag).empty(); }
  /// Digits only; nothing when it is absent or no number.
  [[nodiscard]] std::optional<std::uint64_t> number(Tag tag) const;
  [[nodiscard]] bool is_set(Tag tag) const { return get(tag) == "Y"; }

  [[nodiscard]] std::string_view type() const { return get(tag::msg_type); }
  [[nodiscard]] bool is(std::string_view type) const { return this->type() == type; }

 private:
  bool parse_field(std::string_view& rest, const MessageLimits& limits);
  bool fail(RejectReason reason, Tag tag, std::string_view text);

  std::string_view raw_;
  std::vector<Field> fields_;
  std::optional<Defect> defect_;
};

}  // namespace mainstay::exchange::fix
