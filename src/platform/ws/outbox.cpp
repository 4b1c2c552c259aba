#include "platform/ws/outbox.hpp"

#include <iterator>
#include <utility>

#include "platform/ws/session.hpp"

namespace mainstay::ws {

// Entries own sessions, and so perhaps this outbox: they never die under the lock.

namespace {

constexpr std::size_t entries_kept_max = 4'096;

}  // namespace

Outbox::~Outbox() = default;

void Outbox::put(Entry entry) {
  {
    auto state = state_.lock();
    if (!state->open) return;
    state->entries.push_back(std::move(entry));
    if (state->entries.size() > 1) return;
  }
  wake();
}

void Outbox::put(std::vector<Entry>& entries) {
  if (entries.empty()) return;
  bool first = false;
  {
    auto state = state_.lock();
    if (state->open) {
      first = state->entries.empty();
      state->entries.insert(state->entries.end(), std::make_move_iterator(entries.begin()),
                            std::make_move_iterator(entries.end()));
    }
  }
  entries.clear();
  if (first) wake();
}

void Outbox::wake() {
  mailbox_->put([self = Ref<Outbox>{*this}] { self->deliver(); });
}

void Outbox::deliver() {
  {
    auto state = state_.lock();
    delivering_.swap(state->entries);
  }
  for (auto& entry : delivering_) entry.session->deliver(std::move(entry.message));
  delivering_.clear();
  if (delivering_.capacity() > entries_kept_max) delivering_ = {};
}

void Outbox::close() {
  std::vector<Entry> dropped;
  auto state = state_.lock();
  state->open = false;
  dropped.swap(state->entries);
}

}  // namespace mainstay::ws
