#include "platform/ws/workshop.hpp"

#include <utility>

#include "platform/ws/session.hpp"

namespace mainstay::ws {

namespace {

constexpr std::size_t spares_max = 64;
constexpr std::size_t scratch_kept_max = 256U << 10U;

void trim_one(std::string& scratch) {
  if (scratch.capacity() > scratch_kept_max) scratch = {};
}

}  // namespace

void Work::clear() {
  reader.clear();
  trim_one(held);
  held.clear();
  waiting.clear();
  pong.reset();
  closing.reset();
  close_written = false;
}

Workshop::Workshop(const std::shared_ptr<http::Mailbox>& mailbox)
    : outbox_(make_ref<Outbox>(mailbox)), spares_(spares_max) {}

Workshop::~Workshop() { outbox_->close(); }

Workshop& Workshop::of(const http::UpgradedStream& stream) {
  auto& state = stream.thread_state();
  if (!state) state = std::make_unique<Workshop>(stream.mailbox());
  return static_cast<Workshop&>(*state);  // nobody else upgrades
}

std::unique_ptr<Work> Workshop::take_work() {
  return spares_.take([] { return std::make_unique<Work>(); });
}

void Workshop::give_work(std::unique_ptr<Work> work) {
  work->clear();
  spares_.give(std::move(work));
}

Deflater& Workshop::deflater() {
  if (!deflater_) deflater_.emplace();
  return *deflater_;
}

Inflater& Workshop::inflater() {
  if (!inflater_) inflater_.emplace();
  return *inflater_;
}

void Workshop::trim() {
  trim_one(frame);
  trim_one(deflated);
  trim_one(inflated);
}

}  // namespace mainstay::ws
