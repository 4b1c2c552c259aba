#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::auth {

/// What a link in an e-mail is good for. The values are stored and signed: never renumbered.
enum class Purpose : char {
  registration = 'r',  // makes the account that was asked for
  address = 'a',       // adds an address to an account
  reset = 'p',         // sets a new password
  invitation = 'i',    // makes an account, or gives a role to one
  code = 'c',          // no link: from the password to the authenticator's code
  nothing = 'n',       // stands where another path makes a link; nobody ever gets it
};

/// What a link's token says: whose it is and until when, in the open, and a signature over both
/// that the caller makes and checks (Keys). Whether it was used, the store knows.
struct Link {
  Purpose purpose = Purpose::nothing;
  std::string id;  // 32 hexadecimal digits
  SystemTime expires{};
};

/// The part that is signed: "p-<id>-<Unix seconds in hexadecimal>".
std::string signed_part(const Link& link);

struct ReceivedLink {
  Link link;
  std::string signed_text;  // what the signature must be of
  std::string signature;    // 64 hexadecimal digits
};
/// Takes a token apart: the signed part, '-', the signature. Errc::link_invalid for whatever is not
/// exactly of that form. Says nothing about its signature or age.
Result<ReceivedLink> parse_link(std::string_view token);

}  // namespace mainstay::auth
