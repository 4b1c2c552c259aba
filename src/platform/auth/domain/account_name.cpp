#include "platform/auth/domain/account_name.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "platform/auth/errc.hpp"
#include "platform/auth/limits.hpp"

namespace mainstay::auth {
namespace {

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool consists_of(std::string_view text, std::string_view others) {
  return std::ranges::all_of(text, [others](char c) {
    return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
  });
}

}  // namespace

Result<std::string> parse_account_name(std::string_view raw) {
  std::string name = lower_case(trimmed(raw));
  const bool fits = name.size() >= Limits::name_min && name.size() <= Limits::name_max &&
                    consists_of(name, "._-") && is_alphanumeric(name.front()) &&
                    is_alphanumeric(name.back());
  if (fits) return name;
  return Error{Errc::name_invalid,
               "2 to 64 letters a-z, digits and . _ -, with a letter or digit at both ends"};
}

Result<std::string> parse_role(std::string_view raw) {
  std::string role{trimmed(raw)};
  if (!role.empty() && role.size() <= Limits::role_max && consists_of(role, "._:-")) return role;
  return Error{Errc::role_invalid, "1 to 64 small letters a-z, digits and . _ : -"};
}

}  // namespace mainstay::auth
