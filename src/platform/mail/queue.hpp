#pragma once

#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "platform/mail/message.hpp"

namespace mainstay::store {
class Session;
}

namespace mainstay::mail {

/// The kind of the jobs that send.
inline constexpr std::string_view send_kind = "mail.send";

/// Mail as part of what else is written: a message is sent when, and only when, the work that
/// enqueued it is committed. Sent at least once, by a job with retries; its text is forgotten then.
class MailQueue {
 public:
  /// Refuses what check() refuses. Inside the caller's write work; any thread that has a session.
  Result<> enqueue(store::Session& session, const Message& message, SystemTime now);
};

}  // namespace mainstay::mail
