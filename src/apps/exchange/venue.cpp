#include "apps/exchange/venue.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <limits>
#include <pthread.h>
#include <thread>
#include <utility>
#include <vector>

#include "apps/exchange/domain/command_codec.hpp"
#include "apps/exchange/venue_state.hpp"
#include "base/mutex.hpp"
#include "platform/lane/lane.hpp"

namespace mainstay::exchange {
namespace {

constexpr Millis stop_check_every{100};
constexpr Sequence all_commands = std::numeric_limits<Sequence>::max();

Time nanoseconds(SystemTime at) { return Time{at.time_since_epoch().count() * 1'000}; }

/// What was submitted: a command, or with `look` or `mark` none.
struct Item {
  AccountId account{};
  CommandBody body;
  Venue::Done done;
  UniqueFunction<void(const Views&)> look;
  UniqueFunction<void()> mark;
  std::uint64_t origin = 0;
};

/// A mark, and how many commands of the batch are before it.
struct Marked {
  std::size_t before = 0;
  UniqueFunction<void()> mark;
};

/// A command that was carried out and waits until it may be told.
struct Carried {
  Command command;
  Venue::Done done;
  std::size_t events_end = 0;  // in the batch's events
};

}  // namespace

Reject Outcome::reject() const {
  const bool refused = !events.empty() && events.front().kind == EventKind::rejected;
  return refused ? events.front().reason : Reject::none;
}

struct Venue::Impl {
  Impl(VenueOptions wanted, const Clock& time, journal::FileSystem& file_system)
      : options(std::move(wanted)),
        folder(options.journal.folder),
        clock(time),
        files(file_system),
        state(options.engine),
        snapshots("exchange.snap", 1),
        next_snapshot_bytes(options.snapshot_every_bytes) {}

  Result<> start();
  void log_limits();
  void stop();
  bool post(Item item, Wake when = Wake::now);
  void wake_lane();

  // On the lane.
  void run();
  bool take(std::vector<Item>& items);
  void carry_out(std::vector<Item>& items);
  void carry_out(Item& item, Time now);
  bool store();
  bool wait_until_durable();
  void tell(std::vector<Item>& items);
  void tell_again(const Command& command, std::span<const Event> own);
  void snapshot_when_due();

  // On the lane of snapshots.
  void make_snapshot(journal::Sequence as_of);
  Result<> write_snapshot(journal::Sequence as_of);

  VenueOptions options;
  const std::filesystem::path folder;
  const Clock& clock;
  journal::FileSystem& files;
  std::vector<Listener*> listeners;

  Mutex mutex;
  std::condition_variable wake;
  std::vector<Item> queue MS_GUARDED_BY(mutex);
  bool woken MS_GUARDED_BY(mutex) =
      false;  // the lane was told of the queue, and has not looked yet
  bool running MS_GUARDED_BY(mutex) = false;
  bool durable MS_GUARDED_BY(mutex) = false;  // what store() waits for

  // The lane's own.
  std::unique_ptr<journal::Journal> journal;
  VenueState state;
  CommandBatch batch;
  std::vector<Carried> carried;
  std::vector<Marked> marks;
  Events events;
  std::thread thread;

  Lane snapshots;
  std::atomic<bool> snapshotting{false};
  std::atomic<std::uint64_t> next_snapshot_bytes;

  std::atomic<std::uint64_t> commands{0};
  std::atomic<std::uint64_t> rejected{0};
  std::atomic<std::uint64_t> trades{0};
  std::atomic<std::uint64_t> snapshots_made{0};
  std::atomic<std::uint64_t> snapshots_failed{0};
};

Result<> Venue::Impl::start() {
  auto replay = state.replay_to(
      all_commands, [this](const Command& command, auto own) { tell_again(command, own); });
  MS_TRY(journal, journal::Journal::open(std::move(options.journal), files, std::move(replay)));
  log_limits();
  const Views views = state.views();
  for (Listener* listener : listeners) listener->on_batch_end(views);
  {
    MutexLock lock{mutex};
    running = true;
  }
  snapshots.start();
  thread = std::thread{[this] { run(); }};
  return {};
}

/// Behind what was taken under those before, and before anything that these refuse.
void Venue::Impl::log_limits() {
  const OrderLimits wanted{options.engine.orders_max, options.engine.orders_per_account_max};
  if (state.limits() == wanted) return;
  state.set_limits(wanted);
  journal->append(as_bytes(VenueState::limits_record(wanted)));
  (void)journal->commit([] {});  // what comes behind it waits for it too
}

void Venue::Impl::stop() {
  {
    MutexLock lock{mutex};
    running = false;
  }
  wake.notify_all();
  if (!thread.joinable()) return;
  thread.join();
  snapshots.stop();
  journal.reset();
}

bool Venue::Impl::post(Item item, Wake when) {
  bool first = false;
  {
    MutexLock lock{mutex};
    if (!running || queue.size() >= options.queue_max) return false;
    queue.push_back(std::move(item));
    first = when == Wake::now && !std::exchange(woken, true);
  }
  if (first) wake.notify_one();
  return true;
}

void Venue::Impl::wake_lane() {
  {
    MutexLock lock{mutex};
    if (queue.empty() || std::exchange(woken, true)) return;
  }
  wake.notify_one();
}

void Venue::Impl::run() {
  ::pthread_setname_np(::pthread_self(), "exchange");
  std::vector<Item> items;
  while (take(items)) {
    carry_out(items);
    items.clear();
  }
}

/// All that waits. False: stopped, and nothing waits.
bool Venue::Impl::take(std::vector<Item>& items) {
  MutexLock lock{mutex};
  while (queue.empty() && running) {
    woken = false;
    lock.wait(wake);
  }
  items.swap(queue);
  woken = false;
  return !items.empty();
}

void Venue::Impl::carry_out(std::vector<Item>& items) {
  // Time stands still within a batch, and never goes back.
  const Time now = std::max(nanoseconds(clock.wall()), state.engine().last_time());
  batch.begin(state.engine().last_sequence() + 1, now);
  for (Item& item : items) {
    if (item.mark) {
      marks.push_back({carried.size(), std::move(item.mark)});
    } else if (!item.look) {
      carry_out(item, now);
    }
  }
  if (carried.empty() || store()) tell(items);
  carried.clear();
  marks.clear();
  events.clear();
  snapshot_when_due();
}

void Venue::Impl::carry_out(Item& item, Time now) {
  Carried& done = carried.emplace_back();
  done.done = std::move(item.done);
  Command& command = done.command;
  command.sequence = state.engine().last_sequence() + 1;
  command.at = now;
  command.account = item.account;
  command.body = std::move(item.body);
  command.origin = item.origin;
  if (auto* order = std::get_if<PlaceOrder>(&command.body)) order->id = OrderId{command.sequence};
  state.apply(command, events);
  done.events_end = events.size();
  if (batch.full()) {
    journal->append(batch.bytes());
    batch.begin(command.sequence, now);
  }
  batch.add(command);
}

/// Returns when nothing of the batch can be lost any more; until then nobody has seen any of it.
/// False: it will not come to that, and nobody is told.
bool Venue::Impl::store() {
  journal->append(batch.bytes());
  {
    MutexLock lock{mutex};
    durable = false;
  }
  const bool at_once = journal->commit([this] {
    {
      MutexLock lock{mutex};
      durable = true;
    }
    wake.notify_all();
  });
  return at_once || wait_until_durable();
}

/// As long as it takes, unless the venue stops while the disk fails.
bool Venue::Impl::wait_until_durable() {
  MutexLock lock{mutex};
  while (!durable) {
    lock.wait_for(wake, stop_check_every);
    if (!running && journal->health().has_error()) return durable;
  }
  return true;
}

void Venue::Impl::tell(std::vector<Item>& items) {
  const Views views = state.views();
  for (Listener* listener : listeners) listener->on_telling();
  std::size_t begin = 0;
  auto next_mark = marks.begin();
  const auto pass_marks = [&](std::size_t told) {
    for (; next_mark != marks.end() && next_mark->before <= told; ++next_mark) next_mark->mark();
  };
  for (std::size_t i = 0; i < carried.size(); ++i) {
    pass_marks(i);
    Carried& one = carried[i];
    const auto own = std::span<const Event>{events}.subspan(begin, one.events_end - begin);
    begin = one.events_end;
    const Outcome outcome{one.command, own, views};
    rejected.fetch_add(outcome.reject() == Reject::none ? 0 : 1, std::memory_order_relaxed);
    for (Listener* listener : listeners) listener->on_outcome(outcome);
    if (one.done) one.done(outcome);
  }
  pass_marks(carried.size());
  commands.fetch_add(carried.size(), std::memory_order_relaxed);
  const auto traded = std::ranges::count(events, EventKind::traded, &Event::kind);
  trades.fetch_add(static_cast<std::uint64_t>(traded), std::memory_order_relaxed);
  if (!carried.empty()) {
    for (Listener* listener : listeners) listener->on_batch_end(views);
  }
  for (Item& item : items) {
    if (item.look) item.look(views);
  }
  for (Listener* listener : listeners) listener->on_told();
}

/// To those who had not heard of it when the process ended.
void Venue::Impl::tell_again(const Command& command, std::span<const Event> own) {
  const Views views = state.views();
  const Outcome outcome{command, own, views};
  for (Listener* listener : listeners) {
    if (command.sequence > listener->heard_up_to()) listener->on_outcome(outcome);
  }
}

void Venue::Impl::snapshot_when_due() {
  if (journal->bytes_since_snapshot() < next_snapshot_bytes) return;
  if (snapshotting.exchange(true)) return;
  next_snapshot_bytes = options.snapshot_every_bytes;
  const journal::Sequence as_of = journal->last_sequence();
  if (!snapshots.try_post([this, as_of] { make_snapshot(as_of); })) snapshotting = false;
}

void Venue::Impl::make_snapshot(journal::Sequence as_of) {
  if (write_snapshot(as_of).has_value()) {
    snapshots_made.fetch_add(1);
  } else {
    snapshots_failed.fetch_add(1);
    // The log is as it was: try again when it has grown by as much once more.
    next_snapshot_bytes = journal->bytes_since_snapshot() + options.snapshot_every_bytes;
  }
  snapshotting = false;
}

/// By replaying the log into another state: the lane goes on meanwhile, and what the next start
/// would do is done once more.
Result<> Venue::Impl::write_snapshot(journal::Sequence as_of) {
  MS_TRY_VOID(journal->sync());
  VenueState copy{options.engine};
  MS_TRY(const journal::Sequence reached,
         journal::read_log(folder, files, as_of, copy.replay_to(all_commands)));
  if (reached != as_of) return StateErrc::out_of_order;
  for (Listener* listener : listeners) {
    if (!listener->settle()) return StateErrc::unsettled;
  }
  std::string bytes;
  copy.save(bytes);
  return journal->write_snapshot(as_bytes(bytes), as_of);
}

Venue::Venue(VenueOptions options, const Clock& clock, journal::FileSystem& files)
    : impl_(std::make_unique<Impl>(std::move(options), clock, files)) {}

Venue::~Venue() { stop(); }

void Venue::listen(Listener& listener) { impl_->listeners.push_back(&listener); }

Result<> Venue::start() { return impl_->start(); }

void Venue::stop() { impl_->stop(); }

bool Venue::submit(AccountId account, CommandBody body, Done done, std::uint64_t origin,
                   Wake when) {
  if (!impl_->journal->accepts()) return false;
  Item item;
  item.account = account;
  item.body = std::move(body);
  item.done = std::move(done);
  item.origin = origin;
  return impl_->post(std::move(item), when);
}

void Venue::wake() { impl_->wake_lane(); }

bool Venue::look(UniqueFunction<void(const Views&)> look, Wake when) {
  Item item;
  item.look = std::move(look);
  return impl_->post(std::move(item), when);
}

bool Venue::mark(UniqueFunction<void()> mark) {
  Item item;
  item.mark = std::move(mark);
  return impl_->post(std::move(item));
}

Result<> Venue::health() const { return impl_->journal->health(); }

Venue::Stats Venue::stats() const {
  Stats stats;
  stats.commands = impl_->commands.load(std::memory_order_relaxed);
  stats.rejected = impl_->rejected.load(std::memory_order_relaxed);
  stats.trades = impl_->trades.load(std::memory_order_relaxed);
  stats.snapshots = impl_->snapshots_made.load();
  stats.snapshots_failed = impl_->snapshots_failed.load();
  MutexLock lock{impl_->mutex};
  stats.waiting = impl_->queue.size();
  return stats;
}

}  // namespace mainstay::exchange
