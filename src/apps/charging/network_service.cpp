#include "apps/charging/network_service.hpp"

#include <algorithm>
#include <atomic>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/locked.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"
#include "platform/lane/lane.hpp"

namespace mainstay::charging {
namespace {

constexpr std::string_view removed_text = "the station is not registered any more";

/// While one is being written the next one gathers: all who come meanwhile share it.
constexpr int commits_under_way_max = 1;

/// It acknowledges nothing, so it need not wait for a commit.
bool promises_nothing(const StationRequest& request) {
  return std::holds_alternative<ocpp::Authorize>(request) ||
         std::holds_alternative<ocpp::Heartbeat>(request);
}

/// Of what it said of itself at its newest boot.
std::string firmware_of(const StationRow& row) {
  const auto boot = json::parse(row.boot.empty() ? "{}" : row.boot);
  const auto* const version = boot ? boot->find_string("firmware_version") : nullptr;
  return version != nullptr ? *version : std::string{};
}

/// Until a door is there: nobody is connected.
class NoLink final : public StationLink {
 public:
  void call(StationId, BackendRequest, CallDone done) override { done(CallFailure{}); }
  void close(StationId, std::string_view) override {}
  [[nodiscard]] bool is_online(StationId) const override { return false; }
};

ocpp::CallError internal_error(const NetworkErrc code) {
  return {ocpp::CallErrorCode::internal_error, std::string{error_row(code).text}};
}

}  // namespace

Error error_of(const CallFailure& failure) {
  using Kind = CallFailure::Kind;
  const std::string detail =
      failure.code.empty() ? failure.description : failure.code + ": " + failure.description;
  switch (failure.kind) {
    case Kind::offline:
      return NetworkErrc::station_offline;
    case Kind::timed_out:
      return NetworkErrc::station_silent;
    case Kind::busy:
      return NetworkErrc::busy;
    case Kind::not_accepted:
      return Error{NetworkErrc::command_refused, detail};
    case Kind::refused:
    case Kind::bad_answer:
      return Error{NetworkErrc::station_refused, detail};
    case Kind::invalid:
      return Error{NetworkErrc::input_invalid, detail};
  }
  return NetworkErrc::station_refused;
}

struct NetworkService::Impl : std::enable_shared_from_this<Impl> {
  Impl(NetworkStore& the_store, const Clock& the_clock,
       UniqueFunction<void(const Error&)> when_failed, NetworkServiceOptions wanted)
      : store(the_store),
        clock(the_clock),
        failed(std::move(when_failed)),
        options(wanted),
        lane("charging", wanted.queue_max),
        network(wanted.rules) {}

  using Ack = UniqueFunction<void(const Result<>&)>;
  /// What one commit stores, and who waits for it.
  struct Commit {
    Batch batch{};
    std::vector<Ack> acks{};
  };
  struct Message {
    StationId station{};
    StationRequest request{};
    SystemTime at{};
    Reply reply{};
  };

  struct Metered {
    StationId station{};
    MeterMessage said{};
    SystemTime at{};
    Reply reply{};
  };

  bool post(Lane::Job job);
  bool post_now(Lane::Job job);
  Result<> load();
  // On the lane.
  void on_message(Message message, const Network::Found* found);
  void on_message(Metered message, const Network::Found* found);
  void look_up(Message message, const Network::Lookup& lookup);
  template <class Waiting>
  NetworkStore::Done<Network::Found> when_found(std::shared_ptr<Waiting> waiting);
  void acknowledge(Ack ack);
  void want_commit();
  void flush();
  void finish_commits();
  void finish(Commit& commit, const Result<>& outcome);
  void publish(const NetworkEvent& event);
  void note_station(StationId id, bool is_removed);
  void begin_anew();
  void look_outside(std::int64_t newest);
  void reload();
  void count();
  // Any thread.
  bool begin_settling(std::int64_t stop) {
    auto all = settling.lock();
    return all->insert(stop).second;
  }
  void end_settling(std::int64_t stop) {
    auto all = settling.lock();
    all->erase(stop);
  }
  // On a thread of the store.
  void on_committed(const std::shared_ptr<Commit>& commit, const Result<>& outcome);

  NetworkStore& store;
  const Clock& clock;
  const UniqueFunction<void(const Error&)> failed;
  const NetworkServiceOptions options;
  NoLink no_link;
  StationLink* link = &no_link;
  std::vector<UniqueFunction<void(const NetworkEvent&)>> subscribers;  // fixed by start()

  /// What other threads see of stations: committed ones.
  struct Directory {
    std::unordered_map<std::string, KnownStation, StringHash, std::equal_to<>> stations{};
    std::unordered_map<StationId, const std::string*> identities{};  // keys of `stations`

    void put(const StationRow& row) {
      const auto [at, is_new] = stations.insert_or_assign(
          row.identity,
          KnownStation{row.id, row.registration, row.vendor, row.model, firmware_of(row)});
      if (is_new) identities[row.id] = &at->first;
    }
    void remove(StationId id) {
      const auto at = identities.find(id);
      if (at == identities.end()) return;
      stations.erase(std::string{*at->second});
      identities.erase(at);
    }
  };
  Locked<Directory> directory;
  struct Committed {
    std::vector<std::pair<std::shared_ptr<Commit>, Result<>>> waiting{};
    bool stopped = false;
  };
  Locked<Committed> committed;
  /// Unknown stops between the look at the store and the commit, since the lane knows none: of one
  /// nobody else decides meanwhile.
  Locked<std::set<std::int64_t>> settling;
  std::atomic<std::uint64_t> messages{0};
  std::atomic<std::uint64_t> commits{0};
  std::atomic<std::uint64_t> commits_failed{0};
  std::atomic<std::size_t> stations{0};
  std::atomic<std::size_t> online{0};
  std::atomic<std::size_t> charging{0};

  Lane lane;
  // The lane's alone.
  Network network;
  struct Linked {
    LinkNumber number{};
    SystemTime since{};
  };
  std::unordered_map<StationId, Linked> links;
  std::shared_ptr<Commit> gathering = std::make_shared<Commit>();
  int under_way = 0;
  bool flush_posted = false;
  std::int64_t seen_outside = 0;
  bool is_outdated = false;  // a command has changed the store: jobs are held until begun anew
  std::vector<Lane::Job> held;
  bool is_lost = false;  // a commit failed: memory says more than the store, until begun anew
};

/// What was committed meanwhile comes first, also when the lane is full of other things.
bool NetworkService::Impl::post(Lane::Job job) {
  return lane.try_post([self = shared_from_this(), job = std::move(job)]() mutable {
    self->finish_commits();
    if (self->is_outdated) return self->held.push_back(std::move(job));
    job();
  });
}

/// What commits need to go on, also while others are held.
bool NetworkService::Impl::post_now(Lane::Job job) {
  return lane.try_post([self = shared_from_this(), job = std::move(job)] {
    self->finish_commits();
    job();
  });
}

Result<> NetworkService::Impl::load() {
  MS_TRY(auto rows, store.load());
  seen_outside = rows.last_outside;
  Directory known;
  for (const StationRow& row : rows.stations) known.put(row);
  network = Network{options.rules, std::move(rows)};
  auto access = directory.lock();
  *access = std::move(known);
  return {};
}

// --- deciding ------------------------------------------------------------------------------------

void NetworkService::Impl::on_message(Message message, const Network::Found* found) {
  if (is_lost) return message.reply(internal_error(NetworkErrc::not_stored));
  Batch& batch = gathering->batch;
  auto answer = network.handle(message.station, message.request, message.at, batch, found);
  if (const auto* const lookup = std::get_if<Network::Lookup>(&answer)) {
    return look_up(std::move(message), *lookup);
  }
  if (auto* const error = std::get_if<ocpp::CallError>(&answer)) {
    return message.reply(std::move(*error));
  }
  auto& said = std::get<StationAnswer>(answer);
  if (promises_nothing(message.request)) return message.reply(std::move(said));
  acknowledge([reply = std::move(message.reply), said = std::move(said)](const Result<>& outcome) {
    if (outcome.has_error()) return reply(internal_error(NetworkErrc::not_stored));
    reply(said);
  });
}

void NetworkService::Impl::on_message(Metered message, const Network::Found* found) {
  if (is_lost) return message.reply(internal_error(NetworkErrc::not_stored));
  if (network.station(message.station) == nullptr) {
    return message.reply(ocpp::CallError{ocpp::CallErrorCode::security_error, "not registered"});
  }
  const auto lookup =
      network.meter_values(message.station, message.said, message.at, gathering->batch, found);
  if (lookup) {
    flush();
    return store.find(lookup->id, when_found(std::make_shared<Metered>(std::move(message))));
  }
  acknowledge([reply = std::move(message.reply)](const Result<>& outcome) {
    if (outcome.has_error()) return reply(internal_error(NetworkErrc::not_stored));
    reply(StationAnswer{ocpp::MeterValuesAnswer{}});
  });
}

/// The store looks behind all commits so far, those that gather included.
void NetworkService::Impl::look_up(Message message, const Network::Lookup& lookup) {
  flush();
  auto waiting = std::make_shared<Message>(std::move(message));
  auto done = when_found(waiting);
  if (lookup.id.get() != 0) return store.find(lookup.id, std::move(done));
  if (const auto* const stop = std::get_if<ocpp::StopTransaction>(&waiting->request)) {
    return store.find(waiting->station, *stop, std::move(done));
  }
  store.find(waiting->station, std::get<ocpp::StartTransaction>(waiting->request), std::move(done));
}

template <class Waiting>
NetworkStore::Done<Network::Found> NetworkService::Impl::when_found(
    std::shared_ptr<Waiting> waiting) {
  return [self = shared_from_this(), waiting](Result<Network::Found> found) {
    auto shared = std::make_shared<Result<Network::Found>>(std::move(found));
    const bool taken = self->post([self, waiting, shared] {
      if (shared->has_error()) return waiting->reply(internal_error(NetworkErrc::not_stored));
      self->on_message(std::move(*waiting), &**shared);
    });
    if (!taken) waiting->reply(internal_error(NetworkErrc::busy));
  };
}

// --- committing ----------------------------------------------------------------------------------

/// Once what is decided so far is on disk. At once when that is so already.
void NetworkService::Impl::acknowledge(Ack ack) {
  if (under_way == 0 && gathering->acks.empty() && gathering->batch.changes.empty()) {
    for (const NetworkEvent& event : std::exchange(gathering->batch.events, {})) publish(event);
    return ack({});
  }
  gathering->acks.push_back(std::move(ack));
  want_commit();
}

/// Behind what waits for the lane already, so that it shares the commit.
void NetworkService::Impl::want_commit() {
  if (flush_posted || under_way >= commits_under_way_max) return;
  flush_posted = post_now([self = shared_from_this()] {
    self->flush_posted = false;
    self->flush();
  });
  if (!flush_posted) flush();
}

void NetworkService::Impl::flush() {
  const bool has_work = !gathering->acks.empty() || !gathering->batch.changes.empty();
  if (!has_work || is_lost) return;
  auto commit = std::exchange(gathering, std::make_shared<Commit>());
  ++under_way;
  commits.fetch_add(1, std::memory_order_relaxed);
  store.commit(std::shared_ptr<const Changes>{commit, &commit->batch.changes},
               [self = shared_from_this(), commit](const Result<>& outcome) {
                 self->on_committed(commit, outcome);
               });
}

void NetworkService::Impl::on_committed(const std::shared_ptr<Commit>& commit,
                                        const Result<>& outcome) {
  bool is_stopped = false;
  {
    auto state = committed.lock();
    is_stopped = state->stopped;
    if (!is_stopped) state->waiting.emplace_back(commit, outcome);
  }
  if (!is_stopped) return (void)post_now([] {});  // when it is full, one of those that wait does it
  for (const Ack& ack : commit->acks) ack(outcome);  // nobody decides any more
}

void NetworkService::Impl::finish_commits() {
  decltype(Committed::waiting) done;
  {
    auto state = committed.lock();
    done = std::exchange(state->waiting, {});
  }
  for (auto& [commit, outcome] : done) {
    --under_way;
    finish(*commit, outcome);
  }
  if (done.empty()) return;
  if (is_lost && under_way == 0) begin_anew();
  if (is_outdated) return reload();
  if (is_lost) return;
  if (!gathering->acks.empty() || !gathering->batch.changes.empty()) want_commit();
  count();
}

void NetworkService::Impl::finish(Commit& commit, const Result<>& outcome) {
  if (outcome.has_error() && !is_lost) {
    is_lost = true;
    commits_failed.fetch_add(1, std::memory_order_relaxed);
    failed(outcome.error());
    // What gathers was decided on top of it.
    const auto dropped = std::exchange(gathering, std::make_shared<Commit>());
    for (const Ack& ack : dropped->acks) ack(outcome);
  }
  const Result<> lost = NetworkErrc::not_stored;
  const Result<>& told = outcome.has_error() || !is_lost ? outcome : lost;
  if (told.has_value()) {
    for (const NetworkEvent& event : commit.batch.events) publish(event);
  }
  for (const Ack& ack : commit.acks) ack(told);
}

/// With what the store has. Who is connected still is.
void NetworkService::Impl::begin_anew() {
  if (auto loaded = load(); loaded.has_error()) return failed(loaded.error());
  is_lost = false;
  const SystemTime now = clock.wall();
  for (const auto& [station, linked] : links) {
    network.still_connected(station, {linked.since, now});
  }
  count();
}

void NetworkService::Impl::look_outside(std::int64_t newest) {
  if (newest <= seen_outside || is_lost || is_outdated) return;
  is_outdated = true;
  reload();
}

/// Behind all commits; what came meanwhile is decided on what is there then.
void NetworkService::Impl::reload() {
  flush();
  if (under_way != 0) return;
  std::vector<StationId> before;
  for (const auto& [id, station] : network.stations()) before.push_back(id);
  begin_anew();
  is_outdated = false;
  for (const StationId id : before) {
    if (network.station(id) == nullptr) publish(StationChanged{id, true});
  }
  for (const auto& [id, station] : network.stations()) {
    if (!std::ranges::binary_search(before, id)) publish(StationChanged{id, false});
  }
  for (const Lane::Job& job : std::exchange(held, {})) job();
}

void NetworkService::Impl::publish(const NetworkEvent& event) {
  if (const auto* const booted = std::get_if<StationBooted>(&event)) {
    note_station(booted->station, false);
  } else if (const auto* const changed = std::get_if<StationChanged>(&event)) {
    note_station(changed->station, changed->is_removed);
    if (changed->is_removed) link->close(changed->station, removed_text);
  }
  for (const auto& told : subscribers) told(event);
}

/// What the door is told of it from now on.
void NetworkService::Impl::note_station(StationId id, bool is_removed) {
  auto known = directory.lock();
  const Station* const station = network.station(id);
  if (is_removed || station == nullptr) return known->remove(id);
  known->put(station->row);
}

void NetworkService::Impl::count() {
  stations.store(network.stations().size(), std::memory_order_relaxed);
  online.store(links.size(), std::memory_order_relaxed);
  charging.store(network.active().size(), std::memory_order_relaxed);
}

// --- life ----------------------------------------------------------------------------------------

NetworkService::NetworkService(NetworkStore& store, const Clock& clock,
                               UniqueFunction<void(const Error&)> failed,
                               NetworkServiceOptions options)
    : impl_(std::make_shared<Impl>(store, clock, std::move(failed), options)) {}

NetworkService::~NetworkService() { stop(); }

void NetworkService::use_link(StationLink& link) { impl_->link = &link; }

void NetworkService::subscribe(UniqueFunction<void(const NetworkEvent&)> told) {
  impl_->subscribers.push_back(std::move(told));
}

Result<> NetworkService::start() {
  MS_TRY_VOID(impl_->load());
  impl_->count();
  impl_->lane.start();
  return {};
}

void NetworkService::stop() {
  (void)impl_->post([impl = impl_] { impl->flush(); });
  impl_->lane.stop();
  decltype(Impl::Committed::waiting) rest;
  {
    auto state = impl_->committed.lock();
    state->stopped = true;
    rest = std::exchange(state->waiting, {});
  }
  for (auto& [commit, outcome] : rest) {
    for (const Impl::Ack& ack : commit->acks) ack(outcome);
  }
}

void NetworkService::tick() {
  (void)impl_->post([impl = impl_] {
    if (impl->is_lost) {
      if (impl->under_way == 0) impl->begin_anew();
      return;
    }
    impl->network.time_passes(impl->clock.wall(), impl->gathering->batch);
    if (!impl->gathering->batch.changes.empty()) impl->want_commit();
    impl->count();
  });
  impl_->store.newest_outside([impl = impl_](Result<std::int64_t> newest) {
    if (newest.has_error()) return;
    (void)impl->post_now([impl, newest = *newest] { impl->look_outside(newest); });
  });
}

// --- the door ------------------------------------------------------------------------------------

std::optional<KnownStation> NetworkService::find(std::string_view identity) const {
  auto known = impl_->directory.lock();
  const auto at = known->stations.find(identity);
  if (at == known->stations.end()) return std::nullopt;
  return at->second;
}

std::string NetworkService::identity_of(StationId station) const {
  auto known = impl_->directory.lock();
  const auto at = known->identities.find(station);
  return at == known->identities.end() ? std::string{} : *at->second;
}

void NetworkService::connected(StationId station, LinkNumber link, LinkFacts facts) {
  (void)impl_->post([impl = impl_, station, link, at = facts.at] {
    Impl::Linked& current = impl->links[station];
    if (link < current.number) return;
    current = {link, at};
    if (impl->is_lost) return;
    if (impl->network.station(station) == nullptr) return impl->link->close(station, removed_text);
    impl->network.connected(station, at, impl->gathering->batch);
    impl->want_commit();
  });
}

void NetworkService::disconnected(StationId station, LinkNumber link) {
  (void)impl_->post([impl = impl_, station, link] {
    const auto at = impl->links.find(station);
    if (at == impl->links.end() || at->second.number != link) return;  // a newer one is there
    impl->links.erase(at);
    if (impl->is_lost) return;
    impl->network.disconnected(station, impl->clock.wall(), impl->gathering->batch);
    impl->want_commit();
  });
}

void NetworkService::handle(StationId station, StationRequest request, SystemTime received_at,
                            Reply reply) {
  impl_->messages.fetch_add(1, std::memory_order_relaxed);
  auto waiting = std::make_shared<Reply>(std::move(reply));
  Lane::Job job;
  if (const auto* const meter = std::get_if<ocpp::MeterValues>(&request)) {
    MeterMessage said{meter->connector_id, meter->transaction_id,
                      make_readings(meter->meter_value)};
    job = [impl = impl_, waiting,
           message = Impl::Metered{station, std::move(said), received_at, {}}]() mutable {
      message.reply = std::move(*waiting);
      impl->on_message(std::move(message), nullptr);
    };
  } else {
    job = [impl = impl_, waiting,
           message = Impl::Message{station, std::move(request), received_at, {}}]() mutable {
      message.reply = std::move(*waiting);
      impl->on_message(std::move(message), nullptr);
    };
  }
  if (!impl_->post(std::move(job))) (*waiting)(internal_error(NetworkErrc::busy));
}

// --- everybody else ------------------------------------------------------------------------------

bool NetworkService::look(UniqueFunction<void(const Network&)> reader) const {
  return impl_->post([impl = impl_, reader = std::move(reader)] { reader(impl->network); });
}

void NetworkService::change(Change change, UniqueFunction<void(Result<>)> done) {
  auto waiting = std::make_shared<UniqueFunction<void(Result<>)>>(std::move(done));
  const bool taken = impl_->post([impl = impl_, change = std::move(change), waiting] {
    if (impl->is_lost) return (*waiting)(NetworkErrc::not_stored);
    auto decided = change(impl->network, impl->clock.wall(), impl->gathering->batch);
    if (decided.has_error()) return (*waiting)(std::move(decided));
    impl->acknowledge([waiting](const Result<>& outcome) {
      if (outcome.has_error()) return (*waiting)(NetworkErrc::not_stored);
      (*waiting)({});
    });
  });
  if (!taken) (*waiting)(NetworkErrc::busy);
}

// --- unknown stops -------------------------------------------------------------------------------

namespace {

struct Settling {
  UnknownStopRow stop{};
  TransactionId transaction{};  // 0: it is set aside
  NetworkService::Done<UnknownStopRow> done{};
};
using SettlingPtr = std::shared_ptr<Settling>;

Result<> settle(Settling& one, std::optional<TransactionRow> target, Network& state, SystemTime now,
                Batch& batch) {
  if (target) {
    MS_TRY_VOID(state.attach(one.stop, std::move(*target), now, batch));
    one.stop.attached_to = one.transaction.get();
    return {};
  }
  if (one.stop.attached_to != 0) return NetworkErrc::unknown_stop_settled;
  one.stop.attached_to = -1;
  batch.changes.settled_stops.push_back(one.stop);
  return {};
}

void change_stop(NetworkService& network, const SettlingPtr& one, Network::Found target) {
  network.change(
      [one, target = std::move(target)](Network& state, SystemTime now, Batch& batch) {
        return settle(*one, target, state, now, batch);
      },
      [one](Result<> stored) {
        if (stored.has_error()) return one->done(std::move(stored).error());
        one->done(one->stop);
      });
}

}  // namespace

void NetworkService::settle_stop(std::int64_t stop, TransactionId transaction,
                                 Done<UnknownStopRow> done) {
  if (!impl_->begin_settling(stop)) return done(NetworkErrc::busy);
  auto one = std::make_shared<Settling>();
  one->transaction = transaction;
  one->done = [impl = impl_, stop, done = std::move(done)](Result<UnknownStopRow> settled) {
    impl->end_settling(stop);
    done(std::move(settled));
  };
  store().unknown_stop(stop, [this, one](Result<std::optional<UnknownStopRow>> found) {
    if (found.has_error()) return one->done(std::move(found).error());
    if (!*found) return one->done(NetworkErrc::unknown_stop_unknown);
    one->stop = std::move(**found);
    if (one->transaction.get() == 0) return change_stop(*this, one, {});
    store().find(one->transaction, [this, one](Result<Network::Found> target) {
      if (target.has_error()) return one->done(std::move(target).error());
      if (!*target) return one->done(NetworkErrc::transaction_unknown);
      change_stop(*this, one, std::move(*target));
    });
  });
}

StationLink& NetworkService::link() const { return *impl_->link; }
NetworkStore& NetworkService::store() const { return impl_->store; }
const Clock& NetworkService::clock() const { return impl_->clock; }

NetworkService::Stats NetworkService::stats() const {
  Stats out;
  out.messages = impl_->messages.load(std::memory_order_relaxed);
  out.commits = impl_->commits.load(std::memory_order_relaxed);
  out.commits_failed = impl_->commits_failed.load(std::memory_order_relaxed);
  out.waiting = impl_->lane.queued();
  out.stations = impl_->stations.load(std::memory_order_relaxed);
  out.online = impl_->online.load(std::memory_order_relaxed);
  out.charging = impl_->charging.load(std::memory_order_relaxed);
  return out;
}

}  // namespace mainstay::charging
