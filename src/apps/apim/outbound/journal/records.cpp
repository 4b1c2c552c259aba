#include "apps/apim/outbound/journal/records.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "base/check.hpp"
#include "base/small_writer.hpp"

namespace mainstay::apim {
namespace {

enum class Type : std::uint8_t {
  usage_charged = 1,
  service_erased,
  event_added,
  event_removed,
  events_removed_upto,
  error_added,
  errors_cleared,
  alert_marked,
  alert_id_taken,
  usage_with_rider = 20,
  key_secret_chosen,
  calls_metered,
  window_restored = 32,
  history_erased,
  notice_added = 41,
  notice_removed = 42,
  told_once,
  marks_erased,
  windows_put = 48,
};

ByteWriter begin(std::string& out, Type type) {
  ByteWriter writer{out};
  writer.u8(static_cast<std::uint8_t>(type));
  return writer;
}

// What a charge's first byte says of it.
constexpr std::uint8_t same_service = 1;  // as the charge before: no service id follows
constexpr std::uint8_t has_own_time = 2;  // `at` is not `now`
constexpr std::uint8_t has_response_code = 4;
constexpr std::uint8_t has_windows = 16;  // not UTC's: how far off UTC's they are follows
constexpr std::uint8_t has_spikes = 64;   // behind its metrics: where spike limits stand
constexpr std::uint8_t flags_known =
    same_service | has_own_time | has_response_code | has_windows | has_spikes;

/// The periods whose windows depend on the zone. The windows are kept, not the zone's name: what
/// was counted stays counted where it was when the service's zone or the zone's rules change.
constexpr std::array local_periods{Period::hour, Period::day, Period::week, Period::month,
                                   Period::year};

/// The sign goes into the lowest bit, so that small steps take few bytes either way.
template <class Writer>
void put_step(Writer& out, UnixSeconds step) {
  out.varint(static_cast<std::uint64_t>(step) << 1U ^ static_cast<std::uint64_t>(step >> 63));
}

/// False when it leads to no moment since 1970.
bool read_step(ByteReader& in, UnixSeconds& moment) {
  const std::uint64_t folded = in.varint();
  const auto step = static_cast<UnixSeconds>(folded >> 1U ^ (0 - (folded & 1U)));
  return !__builtin_add_overflow(moment, step, &moment) && moment >= 0;
}

template <class Writer>
void put_windows(Writer& out, const Windows& windows, UnixSeconds at) {
  const Windows utc = windows_at(at);
  for (const Period period : local_periods) {
    put_step(out, windows[index(period)].begin - utc[index(period)].begin);
    put_step(out, windows[index(period)].end - utc[index(period)].end);
  }
}

bool read_windows(ByteReader& in, UnixSeconds at, Windows& windows) {
  windows = windows_at(at);
  for (const Period period : local_periods) {
    Window& window = windows[index(period)];
    if (!read_step(in, window.begin) || !read_step(in, window.end)) return false;
  }
  return true;
}

template <class Writer>
void put(Writer& out, const MetricCharge& metric) {
  out.text(metric.metric_id);
  const auto amount = static_cast<std::uint64_t>(metric.value.amount);
  out.varint(amount << 1U | static_cast<std::uint64_t>(metric.value.is_set));
}

template <class Writer>
void put(Writer& out, std::span<const SpikeAdvance> advanced) {
  out.varint(advanced.size());
  for (const SpikeAdvance& one : advanced) {
    out.text(one.metric_id);
    out.i64(one.state.at);
    out.varint(static_cast<std::uint64_t>(one.state.fraction));
  }
}

template <class Writer>
void put(Writer& out, const Charge& charge, UnixSeconds now, const Charge* before) {
  std::uint8_t flags = 0;
  if (before != nullptr && before->subject.service_id == charge.subject.service_id) {
    flags |= same_service;
  }
  if (charge.at != now) flags |= has_own_time;
  if (charge.response_code != 0) flags |= has_response_code;
  if (charge.windows != nullptr) flags |= has_windows;
  if (!charge.advanced.empty()) flags |= has_spikes;
  out.u8(flags);
  if ((flags & same_service) == 0) out.text(charge.subject.service_id);
  out.text(charge.subject.application_id);
  if (charge.at != now) out.i64(charge.at);
  if (charge.response_code != 0) out.u16(static_cast<std::uint16_t>(charge.response_code));
  if (charge.windows != nullptr) put_windows(out, *charge.windows, charge.at);
  out.varint(charge.metrics.size());
  for (const MetricCharge& metric : charge.metrics) put(out, metric);
  if (!charge.advanced.empty()) put(out, charge.advanced);
}

MetricCharge read_metric(ByteReader& in) {
  MetricCharge metric;
  metric.metric_id = in.text();
  const std::uint64_t value = in.varint();
  metric.value = {static_cast<std::int64_t>(value >> 1U), (value & 1U) != 0};
  return metric;
}

bool read_spikes(ByteReader& in, std::vector<SpikeAdvance>& out) {
  const std::uint64_t count = in.varint();
  if (count > in.left()) return false;
  for (std::uint64_t i = 0; i < count; ++i) {
    SpikeAdvance& one = out.emplace_back();
    one.metric_id = in.text();
    one.state.at = in.i64();
    one.state.fraction = static_cast<std::int64_t>(in.varint());
    if (one.state.at < 0 || one.state.fraction < 0) return false;
  }
  return true;
}

/// Reads a charge but for its metrics and spikes; `flags` says whether it has any of these.
bool read_charge(ByteReader& in, UsageCharged& record, Charge& charge, const Charge* before,
                 std::uint8_t& flags) {
  flags = in.u8();
  if ((flags & ~flags_known) != 0) return false;
  const bool is_same = (flags & same_service) != 0;
  if (is_same && before == nullptr) return false;
  charge.subject.service_id = is_same ? before->subject.service_id : in.text();
  charge.subject.application_id = in.text();
  charge.at = (flags & has_own_time) != 0 ? in.i64() : record.now;
  charge.response_code = (flags & has_response_code) != 0 ? in.u16() : 0;
  if ((flags & has_windows) != 0) {
    charge.windows = &record.windows.emplace_front();
    if (!read_windows(in, charge.at, record.windows.front())) return false;
  }
  return in.ok();
}

// What a rider's first byte says of it.
constexpr std::uint8_t has_key = 1;
constexpr std::uint8_t has_settled = 2;
constexpr std::uint8_t has_firsts = 4;
constexpr std::uint8_t riders_known = has_key | has_settled | has_firsts;

void put(ByteWriter& out, const SlotCalls& of) {
  out.u8(of.slot);
  out.i64(of.minute);
  out.varint(of.calls.size());
  for (const MeteredCalls& one : of.calls) {
    out.text(one.provider_key);
    out.varint(static_cast<std::uint64_t>(one.authorizations));
    out.varint(static_cast<std::uint64_t>(one.transactions));
  }
}

bool read(ByteReader& in, SlotCalls& of) {
  of.slot = in.u8();
  of.minute = in.i64();
  const std::uint64_t count = in.varint();
  if (count > in.left()) return false;
  of.calls.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    MeteredCalls& one = of.calls.emplace_back();
    one.provider_key = in.text();
    one.authorizations = static_cast<std::int64_t>(in.varint());
    one.transactions = static_cast<std::int64_t>(in.varint());
    if (one.authorizations < 0 || one.transactions < 0) return false;
  }
  return in.ok();
}

void put(ByteWriter& out, const FirstsTold& told) {
  out.u64(told.event_id);
  out.varint(told.firsts.size());
  for (const FirstTraffic& one : told.firsts) {
    out.varint(std::uint64_t{one.charge} << 1U | static_cast<std::uint64_t>(one.of_day));
  }
}

bool read(ByteReader& in, FirstsTold& told) {
  told.event_id = in.u64();
  const std::uint64_t count = in.varint();
  if (count > in.left()) return false;
  told.firsts.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t one = in.varint();
    if (one >> 33U != 0) return false;
    told.firsts.push_back({static_cast<std::uint32_t>(one >> 1U), (one & 1U) != 0});
  }
  return in.ok();
}

void put(ByteWriter& out, const UsageRider& rider) {
  out.u8(static_cast<std::uint8_t>((rider.key ? has_key : 0) | (rider.settled ? has_settled : 0) |
                                   (rider.firsts ? has_firsts : 0)));
  if (rider.key) {
    out.u64(rider.key->high);
    out.u64(rider.key->low);
    out.u32(rider.key->request);
    out.u32(rider.key->expires);
  }
  if (rider.settled) put(out, *rider.settled);
  if (rider.firsts) put(out, *rider.firsts);
}

bool read(ByteReader& in, UsageRider& rider) {
  const std::uint8_t flags = in.u8();
  if (flags == 0 || (flags & ~riders_known) != 0) return false;
  if ((flags & has_key) != 0) {
    KeyMark& key = rider.key.emplace();
    key.high = in.u64();
    key.low = in.u64();
    key.request = in.u32();
    key.expires = in.u32();
    if (key.expires == 0) return false;
  }
  if ((flags & has_settled) != 0 && !read(in, rider.settled.emplace())) return false;
  return (flags & has_firsts) == 0 || read(in, rider.firsts.emplace());
}

bool read(ByteReader& in, UsageCharged& record) {
  record.now = in.i64();
  const std::uint64_t charge_count = in.varint();
  if (charge_count > in.left()) return false;  // each takes some bytes: bounds what is reserved
  record.charges.reserve(charge_count);
  struct Ends {
    std::size_t metrics;
    std::size_t advanced;
  };
  std::vector<Ends> ends;
  ends.reserve(charge_count);
  for (std::uint64_t i = 0; i < charge_count; ++i) {
    const Charge* before = i > 0 ? &record.charges[i - 1] : nullptr;
    std::uint8_t flags = 0;
    if (!read_charge(in, record, record.charges.emplace_back(), before, flags)) return false;
    const std::uint64_t metric_count = in.varint();
    if (metric_count > in.left()) return false;
    for (std::uint64_t n = 0; n < metric_count; ++n) record.metrics.push_back(read_metric(in));
    if ((flags & has_spikes) != 0 && !read_spikes(in, record.advanced)) return false;
    ends.push_back({record.metrics.size(), record.advanced.size()});
  }
  // Only now do the metrics and spikes stay where they are.
  const std::span<const MetricCharge> metrics{record.metrics};
  const std::span<const SpikeAdvance> advanced{record.advanced};
  Ends begin{0, 0};
  for (std::size_t i = 0; i < record.charges.size(); ++i) {
    Charge& charge = record.charges[i];
    charge.metrics = metrics.subspan(begin.metrics, ends[i].metrics - begin.metrics);
    charge.advanced = advanced.subspan(begin.advanced, ends[i].advanced - begin.advanced);
    begin = ends[i];
  }
  return true;
}

bool read(ByteReader& in, ServiceErased& record) {
  record.service_id = in.text();
  return true;
}
bool read(ByteReader& in, WindowRestored& record) {
  record.service_id = in.text();
  record.application_id = in.text();
  record.metric_id = in.text();
  const std::uint8_t period = in.u8();
  record.period = static_cast<Period>(period);
  record.begin = in.i64();
  record.base = in.i64();
  return period < period_count && record.base >= 0;
}
bool read(ByteReader& in, HistoryErased& record) {
  record.service_id = in.text();
  record.erasure = in.u64();
  return in.ok();
}
bool read(ByteReader& in, WindowsPut& record) {
  record.service_id = in.text();
  record.application_id = in.text();
  record.metric_id = in.text();
  const std::uint64_t count = in.varint();
  if (count > in.left()) return false;  // each takes some bytes
  record.windows.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint8_t period = in.u8();
    const UnixSeconds begin = in.i64();
    const auto value = static_cast<std::int64_t>(in.varint());
    if (period >= period_count || begin < 0 || value < 0) return false;
    record.windows.push_back({static_cast<Period>(period), begin, value});
  }
  record.now = in.i64();
  return true;
}
bool read(ByteReader& in, EventAdded& record) {
  record.id = in.u64();
  record.type = in.text();
  record.at = in.i64();
  record.object = in.text();
  return true;
}
bool read(ByteReader& in, EventRemoved& record) {
  record.id = in.u64();
  return true;
}
bool read(ByteReader& in, EventsRemovedUpto& record) {
  record.id = in.u64();
  return true;
}
bool read(ByteReader& in, ErrorAdded& record) {
  record.service_id = in.text();
  record.code = in.text();
  record.message = in.text();
  record.at = in.i64();
  record.context = in.text();
  return true;
}
bool read(ByteReader& in, ErrorsCleared& record) {
  record.service_id = in.text();
  return true;
}
bool read(ByteReader& in, AlertMarked& record) {
  record.service_id = in.text();
  record.application_id = in.text();
  record.bin = in.u16();
  record.at = in.i64();
  return true;
}
bool read(ByteReader& in, AlertIdTaken& record) {
  record.id = in.u64();
  return true;
}
bool read(ByteReader& in, KeySecretChosen& record) {
  record.secret.first = in.u64();
  record.secret.second = in.u64();
  return true;
}
bool read(ByteReader& in, CallsMetered& record) { return read(in, record.of); }

/// Usage behind what rides with it.
struct RiddenUsage : UsageCharged {};
bool read(ByteReader& in, RiddenUsage& record) {
  if (!read(in, record.rider) || !read(in, static_cast<UsageCharged&>(record))) return false;
  if (!record.rider.firsts) return true;
  return std::ranges::all_of(record.rider.firsts->firsts, [&](const FirstTraffic& one) {
    return one.charge < record.charges.size();
  });
}

bool read(ByteReader& in, NoticeAdded& record) {
  record.id = in.u64();
  record.service_id = in.text();
  record.application_id = in.text();
  record.at = in.i64();
  record.body = in.text();
  return true;
}
bool read(ByteReader& in, NoticeRemoved& record) {
  record.id = in.u64();
  return true;
}
bool read(ByteReader& in, ToldOnce& record) {
  if (!read(in, record.mark) || !read(in, record.event)) return false;
  const std::uint8_t notices = in.u8();
  return notices == 0 || (notices == 1 && read(in, record.notice.emplace()));
}
bool read(ByteReader& in, MarksErased& record) {
  record.service_id = in.text();
  return true;
}

template <class R>
Result<Record> read_all(ByteReader& in, std::uint8_t type) {
  R record;
  if (!read(in, record) || !in.ok() || !in.at_end()) {
    return Error{RecordErrc::malformed, "type " + std::to_string(type)};
  }
  if constexpr (std::is_base_of_v<UsageCharged, R>) {
    return Record{static_cast<UsageCharged&&>(record)};
  } else {
    return Record{std::move(record)};
  }
}

}  // namespace

const ErrorRow& error_row(RecordErrc code) {
  static constexpr std::array<ErrorRow, 4> rows{{
      {"record_malformed", "a record of the journal of apim is malformed", 500},
      {"record_type_unknown", "the journal of apim was written by a newer version", 500},
      {"snapshot_malformed", "the snapshot of apim is malformed", 500},
      {"snapshot_format_unknown", "the snapshot of apim was written by a newer version", 500},
  }};
  const auto index = static_cast<std::size_t>(code) - 1;
  MS_CHECK(index < rows.size());
  return rows[index];
}

namespace {

void put(ByteWriter& out, const EventAdded& event) {
  out.u64(event.id);
  out.text(event.type);
  out.i64(event.at);
  out.text(event.object);
}

void put(ByteWriter& out, const AlertMarked& mark) {
  out.text(mark.service_id);
  out.text(mark.application_id);
  out.u16(static_cast<std::uint16_t>(mark.bin));
  out.i64(mark.at);
}

void put(ByteWriter& out, const NoticeAdded& notice) {
  out.u64(notice.id);
  out.text(notice.service_id);
  out.text(notice.application_id);
  out.i64(notice.at);
  out.text(notice.body);
}

template <class Writer>
void put_usage(Writer& out, std::span<const Charge> charges, UnixSeconds now) {
  out.i64(now);
  out.varint(charges.size());
  const Charge* before = nullptr;
  for (const Charge& charge : charges) {
    put(out, charge, now, before);
    before = &charge;
  }
}

}  // namespace

void encode_usage(std::string& out, std::span<const Charge> charges, UnixSeconds now,
                  const UsageRider* rider) {
  const bool ridden = rider != nullptr && (rider->key || rider->settled || rider->firsts);
  if (!ridden && charges.size() == 1) {
    SmallWriter small;
    small.u8(static_cast<std::uint8_t>(Type::usage_charged));
    put_usage(small, charges, now);
    if (small.fits()) {
      out.append(small.view());
      return;
    }
  }
  ByteWriter writer = begin(out, ridden ? Type::usage_with_rider : Type::usage_charged);
  if (ridden) put(writer, *rider);
  put_usage(writer, charges, now);
}

void encode(std::string& out, const ServiceErased& record) {
  begin(out, Type::service_erased).text(record.service_id);
}

void encode(std::string& out, const WindowRestored& record) {
  ByteWriter writer = begin(out, Type::window_restored);
  writer.text(record.service_id);
  writer.text(record.application_id);
  writer.text(record.metric_id);
  writer.u8(static_cast<std::uint8_t>(record.period));
  writer.i64(record.begin);
  writer.i64(record.base);
}

void encode(std::string& out, const HistoryErased& record) {
  ByteWriter writer = begin(out, Type::history_erased);
  writer.text(record.service_id);
  writer.u64(record.erasure);
}

void encode(std::string& out, const WindowsPut& record) {
  ByteWriter writer = begin(out, Type::windows_put);
  writer.text(record.service_id);
  writer.text(record.application_id);
  writer.text(record.metric_id);
  writer.varint(record.windows.size());
  for (const CounterWindow& window : record.windows) {
    writer.u8(static_cast<std::uint8_t>(window.period));
    writer.i64(window.begin);
    writer.varint(static_cast<std::uint64_t>(window.value));
  }
  writer.i64(record.now);
}

void encode(std::string& out, const EventAdded& record) {
  ByteWriter writer = begin(out, Type::event_added);
  put(writer, record);
}

void encode(std::string& out, const EventRemoved& record) {
  begin(out, Type::event_removed).u64(record.id);
}

void encode(std::string& out, const EventsRemovedUpto& record) {
  begin(out, Type::events_removed_upto).u64(record.id);
}

void encode(std::string& out, const ErrorAdded& record) {
  ByteWriter writer = begin(out, Type::error_added);
  writer.text(record.service_id);
  writer.text(record.code);
  writer.text(record.message);
  writer.i64(record.at);
  writer.text(record.context);
}

void encode(std::string& out, const ErrorsCleared& record) {
  begin(out, Type::errors_cleared).text(record.service_id);
}

void encode(std::string& out, const AlertMarked& record) {
  ByteWriter writer = begin(out, Type::alert_marked);
  put(writer, record);
}

void encode(std::string& out, const AlertIdTaken& record) {
  begin(out, Type::alert_id_taken).u64(record.id);
}

void encode(std::string& out, const KeySecretChosen& record) {
  ByteWriter writer = begin(out, Type::key_secret_chosen);
  writer.u64(record.secret.first);
  writer.u64(record.secret.second);
}

void encode(std::string& out, const CallsMetered& record) {
  ByteWriter writer = begin(out, Type::calls_metered);
  put(writer, record.of);
}

void encode(std::string& out, const NoticeAdded& record) {
  ByteWriter writer = begin(out, Type::notice_added);
  put(writer, record);
}

void encode(std::string& out, const NoticeRemoved& record) {
  begin(out, Type::notice_removed).u64(record.id);
}

void encode(std::string& out, const ToldOnce& record) {
  ByteWriter writer = begin(out, Type::told_once);
  put(writer, record.mark);
  put(writer, record.event);
  writer.u8(record.notice ? 1 : 0);
  if (record.notice) put(writer, *record.notice);
}

void encode(std::string& out, const MarksErased& record) {
  begin(out, Type::marks_erased).text(record.service_id);
}

Result<Record> decode(Bytes record) {
  ByteReader in{record};
  const std::uint8_t type = in.u8();
  switch (static_cast<Type>(type)) {
    case Type::usage_charged:
      return read_all<UsageCharged>(in, type);
    case Type::service_erased:
      return read_all<ServiceErased>(in, type);
    case Type::event_added:
      return read_all<EventAdded>(in, type);
    case Type::event_removed:
      return read_all<EventRemoved>(in, type);
    case Type::events_removed_upto:
      return read_all<EventsRemovedUpto>(in, type);
    case Type::error_added:
      return read_all<ErrorAdded>(in, type);
    case Type::errors_cleared:
      return read_all<ErrorsCleared>(in, type);
    case Type::alert_marked:
      return read_all<AlertMarked>(in, type);
    case Type::alert_id_taken:
      return read_all<AlertIdTaken>(in, type);
    case Type::usage_with_rider:
      return read_all<RiddenUsage>(in, type);
    case Type::key_secret_chosen:
      return read_all<KeySecretChosen>(in, type);
    case Type::calls_metered:
      return read_all<CallsMetered>(in, type);
    case Type::window_restored:
      return read_all<WindowRestored>(in, type);
    case Type::history_erased:
      return read_all<HistoryErased>(in, type);
    case Type::notice_added:
      return read_all<NoticeAdded>(in, type);
    case Type::notice_removed:
      return read_all<NoticeRemoved>(in, type);
    case Type::told_once:
      return read_all<ToldOnce>(in, type);
    case Type::marks_erased:
      return read_all<MarksErased>(in, type);
    case Type::windows_put:
      return read_all<WindowsPut>(in, type);
  }
  if (record.empty()) return Error{RecordErrc::malformed, "it is empty"};
  return Error{RecordErrc::type_unknown, "record type " + std::to_string(type)};
}

}  // namespace mainstay::apim
