#pragma once

#include <cstddef>
#include <string_view>

#include "apps/apim/domain/catalog.hpp"
#include "apps/apim/ports/consumer_notices.hpp"
#include "apps/apim/ports/counters.hpp"
#include "apps/apim/ports/events.hpp"

namespace mainstay::apim {

struct Utilization;  // alert.hpp

/// What a tenant's owner is told after calls were counted: first traffic of an application, its
/// first of a day, alerts when it nears or passes its limits, that it lives on a limit's grace, and
/// that a shadow limit would have refused it; each of the last three once in
/// Limits::alert_mark_life. The consumer behind the application is told of alerts and of the grace,
/// where a webhook is set. Any thread.
class Notices {
 public:
  /// Without `consumers` no consumer is told.
  Notices(const Counters& counters, Events& events, AlertMarks& marks,
          ConsumerNotices* consumers = nullptr)
      : counters_(counters), events_(events), marks_(marks), consumers_(consumers) {}

  /// How many shadow limits the application is above.
  std::size_t after_charge(const Service& service, const Application& application,
                           const Traffic& traffic, UnixSeconds now);

 private:
  void alert_if_due(const Service& service, const Application& application, UnixSeconds now);
  std::size_t look_at_watched(const Service& service, const Application& application,
                              UnixSeconds now);
  void tell_once(const Service& service, const Application& application, const Utilization& above,
                 UnixSeconds now);
  void tell_consumer(const Service& service, const Application& application, std::string_view type,
                     std::string_view object, UnixSeconds now);

  const Counters& counters_;
  Events& events_;
  AlertMarks& marks_;
  ConsumerNotices* consumers_;
};

}  // namespace mainstay::apim
