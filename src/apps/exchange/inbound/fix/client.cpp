#include "apps/exchange/inbound/fix/client.hpp"

#include <utility>

#include "apps/exchange/inbound/fix/writer.hpp"

namespace mainstay::exchange::fix {
namespace {

constexpr std::size_t garbled_max = 64;  // in a row
constexpr std::size_t comp_id_max = 64;
constexpr std::size_t credential_max = 256;
constexpr Seconds begun_within{1};  // a connection whose Logon is still on its way

}  // namespace

Client::Client(ClientHost& host, stream::Connection& connection, ClientId id)
    : host_(host),
      connection_(connection),
      id_(id),
      since_(host.now().steady),
      reader_(host.settings().messages) {}

// --- Reading -------------------------------------------------------------------------------------

void Client::on_bytes(std::string_view bytes) {
  if (phase_ == Phase::over) return;
  reader_.feed(bytes);
  read();
  host_.commit();
}

void Client::go_on() {
  if (phase_ != Phase::over) read();
}

void Client::read() {
  const std::size_t unanswered_max = host_.settings().unanswered_max;
  for (;;) {
    waiting_ = host_.unanswered(*this) >= unanswered_max;
    connection_.pause(waiting_ || phase_ == Phase::checking);
    if (waiting_ || (phase_ != Phase::fresh && phase_ != Phase::in_session)) return;
    switch (reader_.next()) {
      case MessageReader::Outcome::need_more:
        return;
      case MessageReader::Outcome::garbled:
        host_.on_garbled();
        if (++garbled_ > garbled_max) return end("too much that is no message");
        break;
      case MessageReader::Outcome::too_large:
        return on_too_large();
      case MessageReader::Outcome::message:
        garbled_ = 0;
        if (phase_ == Phase::fresh) {
          on_first(reader_.message());
        } else {
          on_message(reader_.message());
        }
        break;
    }
  }
}

void Client::on_message(const Message& message) {
  if (!host_.accepts()) {
    session_->refuse("the exchange cannot store anything now: try again later", host_.now(),
                     output_);
    return after_session();
  }
  const bool application = session_->receive(message, host_.now(), output_);
  after_session();
  if (application) host_.take(*this, message);
}

void Client::on_too_large() {
  const std::string why = "a message has more than " +
                          std::to_string(host_.settings().messages.message_bytes_max) + " bytes";
  if (phase_ == Phase::fresh) return end(why);
  session_->refuse(why, host_.now(), output_);
  after_session();
}

// --- Logging on ----------------------------------------------------------------------------------

/// Who is not known yet gets no more words than needed.
void Client::on_first(const Message& message) {
  if (!message.is("A") || message.defect() ||
      message.get(tag::target_comp_id) != host_.settings().comp_id) {
    return end("the first message was no Logon for us");
  }
  comp_id_ = message.get(tag::sender_comp_id);
  if (comp_id_.empty() || comp_id_.size() > comp_id_max) return end("SenderCompID is missing");
  if (message.get(tag::begin_string) != begin_string) {
    return refuse_login("BeginString must be FIX.4.4");
  }
  LoginRequest request;
  request.name = message.get(tag::username);
  request.password = message.get(tag::password);
  request.address = connection_.peer();
  if (request.name.empty() || request.password.empty() || request.name.size() > credential_max ||
      request.password.size() > credential_max) {
    return refuse_login("a Logon needs Username (553) and Password (554)");
  }
  logon_ = message.raw();
  phase_ = Phase::checking;
  host_.check_login(*this, std::move(request));
}

void Client::begin_session(SessionState& state) {
  SessionOptions options;
  options.sender = host_.settings().comp_id;
  options.target = comp_id_;
  options.heartbeat_max = host_.settings().heartbeat_max;
  session_number_ = state.number;
  session_.emplace(std::move(options), state.memory, host_.now());
  phase_ = Phase::in_session;
  const std::string raw = std::exchange(logon_, {});
  Message message;
  message.parse(raw, host_.settings().messages.message);
  (void)session_->receive(message, host_.now(), output_);
  if (session_->is_logged_on()) {
    was_logged_on_ = true;
    host_.on_logged_on(*this, message.is_set(tag::cancel_orders_on_disconnect));
  }
  after_session();
  if (!leaving_.empty() && phase_ == Phase::in_session) log_out(leaving_);
  read();
}

void Client::refuse_login(std::string_view why) {
  std::string body;
  FieldWriter{body}.text(tag::text, why);
  Header header;
  header.type = "5";
  header.sender = host_.settings().comp_id;
  header.target = comp_id_;
  header.number = 1;  // whatever the session's is: who that may be does not learn it
  header.sent = host_.now().wall;
  append_message(wire_, header, body);
  end(why);
}

// --- The session ---------------------------------------------------------------------------------

void Client::send(std::string_view type, std::string body) {
  session_->send(type, std::move(body), host_.now(), output_);
  after_session();
}

void Client::reject(std::string_view raw, const Defect& defect) {
  Message message;
  message.parse(raw, host_.settings().messages.message);
  session_->reject(message, defect, host_.now(), output_);
  after_session();
}

void Client::log_out(std::string_view why) {
  if (session_) {
    session_->log_out(why, host_.now(), output_);
    return after_session();
  }
  leaving_ = why;
  end_if_late(begun_within);
}

void Client::end_if_late(Seconds patience) {
  const bool is_late = host_.now().steady - since_ >= patience;
  if (phase_ != Phase::over && is_late) end(leaving_.empty() ? "no Logon in time" : leaving_);
}

void Client::after_session() {
  wire_.append(output_.wire);
  const bool closes = output_.closes;
  if (closes) reason_ = output_.reason;
  const auto lost = std::pair{output_.lost_from, output_.lost_to};
  output_.clear();
  host_.touch(*this);
  if (lost.first != 0) host_.on_lost(*this, lost.first, lost.second);
  if (closes) phase_ = Phase::over;
}

void Client::end(std::string_view reason) {
  reason_ = reason;
  phase_ = Phase::over;
  host_.touch(*this);
}

std::string Client::take_wire() { return std::exchange(wire_, {}); }

void Client::let_go(std::string_view wire, bool closes) {
  connection_.send(wire);
  if (closes) connection_.close();
}

void Client::on_sent() {
  if (!session_ || !session_->is_resending()) return;
  session_->continue_resend(host_.now(), output_);
  after_session();
  host_.commit();
}

void Client::on_tick() {
  const Now now = host_.now();
  if (session_) {
    session_->tick(now, output_);
    if (!output_.wire.empty() || output_.closes) after_session();
  } else {
    end_if_late(leaving_.empty() ? host_.settings().logon_timeout : begun_within);
  }
  host_.commit();
}

void Client::on_closed() { host_.on_end(*this, reason_); }

}  // namespace mainstay::exchange::fix
