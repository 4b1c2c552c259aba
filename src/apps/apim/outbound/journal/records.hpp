#pragma once

#include <cstdint>
#include <forward_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "apps/apim/domain/period.hpp"
#include "apps/apim/outbound/memory/key_table.hpp"
#include "apps/apim/ports/counter_windows.hpp"
#include "apps/apim/ports/counters.hpp"
#include "apps/apim/ports/metering_ledger.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/sip_hash.hpp"

namespace mainstay::apim {

/// What is wrong with stored bytes. A journal's checksums hold by then, so it is a version of ours,
/// not damage.
enum class RecordErrc : std::uint8_t {
  malformed = 1,
  type_unknown,  // written by a newer version
  snapshot_malformed,
  snapshot_format_unknown,  // written by a newer version
};
const ErrorRow& error_row(RecordErrc code);

/// Providers' calls that a slot of the metering ledger has taken down or settled.
struct SlotCalls {
  std::uint8_t slot = 0;
  UnixSeconds minute = 0;
  std::vector<MeteredCalls> calls;
};

/// One of a record's charges that is the first of its application: ever, or of a day.
struct FirstTraffic {
  std::uint32_t charge = 0;  // its place
  bool of_day = false;
};
/// The events of first traffic: the first of them has this id, the others those behind it.
struct FirstsTold {
  std::uint64_t event_id = 0;
  std::vector<FirstTraffic> firsts;
};

/// What rides in a record of usage, so that both are there or neither.
struct UsageRider {
  std::optional<KeyMark> key;        // of the call
  std::optional<SlotCalls> settled;  // what the usage was metered for
  std::optional<FirstsTold> firsts;
};

/// The changes of the app's state in memory, as they lie in its journal: a type's byte, then the
/// fields, as ByteWriter writes them. A type never changes its meaning; a new shape is a new type.
/// Decoded records are views into the journal's bytes.
struct UsageCharged {
  UnixSeconds now = 0;
  std::vector<Charge> charges;
  std::vector<MetricCharge> metrics;   // what the charges' spans point into
  std::vector<SpikeAdvance> advanced;  // likewise
  std::forward_list<Windows> windows;  // what the charges' windows point to
  UsageRider rider;

  UsageCharged() = default;
  UsageCharged(UsageCharged&&) = default;
  UsageCharged& operator=(UsageCharged&&) = default;
  UsageCharged(const UsageCharged&) = delete;
  UsageCharged& operator=(const UsageCharged&) = delete;
};
struct ServiceErased {
  std::string_view service_id;
};
/// A window that memory had let go of and that was counted in again: what the history had of it.
struct WindowRestored {
  std::string_view service_id;
  std::string_view application_id;
  std::string_view metric_id;
  Period period = Period::hour;
  UnixSeconds begin = 0;
  std::int64_t base = 0;
};
/// The history holds nothing any more of what the ServiceErased of that sequence erased.
struct HistoryErased {
  std::string_view service_id;
  std::uint64_t erasure = 0;
};
/// Values that were put in the place of a metric's windows, by an import.
struct WindowsPut {
  std::string_view service_id;
  std::string_view application_id;
  std::string_view metric_id;
  std::vector<CounterWindow> windows;
  UnixSeconds now = 0;
};
struct EventAdded {
  std::uint64_t id = 0;
  std::string_view type;
  UnixSeconds at = 0;
  std::string_view object;
};
struct EventRemoved {
  std::uint64_t id = 0;
};
struct EventsRemovedUpto {
  std::uint64_t id = 0;
};
struct ErrorAdded {
  std::string_view service_id;
  std::string_view code;
  std::string_view message;
  UnixSeconds at = 0;
  std::string_view context;
};
struct ErrorsCleared {
  std::string_view service_id;
};
struct AlertMarked {
  std::string_view service_id;
  std::string_view application_id;
  int bin = 0;
  UnixSeconds at = 0;
};
struct AlertIdTaken {
  std::uint64_t id = 0;
};
/// All marks of a service's applications.
struct MarksErased {
  std::string_view service_id;
};
struct KeySecretChosen {
  SipKey secret;
};
struct CallsMetered {
  SlotCalls of;
};
struct NoticeAdded {
  std::uint64_t id = 0;
  std::string_view service_id;
  std::string_view application_id;
  UnixSeconds at = 0;
  std::string_view body;
};
struct NoticeRemoved {
  std::uint64_t id = 0;
};
/// A mark, and what is told because it was not there before.
struct ToldOnce {
  AlertMarked mark;
  EventAdded event;
  std::optional<NoticeAdded> notice;  // where a consumer is told too
};

using Record = std::variant<UsageCharged, ServiceErased, EventAdded, EventRemoved,
                            EventsRemovedUpto, ErrorAdded, ErrorsCleared, AlertMarked, AlertIdTaken,
                            KeySecretChosen, CallsMetered, WindowRestored, HistoryErased,
                            NoticeAdded, NoticeRemoved, WindowsPut, ToldOnce, MarksErased>;

/// Each appends one record to `out`.
void encode_usage(std::string& out, std::span<const Charge> charges, UnixSeconds now,
                  const UsageRider* rider = nullptr);
void encode(std::string& out, const ServiceErased& record);
void encode(std::string& out, const WindowRestored& record);
void encode(std::string& out, const HistoryErased& record);
void encode(std::string& out, const WindowsPut& record);
void encode(std::string& out, const EventAdded& record);
void encode(std::string& out, const EventRemoved& record);
void encode(std::string& out, const EventsRemovedUpto& record);
void encode(std::string& out, const ErrorAdded& record);
void encode(std::string& out, const ErrorsCleared& record);
void encode(std::string& out, const AlertMarked& record);
void encode(std::string& out, const AlertIdTaken& record);
void encode(std::string& out, const KeySecretChosen& record);
void encode(std::string& out, const CallsMetered& record);
void encode(std::string& out, const NoticeAdded& record);
void encode(std::string& out, const NoticeRemoved& record);
void encode(std::string& out, const ToldOnce& record);
void encode(std::string& out, const MarksErased& record);

template <class R>
std::string encoded(const R& record) {
  std::string out;
  encode(out, record);
  return out;
}

/// Errors: malformed, type_unknown.
Result<Record> decode(Bytes record);

}  // namespace mainstay::apim
