#pragma once

#include "base/result.hpp"
#include "platform/core/platform.hpp"

namespace mainstay::charging {

/// The job that deletes what is older than the settings keep_events_days and
/// keep_meter_values_days say: every hour.
Result<> add_history_job(jobs::Runner& runner, Platform& platform);

/// And soon after a start: what the settings say now counts. Behind add_history_job().
void forget_history_soon(Platform& platform);

}  // namespace mainstay::charging
