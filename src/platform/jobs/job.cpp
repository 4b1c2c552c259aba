#include "platform/jobs/job.hpp"

#include <algorithm>
#include <array>

namespace mainstay::jobs {
namespace {

constexpr std::array<std::string_view, 6> state_names{"scheduled", "queued", "running",
                                                      "done",      "dead",   "cancelled"};

}  // namespace

const ErrorRow& error_row(Errc code) {
  static constexpr ErrorRow rows[] = {
      {"job_refused", "this job cannot be queued", 400, Retry::no},
      {"job_unknown", "there is no such job", 404, Retry::no},
      {"job_not_now", "the job's state does not allow that", 409, Retry::no},
      {"job_give_up", "trying again is of no use", 500, Retry::no},
      {"job_failed", "the job failed", 500, Retry::yes},
  };
  return rows[static_cast<std::size_t>(code) - 1];
}

std::string_view name_of(State state) { return state_names[static_cast<std::size_t>(state)]; }

std::optional<State> parse_state(std::string_view name) {
  const auto found = std::ranges::find(state_names, name);
  if (found == state_names.end()) return std::nullopt;
  return static_cast<State>(found - state_names.begin());
}

}  // namespace mainstay::jobs
