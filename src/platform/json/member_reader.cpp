#include "platform/json/member_reader.hpp"

#include <algorithm>
#include <array>

namespace mainstay::json {

const ErrorRow& error_row(InputErrc code) {
  static constexpr std::array rows{
      ErrorRow{"not_an_object", "an object is wanted", 400},
      ErrorRow{"member_unknown", "there is no such member", 400},
      ErrorRow{"member_missing", "a member is missing", 400},
      ErrorRow{"member_invalid", "a member has no allowed value", 400},
  };
  return rows[static_cast<std::size_t>(code) - 1];
}

Error member_invalid(std::string_view name, std::string_view wanted) {
  return {InputErrc::member_invalid, std::string{name} + ": " + std::string{wanted}};
}

Result<MemberReader> MemberReader::of(const Value& value, std::string name) {
  if (value.if_object() == nullptr) return Error{InputErrc::not_an_object, std::move(name)};
  return MemberReader{value, std::move(name)};
}

std::string MemberReader::full(std::string_view name) const {
  return name_.empty() ? std::string{name} : name_ + "." + std::string{name};
}

const Value* MemberReader::find(std::string_view name) {
  asked_.push_back(name);
  return value_->find(name);
}

Result<const std::int64_t*> MemberReader::integer(std::string_view name) {
  const Value* found = find(name);
  if (found == nullptr) return static_cast<const std::int64_t*>(nullptr);
  if (found->if_int() == nullptr) return member_invalid(full(name), "a whole number is wanted");
  return found->if_int();
}

Result<> MemberReader::number(std::string_view name, double& out) {
  const Value* found = find(name);
  if (found == nullptr) return {};
  if (const auto* whole = found->if_int()) {
    out = static_cast<double>(*whole);
  } else if (const auto* real = found->if_double()) {
    out = *real;
  } else {
    return member_invalid(full(name), "a number is wanted");
  }
  return {};
}

Result<> MemberReader::flag(std::string_view name, bool& out) {
  const Value* found = find(name);
  if (found == nullptr) return {};
  if (found->if_bool() == nullptr) return member_invalid(full(name), "true or false is wanted");
  out = *found->if_bool();
  return {};
}

Result<> MemberReader::text(std::string_view name, std::string& out) {
  const Value* found = find(name);
  if (found == nullptr) return {};
  if (found->if_string() == nullptr) return member_invalid(full(name), "a text is wanted");
  out = *found->if_string();
  return {};
}

Result<> MemberReader::require(std::string_view name) const {
  if (value_->find(name) == nullptr) return Error{InputErrc::member_missing, full(name)};
  return {};
}

Result<MemberReader> MemberReader::object(std::string_view name) {
  static const Value nothing{Object{}};
  const Value* found = find(name);
  return of(found == nullptr ? nothing : *found, full(name));
}

Result<> MemberReader::all_known() const {
  for (const Member& member : *value_->if_object()) {
    if (std::ranges::find(asked_, member.name) == asked_.end()) {
      return Error{InputErrc::member_unknown, full(member.name)};
    }
  }
  return {};
}

}  // namespace mainstay::json
