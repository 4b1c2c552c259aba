#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "apps/apim/outbound/journal/records.hpp"
#include "apps/apim/outbound/memory/event_queue.hpp"
#include "apps/apim/outbound/memory/notice_queue.hpp"
#include "apps/apim/ports/events.hpp"
#include "apps/apim/ports/record_log.hpp"
#include "base/bytes.hpp"
#include "base/locked.hpp"
#include "base/result.hpp"

namespace mainstay::apim {

/// The alert marks of the process, striped by application; each takes its place in the log under
/// its stripe's lock, in one record with what is told because of it. Any thread. Bounded by the
/// applications' bins; a mark that has expired goes with the next one set in its stripe.
class JournaledAlertMarks final : public AlertMarks {
 public:
  JournaledAlertMarks(RecordLog& log, EventQueue& events, NoticeQueue& notices)
      : log_(&log), events_(&events), notices_(&notices) {}

  bool tell_once(std::string_view service_id, std::string_view name, int bin, UnixSeconds now,
                 const UniqueFunction<Telling()>& telling) override;
  [[nodiscard]] bool is_marked(std::string_view service_id, std::string_view name, int bin,
                               UnixSeconds now) const override;
  void erase_service(std::string_view service_id) override;
  std::uint64_t next_alert_id() override;

  // Recovery: load() into an empty one, then the records in their order, then service. A mark takes
  // only records behind its own, so that save() may run while serving.
  void replay(std::uint64_t sequence, const AlertMarked& record);
  void replay(std::uint64_t sequence, const MarksErased& record);
  void replay(std::uint64_t sequence, const AlertIdTaken& record);
  void save(std::string& out) const;
  Result<> load(ByteReader& in);

 private:
  struct Key {
    std::string service_id;
    std::string application_id;
    int bin = 0;
  };
  struct KeyView {
    std::string_view service_id;
    std::string_view application_id;
    int bin = 0;
  };
  struct Less {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return as_tuple(a) < as_tuple(b);
    }
    template <class K>
    static auto as_tuple(const K& key) {
      return std::tuple{key.bin, std::string_view{key.application_id},
                        std::string_view{key.service_id}};
    }
  };
  struct Mark {
    UnixSeconds at = 0;
    std::uint64_t sequence = 0;  // of the record that set it
  };
  struct Stripe {
    using Marks = std::map<Key, Mark, Less>;
    Marks marks;
    std::deque<Marks::iterator> oldest_first;

    /// Sets or renews it, after the expired ones at the front have gone.
    void put(const KeyView& key, const Mark& mark);
    /// Those set before `sequence`.
    void erase(std::string_view service_id, std::uint64_t sequence);
  };
#if defined(__SANITIZE_THREAD__)
  static constexpr std::size_t stripe_count = 16;  // it follows at most 64 locks held at once
#else
  static constexpr std::size_t stripe_count = 64;
#endif

  static std::size_t stripe_of(const KeyView& key);

  std::uint64_t tell(const AlertMarked& mark, const Telling& telling);

  RecordLog* log_;
  EventQueue* events_;    // locked behind a stripe
  NoticeQueue* notices_;  // locked behind the events
  std::array<Locked<Stripe>, stripe_count> stripes_;
  Locked<std::uint64_t> alert_id_last_{0U};
};

}  // namespace mainstay::apim
