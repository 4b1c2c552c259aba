#include "apps/charging/simulator/station.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "apps/charging/inbound/ocpp/frame.hpp"
#include "apps/charging/simulator/wire_text.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"

namespace mainstay::charging::simulator {
namespace {

std::string_view text_of(auto reason_or_status, auto names) {
  return names[static_cast<std::size_t>(reason_or_status)];
}

constexpr std::array<std::string_view, 7> reasons{
    "Local", "EVDisconnected", "Remote", "SoftReset", "HardReset", "DeAuthorized", "UnlockCommand"};
constexpr std::array<std::string_view, 8> statuses{"Available",     "Preparing",   "Charging",
                                                   "SuspendedEVSE", "SuspendedEV", "Finishing",
                                                   "Reserved",      "Unavailable"};

/// Tenths with their point: "31.4".
std::string tenths_text(std::int64_t tenths) {
  std::string out;
  append_number(out, tenths / 10);
  out.push_back('.');
  out.push_back(static_cast<char>('0' + tenths % 10));
  return out;
}

bool is_accepted_tag(const json::Value& answer) {
  const json::Value* const info = answer.find("idTagInfo");
  const std::string* const status = info == nullptr ? nullptr : info->find_string("status");
  return status == nullptr || *status == "Accepted";
}

}  // namespace

Station::Station(const Behaviour& behaviour, std::string identity, std::uint64_t seed, Link& link,
                 Tally& tally)
    : behaviour_(behaviour),
      identity_(std::move(identity)),
      random_(seed),
      link_(link),
      tally_(tally),
      configuration_(behaviour.defaults) {
  const bool direct = random_.below(100) < behaviour.direct_current_percent;
  outlets_.resize(std::max<std::size_t>(behaviour.connectors, 1));
  for (Outlet& outlet : outlets_) {
    outlet.supply = {direct, direct ? 150'000 : 22'000};
    outlet.next_at = SystemTime::max();
    outlet.meter_wms = static_cast<std::int64_t>(random_.below(10'000'000)) * wms_a_wh;
  }
}

// --- the connection

void Station::start(SystemTime, SystemTime connect_at) { connect_at_ = connect_at; }

void Station::connect_later(SystemTime now) {
  const auto least = configuration_.integer(Key::retry_back_off_wait_minimum);
  const auto range = configuration_.integer(Key::retry_back_off_random_range);
  const auto most = configuration_.integer(Key::retry_back_off_repeat_times);
  constexpr std::int64_t doublings_max = 16;
  const auto doublings = std::min({std::int64_t{failed_connects_}, most, doublings_max});
  const auto jitter = random_.below(static_cast<std::uint64_t>(range) * 1'000'000 + 1);
  connect_at_ = now + Seconds{least << doublings} + Micros{jitter};
  ++failed_connects_;
}

void Station::on_open(SystemTime now) {
  phase_ = Phase::open;
  ++tally_.connects;
  if (behaviour_.boots_on_reconnect) registration_ = Registration::none;
  if (registration_ != Registration::accepted) boot_at_ = now;
  whole_status_due_ = true;
  for (Outlet& outlet : outlets_) outlet.status_due = true;
  const auto every = configuration_.integer(Key::web_socket_ping_interval);
  // Not all at the same time.
  if (every > 0)
    ping_at_ = now + Micros{random_.below(static_cast<std::uint64_t>(every) * 1'000'000)};
  pong_by_ = SystemTime::max();
  if (behaviour_.offline_per_hour > 0) {
    offline_at_ = random_time(now, 3600 / behaviour_.offline_per_hour);
  }
  pump(now);
}

void Station::on_closed(SystemTime now) {
  ++(phase_ == Phase::open ? tally_.losses : tally_.refusals);
  phase_ = Phase::resting;
  lose_call(now);
  connect_later(now);
}

/// A call whose answer cannot come any more: the queue keeps its own, the rest is told again or
/// decided without.
void Station::lose_call(SystemTime now) {
  ping_at_ = pong_by_ = offline_at_ = SystemTime::max();
  prompts_.clear();
  for (Outlet& outlet : outlets_) {
    const bool waits = outlet.step == Outlet::Step::preparing;
    if (waits) admits_offline(outlet.tag) ? start_charge(outlet, now) : leave(outlet, now);
  }
  if (!outstanding_) return;
  ++tally_.of(outstanding_->action).cut_off;
  outstanding_.reset();
}

void Station::take_offline(SystemTime now) {
  link_.close();
  ++tally_.losses;
  phase_ = Phase::resting;
  lose_call(now);
  connect_at_ = random_time(now, behaviour_.offline_seconds);
}

void Station::restart(SystemTime now) {
  constexpr Seconds least{5};
  if (phase_ != Phase::resting) link_.close();
  phase_ = Phase::resting;
  registration_ = Registration::none;
  lose_call(now);
  connect_at_ = now + least + Micros{random_.below(5'000'000)};
}

void Station::on_ping_due(SystemTime now) {
  link_.ping();
  ping_at_ = now + Seconds{std::max<std::int64_t>(
                       configuration_.integer(Key::web_socket_ping_interval), 1)};
  if (pong_by_ == SystemTime::max()) {
    pong_by_ = now + Seconds{configuration_.integer(Key::message_timeout)};
  }
}

void Station::on_pong(SystemTime) { pong_by_ = SystemTime::max(); }

void Station::on_time(SystemTime now) {
  if (phase_ == Phase::resting && connect_at_ <= now) {
    connect_at_ = SystemTime::max();
    phase_ = Phase::connecting;
    return link_.connect();
  }
  for (std::size_t i = 0; i < later_.size();) {
    if (later_[i].at > now) {
      ++i;
      continue;
    }
    const Later due = later_[i];
    later_.erase(later_.begin() + static_cast<std::ptrdiff_t>(i));
    on_later(due, now);
  }
  for (Outlet& outlet : outlets_) on_outlet_time(outlet, now);
  if (phase_ != Phase::open) return;
  if (pong_by_ <= now) {
    link_.close();
    return on_closed(now);
  }
  if (offline_at_ <= now) return take_offline(now);
  if (outstanding_ && outstanding_->expires_at <= now) on_timeout(now);
  if (ping_at_ <= now) on_ping_due(now);
  if (heartbeat_at_ <= now) on_heartbeat_due(now);
  pump(now);
}

SystemTime Station::next_wake() const {
  SystemTime next = SystemTime::max();
  const auto take = [&next](SystemTime at) { next = std::min(next, at); };
  if (phase_ == Phase::resting) take(connect_at_);
  if (phase_ == Phase::open) {
    take(ping_at_);
    take(pong_by_);
    take(offline_at_);
    if (is_accepted()) take(heartbeat_at_);
    if (outstanding_) {
      take(outstanding_->expires_at);
    } else {
      take(boot_at_);
      if (is_accepted() && !queue_.empty()) take(retry_at_);
    }
  }
  for (const Later& later : later_) take(later.at);
  for (const Outlet& outlet : outlets_) {
    take(outlet.next_at);
    take(outlet.sample_at);
    take(outlet.limit_change_at);
    if (outlet.reservation) take(outlet.reservation->expires_at);
  }
  return next;
}

bool Station::is_settled() const {
  return is_online() && is_accepted() && !outstanding_ && queue_.empty() && prompts_.empty() &&
         boot_at_ == SystemTime::max() && !whole_status_due_;
}

std::size_t Station::sessions_running() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      outlets_, [](const Outlet& one) { return one.step == Outlet::Step::charging; }));
}

// --- calls

/// Sends what comes next, if nothing waits for its answer.
void Station::pump(SystemTime now) {
  if (phase_ == Phase::open && !outstanding_) send_next(now);
}

bool Station::send_next(SystemTime now) {
  if (boot_at_ <= now) {
    send_boot(now);
    return true;
  }
  if (registration_ == Registration::pending) return send_prompt(now);
  if (!is_accepted()) return false;
  return send_status(now) || send_prompt(now) || send_queued(now);
}

/// While it is not accepted, what the backend has asked for alone.
bool Station::send_prompt(SystemTime now) {
  const auto next = std::ranges::find_if(
      prompts_, [this](const Prompt& one) { return one.triggered || is_accepted(); });
  if (next == prompts_.end()) return false;
  const Prompt due = std::move(*next);
  prompts_.erase(next);
  call(due.action, due.payload, now, now);
  outstanding_->connector = due.connector;
  return true;
}

void Station::call(Action action, std::string_view payload, SystemTime due, SystemTime now) {
  ++tally_.of(action).sent;
  outstanding_ =
      Outstanding{.action = action,
                  .number = ++last_number_,
                  .due = due,
                  .expires_at = now + Seconds{configuration_.integer(Key::message_timeout)}};
  std::string id;
  append_number(id, static_cast<std::int64_t>(last_number_));
  std::string text;
  text.reserve(payload.size() + 64);
  ocpp::append_call(text, id, name_of(action), payload);
  link_.send(text);
}

void Station::send_boot(SystemTime now) {
  boot_at_ = SystemTime::max();
  std::string payload;
  ObjectWriter{payload}
      .word("chargePointVendor", "Mainstay")
      .word("chargePointModel", outlets_.front().supply.direct_current ? "Sim DC" : "Sim AC")
      .text("chargePointSerialNumber", std::string_view{identity_}.substr(0, 25))
      .word("firmwareVersion", "1.0.0")
      .end();
  call(Action::boot_notification, payload, now, now);
}

bool Station::send_status(SystemTime now) {
  const auto due = std::ranges::find(outlets_, true, &Outlet::status_due);
  if (!whole_status_due_ && due == outlets_.end()) return false;
  std::uint16_t connector = 0;
  if (!std::exchange(whole_status_due_, false)) {
    due->status_due = false;
    connector = number_of(*due).get();
  }
  call(Action::status_notification, status_text(connector, now), now, now);
  outstanding_->connector = connector;
  return true;
}

/// Of the station as a whole: connector 0.
std::string Station::status_text(std::uint16_t connector, SystemTime now) const {
  const auto whole = is_operative_ ? Status::available : Status::unavailable;
  const auto status = connector == 0 ? whole : outlets_[connector - 1U].status;
  std::string payload;
  ObjectWriter{payload}
      .number("connectorId", connector)
      .word("errorCode", "NoError")
      .word("status", text_of(status, statuses))
      .time("timestamp", now)
      .end();
  return payload;
}

bool Station::send_queued(SystemTime now) {
  if (queue_.empty() || retry_at_ > now) return false;
  const Queued& head = queue_.front();
  const Session* const session = find_session(head.serial);
  if (head.action == Action::meter_values && session == nullptr) {
    finish_head(now);
    return send_queued(now);
  }
  call(head.action, render(head), head.due, now);
  outstanding_->queued = true;
  return true;
}

std::string_view Station::render(const Queued& message) {
  scratch_.clear();
  const Session& session = *find_session(message.serial);
  ObjectWriter out{scratch_};
  if (message.action == Action::start_transaction) {
    out.number("connectorId", session.connector.get()).text("idTag", session.tag);
    out.number("meterStart", message.meter).time("timestamp", message.at);
    if (session.reservation_id) out.number("reservationId", *session.reservation_id);
  } else if (message.action == Action::stop_transaction) {
    // -1: what a station says that never learned it (errata 3.18).
    out.number("transactionId", session.transaction_id.value_or(-1));
    out.number("meterStop", message.meter).time("timestamp", message.at);
    out.text("idTag", session.tag).word("reason", text_of(message.reason, reasons));
  } else {
    out.number("connectorId", session.connector.get());
    out.number("transactionId", session.transaction_id.value_or(-1));
    append_meter_value(out, message);
  }
  out.end();
  return scratch_;
}

/// What its meter shows, outside of any transaction.
std::string Station::meter_text(const Outlet& outlet, SystemTime now) const {
  std::string payload;
  ObjectWriter out{payload};
  out.number("connectorId", number_of(outlet).get());
  Queued value = reading(Action::meter_values, outlet, now);
  if (outlet.step == Outlet::Step::free) value.permille.reset();
  append_meter_value(out, value);
  out.end();
  return payload;
}

void Station::append_meter_value(ObjectWriter& out, const Queued& message) const {
  std::string& text = out.begin("meterValue");
  text.append("[{\"timestamp\":");
  append_time(text, message.at);
  text.append(",\"sampledValue\":[");
  render_samples(text, message);
  text.append("]}]");
}

/// What MeterValuesSampledData names, as far as there is such a value.
void Station::render_samples(std::string& out, const Queued& message) const {
  const auto add = [&out](std::string_view value, std::string_view measurand,
                          std::string_view unit) {
    if (out.back() != '[') out.push_back(',');
    ObjectWriter one{out};
    one.word("value", value).word("context", "Sample.Periodic").word("measurand", measurand);
    if (!unit.empty()) one.word("unit", unit);
    one.end();
  };
  const auto whole = [](std::int64_t value) {
    std::string text;
    append_number(text, value);
    return text;
  };
  for (const std::string_view name :
       split(configuration_.text(Key::meter_values_sampled_data), ',')) {
    if (name == "Energy.Active.Import.Register") add(whole(message.meter), name, "Wh");
    if (name == "Power.Active.Import") add(whole(message.power), name, "W");
    if (name == "Power.Offered") add(whole(message.offered), name, "W");
    if (name == "Current.Import")
      add(tenths_text(message.power * 10 / (3 * grid_volts)), name, "A");
    if (name == "Current.Offered")
      add(tenths_text(message.offered * 10 / (3 * grid_volts)), name, "A");
    if (name == "Voltage") add(tenths_text(grid_volts * 10), name, "V");
    if (name == "SoC" && message.permille) {
      add(tenths_text(*message.permille), name, "Percent");
    }
    if (name == "Temperature") add("31.5", name, "Celsius");
  }
  if (out.back() == '[') add(whole(message.meter), "Energy.Active.Import.Register", "Wh");
}

void Station::on_text(std::string_view text, SystemTime now) {
  const ocpp::FrameReading reading = ocpp::read_frame(text);
  using Kind = ocpp::Frame::Kind;
  const ocpp::Frame& frame = reading.frame;
  if (reading.fault != ocpp::FrameReading::Fault::none) {
    ++tally_.odd_frames;
  } else if (frame.kind == Kind::call) {
    answer_call(frame.id, frame.action, frame.payload, now);
  } else if (!outstanding_ || parse_u64(frame.id) != outstanding_->number) {
    ++tally_.odd_frames;
  } else if (frame.kind == Kind::result) {
    failed_connects_ = 0;
    on_result(frame.payload, now);
  } else {
    on_refused(frame.code, now);
  }
  pump(now);
}

void Station::on_result(std::string_view payload, SystemTime now) {
  const Outstanding done = *std::exchange(outstanding_, std::nullopt);
  Tally::PerAction& counts = tally_.of(done.action);
  ++counts.answered;
  counts.latencies.add(now - done.due);
  if (done.action == Action::boot_notification || done.action == Action::authorize ||
      done.action == Action::start_transaction) {
    const auto answer = json::parse(payload);
    const json::Value value = answer ? *answer : json::Value{};
    if (done.action == Action::boot_notification) on_booted(value, now);
    if (done.action == Action::authorize) on_authorized(value, done.connector, now);
    if (done.action == Action::start_transaction) on_start_answered(value, now);
  }
  if (!done.queued) return;
  acknowledge(queue_.front(), *find_session(queue_.front().serial));
  finish_head(now);
}

void Station::on_refused(std::string_view code, SystemTime now) {
  const Outstanding done = *std::exchange(outstanding_, std::nullopt);
  ++tally_.of(done.action).refused;
  if (done.action == Action::boot_notification) {
    boot_at_ = now + behaviour_.boot_retry;
  } else if (code == "SecurityError") {  // it does not know us as accepted: the queue waits
    registration_ = Registration::none;
    boot_at_ = now + Seconds{1};
    return;
  }
  if (done.action == Action::authorize) not_authorized(done.connector, now);
  if (done.queued) queue_failed(now);
}

void Station::on_timeout(SystemTime now) {
  const Outstanding done = *std::exchange(outstanding_, std::nullopt);
  ++tally_.of(done.action).timed_out;
  if (done.action == Action::boot_notification) boot_at_ = now + behaviour_.boot_retry;
  if (done.action == Action::authorize) not_authorized(done.connector, now);
  if (done.queued) queue_failed(now);
}

/// TransactionMessageAttempts and -RetryInterval: each wait is longer than the one before, then the
/// message is given up.
void Station::queue_failed(SystemTime now) {
  Queued& head = queue_.front();
  ++head.attempts;
  if (head.attempts >= configuration_.integer(Key::transaction_message_attempts)) {
    ++tally_.dropped;
    return finish_head(now);
  }
  retry_at_ = now + Seconds{configuration_.integer(Key::transaction_message_retry_interval) *
                            head.attempts};
}

void Station::on_booted(const json::Value& answer, SystemTime now) {
  const std::string* const status = answer.find_string("status");
  const Seconds interval{integer_member(answer, "interval").value_or(0)};
  if (status == nullptr || *status != "Accepted") {
    registration_ =
        status != nullptr && *status == "Pending" ? Registration::pending : Registration::rejected;
    boot_at_ = now + (interval.count() > 0 ? interval : behaviour_.boot_retry);
    return;
  }
  ++tally_.boots_accepted;
  registration_ = Registration::accepted;
  if (interval.count() > 0) {
    configuration_.set(Key::heartbeat_interval, std::to_string(interval.count()));
  }
  const auto every = configuration_.integer(Key::heartbeat_interval);
  heartbeat_at_ = every > 0 ? now + Seconds{every} : SystemTime::max();
  whole_status_due_ = true;
  for (Outlet& outlet : outlets_) outlet.status_due = true;
  if (!std::exchange(lives_, true)) begin_life(now);
}

void Station::on_authorized(const json::Value& answer, std::uint16_t connector, SystemTime now) {
  Outlet& outlet = outlets_[connector - 1U];
  if (outlet.step != Outlet::Step::preparing) return;
  is_accepted_tag(answer) ? start_charge(outlet, now) : leave(outlet, now);
}

/// Without an answer, or with an error. Whoever asked may have gone by now.
void Station::not_authorized(std::uint16_t connector, SystemTime now) {
  Outlet& outlet = outlets_[connector - 1U];
  if (outlet.step == Outlet::Step::preparing) leave(outlet, now);
}

void Station::on_start_answered(const json::Value& answer, SystemTime now) {
  Session& session = *find_session(queue_.front().serial);
  if (const auto id = integer_member(answer, "transactionId")) {
    session.transaction_id = static_cast<std::int32_t>(*id);
  }
  Outlet& place = outlet(session.connector);
  const bool runs = place.step == Outlet::Step::charging && place.serial == session.serial;
  if (runs && !is_accepted_tag(answer) &&
      configuration_.truth(Key::stop_transaction_on_invalid_id)) {
    stop_charge(place, Reason::de_authorized, now);
  }
}

void Station::acknowledge(const Queued& message, const Session& session) {
  if (!tally_.on_acknowledged) return;
  tally_.on_acknowledged({.identity = identity_,
                          .action = message.action,
                          .connector = session.connector,
                          .transaction_id = session.transaction_id.value_or(-1),
                          .id_tag = session.tag,
                          .meter = message.meter,
                          .at = message.at});
}

/// The head of the queue is done with.
void Station::finish_head(SystemTime now) {
  const Queued head = queue_.front();
  queue_.pop_front();
  retry_at_ = {};
  if (head.action == Action::stop_transaction) {
    std::erase_if(sessions_, [&](const Session& one) { return one.serial == head.serial; });
  }
  if (behaviour_.work == Behaviour::Work::cycles && !behaviour_.cycle_paced) cycle(now, now);
}

void Station::enqueue(Queued message) {
  if (queue_.size() >= queue_max) {
    // Its head may be on its way.
    const auto oldest = std::find_if(queue_.begin() + 1, queue_.end(), [](const Queued& one) {
      return one.action == Action::meter_values;
    });
    if (oldest != queue_.end()) {
      queue_.erase(oldest);
      ++tally_.dropped;
    }
  }
  queue_.push_back(message);
}

void Station::prompt(Prompt wanted) {
  if (prompts_.size() < prompts_max) prompts_.push_back(std::move(wanted));
}

void Station::on_heartbeat_due(SystemTime now) {
  const auto every = configuration_.integer(Key::heartbeat_interval);
  heartbeat_at_ = every > 0 ? now + Seconds{every} : SystemTime::max();
  if (is_accepted()) prompt({Action::heartbeat, "{}"});
}

// --- load

void Station::nudge(SystemTime due, SystemTime now) {
  if (!lives_) return;
  cycle(due, now);
  pump(now);
}

/// The next step of a cycle on the first connector.
void Station::cycle(SystemTime due, SystemTime now) {
  Outlet& place = outlets_.front();
  Action action = Action::meter_values;
  if (cycle_step_ == 0) {
    place.tag = random_tag(place);
    place.serial = ++last_serial_;
    sessions_.push_back({place.serial, ConnectorNumber{1}, place.tag, now});
    ++tally_.sessions;
    action = Action::start_transaction;
  } else if (cycle_step_ > behaviour_.cycle_meters) {
    action = Action::stop_transaction;
  }
  cycle_step_ = action == Action::stop_transaction ? 0 : cycle_step_ + 1;
  place.meter_wms += 100 * wms_a_wh;
  Queued message = reading(action, place, now);
  message.due = due;
  enqueue(message);
}

}  // namespace mainstay::charging::simulator
