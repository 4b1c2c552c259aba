#include "platform/mail/queue.hpp"

#include "platform/jobs/enqueue.hpp"

namespace mainstay::mail {

Result<> MailQueue::enqueue(store::Session& session, const Message& message, SystemTime now) {
  MS_TRY_VOID(check(message));
  jobs::Options options;
  options.queue = "mail";
  options.failures_max = 20;  // half a day of a server that is away
  options.is_secret = true;   // links that log people in
  MS_TRY([[maybe_unused]] const auto added,
         jobs::enqueue(session, send_kind, to_payload(message), options, now));
  return {};
}

}  // namespace mainstay::mail
