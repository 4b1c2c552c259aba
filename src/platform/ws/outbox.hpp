#pragma once

#include <memory>
#include <vector>

#include "base/locked.hpp"
#include "platform/http/mailbox.hpp"
#include "platform/ws/encoded_message.hpp"
#include "platform/ws/ref.hpp"

namespace mainstay::ws {

class Session;

/// What other threads send to the connections of one I/O thread. Wakes that thread once for
/// everything that comes until it looks. Bound: the queues of the connections, which count what
/// lies here. Any thread.
class Outbox : public Counted<Outbox> {
 public:
  struct Entry {
    Ref<Session> session;
    EncodedPtr message;  // null: look whether there is room
  };

  explicit Outbox(std::shared_ptr<http::Mailbox> mailbox) : mailbox_(std::move(mailbox)) {}
  ~Outbox();

  void put(Entry entry);
  /// Leaves `entries` empty.
  void put(std::vector<Entry>& entries);
  /// The I/O thread is gone: drops what is here and what will come.
  void close();

 private:
  struct State {
    std::vector<Entry> entries;
    bool open = true;
  };

  void wake();
  void deliver();

  std::shared_ptr<http::Mailbox> mailbox_;
  Locked<State> state_;
  std::vector<Entry> delivering_;  // the I/O thread's; kept for its capacity
};

}  // namespace mainstay::ws
