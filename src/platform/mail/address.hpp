#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace mainstay::mail {

enum class Errc : std::uint8_t {
  refused = 1,  // an address, subject, header or size that cannot be sent
  temporary,    // try again later: no connection, or the server answered 4xx
  permanent,    // the server answered 5xx
};
const ErrorRow& error_row(Errc code);

/// Whether mail can be sent to it: name@domain in ASCII, name of 1 to 64 characters of RFC 5322's
/// dot-atom, domain of letters, digits, - and dots with at least two labels (or `localhost`), at
/// most 254 in all. Quoted names and address literals are none.
bool is_address(std::string_view address);

/// "Name <name@domain>" or the address alone.
struct Mailbox {
  std::string name;
  std::string address;
};
std::optional<Mailbox> parse_mailbox(std::string_view text);

}  // namespace mainstay::mail
