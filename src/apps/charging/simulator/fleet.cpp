#include "apps/charging/simulator/fleet.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <mutex>
#include <queue>
#include <span>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <utility>

#include "base/locked.hpp"

namespace mainstay::charging::simulator {
namespace {

constexpr int events_per_wakeup_max = 256;
constexpr Millis state_interval{100};
constexpr Millis sweep_interval{1'000};
constexpr std::uint64_t seed_step = 0x9E3779B97F4A7C15U;

/// A station with its socket.
struct Member {
  Member(LinkShop& shop, std::uint32_t index, const FleetOptions& options, Tally& tally)
      : link(shop, index),
        station(options.behaviour, options.stations[index].identity,
                options.seed * seed_step + index, link, tally) {
    link.serve(station);
    const std::string& password = options.stations[index].password;
    if (!password.empty()) station.set_password(password);
  }

  ClientLink link;
  Station station;
  SystemTime wake_at = SystemTime::max();  // of its earliest timer
};

struct Timer {
  SystemTime at;
  std::uint32_t index;
  friend bool operator>(const Timer& a, const Timer& b) { return a.at > b.at; }
};

}  // namespace

struct Fleet::Impl {
  Impl(FleetOptions wanted, const Clock& from)
      : options(std::move(wanted)),
        clock(from),
        shop{options.target, nullptr, -1, options.sources, Random{options.seed}},
        wall_start(clock.wall()),
        steady_start(clock.steady()) {}

  Result<> open();
  void run();
  void wait();
  void run_timers();
  void run_nudges();
  void settle(Member& member, SystemTime at);
  void arm(Member& member);
  void sweep(SystemTime at);
  void publish();

  /// Wall time that never jumps.
  [[nodiscard]] SystemTime now() const {
    return wall_start + std::chrono::floor<Micros>(clock.steady() - steady_start);
  }

  FleetOptions options;
  const Clock& clock;
  std::map<std::uint32_t, std::shared_ptr<tls::ClientContext>> certificates;  // by index
  LinkShop shop;
  SystemTime wall_start;
  SteadyTime steady_start;
  http::Descriptor epoll;
  http::Descriptor wake;
  Tally tally;
  std::deque<Member> members;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers;
  SystemTime state_at{};
  SystemTime sweep_at{};
  SystemTime nudge_at{};  // the next one's own time; not yet begun: 0
  std::size_t nudged = 0;
  std::atomic<bool> stopping{false};
  Locked<FleetState> state;
};

Fleet::Fleet(FleetOptions options, const Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options), clock)) {}
Fleet::~Fleet() = default;

Result<> Fleet::open() { return impl_->open(); }
void Fleet::run() { impl_->run(); }
Tally& Fleet::tally() { return impl_->tally; }

void Fleet::ask_to_stop() {
  impl_->stopping = true;
  (void)::eventfd_write(impl_->wake.get(), 1);
}

FleetState Fleet::state() const {
  auto held = impl_->state.lock();
  return *held;
}

Result<> Fleet::Impl::open() {
  epoll = http::Descriptor{::epoll_create1(EPOLL_CLOEXEC)};
  wake = http::Descriptor{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  if (epoll.get() < 0 || wake.get() < 0) return Error{Errc::system, "epoll"};
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;
  if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, wake.get(), &event) != 0) {
    return Error{Errc::system, "epoll_ctl"};
  }
  shop.epoll = epoll.get();
  if (options.target.tls) {
    MS_TRY(shop.tls, tls::ClientContext::load({options.ca_file}));
    for (std::uint32_t i = 0; i < options.stations.size(); ++i) {
      const StationName& one = options.stations[i];
      if (one.certificate_file.empty()) continue;
      MS_TRY(certificates[i],
             tls::ClientContext::load({options.ca_file, one.certificate_file, one.key_file}));
    }
  }
  return {};
}

void Fleet::Impl::run() {
  const SystemTime begin = now();
  Random spread{options.seed};
  const auto range = static_cast<std::uint64_t>(Micros{options.ramp}.count()) + 1;
  for (std::uint32_t i = 0; i < options.stations.size(); ++i) {
    Member& member = members.emplace_back(shop, i, options, tally);
    if (const auto own = certificates.find(i); own != certificates.end()) {
      member.link.use(own->second);
    }
    member.station.start(begin, begin + Micros{spread.below(range)});
    arm(member);
  }
  while (!stopping) {
    wait();
    run_timers();
    run_nudges();
    const SystemTime at = now();
    if (at >= sweep_at) sweep(at);
    if (at >= state_at) publish();
  }
  for (Member& member : members) member.link.close();
  publish();
}

void Fleet::Impl::wait() {
  SystemTime next = std::min(state_at, sweep_at);
  if (!timers.empty()) next = std::min(next, timers.top().at);
  if (nudge_at != SystemTime{}) next = std::min(next, nudge_at);
  const auto left = std::chrono::ceil<Millis>(next - now());
  const int timeout = static_cast<int>(std::clamp(left, Millis{0}, state_interval).count());
  std::array<epoll_event, events_per_wakeup_max> events;
  const int count = ::epoll_wait(epoll.get(), events.data(), events_per_wakeup_max, timeout);
  for (const epoll_event& event :
       std::span{events}.first(static_cast<std::size_t>(std::max(count, 0)))) {
    if (event.data.ptr == nullptr) continue;  // asked to stop
    auto& link = *static_cast<ClientLink*>(event.data.ptr);
    const SystemTime at = now();
    link.on_event(event.events, at);
    settle(members[link.index()], at);
  }
}

/// Behind whatever a station has done.
void Fleet::Impl::settle(Member& member, SystemTime at) {
  if (member.link.has_output()) member.link.flush(at);
  arm(member);
}

void Fleet::Impl::arm(Member& member) {
  const SystemTime next = member.station.next_wake();
  if (next >= member.wake_at) return;
  member.wake_at = next;
  timers.push({next, member.link.index()});
}

void Fleet::Impl::run_timers() {
  const SystemTime at = now();
  while (!timers.empty() && timers.top().at <= at) {
    const Timer due = timers.top();
    timers.pop();
    Member& member = members[due.index];
    if (member.wake_at != due.at) continue;  // another one has come before it
    member.wake_at = SystemTime::max();
    member.station.on_time(at);
    settle(member, at);
  }
}

/// Paced load: each step at its own time, whatever became of the ones before.
void Fleet::Impl::run_nudges() {
  if (options.steps_per_second <= 0) return;
  if (nudge_at == SystemTime{}) {
    auto held = state.lock();
    if (held->settled == members.size()) nudge_at = now();
    return;
  }
  const Micros every{static_cast<std::int64_t>(1e6 / options.steps_per_second)};
  for (SystemTime at = now(); nudge_at <= at; nudge_at += every) {
    Member& member = members[nudged++ % members.size()];
    member.station.nudge(nudge_at, at);
    settle(member, at);
  }
}

void Fleet::Impl::sweep(SystemTime at) {
  sweep_at = at + sweep_interval;
  for (Member& member : members) {
    member.link.on_sweep(at);
    arm(member);
  }
}

void Fleet::Impl::publish() {
  state_at = now() + state_interval;
  FleetState fresh;
  fresh.stations = members.size();
  for (const Member& member : members) {
    fresh.online += member.station.is_online() ? 1U : 0U;
    fresh.settled += member.station.is_settled() ? 1U : 0U;
    fresh.charging += member.station.sessions_running();
    fresh.queued += member.station.queued();
    if (member.link.last_refusal() != 0) fresh.last_refusal = member.link.last_refusal();
  }
  for (const auto& action : tally.calls) fresh.answered += action.answered;
  fresh.backend_calls = tally.backend_calls;
  auto held = state.lock();
  *held = fresh;
}

}  // namespace mainstay::charging::simulator
