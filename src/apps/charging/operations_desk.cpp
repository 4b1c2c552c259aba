#include "apps/charging/operations_desk.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <iterator>
#include <map>
#include <optional>
#include <unordered_map>

#include "apps/charging/domain/station_procedure.hpp"
#include "base/locked.hpp"

namespace mainstay::charging {
namespace {

/// Stations need a while to come back when the server was away.
constexpr Seconds after_restart{180};

/// The ends that a decision adds to a batch: when its commit fails they are said again.
class Ends {
 public:
  explicit Ends(const Changes& batch)
      : steps_(std::ssize(batch.steps)), operations_(std::ssize(batch.operations)) {}

  [[nodiscard]] Changes added(const Changes& batch) const {
    Changes out;
    std::copy_if(batch.steps.begin() + steps_, batch.steps.end(), std::back_inserter(out.steps),
                 [](const StepRow& row) { return row.ended_at != SystemTime{}; });
    std::copy_if(batch.operations.begin() + operations_, batch.operations.end(),
                 std::back_inserter(out.operations),
                 [](const OperationRow& row) { return row.ended_at != SystemTime{}; });
    return out;
  }

 private:
  std::ptrdiff_t steps_;
  std::ptrdiff_t operations_;
};

std::string_view name_of(CallFailure::Kind kind) {
  using Kind = CallFailure::Kind;
  switch (kind) {
    case Kind::offline:
      return "offline";
    case Kind::timed_out:
      return "timed_out";
    case Kind::busy:
      return "busy";
    case Kind::not_accepted:
      return "not_accepted";
    case Kind::refused:
      return "refused";
    case Kind::bad_answer:
      return "bad_answer";
    case Kind::invalid:
      return "invalid";
  }
  return "failed";
}

}  // namespace

struct OperationsDesk::Impl : std::enable_shared_from_this<Impl> {
  Impl(NetworkService& the_network, CommandWire the_wire, OperationsOptions wanted)
      : network(the_network), wire(std::move(the_wire)), options(wanted) {}

  struct Operation {
    OperationRow row{};
    std::shared_ptr<const BackendRequest> request{};
    std::size_t open = 0;  // stations
    bool is_stored = false;
  };
  struct Job {
    OperationId operation{};
    StationId station{};
  };
  /// A station at which something is under way. Its calls come one after the other.
  struct Sending {
    Job job{};
    std::optional<StationProcedure> procedure{};
    StationProcedure::Next next{};
  };
  using SendingPtr = std::shared_ptr<Sending>;
  struct Arrived {
    Job job{};
    StepState state = StepState::done;
    std::string outcome{};
    std::string detail{};
    std::int32_t keys_max = 0;
    bool is_answer = false;
  };
  struct Watcher {
    OperationId operation{};
    SystemTime until{};
    UniqueFunction<void()> done{};
  };

  // On the network's lane.
  Result<OperationId> stage(const Wanted& wanted, std::shared_ptr<const BackendRequest> request,
                            Network& state, SystemTime now, Batch& batch);
  static Result<std::vector<StationId>> stations_of(const Wanted& wanted, const Network& state);
  void queue(OperationId id, const std::vector<StationId>& stations);
  void end(const Job& job, StepState step, std::string outcome, std::string detail, Network& state,
           SystemTime now, Batch& batch);
  void take_ready(Network& state, SystemTime now, Batch& batch, std::vector<SendingPtr>& out);
  void take_arrived(Network& state, SystemTime now, Batch& batch);
  void note_effect(const Job& job, const Arrived& one, Network& state, Batch& batch);
  void on_event(const NetworkEvent& event);
  void wake_watchers(SystemTime now);
  void tell(UniqueFunction<void()> done);
  // Any thread.
  void pump();
  void send(const SendingPtr& one);
  void on_outcome(const SendingPtr& one, CallOutcome outcome);
  void arrive(Arrived one);
  void bring();

  NetworkService& network;
  const CommandWire wire;
  const OperationsOptions options;
  Locked<std::vector<Arrived>> arrived;

  // The lane's alone.
  std::map<OperationId, Operation> open;
  std::deque<Job> ready;
  std::unordered_map<StationId, std::vector<Job>> parked;  // offline ones that may come back
  std::size_t in_flight = 0;
  std::vector<Watcher> watchers;
  Changes unsaved;  // ends that a failed commit lost
};

// --- beginning -----------------------------------------------------------------------------------

Result<std::vector<StationId>> OperationsDesk::Impl::stations_of(const Wanted& wanted,
                                                                 const Network& state) {
  std::vector<StationId> out;
  for (const std::string& identity : wanted.stations) {
    const Station* const station = state.station(identity);
    if (station == nullptr) return Error{NetworkErrc::station_unknown, identity};
    out.push_back(station->row.id);
  }
  const std::string group = "," + wanted.group + ",";
  if (!wanted.group.empty() || wanted.all) {
    for (const auto& [id, station] : state.stations()) {
      if (wanted.all || station.row.groups.find(group) != std::string::npos) out.push_back(id);
    }
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  if (out.empty()) return NetworkErrc::no_stations;
  return out;
}

Result<OperationId> OperationsDesk::Impl::stage(const Wanted& wanted,
                                                std::shared_ptr<const BackendRequest> request,
                                                Network& state, SystemTime now, Batch& batch) {
  if (open.size() >= options.operations_max) return NetworkErrc::too_many_operations;
  MS_TRY(const auto stations, stations_of(wanted, state));
  if (stations.size() == 1) {
    if (auto why = refusal(*state.station(stations.front()), *request)) return std::move(*why);
  }
  Operation operation;
  operation.row.id = state.next_operation();
  operation.row.command = wanted.command;
  operation.row.request = wanted.request;
  operation.row.made_by = wanted.made_by;
  operation.row.made_at = now;
  operation.row.deadline_at = now + wanted.wait;
  operation.request = std::move(request);
  operation.open = stations.size();
  const OperationId id = operation.row.id;
  batch.changes.operations.push_back(operation.row);
  for (const StationId station : stations) {
    StepRow step;
    step.operation = id;
    step.station = station;
    batch.changes.steps.push_back(std::move(step));
  }
  open.emplace(id, std::move(operation));
  queue(id, stations);
  return id;
}

void OperationsDesk::Impl::queue(OperationId id, const std::vector<StationId>& stations) {
  for (const StationId station : stations) ready.push_back({id, station});
}

void OperationsDesk::begin(Wanted wanted, NetworkService::Done<OperationId> done) {
  auto parsed = impl_->wire.parse(wanted.command, wanted.request);
  if (parsed.has_error()) return done(std::move(parsed).error());
  auto request = std::make_shared<const BackendRequest>(std::move(*parsed));
  auto id = std::make_shared<OperationId>();
  impl_->network.change(
      [impl = impl_, id, request, wanted = std::move(wanted)](Network& state, SystemTime now,
                                                              Batch& batch) -> Result<> {
        MS_TRY(*id, impl->stage(wanted, request, state, now, batch));
        return {};
      },
      [impl = impl_, id, done = std::move(done)](Result<> stored) {
        if (stored.has_error()) {
          // On the lane when it was staged; else there is nothing to undo.
          if (id->get() != 0) {
            impl->open.erase(*id);
            std::erase_if(impl->ready, [&](const Impl::Job& job) { return job.operation == *id; });
          }
          return done(std::move(stored).error());
        }
        if (const auto at = impl->open.find(*id); at != impl->open.end()) {
          at->second.is_stored = true;
        }
        done(*id);
        impl->pump();
      });
}

// --- sending -------------------------------------------------------------------------------------

/// Those that may be asked now. What is marked as sent is stored before it is.
void OperationsDesk::Impl::take_ready(Network& state, SystemTime now, Batch& batch,
                                      std::vector<SendingPtr>& out) {
  std::size_t looked_at = 0;
  const std::size_t waiting = ready.size();
  while (!ready.empty() && in_flight < options.in_flight_max && looked_at++ < waiting) {
    const Job job = ready.front();
    ready.pop_front();
    const auto at = open.find(job.operation);
    if (at == open.end()) continue;
    if (!at->second.is_stored) {
      ready.push_back(job);
      continue;
    }
    const Operation& operation = at->second;
    const Station* const station = state.station(job.station);
    if (station == nullptr) {
      end(job, StepState::failed, "removed", {}, state, now, batch);
    } else if (!station->is_online && now < operation.row.deadline_at) {
      parked[job.station].push_back(job);
    } else if (!station->is_online) {
      end(job, StepState::failed, "offline", {}, state, now, batch);
    } else if (const auto why = refusal(*station, *operation.request)) {
      end(job, StepState::failed, "not_accepted", why->detail(), state, now, batch);
    } else {
      auto one = std::make_shared<Sending>();
      one->job = job;
      std::vector<ocpp::AuthorizationData> whole;
      if (std::holds_alternative<ocpp::SendLocalList>(*operation.request)) {
        for (const auto& [tag, row] : state.tags()) whole.push_back({tag, state.judge(tag, now)});
      }
      one->procedure.emplace(*operation.request, station->configuration_keys_max, std::move(whole));
      StepRow step;
      step.operation = job.operation;
      step.station = job.station;
      step.state = StepState::sent;
      batch.changes.steps.push_back(std::move(step));
      ++in_flight;
      out.push_back(std::move(one));
    }
  }
}

void OperationsDesk::Impl::pump() {
  auto sending = std::make_shared<std::vector<SendingPtr>>();
  auto staged = std::make_shared<Changes>();
  network.change(
      [self = shared_from_this(), sending, staged](Network& state, SystemTime now,
                                                   Batch& batch) -> Result<> {
        const Ends ends{batch.changes};
        self->take_ready(state, now, batch, *sending);
        *staged = ends.added(batch.changes);
        return {};
      },
      [self = shared_from_this(), sending, staged](const Result<>& stored) {
        if (stored.has_error()) {  // nothing is sent that is not stored: once more, with the tick
          for (const SendingPtr& one : *sending) {
            --self->in_flight;
            self->ready.push_front(one->job);
          }
          if (!staged->empty()) self->unsaved.append(std::move(*staged));
          return;
        }
        for (const SendingPtr& one : *sending) {
          one->next = one->procedure->begin();
          self->send(one);
        }
        self->wake_watchers(self->network.clock().wall());
      });
}

void OperationsDesk::Impl::send(const SendingPtr& one) {
  auto request = std::move(std::get<BackendRequest>(one->next));
  network.link().call(one->job.station, std::move(request),
                      [self = shared_from_this(), one](CallOutcome outcome) {
                        self->on_outcome(one, std::move(outcome));
                      });
}

void OperationsDesk::Impl::on_outcome(const SendingPtr& one, CallOutcome outcome) {
  Arrived end;
  end.job = one->job;
  end.keys_max = one->procedure->learned_keys_max();
  if (const auto* const failure = std::get_if<CallFailure>(&outcome)) {
    end.state = StepState::failed;
    end.outcome = std::string{name_of(failure->kind)};
    end.detail =
        failure->code.empty() ? failure->description : failure->code + ": " + failure->description;
    return arrive(std::move(end));
  }
  one->next = one->procedure->on_answer(std::get<BackendAnswer>(outcome));
  if (std::holds_alternative<BackendRequest>(one->next)) return send(one);
  end.keys_max = one->procedure->learned_keys_max();
  if (auto* const refused = std::get_if<StationProcedure::Refused>(&one->next)) {
    end.outcome = std::move(refused->outcome);
    end.detail = std::move(refused->why);
  } else {
    auto [status, payload] = wire.render(std::get<BackendAnswer>(one->next));
    end.outcome = std::move(status);
    end.detail = std::move(payload);
    end.is_answer = true;
  }
  arrive(std::move(end));
}

// --- ending --------------------------------------------------------------------------------------

void OperationsDesk::Impl::arrive(Arrived one) {
  bool is_first = false;
  {
    auto access = arrived.lock();
    is_first = access->empty();
    access->push_back(std::move(one));
  }
  if (is_first) bring();
}

/// When the lane is full the tick does it.
void OperationsDesk::Impl::bring() {
  auto staged = std::make_shared<Changes>();
  network.change(
      [self = shared_from_this(), staged](Network& state, SystemTime now,
                                          Batch& batch) -> Result<> {
        const Ends ends{batch.changes};
        self->take_arrived(state, now, batch);
        *staged = ends.added(batch.changes);
        return {};
      },
      [self = shared_from_this(), staged](const Result<>& stored) {
        if (staged->empty()) return;  // it did not run, or there was nothing
        if (stored.has_error()) return self->unsaved.append(std::move(*staged));
        self->wake_watchers(self->network.clock().wall());
        self->pump();
      });
}

void OperationsDesk::Impl::take_arrived(Network& state, SystemTime now, Batch& batch) {
  batch.changes.append(std::exchange(unsaved, {}));
  std::vector<Arrived> all;
  {
    auto access = arrived.lock();
    all = std::exchange(*access, {});
  }
  for (Arrived& one : all) {
    if (one.state != StepState::lost) --in_flight;
    note_effect(one.job, one, state, batch);
    end(one.job, one.state, std::move(one.outcome), std::move(one.detail), state, now, batch);
  }
}

void OperationsDesk::Impl::note_effect(const Job& job, const Arrived& one, Network& state,
                                       Batch& batch) {
  if (one.keys_max > 0) state.note_configuration_keys_max(job.station, one.keys_max);
  const auto at = open.find(job.operation);
  if (at == open.end() || !one.is_answer) return;
  const auto* const wish = std::get_if<ocpp::ChangeAvailability>(at->second.request.get());
  if (wish == nullptr || one.outcome == "Rejected") return;
  state.set_operative(job.station, wish->connector_id,
                      wish->type == ocpp::AvailabilityType::operative, batch);
}

void OperationsDesk::Impl::end(const Job& job, StepState step_state, std::string outcome,
                               std::string detail, Network& state, SystemTime now, Batch& batch) {
  const auto at = open.find(job.operation);
  if (at == open.end()) return;
  StepRow step;
  step.operation = job.operation;
  step.station = job.station;
  step.state = step_state;
  step.outcome = std::move(outcome);
  step.detail = std::move(detail);
  step.ended_at = now;
  batch.changes.steps.push_back(std::move(step));
  Operation& operation = at->second;
  if (--operation.open != 0) return;
  operation.row.ended_at = now;
  batch.changes.operations.push_back(operation.row);
  state.log(EventKind::operation_ended, {}, {}, now, job.operation.get(), {}, batch);
  open.erase(at);
}

// --- watching ------------------------------------------------------------------------------------

void OperationsDesk::watch(OperationId operation, Seconds at_most, UniqueFunction<void()> done) {
  auto waiting = std::make_shared<UniqueFunction<void()>>(std::move(done));
  const bool taken =
      impl_->network.look([impl = impl_, operation, at_most, waiting](const Network&) {
        const bool waits = at_most.count() > 0 && impl->open.contains(operation) &&
                           impl->watchers.size() < impl->options.watchers_max;
        if (!waits) return impl->tell([waiting] { (*waiting)(); });
        impl->watchers.push_back(
            {operation, impl->network.clock().wall() + at_most, std::move(*waiting)});
      });
  if (!taken) (*waiting)();
}

void OperationsDesk::Impl::wake_watchers(SystemTime now) {
  std::vector<Watcher> due;
  const auto is_due = [&](const Watcher& one) {
    return one.until <= now || !open.contains(one.operation);
  };
  for (Watcher& one : watchers) {
    if (is_due(one)) due.push_back(std::move(one));
  }
  std::erase_if(watchers, [](const Watcher& one) { return !one.done; });
  for (Watcher& one : due) tell(std::move(one.done));
}

/// Behind what is decided so far: who looks then sees it in the store.
void OperationsDesk::Impl::tell(UniqueFunction<void()> done) {
  auto waiting = std::make_shared<UniqueFunction<void()>>(std::move(done));
  network.change([](Network&, SystemTime, Batch&) -> Result<> { return {}; },
                 [waiting](const Result<>&) { (*waiting)(); });
}

// --- life ----------------------------------------------------------------------------------------

OperationsDesk::OperationsDesk(NetworkService& network, CommandWire wire, OperationsOptions options)
    : impl_(std::make_shared<Impl>(network, std::move(wire), options)) {
  network.subscribe([impl = impl_](const NetworkEvent& event) { impl->on_event(event); });
}

OperationsDesk::~OperationsDesk() = default;

/// Who is back is asked what waited for it.
void OperationsDesk::Impl::on_event(const NetworkEvent& event) {
  StationId station{};
  if (const auto* const online = std::get_if<StationOnline>(&event)) station = online->station;
  if (const auto* const booted = std::get_if<StationBooted>(&event)) station = booted->station;
  const auto at = parked.find(station);
  if (at == parked.end()) return;
  ready.insert(ready.end(), at->second.begin(), at->second.end());
  parked.erase(at);
  pump();
}

Result<> OperationsDesk::start() {
  MS_TRY(auto found, impl_->network.store().open_operations());
  if (found.empty()) return {};
  auto all = std::make_shared<std::vector<NetworkStore::OpenOperation>>(std::move(found));
  impl_->network.change(
      [impl = impl_, all](Network& state, SystemTime now, Batch& batch) -> Result<> {
        for (NetworkStore::OpenOperation& one : *all) {
          Impl::Operation operation;
          operation.row = one.row;
          operation.row.deadline_at = std::max(one.row.deadline_at, now + after_restart);
          operation.open = std::max<std::size_t>(one.open.size(), 1);
          operation.is_stored = true;
          auto parsed = impl->wire.parse(one.row.command, one.row.request);
          const bool is_understood = parsed.has_value();
          if (is_understood) {
            operation.request = std::make_shared<const BackendRequest>(std::move(*parsed));
          }
          impl->open.emplace(one.row.id, std::move(operation));
          if (one.open.empty()) one.open.push_back({one.row.id, {}, StepState::sent, {}, {}, {}});
          for (const StepRow& step : one.open) {
            const Impl::Job job{step.operation, step.station};
            if (step.state == StepState::sent) {
              impl->end(job, StepState::lost, "server_restarted", {}, state, now, batch);
            } else if (!is_understood) {
              impl->end(job, StepState::failed, "invalid", {}, state, now, batch);
            } else {
              impl->ready.push_back(job);
            }
          }
        }
        return {};
      },
      [impl = impl_](const Result<>&) { impl->pump(); });
  return {};
}

void OperationsDesk::stop() {
  (void)impl_->network.look([impl = impl_](const Network&) {
    for (const auto& one : std::exchange(impl->watchers, {})) one.done();
  });
}

void OperationsDesk::tick() {
  const bool taken = impl_->network.look([impl = impl_](const Network&) {
    const SystemTime now = impl->network.clock().wall();
    for (auto at = impl->parked.begin(); at != impl->parked.end();) {
      std::erase_if(at->second, [&](const Impl::Job& job) {
        const auto operation = impl->open.find(job.operation);
        const bool is_late =
            operation == impl->open.end() || operation->second.row.deadline_at <= now;
        if (is_late) impl->ready.push_back(job);
        return is_late;
      });
      at = at->second.empty() ? impl->parked.erase(at) : std::next(at);
    }
    impl->wake_watchers(now);
    if (!impl->ready.empty()) impl->pump();
  });
  if (taken) impl_->bring();
}

}  // namespace mainstay::charging
