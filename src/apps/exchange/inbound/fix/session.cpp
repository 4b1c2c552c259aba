#include "apps/exchange/inbound/fix/session.hpp"

#include <algorithm>
#include <utility>

#include "apps/exchange/inbound/fix/writer.hpp"

namespace mainstay::exchange::fix {
namespace {

constexpr std::string_view heartbeat = "0";
constexpr std::string_view test_request = "1";
constexpr std::string_view resend_request = "2";
constexpr std::string_view session_reject = "3";
constexpr std::string_view sequence_reset = "4";
constexpr std::string_view logout = "5";
constexpr std::string_view logon = "A";

constexpr std::uint64_t no_end = ~std::uint64_t{0};

bool is_administrative(std::string_view type) {
  return type == logon || (type.size() == 1 && type[0] >= '0' && type[0] <= '5');
}

}  // namespace

Session::Session(SessionOptions options, SessionMemory& memory, Now now)
    : options_(std::move(options)),
      memory_(memory),
      heartbeat_(options_.heartbeat),
      sent_at_(now.steady),
      received_at_(now.steady) {}

// --- What arrives

bool Session::receive(const Message& message, Now now, Output& output) {
  if (phase_ == Phase::over) return false;
  received_at_ = now.steady;
  tested_ = false;
  if (!identify(message, now, output)) return false;
  const auto number = message.number(tag::msg_seq_num);
  if (!number || *number == 0) {
    refuse("MsgSeqNum is missing or no number", now, output);
    return false;
  }
  if (message.is(logon)) {
    on_logon(message, *number, now, output);
    return false;
  }
  if (phase_ == Phase::begun) {
    end("the first message was no Logon", output);
    return false;
  }
  return receive_numbered(message, *number, now, output);
}

/// Whether it is from and to whom it should be. One that is not ends the connection.
bool Session::identify(const Message& message, Now now, Output& output) {
  if (message.get(tag::begin_string) != begin_string) {
    refuse("BeginString must be FIX.4.4", now, output);
    return false;
  }
  if (message.get(tag::sender_comp_id) == options_.target &&
      message.get(tag::target_comp_id) == options_.sender) {
    return true;
  }
  constexpr std::string_view why = "SenderCompID or TargetCompID is not this session's";
  if (phase_ == Phase::logged_on) {
    if (message.number(tag::msg_seq_num) == memory_.next_in) ++memory_.next_in;
    reject(message, {RejectReason::comp_id_problem, 0, why}, now, output);
  }
  refuse(why, now, output);
  return false;
}

bool Session::receive_numbered(const Message& message, std::uint64_t number, Now now,
                               Output& output) {
  const bool resets = message.is(sequence_reset) && !message.is_set(tag::gap_fill);
  if (!resets && number != memory_.next_in) {
    if (number > memory_.next_in) {
      on_too_high(message, number, now, output);
    } else {
      on_too_low(message, number, now, output);
    }
    return false;
  }
  if (!resets) ++memory_.next_in;
  const bool application = take(message, now, output);
  if (memory_.next_in > missing_until_) missing_until_ = 0;
  return application;
}

/// A message whose turn it is.
bool Session::take(const Message& message, Now now, Output& output) {
  if (message.defect()) {
    reject(message, *message.defect(), now, output);
    return false;
  }
  const auto sent = parse_utc(message.get(tag::sending_time));
  if (!sent) {
    const bool missing = !message.has(tag::sending_time);
    reject(message,
           {missing ? RejectReason::required_tag_missing : RejectReason::format_incorrect,
            tag::sending_time, "SendingTime is missing or no UTCTimestamp"},
           now, output);
    return false;
  }
  if (std::chrono::abs(*sent - now.wall) > options_.clock_difference_max) {
    constexpr std::string_view why = "SendingTime is too far from our clock";
    reject(message, {RejectReason::sending_time_problem, tag::sending_time, why}, now, output);
    refuse(why, now, output);
    return false;
  }
  if (message.is_set(tag::possible_duplicate) && !message.is(sequence_reset)) {
    const auto first_sent = parse_utc(message.get(tag::original_sending_time));
    if (!first_sent || *first_sent > *sent) {
      reject(message,
             {first_sent ? RejectReason::sending_time_problem : RejectReason::required_tag_missing,
              tag::original_sending_time,
              "PossDupFlag needs OrigSendingTime, which is not behind SendingTime"},
             now, output);
      return false;
    }
  }
  const std::string_view type = message.type();
  if (!is_administrative(type)) return true;
  if (type == test_request) on_test_request(message, now, output);
  if (type == resend_request) on_resend_request(message, now, output);
  if (type == sequence_reset) on_sequence_reset(message, now, output);
  if (type == logout) on_logout(now, output);
  return false;
}

void Session::on_too_high(const Message& message, std::uint64_t number, Now now, Output& output) {
  // Both may miss something of the other: who only asks, and does not answer, waits forever.
  if (message.is(resend_request)) on_resend_request(message, now, output);
  if (message.is(logout)) return on_logout(now, output);
  const bool asked = missing_until_ != 0;
  missing_until_ = std::max(missing_until_, number);
  if (!asked) ask_for_missing(now, output);
}

void Session::on_too_low(const Message& message, std::uint64_t number, Now now, Output& output) {
  if (!message.is_set(tag::possible_duplicate)) refuse_too_low(number, now, output);
}

void Session::refuse_too_low(std::uint64_t number, Now now, Output& output) {
  refuse("MsgSeqNum too low, expecting " + std::to_string(memory_.next_in) + " but received " +
             std::to_string(number),
         now, output);
}

void Session::ask_for_missing(Now now, Output& output) {
  asked_at_ = now.steady;
  std::string body;
  FieldWriter fields{body};
  fields.number(tag::begin_seq_no, memory_.next_in);
  fields.number(tag::end_seq_no, 0);  // all there is
  send_admin(resend_request, body, now, output);
}

// --- Logon and Logout

void Session::log_on(std::string_view more_fields, bool reset, Now now, Output& output) {
  if (reset) memory_.reset();
  reset_asked_ = reset;
  std::string body;
  FieldWriter fields{body};
  fields.number(tag::encrypt_method, 0);
  fields.number(tag::heartbeat_interval, static_cast<std::uint64_t>(heartbeat_.count()));
  if (reset) fields.flag(tag::reset_seq_num, true);
  body.append(more_fields);
  send_admin(logon, body, now, output);
}

void Session::on_logon(const Message& message, std::uint64_t number, Now now, Output& output) {
  const bool resets = message.is_set(tag::reset_seq_num);
  if (phase_ != Phase::begun && !resets) {
    return refuse("logged on already", now, output);
  }
  const auto sent = parse_utc(message.get(tag::sending_time));
  if (!sent || std::chrono::abs(*sent - now.wall) > options_.clock_difference_max) {
    return refuse("SendingTime is missing or too far from our clock", now, output);
  }
  if (message.defect()) return refuse(message.defect()->text, now, output);
  const auto interval = message.number(tag::heartbeat_interval);
  if (message.get(tag::encrypt_method) != "0") {
    return refuse("EncryptMethod must be 0", now, output);
  }
  if (!interval || *interval == 0 ||
      *interval > static_cast<std::uint64_t>(options_.heartbeat_max.count())) {
    return refuse("HeartBtInt must be 1 to " + std::to_string(options_.heartbeat_max.count()), now,
                  output);
  }
  if (resets && number != 1) {
    return refuse("with ResetSeqNumFlag MsgSeqNum must be 1", now, output);
  }
  // The answer to our own wish, which has begun anew already.
  const bool answers_reset = resets && std::exchange(reset_asked_, false);
  if (answers_reset) memory_.next_in = 1;
  if (resets && !answers_reset) {
    memory_.reset();
    missing_until_ = 0;
    resend_next_ = 0;
  }
  if (number < memory_.next_in) return refuse_too_low(number, now, output);
  if (is_acceptor() || (resets && !answers_reset)) {
    heartbeat_ = Seconds{static_cast<std::int64_t>(*interval)};
    answer_logon(message, now, output);
  }
  phase_ = Phase::logged_on;
  if (number > memory_.next_in) return on_too_high(message, number, now, output);
  if (number == memory_.next_in) ++memory_.next_in;
}

void Session::answer_logon(const Message& message, Now now, Output& output) {
  std::string body;
  FieldWriter fields{body};
  fields.number(tag::encrypt_method, 0);
  fields.number(tag::heartbeat_interval, static_cast<std::uint64_t>(heartbeat_.count()));
  if (message.is_set(tag::reset_seq_num)) fields.flag(tag::reset_seq_num, true);
  send_admin(logon, body, now, output);
}

void Session::log_out(std::string_view why, Now now, Output& output) {
  if (phase_ != Phase::logged_on) return;
  std::string body;
  FieldWriter{body}.text(tag::text, why);
  send_admin(logout, body, now, output);
  phase_ = Phase::logging_out;
  logout_at_ = now.steady;
}

void Session::refuse(std::string_view why, Now now, Output& output) {
  if (phase_ == Phase::over) return;
  std::string body;
  FieldWriter{body}.text(tag::text, why);
  send_admin(logout, body, now, output);
  end(why, output);
}

void Session::on_logout(Now now, Output& output) {
  if (phase_ != Phase::logging_out) send_admin(logout, {}, now, output);
  end("logged out", output);
}

void Session::end(std::string_view reason, Output& output) {
  phase_ = Phase::over;
  resend_next_ = 0;
  output.closes = true;
  output.reason = reason;
}

// --- Other administrative messages

void Session::on_test_request(const Message& message, Now now, Output& output) {
  const std::string_view id = message.get(tag::test_request_id);
  if (id.empty()) {
    return reject(
        message, {RejectReason::required_tag_missing, tag::test_request_id, "TestReqID is missing"},
        now, output);
  }
  std::string body;
  FieldWriter{body}.text(tag::test_request_id, id);
  send_admin(heartbeat, body, now, output);
}

void Session::on_resend_request(const Message& message, Now now, Output& output) {
  const auto first = message.number(tag::begin_seq_no);
  const auto last = message.number(tag::end_seq_no);
  if (!first || !last) {
    return reject(message,
                  {RejectReason::required_tag_missing, first ? tag::end_seq_no : tag::begin_seq_no,
                   "A range of numbers is missing"},
                  now, output);
  }
  if (*first == 0 || *first >= memory_.next_out || (*last != 0 && *last < *first)) {
    return reject(message,
                  {RejectReason::value_incorrect, tag::begin_seq_no, "No such range of numbers"},
                  now, output);
  }
  resend_next_ = *first;
  resend_end_ = *last == 0 ? no_end : *last + 1;
  const std::uint64_t lost_to = std::min(memory_.dropped_up_to(), resend_end_ - 1);
  continue_resend(now, output);
  if (lost_to >= *first) tell_lost(message, *first, lost_to, now, output);
}

/// A SequenceReset alone would say that nothing of importance had these numbers.
void Session::tell_lost(const Message& request, std::uint64_t first, std::uint64_t last, Now now,
                        Output& output) {
  constexpr std::uint64_t other = 0;
  std::string body;
  FieldWriter fields{body};
  fields.text(tag::reference_seq_num, request.get(tag::msg_seq_num));
  fields.text(tag::reference_msg_type, request.type());
  fields.number(tag::business_reject_reason, other);
  fields.text(tag::text, "Of the messages " + std::to_string(first) + " to " +
                             std::to_string(last) +
                             " some are not kept any more, reports of executions perhaps among "
                             "them: ask for the orders with OrderStatusRequest (H), and by REST "
                             "with allOrders and myTrades");
  output.lost_from = first;
  output.lost_to = last;
  send("j", std::move(body), now, output);
}

void Session::on_sequence_reset(const Message& message, Now now, Output& output) {
  const auto next = message.number(tag::new_seq_no);
  if (!next) {
    return reject(message,
                  {RejectReason::required_tag_missing, tag::new_seq_no, "NewSeqNo is missing"}, now,
                  output);
  }
  if (*next < memory_.next_in) {
    return reject(message,
                  {RejectReason::value_incorrect, tag::new_seq_no,
                   "NewSeqNo is lower than the number expected next"},
                  now, output);
  }
  memory_.next_in = *next;
}

void Session::reject(const Message& message, const Defect& defect, Now now, Output& output) {
  std::string body;
  FieldWriter fields{body};
  fields.text(tag::reference_seq_num, message.get(tag::msg_seq_num));
  if (defect.tag != 0) fields.number(tag::reference_tag_id, defect.tag);
  fields.text(tag::reference_msg_type, message.type());
  fields.number(tag::session_reject_reason, static_cast<std::uint64_t>(defect.reason));
  fields.text(tag::text, defect.text);
  send_admin(session_reject, body, now, output);
}

// --- What leaves

void Session::send(std::string_view type, std::string body, Now now, Output& output) {
  const KeptMessage& kept = memory_.keep(type, std::move(body), now.wall);
  // While older ones are being sent again it takes its turn behind them.
  if (resend_next_ != 0) resend_end_ = no_end;
  if (phase_ != Phase::logged_on || resend_next_ != 0) return;
  write(type, kept.body, kept.number, {}, now, output);
}

/// While messages are being sent again in several goes, a number that is too high yet would only
/// confuse: the resend skips it.
void Session::send_admin(std::string_view type, std::string_view body, Now now, Output& output) {
  const std::uint64_t number = memory_.next_out++;
  if (resend_next_ != 0 && type != logout && type != resend_request) {
    resend_end_ = no_end;
    return;
  }
  write(type, body, number, {}, now, output);
}

void Session::write(std::string_view type, std::string_view body, std::uint64_t number,
                    std::optional<SystemTime> first_sent, Now now, Output& output) {
  sent_at_ = now.steady;
  Header header;
  header.type = type;
  header.sender = options_.sender;
  header.target = options_.target;
  header.number = number;
  header.sent = now.wall;
  header.first_sent = first_sent;
  append_message(output.wire, header, body);
}

/// Application messages again, and in place of runs of others a SequenceReset.
void Session::continue_resend(Now now, Output& output) {
  const std::size_t begin = output.wire.size();
  while (resend_next_ != 0 && output.wire.size() - begin < options_.resend_bytes_max) {
    const std::uint64_t end = std::min(resend_end_, memory_.next_out);
    const KeptMessage* const kept = memory_.find_from(resend_next_);
    const std::uint64_t next = kept == nullptr ? end : std::min(kept->number, end);
    if (next > resend_next_) skip_numbers(resend_next_, next, now, output);
    if (next < end) write(kept->type, kept->body, next, kept->sent, now, output);
    resend_next_ = next + 1 < end ? next + 1 : 0;
  }
}

void Session::skip_numbers(std::uint64_t from, std::uint64_t to, Now now, Output& output) {
  std::string body;
  FieldWriter fields{body};
  fields.flag(tag::gap_fill, true);
  fields.number(tag::new_seq_no, to);
  write(sequence_reset, body, from, now.wall, now, output);
}

// --- Time

void Session::tick(Now now, Output& output) {
  if (phase_ == Phase::over) return;
  if (phase_ == Phase::begun) {
    if (now.steady - received_at_ >= options_.logon_timeout) end("no Logon in time", output);
    return;
  }
  if (phase_ == Phase::logging_out) {
    if (now.steady - logout_at_ >= options_.logout_timeout) end("no answer to Logout", output);
    return;
  }
  // A fifth of the interval is for the way.
  const Millis patience = Millis{heartbeat_} + Millis{heartbeat_} / 5;
  const auto silence = now.steady - received_at_;
  if (silence >= 2 * patience) return refuse("no heartbeat", now, output);
  if (silence >= patience && !std::exchange(tested_, true)) {
    std::string body;
    FieldWriter{body}.text(tag::test_request_id, utc_text(now.wall));
    send_admin(test_request, body, now, output);
  }
  if (missing_until_ != 0 && now.steady - asked_at_ >= patience) ask_for_missing(now, output);
  if (now.steady - sent_at_ >= heartbeat_) send_admin(heartbeat, {}, now, output);
}

}  // namespace mainstay::exchange::fix
