#include "platform/store/group_commit.hpp"

#include <future>
#include <utility>

#include "base/check.hpp"

namespace mainstay::store {

GroupCommit::GroupCommit(Options options, Writer& writer)
    : options_(std::move(options)), writer_(writer) {
  MS_CHECK(options_.queue_max > 0 && options_.batch_max > 0);
  lane_.start();
}

void GroupCommit::write(Store::Work work, Store::Done done) {
  Result<> refusal;
  {
    auto queue = queue_.lock();
    if (queue->stopped) {
      refusal = Error{Errc::stopped, options_.name};
    } else if (queue->items.size() >= options_.queue_max) {
      refusal = Error{Errc::busy, options_.name + ": too many writes are waiting"};
    } else {
      queue->items.push_back({std::move(work), std::move(done)});
      if (!queue->draining) queue->draining = lane_.try_post([this] { drain(); });
      MS_CHECK(queue->draining);
      return;
    }
  }
  done(std::move(refusal));
}

Result<> GroupCommit::write_now(Store::Work work) {
  {
    auto queue = queue_.lock();
    MS_CHECK(queue->writer != std::this_thread::get_id());  // it would wait for itself
  }
  std::promise<Result<>> promise;
  auto outcome = promise.get_future();
  write(std::move(work), [&promise](Result<> result) { promise.set_value(std::move(result)); });
  return outcome.get();
}

void GroupCommit::stop() {
  {
    auto queue = queue_.lock();
    queue->stopped = true;
  }
  lane_.stop();
}

void GroupCommit::drain() {
  for (;;) {
    std::vector<Item> batch = next_batch();
    if (batch.empty()) return;
    for (std::span<Item> left{batch}; !left.empty();) left = left.subspan(run_transaction(left));
  }
}

std::vector<GroupCommit::Item> GroupCommit::next_batch() {
  std::vector<Item> batch;
  auto queue = queue_.lock();
  queue->writer = std::this_thread::get_id();
  while (!queue->items.empty() && batch.size() < options_.batch_max) {
    batch.push_back(std::move(queue->items.front()));
    queue->items.pop_front();
  }
  queue->draining = !batch.empty();
  return batch;
}

/// Commits `items` together and tells each its outcome; gives how many it took. Fewer than all only
/// when the engine rolled back on its own (disk full, I/O): the ones so far have failed, the others
/// deserve a new transaction.
std::size_t GroupCommit::run_transaction(std::span<Item> items) {
  std::vector<Result<>> outcomes;
  Result<> committed = writer_.begin();
  if (committed.has_error()) {
    outcomes.resize(items.size());
  } else {
    while (outcomes.size() < items.size() && writer_.in_transaction()) {
      outcomes.push_back(writer_.run(items[outcomes.size()].work));
    }
    const bool whole = writer_.in_transaction();
    committed = whole ? writer_.commit() : outcomes.back();
  }
  if (committed.has_error() || writer_.changed()) note(committed);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    items[i].done(outcomes[i].has_error() ? std::move(outcomes[i]) : committed);
  }
  return outcomes.size();
}

void GroupCommit::note(const Result<>& outcome) {
  auto condition = condition_.lock();
  if (outcome.has_value()) {
    condition->failure.reset();
  } else if (outcome.error().is(Errc::full) || outcome.error().is(Errc::io)) {
    condition->failure = outcome.error();
  }
}

Result<> GroupCommit::health() {
  Result<> state;
  {
    auto condition = condition_.lock();
    if (!condition->failure) return {};
    state = *condition->failure;
    if (std::exchange(condition->trying, true)) return state;
  }
  const auto try_to_write = [this](Session& session) { return writer_.try_to_write(session); };
  write(try_to_write, [this](const Result<>& outcome) {
    note(outcome);
    auto condition = condition_.lock();
    condition->trying = false;
  });
  return state;
}

}  // namespace mainstay::store
