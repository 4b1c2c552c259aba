#include "platform/ws/peer.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "platform/ws/outbox.hpp"
#include "platform/ws/session.hpp"

namespace mainstay::ws {

Peer::Peer() = default;
Peer::Peer(Ref<Session> session) : session_(std::move(session)) {}
Peer::Peer(const Peer&) = default;
Peer::Peer(Peer&&) noexcept = default;
Peer& Peer::operator=(Peer other) noexcept {
  std::swap(session_, other.session_);
  return *this;
}
Peer::~Peer() = default;

Sent Peer::send(const Message& message) const {
  if (!session_) return Sent::closed;
  const auto sent = session_->reserve(message.encoded_->frame().size());
  if (sent == Sent::queued) session_->outbox()->put({session_, message.encoded_});
  return sent;
}

void Peer::close(CloseCode code, std::string_view reason) const {
  MS_CHECK(may_be_sent(code));
  if (!session_ || !session_->begin_close()) return;
  session_->outbox()->put({session_, encode_close(code, reason, EncodedMessage::Role::close)});
}

bool Peer::open() const { return session_ && session_->open(); }

std::size_t Peer::queued_bytes() const { return session_ ? session_->queued_bytes() : 0; }

/// What leaves for one I/O thread.
struct Batch::Part {
  Ref<Outbox> outbox;
  std::vector<Outbox::Entry> entries;
};

Batch::Batch() = default;
Batch::~Batch() { send(); }

Sent Batch::add(const Peer& peer, const Message& message) {
  if (!peer.session_) return Sent::closed;
  const auto sent = peer.session_->reserve(message.encoded_->frame().size());
  if (sent != Sent::queued) return sent;
  const auto& outbox = peer.session_->outbox();
  auto part = std::ranges::find(parts_, outbox, &Part::outbox);
  if (part == parts_.end()) part = parts_.insert(part, Part{outbox, {}});
  part->entries.push_back({peer.session_, message.encoded_});
  return sent;
}

void Batch::send() {
  for (auto& part : parts_) part.outbox->put(part.entries);
}

}  // namespace mainstay::ws
