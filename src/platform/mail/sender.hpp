#pragma once

#include <string>

#include "base/result.hpp"
#include "platform/mail/message.hpp"

namespace mainstay::mail {

/// A message on its way out.
struct Letter {
  const Message& message;
  std::string from;  // the envelope's sender: an address
  std::string mime;  // all that is sent, lines ended by CRLF
};

/// Takes messages out of the house. Blocks for as long as its own deadline: not on an I/O thread.
/// Several threads at once.
class Sender {
 public:
  virtual ~Sender() = default;
  /// After success somebody else is answerable for the message. Errc::permanent when this message
  /// will never be taken, Errc::temporary when it may be later; neither tells a password.
  virtual Result<> send(const Letter& letter) = 0;
};

}  // namespace mainstay::mail
