#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace mainstay::auth {

/// An e-mail address that mail can be sent to (mail::is_address).
struct EmailAddress {
  std::string text;  // as written, without blanks around it
  std::string key;   // in small letters: what makes two addresses one
};
/// Errc::email_invalid.
Result<EmailAddress> parse_email_address(std::string_view raw);

}  // namespace mainstay::auth
