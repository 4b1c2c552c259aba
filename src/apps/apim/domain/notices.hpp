#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "apps/apim/domain/catalog.hpp"
#include "apps/apim/ports/counters.hpp"
#include "apps/apim/ports/events.hpp"

namespace mainstay::apim {

struct Utilization;  // alert.hpp

/// The object of the events first_traffic and first_daily_traffic, which the counters tell
/// themselves: whose it is and when.
std::string traffic_object(std::string_view service_id, std::string_view application_id,
                           UnixSeconds now);

/// What a tenant's owner is told after calls were counted: alerts when an application nears or
/// passes its limits, that it lives on a limit's grace, and that a shadow limit would have refused
/// it; each once in Limits::alert_mark_life. The consumer behind the application is told of alerts
/// and of the grace, where a webhook is set. Any thread.
class Notices {
 public:
  Notices(const Counters& counters, AlertMarks& marks) : counters_(counters), marks_(marks) {}

  /// How many shadow limits the application is above. Asked again for the same charge, as after a
  /// crash, it tells nothing twice.
  std::size_t after_charge(const Service& service, const Application& application, UnixSeconds now);

 private:
  void alert_if_due(const Service& service, const Application& application, UnixSeconds now);
  std::size_t look_at_watched(const Service& service, const Application& application,
                              UnixSeconds now);
  void tell_once(const Service& service, const Application& application, const Utilization& above,
                 UnixSeconds now);

  const Counters& counters_;
  AlertMarks& marks_;
};

}  // namespace mainstay::apim
