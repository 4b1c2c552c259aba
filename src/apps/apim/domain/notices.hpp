#pragma once

#include "apps/apim/domain/catalog.hpp"
#include "apps/apim/ports/counters.hpp"
#include "apps/apim/ports/events.hpp"

namespace mainstay::apim {

/// What a tenant's owner is told after calls were counted: first traffic of an application, its
/// first of a day, and alerts when it nears or passes its limits. Any thread.
class Notices {
 public:
  Notices(const Counters& counters, Events& events, AlertMarks& marks)
      : counters_(counters), events_(events), marks_(marks) {}

  void after_charge(const Service& service, const Application& application, const Traffic& traffic,
                    UnixSeconds now);

 private:
  void alert_if_due(const Service& service, const Application& application, UnixSeconds now);

  const Counters& counters_;
  Events& events_;
  AlertMarks& marks_;
};

}  // namespace mainstay::apim
