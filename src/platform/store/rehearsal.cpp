#include "platform/store/rehearsal.hpp"

namespace mainstay::store {
namespace {

/// The work, and then an error of ours, which undoes it.
Store::Work undone(Store::Work work) {
  return [work = std::move(work)](Session& session) -> Result<> {
    MS_TRY_VOID(work(session));
    return Error{Errc::rehearsed};
  };
}

Result<> outcome_of(Result<> outcome) {
  if (outcome.has_error() && outcome.error().is(Errc::rehearsed)) return {};
  return outcome;
}

}  // namespace

void Rehearsal::write(Work work, Done done) {
  real_.write(undone(std::move(work)),
              [done = std::move(done)](Result<> outcome) { done(outcome_of(std::move(outcome))); });
}

Result<> Rehearsal::write_now(Work work) {
  return outcome_of(real_.write_now(undone(std::move(work))));
}

}  // namespace mainstay::store
