#include "platform/http/mailbox.hpp"

#include <utility>

#include "platform/http/response.hpp"

namespace mainstay::http {
namespace {

/// The calling thread's AnswersTogether has them: those with mail of which nobody was told.
constinit thread_local std::vector<std::shared_ptr<Mailbox>>* put_off = nullptr;

}  // namespace

AnswersTogether::AnswersTogether() { put_off = &waiting_; }
AnswersTogether::~AnswersTogether() {
  put_off = nullptr;
  for (const auto& mailbox : waiting_) mailbox->wake();
}

// Mail may own Deferreds, whose destructors put mail: it must never die under the lock.

void Mailbox::put(Mail mail) {
  const std::lock_guard lock{mutex_};  // ends before `mail`, the caller's, does
  if (!open_) return;
  mail_.push_back(std::move(mail));
  if (mail_.size() > 1) return;
  auto self = put_off == nullptr ? nullptr : weak_from_this().lock();
  if (self == nullptr) return wake_();
  put_off->push_back(std::move(self));
}

void Mailbox::wake() {
  const std::lock_guard lock{mutex_};
  if (open_ && !mail_.empty()) wake_();
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
