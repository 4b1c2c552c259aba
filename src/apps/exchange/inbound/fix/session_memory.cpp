#include "apps/exchange/inbound/fix/session_memory.hpp"

#include <algorithm>
#include <utility>

namespace mainstay::exchange::fix {

const KeptMessage& SessionMemory::keep(std::string_view type, std::string body, SystemTime now) {
  push({next_out++, now, std::string{type}, std::move(body)});
  return kept_.back();
}

void SessionMemory::restore(KeptMessage message) {
  next_out = std::max(next_out, message.number + 1);
  push(std::move(message));
}

/// The newest message stays, whatever its size.
void SessionMemory::push(KeptMessage message) {
  bytes_ += message.body.size();
  kept_.push_back(std::move(message));
  while (kept_.size() > 1 && (kept_.size() > limits_.messages_max || bytes_ > limits_.bytes_max)) {
    bytes_ -= kept_.front().body.size();
    dropped_up_to_ = kept_.front().number;
    kept_.pop_front();
  }
}

void SessionMemory::restore_dropped(std::uint64_t up_to) {
  dropped_up_to_ = std::max(dropped_up_to_, up_to);
}

const KeptMessage* SessionMemory::find_from(std::uint64_t number) const {
  const auto found = std::ranges::lower_bound(kept_, number, {}, &KeptMessage::number);
  return found == kept_.end() ? nullptr : &*found;
}

void SessionMemory::reset() {
  next_in = 1;
  next_out = 1;
  kept_.clear();
  bytes_ = 0;
  dropped_up_to_ = 0;
  ++resets_;
}

}  // namespace mainstay::exchange::fix
