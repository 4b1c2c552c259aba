#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "platform/jobs/job.hpp"

namespace mainstay::store {
class Session;
}

namespace mainstay::jobs {

struct Enqueued {
  std::string id;  // the new job's, or the one's that has the unique key
  bool is_new = true;
};

/// Adds a job inside the caller's work: it is there when, and only when, what else the work wrote
/// is. Refuses what is beyond `limits`. Any thread that has a session; whoever has the program's
/// jobs::Runner at hand calls its wake() behind the commit, others wait for its next look at the
/// table.
Result<Enqueued> enqueue(store::Session& session, std::string_view kind, std::string_view payload,
                         const Options& options, SystemTime now);

}  // namespace mainstay::jobs
