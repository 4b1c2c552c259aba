#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "platform/mail/address.hpp"
#include "platform/mail/message.hpp"

namespace mainstay::mail {

/// What a message as it is sent has beside its own parts.
struct Stamp {
  Mailbox from;
  SystemTime date;
  std::string unique;  // letters and digits that no other message has: Message-ID and boundary
};

/// The message as RFC 5322 and MIME have it, lines ended by CRLF and at most 76 characters where
/// the text allows: subject and names as encoded words when they need it (RFC 2047), text and html
/// as quoted-printable UTF-8, both together as multipart/alternative. The message has passed
/// check().
std::string to_mime(const Message& message, const Stamp& stamp);

/// "Sat, 21 Nov 2026 12:00:00 +0000"
std::string mail_date(SystemTime at);

}  // namespace mainstay::mail
