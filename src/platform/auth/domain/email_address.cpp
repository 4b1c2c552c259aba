#include "platform/auth/domain/email_address.hpp"

#include "base/text.hpp"
#include "platform/auth/errc.hpp"
#include "platform/mail/address.hpp"

namespace mainstay::auth {
Result<EmailAddress> parse_email_address(std::string_view raw) {
  const std::string_view text = trimmed(raw);
  if (!mail::is_address(text)) {
    return Error{Errc::email_invalid, "an address is like ada@example.org"};
  }
  return EmailAddress{std::string{text}, lower_case(text)};
}

}  // namespace mainstay::auth
