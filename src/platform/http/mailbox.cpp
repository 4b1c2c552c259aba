#include "platform/http/mailbox.hpp"

#include <utility>

namespace mainstay::http {

// Mail may own Deferreds, whose destructors put mail: it must never die under the lock.

void Mailbox::put(Mail mail) {
  const std::lock_guard lock{mutex_};  // ends before `mail`, the caller's, does
  if (!open_) return;
  mail_.push_back(std::move(mail));
  if (mail_.size() == 1) wake_();
}

std::vector<Mailbox::Mail> Mailbox::take_all() {
  const std::lock_guard lock{mutex_};
  return std::exchange(mail_, {});
}

void Mailbox::close() {
  std::vector<Mail> dropped;  // dies after the lock
  const std::lock_guard lock{mutex_};
  open_ = false;
  dropped.swap(mail_);
}

}  // namespace mainstay::http
