#include "platform/ws/session.hpp"

#include <algorithm>
#include <exception>
#include <limits>
#include <utility>

#include "base/check.hpp"
#include "base/text.hpp"

namespace mainstay::ws {

namespace {

/// As counted against a queue's bytes.
std::uint32_t weight(std::size_t bytes) {
  return static_cast<std::uint32_t>(
      std::min<std::size_t>(bytes, std::numeric_limits<std::uint32_t>::max() / 4));
}

/// A tick of the event loop is a second at most, and a time limit ends up to two ticks late.
constexpr Millis late_max{2'000};

ClosePayload said_by(const EncodedMessage& close) { return parse_close(close.payload()).payload; }

}  // namespace

/// As on_tick() has it: a sign of life right behind the moment of a ping spares the client the next
/// one, so that only the one behind it goes unanswered.
std::optional<Millis> silence_max(const Limits& limits) {
  if (limits.ping_interval <= Millis{0}) return std::nullopt;
  return 2 * (limits.ping_interval + late_max) + limits.pong_timeout + late_max;
}

Session::Session(Endpoint& endpoint, std::unique_ptr<Context> context,
                 const std::optional<DeflateTerms>& deflate)
    : deflate_window_bits_(deflate ? deflate->server_window_bits : std::uint8_t{0}),
      endpoint_(endpoint),
      context_(std::move(context)) {}

Session::~Session() = default;

/// What an application throws costs it the connection.
template <class Call>
void Session::call(Call&& call) {
  Connection connection{*this};
  try {
    call(connection);
  } catch (const std::exception&) {
    close(CloseCode::internal_error, "the server failed");
  }
}

// --- From the stream

void Session::on_start(http::UpgradedStream stream) {
  stream_ = stream;
  outbox_ = workshop().outbox();
  const auto interval = endpoint_.settings().limits.ping_interval;
  if (interval > Millis{0}) ping_at_ = stream_.tick_after(interval);
  call([&](Connection& connection) { endpoint_.on_open(connection); });
  settle();
}

void Session::on_input(std::span<char> bytes) {
  const Ref self{*this};  // finish() may close
  heard_ = true;
  if (open()) due_at_ = 0;  // any sign of life will do for a pong
  process(bytes);
  settle();
}

void Session::on_end() {
  const Ref self{*this};
  end(CloseCode::abnormal, "the client ended the connection without a close");
  settle();
}

void Session::on_room() {
  const Ref self{*this};
  pump();
  tell_room();
  if (work_ && !work_->held.empty()) {
    auto held = std::exchange(work_->held, {});
    process(held);
  }
  settle();
}

void Session::on_tick() {
  const auto now = stream_.tick();
  const bool sending = stream_.unsent() > 0;  // which has time limits of its own
  if (due_at_ != 0 && now >= due_at_) {
    if (work_ && work_->closing) {
      const auto said = said_by(*work_->closing);
      return cut_off(said.code, said.reason);
    }
    if (!sending) return cut_off(CloseCode::abnormal, "no answer to a ping");
  }
  if (ping_at_ == 0 || now < ping_at_ || !open()) return;
  if (!std::exchange(heard_, false) && due_at_ == 0 && !sending) {
    write_control(Opcode::ping, {});
    due_at_ = stream_.tick_after(endpoint_.settings().limits.pong_timeout);
  }
  ping_at_ = stream_.tick_after(endpoint_.settings().limits.ping_interval);
}

void Session::on_leave(http::Departure why) {
  if (why == http::Departure::restart) {
    close(CloseCode::service_restart, "the server restarts");
  } else {
    close(CloseCode::going_away, "the server shuts down");
  }
  settle();
}

void Session::on_closed() {
  if (outbox_) {  // it was started
    over(CloseCode::abnormal, "the connection was lost");
    if (work_) workshop().give_work(std::move(work_));
  }
  state_ = State::closed;
  context_.reset();
  Counted::release();
}

// --- Input

Work& Session::work() {
  if (!work_) work_ = workshop().take_work();
  return *work_;
}

/// The end of each call from outside.
void Session::settle() {
  if (work_ && work_->idle()) workshop().give_work(std::move(work_));
}

void Session::process(std::span<char> input) {
  FrameReader::Rules rules;
  rules.compression = deflate_window_bits_ != 0;
  rules.message_bytes_max = endpoint_.settings().limits.message_bytes_max;
  while (state_ != State::closed) {
    const auto event = work().reader.next(input, rules);
    if (event == FrameReader::Event::need_more || !handle(event)) return;
    // It does not read what it asks for: nor do we then.
    if (event == FrameReader::Event::message && !input.empty() && !may_write()) {
      work().held.assign(input.begin(), input.end());
      return stream_.pause();
    }
  }
}

/// False when nothing more is read.
bool Session::handle(FrameReader::Event event) {
  const auto& reader = work_->reader;
  switch (event) {
    case FrameReader::Event::message:
      if (open()) on_message();
      break;
    case FrameReader::Event::ping:
      on_ping(reader.payload());
      break;
    case FrameReader::Event::close:
      on_close_frame(reader.payload());
      break;
    case FrameReader::Event::violation:
      fail(reader.code(), reader.reason());
      break;
    default:
      break;
  }
  return state_ != State::closed;
}

void Session::on_message() {
  const auto& reader = work_->reader;
  auto payload = reader.payload();
  if (reader.compressed() && !inflate(payload)) return;
  call([&](Connection& connection) { endpoint_.on_message(connection, payload, reader.kind()); });
  workshop().trim();
}

/// False when it cannot be, or must not: the connection has failed.
bool Session::inflate(std::string_view& payload) {
  auto& out = workshop().inflated;
  const auto bytes_max = endpoint_.settings().limits.message_bytes_max;
  switch (workshop().inflater().inflate(payload, bytes_max, out)) {
    case Inflater::Outcome::too_big:
      fail(CloseCode::message_too_big, "a message is larger than this endpoint takes");
      return false;
    case Inflater::Outcome::broken:
      fail(CloseCode::invalid_payload, "compressed data that is broken");
      return false;
    case Inflater::Outcome::ok:
      break;
  }
  payload = out;
  if (work_->reader.kind() == Kind::binary || is_valid_utf8(payload)) return true;
  fail(CloseCode::invalid_payload, "text that is not UTF-8");
  return false;
}

/// Only the newest ping is answered when answers have to wait (RFC 6455 5.5.3).
void Session::on_ping(std::string_view payload) {
  if (work_->closing && work_->close_written) return;
  if (stream_.unsent() <= stream_bytes_max) return write_control(Opcode::pong, payload);
  work_->pong.emplace(payload);
  stream_.ask_for_room();
}

void Session::on_close_frame(std::string_view payload) {
  const auto close = parse_close(payload);
  if (close.refused) return fail(*close.refused, "a close frame that is malformed");
  if (work_->closing && work_->close_written) {  // it answers ours
    const auto said = said_by(*work_->closing);
    return end(said.code, said.reason);
  }
  write_control(Opcode::close, payload.substr(0, 2));
  end(close.payload.code, close.payload.reason);
}

/// RFC 6455 7.1.7, with a close frame that says why.
void Session::fail(CloseCode code, std::string_view reason) {
  if (!(work_->closing && work_->close_written)) {
    write_control(Opcode::close, close_payload(code, reason));
  }
  end(code, reason);
}

// --- Output

Sent Session::reserve(std::size_t bytes) {
  if (!open()) return Sent::closed;
  const auto& settings = endpoint_.settings();
  const auto before = queued_bytes_.fetch_add(weight(bytes));
  const auto messages = queued_messages_.fetch_add(1);
  // One message of any size fits into an empty queue.
  if (messages == 0 || (messages < settings.limits.queue_messages_max &&
                        before + bytes <= settings.limits.queue_bytes_max)) {
    return Sent::queued;
  }
  unqueue(bytes);
  if (settings.overflow == Overflow::tell) {
    told_full_ = true;
    // It may have emptied meanwhile, and nobody would look again.
    if (queued_messages_ == 0) outbox_->put({Ref<Session>{*this}, nullptr});
    return Sent::full;
  }
  if (begin_close()) {
    outbox_->put({Ref<Session>{*this},
                  encode_close(CloseCode::try_again_later, "the client reads too slowly",
                               EncodedMessage::Role::close_now)});
  }
  return Sent::closed;
}

void Session::unqueue(std::size_t bytes) {
  queued_bytes_.fetch_sub(weight(bytes));
  queued_messages_.fetch_sub(1);
}

bool Session::begin_close() {
  auto expected = State::open;
  return state_.compare_exchange_strong(expected, State::closing);
}

Sent Session::send(std::string_view payload, Kind kind) {
  if (!open()) return Sent::closed;
  if (may_write()) {
    write_encoding(payload, kind);
    return Sent::queued;
  }
  return send(kind == Kind::text ? Message::text(payload) : Message::binary(payload));
}

Sent Session::send(const Message& message) {
  const auto sent = reserve(message.encoded_->frame().size());
  if (sent == Sent::queued) accept(message.encoded_);
  return sent;
}

void Session::deliver(EncodedPtr message) {
  if (!message) {
    if (state_ != State::closed) tell_room();
  } else if (message->role() != EncodedMessage::Role::data) {
    if (state_ != State::closed) start_close(std::move(message));
  } else {
    accept(std::move(message));
    tell_room();
  }
  if (state_ != State::closed) settle();
}

/// What was reserved.
void Session::accept(EncodedPtr message) {
  if (state_ == State::closed || (work_ && work_->closing)) return unqueue(message->frame().size());
  if (may_write()) return write(*message);
  work().waiting.push_back(std::move(message));
  stream_.ask_for_room();
}

bool Session::may_write() const {
  return (!work_ || work_->waiting.empty()) && stream_.unsent() <= stream_bytes_max;
}

bool Session::compresses(std::size_t bytes) const {
  if (deflate_window_bits_ == 0 || bytes < endpoint_.settings().compressed_bytes_min) return false;
  // Within a message no reference goes farther back than its beginning.
  return endpoint_.settings().compress && bytes <= std::size_t{1} << deflate_window_bits_;
}

void Session::write(const EncodedMessage& message) {
  std::string_view frame;
  if (compresses(message.payload().size())) frame = message.deflated_frame(workshop().deflater());
  stream_.write(frame.empty() ? message.frame() : frame);
  unqueue(message.frame().size());
}

void Session::write_encoding(std::string_view payload, Kind kind) {
  auto& shop = workshop();
  FrameHead head{.opcode = kind == Kind::text ? Opcode::text : Opcode::binary};
  if (compresses(payload.size())) {
    shop.deflated.clear();
    shop.deflater().deflate(payload, shop.deflated);
    head.compressed = shop.deflated.size() < payload.size();
    if (head.compressed) payload = shop.deflated;
  }
  shop.frame.clear();
  append_frame_head(shop.frame, head, payload.size());
  stream_.write(shop.frame);
  stream_.write(payload);
}

void Session::write_control(Opcode opcode, std::string_view payload) {
  auto& frame = workshop().frame;
  frame.clear();
  append_frame(frame, {.opcode = opcode}, payload);
  stream_.write(frame);
}

/// Everything was sent: the next part of what waits may go.
void Session::pump() {
  if (!work_ || state_ == State::closed) return;
  if (const auto pong = std::exchange(work_->pong, std::nullopt)) {
    write_control(Opcode::pong, *pong);
  }
  auto& waiting = work_->waiting;
  while (!waiting.empty() && stream_.unsent() <= stream_bytes_max) {
    write(*waiting.front());
    waiting.pop_front();
  }
  if (!waiting.empty()) return stream_.ask_for_room();
  if (work_->closing && !work_->close_written) write_close();
}

void Session::tell_room() {
  if (queued_messages_ > 0 || !told_full_.load() || !told_full_.exchange(false) || !open()) return;
  call([&](Connection& connection) { endpoint_.on_room(connection); });
}

void Session::drop_waiting() {
  for (const auto& message : work_->waiting) unqueue(message->frame().size());
  work_->waiting.clear();
}

// --- Closing

void Session::close(CloseCode code, std::string_view reason) {
  MS_CHECK(may_be_sent(code));
  if (!begin_close()) return;
  start_close(encode_close(code, reason, EncodedMessage::Role::close));
}

void Session::start_close(EncodedPtr close) {
  const bool now = close->role() == EncodedMessage::Role::close_now;
  work().closing = std::move(close);
  if (now) drop_waiting();
  due_at_ = 0;
  if (work_->waiting.empty()) write_close();
}

/// From now on the client's answer is awaited.
void Session::write_close() {
  work_->close_written = true;
  work_->pong.reset();
  stream_.write(work_->closing->frame());
  due_at_ = stream_.tick_after(endpoint_.settings().limits.close_timeout);
}

/// For the application. The reason may lie in work_, which stays until the outermost call ends.
void Session::over(CloseCode code, std::string_view reason) {
  if (state_.exchange(State::closed) == State::closed) return;
  if (work_) drop_waiting();
  call([&](Connection& connection) { endpoint_.on_close(connection, {code, reason}); });
  context_.reset();
}

void Session::end(CloseCode code, std::string_view reason) {
  over(code, reason);
  stream_.finish();
}

void Session::cut_off(CloseCode code, std::string_view reason) {
  over(code, reason);
  stream_.abort();  // and with it perhaps this
}

}  // namespace mainstay::ws
