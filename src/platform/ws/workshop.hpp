#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "platform/http/buffer_pool.hpp"
#include "platform/http/upgrade.hpp"
#include "platform/ws/deflate.hpp"
#include "platform/ws/encoded_message.hpp"
#include "platform/ws/frame_reader.hpp"
#include "platform/ws/outbox.hpp"

namespace mainstay::ws {

/// What a connection needs only while something is unfinished: an idle one has none.
struct Work {
  FrameReader reader;
  std::string held;                 // input that waits for room
  std::deque<EncodedPtr> waiting;   // to be sent, behind what the stream has
  std::optional<std::string> pong;  // the newest ping's, to be answered before them
  EncodedPtr closing;               // our close
  bool close_written = false;

  [[nodiscard]] bool idle() const {
    return reader.idle() && held.empty() && waiting.empty() && !pong && !closing;
  }
  void clear();
};

/// What the connections of one I/O thread share: zlib's states, spare Works, scratch space, and the
/// outbox that other threads fill.
class Workshop final : public http::ThreadState {
 public:
  explicit Workshop(const std::shared_ptr<http::Mailbox>& mailbox);
  ~Workshop() override;

  /// The one of the stream's thread.
  static Workshop& of(const http::UpgradedStream& stream);

  std::unique_ptr<Work> take_work();
  void give_work(std::unique_ptr<Work> work);

  [[nodiscard]] Deflater& deflater();
  [[nodiscard]] Inflater& inflater();
  [[nodiscard]] const Ref<Outbox>& outbox() const { return outbox_; }

  std::string frame;     // of a message that is sent
  std::string deflated;  // of the same
  std::string inflated;  // of the message in hand

  /// Gives back what one large message needed.
  void trim();

 private:
  Ref<Outbox> outbox_;
  http::Pool<Work> spares_;
  std::optional<Deflater> deflater_;
  std::optional<Inflater> inflater_;
};

}  // namespace mainstay::ws
