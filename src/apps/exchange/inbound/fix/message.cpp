#include "apps/exchange/inbound/fix/message.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace mainstay::exchange::fix {
namespace {

/// What is read must be said once: of two values nobody knows which is meant.
constexpr std::array unique_tags{tag::account,
                                 tag::client_order_id,
                                 tag::order_id,
                                 tag::order_quantity,
                                 tag::order_type,
                                 tag::original_client_order_id,
                                 tag::price,
                                 tag::side,
                                 tag::symbol,
                                 tag::time_in_force,
                                 tag::stop_price,
                                 tag::max_floor,
                                 tag::expire_time,
                                 tag::cash_order_quantity,
                                 tag::expire_date,
                                 tag::display_quantity,
                                 tag::self_trade_prevention,
                                 tag::exec_instruction,
                                 tag::msg_seq_num,
                                 tag::sender_comp_id,
                                 tag::target_comp_id,
                                 tag::sending_time,
                                 tag::possible_duplicate};

constexpr std::size_t tag_digits_max = 6;

}  // namespace

bool Message::fail(RejectReason reason, Tag tag, std::string_view text) {
  defect_ = Defect{reason, tag, text};
  return false;
}

void Message::parse(std::string_view raw, const MessageLimits& limits) {
  raw_ = raw;
  fields_.clear();
  defect_.reset();
  for (std::string_view rest = raw; !rest.empty();) {
    if (!parse_field(rest, limits)) return;
  }
  for (const Tag one : unique_tags) {
    if (std::ranges::count(fields_, one, &Field::tag) < 2) continue;
    fail(RejectReason::tag_repeated, one, "Tag appears more than once");
    return;
  }
}

bool Message::parse_field(std::string_view& rest, const MessageLimits& limits) {
  const std::size_t equals = rest.substr(0, tag_digits_max + 1).find('=');
  const auto number = parse_u64(rest.substr(0, equals));
  if (equals == std::string_view::npos || rest.front() == '0' || !number) {
    return fail(RejectReason::invalid_tag_number, 0, "A tag is one to six digits before a =");
  }
  const auto one = static_cast<Tag>(*number);
  std::size_t end = rest.find(separator, equals);
  if (!fields_.empty() && data_behind(fields_.back().tag) == one) {
    const auto length = parse_u64(fields_.back().value);
    const std::size_t room = rest.size() - equals - 1;
    if (!length || *length >= room || rest[equals + 1 + *length] != separator) {
      return fail(RejectReason::format_incorrect, fields_.back().tag, "Not the length of the data");
    }
    end = equals + 1 + *length;
  }
  const std::string_view value = rest.substr(equals + 1, end - equals - 1);
  rest.remove_prefix(end + 1);
  if (value.empty()) return fail(RejectReason::tag_without_value, one, "Tag without a value");
  if (fields_.size() == limits.fields_max) {
    return fail(RejectReason::other, one, "Too many fields");
  }
  fields_.push_back({one, value});
  if (!counts_a_group(one)) return true;
  const auto entries = parse_u64(value);
  if (entries && *entries <= limits.group_entries_max) return true;
  return fail(RejectReason::group_count_incorrect, one, "No number of entries, or too many");
}

std::string_view Message::get(Tag tag) const {
  const auto found = std::ranges::find(fields_, tag, &Field::tag);
  return found == fields_.end() ? std::string_view{} : found->value;
}

std::optional<std::uint64_t> Message::number(Tag tag) const { return parse_u64(get(tag)); }

}  // namespace mainstay::exchange::fix
