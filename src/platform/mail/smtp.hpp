#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "platform/mail/sender.hpp"

namespace mainstay::mail {

/// STARTTLS (or smtps://) with a verified chain and host name, or plain text.
enum class Tls : std::uint8_t { required, none };

struct SmtpOptions {
  std::string url;   // smtp://host[:587] or smtps://host[:465], without user and password
  std::string user;  // empty: no AUTH
  std::string password;
  Tls tls = Tls::required;
  std::string ca_file;     // roots to verify by (PEM) in place of the system's; empty: those
  Millis timeout{30'000};  // for all of a message
  /// Asked about once a second while a message is sent: true ends that, as a temporary failure.
  std::function<bool()> should_stop = {};
};

/// Sends each message over a connection of its own (libcurl). A 5xx to sender, recipient or data is
/// permanent; everything else, a refused login too, may be better later.
Result<std::unique_ptr<Sender>> make_smtp(SmtpOptions options);

}  // namespace mainstay::mail
