#include "apps/charging/power_desk.hpp"

#include <algorithm>
#include <future>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "base/locked.hpp"
#include "base/text.hpp"
#include "platform/lane/lane.hpp"

namespace mainstay::charging {
namespace {

using ocpp::ChargingProfilePurpose;
using power::InstalledProfile;
using power::Order;
using power::OrderOutcome;
using power::PowerErrc;
using power::SiteControl;

constexpr std::size_t lane_queue_max = 1'000;
/// Sites where nothing happens are looked at so often.
constexpr Seconds looks_at_all_every{1};

CallFailure refused_here(const Error& error) {
  return {CallFailure::Kind::invalid, {}, error.message()};
}

/// What became of a SetChargingProfile of ours.
OrderOutcome outcome_of(const CallOutcome& outcome) {
  if (const auto* failure = std::get_if<CallFailure>(&outcome)) {
    if (!failure->may_have_arrived()) return OrderOutcome::unsent;
    const bool says_no = failure->kind == CallFailure::Kind::refused &&
                         failure->code != "InternalError" && failure->code != "GenericError";
    return says_no ? OrderOutcome::refused : OrderOutcome::lost;
  }
  const auto* answer =
      std::get_if<ocpp::SetChargingProfileAnswer>(&std::get<BackendAnswer>(outcome));
  const bool accepted =
      answer != nullptr && answer->status == ocpp::ChargingProfileStatus::accepted;
  return accepted ? OrderOutcome::accepted : OrderOutcome::refused;
}

template <class Answer, class Status>
bool has_status(const CallOutcome& outcome, Status status) {
  const auto* answer = std::get_if<BackendAnswer>(&outcome);
  const auto* own = answer != nullptr ? std::get_if<Answer>(answer) : nullptr;
  return own != nullptr && own->status == status;
}

bool is_of_site(const InstalledProfile& one) {
  return one.profile.charging_profile_id >= power::first_site_profile;
}

/// Only this and what names another profile leaves a site's own alone.
bool spares_site(const ocpp::ClearChargingProfile& request) {
  if (request.id) return *request.id < power::first_site_profile;
  return request.charging_profile_purpose == ChargingProfilePurpose::charge_point_max_profile;
}

}  // namespace

struct PowerDesk::Impl : std::enable_shared_from_this<PowerDesk::Impl> {
  struct Site {
    explicit Site(power::SiteTree tree, const power::ControlRules& rules)
        : control(std::move(tree), rules) {}
    SiteControl control;
    std::string time_zone = {};
    const TimeZone* zone = nullptr;
    SystemTime changed_at{};
  };
  struct Waiting {  // jobs for the lane
    std::vector<UniqueFunction<void()>> jobs = {};
    bool is_scheduled = false;
    bool has_missed = false;  // events
    bool is_running = false;
  };
  struct Watch {
    bool is_governed = false;  // by a site
    std::size_t profiles = 0;  // that it has
  };
  struct Watched {  // stations of which events matter
    std::unordered_map<StationId, Watch> stations = {};
  };
  using Committed = UniqueFunction<void(const Result<>&)>;

  Impl(PowerStore& lent_store, StationLink& lent_door, StationDirectory& lent_directory,
       const Clock& lent_clock, Zones lent_zones, UniqueFunction<void(const Error&)> told,
       PowerOptions the_options)
      : store(lent_store),
        door(lent_door),
        directory(lent_directory),
        clock(lent_clock),
        zones(std::move(lent_zones)),
        failed(std::move(told)),
        options(the_options) {}

  // --- the lane

  /// Any thread. False, and dropped, when it is not running.
  bool post(UniqueFunction<void()> job) {
    {
      auto access = waiting.lock();
      if (!access->is_running) return false;
      access->jobs.push_back(std::move(job));
      if (access->is_scheduled) return true;
      access->is_scheduled = true;
    }
    if (!lane.try_post([self = shared_from_this()] { self->drain(); })) {
      auto access = waiting.lock();
      access->is_scheduled = false;  // the next one does
    }
    return true;
  }

  void drain() {
    std::vector<UniqueFunction<void()>> jobs;
    bool has_missed = false;
    {
      auto access = waiting.lock();
      jobs.swap(access->jobs);
      access->is_scheduled = false;
      has_missed = std::exchange(access->has_missed, false);
    }
    for (const auto& job : jobs) job();
    if (has_missed) look_anew();
    const SystemTime now = clock.wall();
    if (now - all_looked_at >= looks_at_all_every) {
      all_looked_at = now;
      for (const auto& [id, site] : sites) touched.insert(id);
    }
    for (const PlotId id : std::exchange(touched, {})) {
      const auto site = sites.find(id);
      if (site != sites.end()) decide(id, site->second, now);
    }
    flush();
  }

  // --- what is stored, in batches

  void save(std::vector<PowerChange> some, Committed then = {}) {
    std::ranges::move(some, std::back_inserter(changes));
    if (then) committed.push_back(std::move(then));
  }
  void save(PowerChange one) { changes.push_back(std::move(one)); }

  void flush() {
    if (is_saving || (changes.empty() && committed.empty())) return;
    is_saving = true;
    auto thens = std::make_shared<std::vector<Committed>>(std::exchange(committed, {}));
    store.save(std::exchange(changes, {}), [self = shared_from_this(), thens](Result<> done) {
      self->post([self, thens, done = std::move(done)] {
        self->is_saving = false;
        if (done.has_error()) self->failed(done.error());
        for (const Committed& then : *thens) then(done);
      });
    });
  }

  // --- profiles

  [[nodiscard]] Watch watch_of(StationId station) const {
    auto access = watched.lock();
    const auto found = access->stations.find(station);
    return found != access->stations.end() ? found->second : Watch{};
  }

  /// As it is now: in a site, with profiles, or neither.
  void watch(StationId station) {
    const auto held = profiles.find(station);
    const Watch now{site_of.contains(station), held != profiles.end() ? held->second.size() : 0};
    auto access = watched.lock();
    if (now.is_governed || now.profiles > 0) {
      access->stations[station] = now;
    } else {
      access->stations.erase(station);
    }
  }

  void keep(StationId station, InstalledProfile one) {
    std::vector<InstalledProfile>& all = profiles[station];
    const std::vector<InstalledProfile> before = all;
    const PowerProfileRow row{station, one.profile.charging_profile_id, one.connector,
                              json::dump(value_of(one.profile))};
    power::install(all, std::move(one));
    for (const InstalledProfile& old : before) {
      const auto same = [&](const InstalledProfile& now) {
        return now.profile.charging_profile_id == old.profile.charging_profile_id;
      };
      if (std::ranges::none_of(all, same)) forget_row(station, old);
    }
    save(row);
    watch(station);
  }

  void forget_row(StationId station, const InstalledProfile& one) {
    save(PowerProfileRow{station, one.profile.charging_profile_id, {}, {}});
  }

  template <class Which>
  void forget(StationId station, Which which) {
    const auto found = profiles.find(station);
    if (found == profiles.end()) return;
    std::erase_if(found->second, [&](const InstalledProfile& one) {
      if (!which(one)) return false;
      forget_row(station, one);
      return true;
    });
    if (found->second.empty()) profiles.erase(found);
    watch(station);
  }

  /// Behind what has happened so far, and stored.
  void note_call(StationId station, UniqueFunction<void(Impl&, StationId)> note,
                 CallOutcome outcome, CallDone done) {
    auto said = std::make_shared<CallOutcome>(std::move(outcome));
    auto told = std::make_shared<CallDone>(std::move(done));
    const bool taken = post([this, station, note = std::move(note), said, told] {
      note(*this, station);
      save({}, [said, told](const Result<>&) { (*told)(std::move(*said)); });
    });
    if (!taken) (*told)(std::move(*said));
  }

  // --- events

  /// Any thread. Not what is of no concern; beyond the bound sites are looked at anew.
  [[nodiscard]] bool takes_event(StationId station) {
    {
      auto access = watched.lock();
      if (!access->stations.contains(station)) return false;
    }
    auto access = waiting.lock();
    if (access->jobs.size() < options.events_max) return true;
    access->has_missed = true;
    return false;
  }

  void on(const StationOnline& event) {
    with_site(event.station, [&](Site& site) { site.control.station_online(event.station); });
  }
  void on(const StationOffline& event) {
    with_site(event.station, [&](Site& site) { site.control.station_offline(event.station); });
  }
  void on(const StationBooted& event) {
    with_site(event.station, [&](Site& site) { site.control.station_booted(event.station); });
  }
  void on(const TransactionStarted& event) {
    with_site(event.transaction.station,
              [&](Site& site) { site.control.started(event.transaction, clock.wall()); });
  }
  void on(const TransactionEnded& event) {
    const TransactionRow& row = event.transaction;
    with_site(row.station, [&](Site& site) {
      site.control.ended(row.station, row.connector, row.id);
      keep_told(site, row.station, row.connector);
    });
    const bool goes_on =
        row.state == TransactionState::superseded || event.running != TransactionId{};
    end_profiles({row.station, row.connector, row.id}, goes_on);
  }
  void on(const StationChanged& event) {
    if (event.is_removed) forget(event.station, [](const InstalledProfile&) { return true; });
  }
  template <class Other>
  void on(const Other&) {}

  struct EndedCharge {
    StationId station{};
    ConnectorNumber connector{};
    TransactionId transaction{};
  };
  /// Those without a number are of the transaction that runs there: `goes_on`: another one does.
  void end_profiles(const EndedCharge& ended, bool goes_on) {
    forget(ended.station, [&](const InstalledProfile& one) {
      if (one.connector != ended.connector ||
          one.profile.charging_profile_purpose != ChargingProfilePurpose::tx_profile) {
        return false;
      }
      const auto& number = one.profile.transaction_id;
      return number ? *number == ended.transaction : !goes_on;
    });
  }

  template <class Work>
  void with_site(StationId station, Work work) {
    const auto found = site_of.find(station);
    if (found == site_of.end()) return;
    touched.insert(found->second);
    work(sites.at(found->second));
  }

  // --- allocation

  void decide(PlotId id, Site& site, SystemTime now) {
    if (!site.control.is_due(now)) return;
    auto orders = std::make_shared<std::vector<Order>>(site.control.advance(now));
    if (orders->empty()) return;
    for (const Order& order : *orders) keep_told(site, order.station, order.connector);
    save({}, [this, id, orders](const Result<>& done) {
      for (const Order& order : *orders) {
        if (done.has_error()) {
          on_answer(id, order, OrderOutcome::unsent);
        } else {
          send(id, order);
        }
      }
    });
  }

  void keep_told(const Site& site, StationId station, ConnectorNumber connector) {
    SiteControl::Told told = site.control.told(station, connector);
    save(PowerHoldRow{station, connector, told.transaction, told.holds.confirmed,
                      told.holds.doubtful});
  }

  void send(PlotId id, const Order& order) {
    auto set = [self = shared_from_this(), id, order] {
      self->door.call(order.station, power::request_of(order), [self, id, order](CallOutcome said) {
        self->post(
            [self, id, order, outcome = outcome_of(said)] { self->on_answer(id, order, outcome); });
      });
    };
    if (!order.clears_others) return set();
    // One behind the other: nothing else of ours is there yet.
    ocpp::ClearChargingProfile own;
    own.charging_profile_purpose = ChargingProfilePurpose::tx_profile;
    ocpp::ClearChargingProfile defaults;
    defaults.charging_profile_purpose = ChargingProfilePurpose::tx_default_profile;
    door.call(order.station, own,
              [self = shared_from_this(), station = order.station, defaults,
               set = std::move(set)](const CallOutcome&) {
                self->door.call(station, defaults, [set](const CallOutcome&) { set(); });
              });
  }

  void on_answer(PlotId id, const Order& order, OrderOutcome outcome) {
    const auto found = sites.find(id);
    if (found == sites.end()) return;
    Site& site = found->second;
    touched.insert(id);
    site.control.answered(order.number, outcome, clock.wall());
    keep_told(site, order.station, order.connector);
    if (outcome != OrderOutcome::accepted) return;
    if (order.clears_others) {
      forget(order.station, [](const InstalledProfile& one) {
        return one.profile.charging_profile_purpose !=
               ChargingProfilePurpose::charge_point_max_profile;
      });
    }
    const bool ended =
        order.connector.get() != 0 &&
        site.control.transaction(order.station, order.connector) != order.transaction;
    if (ended) return;
    ocpp::SetChargingProfile request = power::request_of(order);
    keep(order.station, {request.connector_id, std::move(request.cs_charging_profiles)});
  }

  // --- sites and the network

  [[nodiscard]] std::vector<StationId> stations_of(const Site& site) const {
    std::set<StationId> out;
    for (const power::Outlet& outlet : site.control.tree().outlets) out.insert(outlet.station);
    return {out.begin(), out.end()};
  }

  void look_anew() {
    std::vector<StationId> all;
    for (const auto& [station, site] : site_of) all.push_back(station);
    look_at(std::move(all));
  }

  void look_at(std::vector<StationId> stations) {
    if (stations.empty()) return;
    const bool taken =
        directory.find(std::move(stations),
                       [self = shared_from_this()](std::vector<std::optional<StationNow>> found) {
                         self->post([self, found = std::move(found)] {
                           for (const auto& one : found) {
                             if (one) self->see(*one);
                           }
                         });
                       });
    if (taken) return;
    auto access = waiting.lock();
    access->has_missed = true;
  }

  /// How a station is, whatever was missed.
  void see(const StationNow& now) {
    names[now.station] = now.identity;
    with_site(now.station, [&](Site& site) {
      if (now.is_online) {
        site.control.station_online(now.station);
      } else {
        site.control.station_offline(now.station);
      }
      for (const power::Outlet& outlet : site.control.tree().outlets) {
        if (outlet.station != now.station) continue;
        TransactionId charges{};
        for (const ConnectorNow& connector : now.connectors) {
          if (connector.number == outlet.connector) charges = connector.transaction;
        }
        const TransactionId before = site.control.transaction(now.station, outlet.connector);
        if (before == charges) continue;
        if (before != TransactionId{}) {
          site.control.ended(now.station, outlet.connector, before);
          end_profiles({now.station, outlet.connector, before}, charges != TransactionId{});
        }
        if (charges != TransactionId{}) {
          site.control.started(now.station, outlet.connector, charges, clock.wall());
        }
        keep_told(site, now.station, outlet.connector);
      }
    });
  }

  [[nodiscard]] StationName namer() const {
    return [this](StationId station) {
      const auto found = names.find(station);
      return found != names.end() ? found->second : std::to_string(station.get());
    };
  }

  [[nodiscard]] json::Value site_value(PlotId id, const Site& site) const {
    json::Value out = value_of(site.control.tree(), site.time_zone, namer());
    json::Object* members = out.if_object();
    members->insert(members->begin(), {"site", id.get()});
    return out;
  }

  Result<> resolve(PlotId id, SiteInput& input,
                   const std::vector<std::optional<StationNow>>& found) {
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (!found[i]) return Error{PowerErrc::station_unknown, input.stations[i]};
      const StationId station = found[i]->station;
      const auto other = site_of.find(station);
      if (other != site_of.end() && other->second != id) {
        return Error{PowerErrc::connector_taken,
                     input.stations[i] + " is in site " + std::to_string(other->second.get())};
      }
      input.tree.outlets[i].station = station;
      names[station] = found[i]->identity;
    }
    if (!input.time_zone.empty() && zones(input.time_zone) == nullptr) {
      return Error{PowerErrc::tree_invalid, "no time zone is named " + input.time_zone};
    }
    if (!sites.contains(id) && sites.size() >= options.sites_max) {
      return Error{PowerErrc::tree_invalid,
                   std::to_string(options.sites_max) + " sites are the most"};
    }
    return power::check_tree(input.tree);
  }

  void change_site(PlotId id, SiteInput input, const std::vector<std::optional<StationNow>>& found,
                   Answer answer) {
    const Result<> checked = resolve(id, input, found);
    if (checked.has_error()) return answer(checked.error());
    const auto own = [](StationId station) { return std::to_string(station.get()); };
    const SystemTime now = clock.wall();
    PowerSiteRow row{id, json::dump(value_of(input.tree, input.time_zone, own)), now};
    std::vector<PowerChange> rows;
    rows.emplace_back(std::move(row));
    auto waiting_answer = std::make_shared<Answer>(std::move(answer));
    auto wanted = std::make_shared<SiteInput>(std::move(input));
    save(std::move(rows), [this, id, wanted, now, waiting_answer](const Result<>& done) {
      if (done.has_error()) return (*waiting_answer)(done.error());
      enter(id, std::move(*wanted), now);
      (*waiting_answer)(site_value(id, sites.at(id)));
    });
  }

  void enter(PlotId id, SiteInput input, SystemTime now) {
    const auto found = sites.find(id);
    std::vector<StationId> before;
    if (found != sites.end()) {
      before = stations_of(found->second);
      found->second.control.change_tree(std::move(input.tree));
    } else {
      sites.emplace(id, Site{std::move(input.tree), options.rules});
    }
    Site& site = sites.at(id);
    site.time_zone = std::move(input.time_zone);
    site.zone = site.time_zone.empty() ? nullptr : zones(site.time_zone);
    site.changed_at = now;
    touched.insert(id);
    std::vector<StationId> stations = stations_of(site);
    for (const StationId station : before) {
      if (!std::ranges::binary_search(stations, station)) release(station);
    }
    for (const StationId station : stations) {
      site_of[station] = id;
      watch(station);
    }
    look_at(std::move(stations));
  }

  /// Out of its site: what the site told it is taken back, if it hears of it.
  void release(StationId station) {
    site_of.erase(station);
    watch(station);
    std::vector<InstalledProfile> held;
    const auto found = profiles.find(station);
    if (found != profiles.end()) held = found->second;
    for (const InstalledProfile& one : held) {
      if (!is_of_site(one)) continue;
      save(PowerHoldRow{station, one.connector, {}, {}, {}});
      ocpp::ClearChargingProfile request;
      request.id = one.profile.charging_profile_id;
      call_clear(station, request, [](const CallOutcome&) {});
    }
  }

  void call_clear(StationId station, const ocpp::ClearChargingProfile& request, CallDone done) {
    door.call(station, request,
              [self = shared_from_this(), station, request,
               done = std::move(done)](CallOutcome outcome) mutable {
                const bool cleared = has_status<ocpp::ClearChargingProfileAnswer>(
                                         outcome, ocpp::ClearChargingProfileStatus::accepted) ||
                                     has_status<ocpp::ClearChargingProfileAnswer>(
                                         outcome, ocpp::ClearChargingProfileStatus::unknown);
                if (!cleared) return done(std::move(outcome));
                self->note_call(
                    station,
                    [request](Impl& impl, StationId id) {
                      impl.forget(id, [&](const InstalledProfile& one) {
                        return power::is_cleared(one, request);
                      });
                    },
                    std::move(outcome), std::move(done));
              });
  }

  // --- the start

  Result<> load() {
    MS_TRY(const PowerRows rows, store.load());
    for (const PowerSiteRow& row : rows.sites) {
      MS_TRY(SiteInput input, read_site(row.circuits));
      for (std::size_t i = 0; i < input.stations.size(); ++i) {
        const auto number = parse_u64(input.stations[i]);
        if (!number) return Error{PowerErrc::tree_invalid, "in the store: " + input.stations[i]};
        input.tree.outlets[i].station = StationId{static_cast<std::int64_t>(*number)};
      }
      MS_TRY_VOID(power::check_tree(input.tree));
      Site site{std::move(input.tree), options.rules};
      site.time_zone = std::move(input.time_zone);
      site.zone = site.time_zone.empty() ? nullptr : zones(site.time_zone);
      site.changed_at = row.changed_at;
      for (const StationId station : stations_of(site)) {
        site_of[station] = row.site;
        watch(station);
      }
      sites.emplace(row.site, std::move(site));
    }
    for (const PowerProfileRow& row : rows.profiles) {
      MS_TRY(auto profile, read_profile(row.profile));
      profiles[row.station].push_back({row.connector, std::move(profile)});
      watch(row.station);
    }
    MS_TRY_VOID(meet_all());
    for (const PowerHoldRow& row : rows.holds) restore(row);
    return {};
  }

  void restore(const PowerHoldRow& row) {
    bool is_known = false;
    with_site(row.station, [&](Site& site) {
      is_known = site.control.restore(row.station, row.connector,
                                      {row.transaction, {row.confirmed, row.doubtful}});
    });
    if (!is_known) save(PowerHoldRow{row.station, row.connector, {}, {}, {}});
  }

  /// Who charges where, before anything is decided.
  Result<> meet_all() {
    std::set<StationId> all;
    for (const auto& [station, site] : site_of) all.insert(station);
    for (const auto& [station, held] : profiles) all.insert(station);
    if (all.empty()) return {};
    auto promise = std::make_shared<std::promise<std::vector<std::optional<StationNow>>>>();
    auto future = promise->get_future();
    const bool taken = directory.find(std::vector<StationId>{all.begin(), all.end()},
                                      [promise](std::vector<std::optional<StationNow>> found) {
                                        promise->set_value(std::move(found));
                                      });
    if (!taken) return Error{PowerErrc::station_unknown, "the network does not answer"};
    for (const auto& one : future.get()) {
      if (!one) continue;
      see(*one);
      end_stale_profiles(*one);
    }
    return {};
  }

  void end_stale_profiles(const StationNow& now) {
    forget(now.station, [&](const InstalledProfile& one) {
      if (one.profile.charging_profile_purpose != ChargingProfilePurpose::tx_profile) return false;
      return std::ranges::none_of(now.connectors, [&](const ConnectorNow& connector) {
        return connector.number == one.connector && connector.transaction != TransactionId{} &&
               one.profile.transaction_id.value_or(connector.transaction) == connector.transaction;
      });
    });
  }

  PowerStore& store;
  StationLink& door;
  StationDirectory& directory;
  const Clock& clock;
  Zones zones;
  UniqueFunction<void(const Error&)> failed;
  PowerOptions options;
  mutable Locked<Watched> watched;
  Locked<Waiting> waiting;
  Lane lane{"charging.power", lane_queue_max};

  // Of the lane.
  std::map<PlotId, Site> sites;
  std::unordered_map<StationId, PlotId> site_of;
  std::unordered_map<StationId, std::vector<InstalledProfile>> profiles;
  std::unordered_map<StationId, std::string> names;
  std::set<PlotId> touched;  // something happened there
  SystemTime all_looked_at{};
  std::vector<PowerChange> changes;
  std::vector<Committed> committed;
  bool is_saving = false;
};

PowerDesk::PowerDesk(PowerStore& store, StationLink& door, StationDirectory& directory,
                     const Clock& clock, Zones zones, UniqueFunction<void(const Error&)> failed,
                     PowerOptions options)
    : impl_(std::make_shared<Impl>(store, door, directory, clock, std::move(zones),
                                   std::move(failed), options)) {}

PowerDesk::~PowerDesk() { stop(); }

Result<> PowerDesk::start() {
  MS_TRY_VOID(impl_->load());
  impl_->lane.start();
  {
    auto access = impl_->waiting.lock();
    access->is_running = true;
  }
  // What happened between the look and now.
  impl_->post([impl = impl_.get()] { impl->look_anew(); });
  return {};
}

void PowerDesk::stop() {
  std::vector<UniqueFunction<void()>> dropped;
  {
    auto access = impl_->waiting.lock();
    access->is_running = false;
  }
  impl_->lane.stop();
  auto access = impl_->waiting.lock();
  dropped.swap(access->jobs);
}

void PowerDesk::tick() {
  impl_->post([] {});
}

void PowerDesk::heard(const NetworkEvent& event) {
  const StationId station = std::visit(
      [](const auto& one) {
        using Event = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<Event, TransactionStarted> ||
                      std::is_same_v<Event, TransactionEnded>) {
          return one.transaction.station;
        } else if constexpr (std::is_same_v<Event, StationOnline> ||
                             std::is_same_v<Event, StationOffline> ||
                             std::is_same_v<Event, StationBooted> ||
                             std::is_same_v<Event, StationChanged>) {
          return one.station;
        } else {
          return StationId{};  // of no concern
        }
      },
      event);
  if (station == StationId{}) return;
  if (!impl_->takes_event(station)) return;
  impl_->post(
      [impl = impl_.get(), event] { std::visit([&](const auto& one) { impl->on(one); }, event); });
}

// ---- StationLink

namespace {

/// Why a profile may not be sent there; none: it may.
std::optional<Error> objection(ConnectorNumber connector, const ocpp::ChargingProfile& profile,
                               bool is_governed, std::size_t profiles) {
  const auto checked = power::check_profile(connector, profile);
  if (checked.has_error()) return checked.error();
  if (profile.charging_profile_id >= power::first_site_profile) {
    return Error{PowerErrc::profile_invalid, "ids from 2000000000 on are those of sites"};
  }
  if (is_governed &&
      profile.charging_profile_purpose != ChargingProfilePurpose::charge_point_max_profile) {
    return PowerErrc::under_site_limits;
  }
  if (profiles >= power::ProfileLimits::installed_max) return PowerErrc::too_many_profiles;
  return std::nullopt;
}

/// What holds for the profile of a remote start besides: OCPP 1.6, 5.11.
std::optional<Error> objection(const std::optional<ConnectorNumber>& connector,
                               const ocpp::ChargingProfile& profile) {
  const auto invalid = [](std::string_view why) {
    return Error{PowerErrc::profile_invalid, std::string{why}};
  };
  if (profile.charging_profile_purpose != ChargingProfilePurpose::tx_profile) {
    return invalid("a remote start brings a TxProfile");
  }
  if (profile.transaction_id) return invalid("a remote start's TxProfile names no transaction");
  // The station would choose the connector: we could not say where the profile counts.
  if (!connector) return invalid("a remote start with a profile names a connector");
  return std::nullopt;
}

}  // namespace

void PowerDesk::call(StationId station, BackendRequest request, CallDone done) {
  InstalledProfile kept;
  if (const auto* set = std::get_if<ocpp::SetChargingProfile>(&request)) {
    kept = {set->connector_id, set->cs_charging_profiles};
  } else if (const auto* clear = std::get_if<ocpp::ClearChargingProfile>(&request)) {
    if (impl_->watch_of(station).is_governed && !spares_site(*clear)) {
      return done(refused_here(PowerErrc::under_site_limits));
    }
    return impl_->call_clear(station, *clear, std::move(done));
  } else if (const auto* start = std::get_if<ocpp::RemoteStartTransaction>(&request);
             start != nullptr && start->charging_profile) {
    kept = {start->connector_id.value_or(ConnectorNumber{}), *start->charging_profile};
    if (const auto why = objection(start->connector_id, kept.profile)) {
      return done(refused_here(*why));
    }
  } else {
    return impl_->door.call(station, std::move(request), std::move(done));
  }
  const Impl::Watch watch = impl_->watch_of(station);
  const auto why = objection(kept.connector, kept.profile, watch.is_governed, watch.profiles);
  if (why) return done(refused_here(*why));
  impl_->door.call(
      station, std::move(request),
      [impl = impl_, station, kept = std::move(kept),
       done = std::move(done)](CallOutcome outcome) mutable {
        const bool accepted =
            has_status<ocpp::SetChargingProfileAnswer>(outcome,
                                                       ocpp::ChargingProfileStatus::accepted) ||
            has_status<ocpp::RemoteStartTransactionAnswer>(outcome, ocpp::Verdict::accepted);
        if (!accepted) return done(std::move(outcome));
        impl->note_call(
            station, [kept = std::move(kept)](Impl& own, StationId id) { own.keep(id, kept); },
            std::move(outcome), std::move(done));
      });
}

void PowerDesk::close(StationId station, std::string_view why) { impl_->door.close(station, why); }

bool PowerDesk::is_online(StationId station) const { return impl_->door.is_online(station); }

// ---- Routes

void PowerDesk::put_site(PlotId site, SiteInput input, Answer answer) {
  std::vector<std::string> names = input.stations;
  auto wanted = std::make_shared<SiteInput>(std::move(input));
  auto waiting = std::make_shared<Answer>(std::move(answer));
  const bool taken = impl_->directory.find(
      std::move(names),
      [impl = impl_, site, wanted, waiting](std::vector<std::optional<StationNow>> found) {
        impl->post([impl, site, wanted, waiting, found = std::move(found)] {
          impl->change_site(site, std::move(*wanted), found, std::move(*waiting));
        });
      });
  if (!taken) waiting.reset();  // dropped: busy
}

void PowerDesk::remove_site(PlotId site, Answer answer) {
  auto waiting = std::make_shared<Answer>(std::move(answer));
  impl_->post([impl = impl_, site, waiting] {
    if (!impl->sites.contains(site)) return (*waiting)(PowerErrc::site_unknown);
    std::vector<PowerChange> rows;
    rows.emplace_back(PowerSiteRemoved{site});
    impl->save(std::move(rows), [impl, site, waiting](const Result<>& done) {
      if (done.has_error()) return (*waiting)(done.error());
      const auto found = impl->sites.find(site);
      if (found != impl->sites.end()) {
        const auto stations = impl->stations_of(found->second);
        impl->sites.erase(found);
        for (const StationId station : stations) impl->release(station);
      }
      (*waiting)(json::Value{json::Object{}});
    });
  });
}

void PowerDesk::sites(Answer answer) {
  impl_->post([impl = impl_, answer = std::move(answer)] {
    json::Array out;
    for (const auto& [id, site] : impl->sites) {
      out.emplace_back(json::Object{
          {"site", id.get()},
          {"circuits", static_cast<std::int64_t>(site.control.tree().circuits.size())},
          {"connectors", static_cast<std::int64_t>(site.control.tree().outlets.size())},
          {"keeps_limits", site.control.keeps_limits(impl->clock.wall())}});
    }
    answer(json::Value{json::Object{{"sites", std::move(out)}}});
  });
}

void PowerDesk::site(PlotId site, Answer answer) {
  impl_->post([impl = impl_, site, answer = std::move(answer)] {
    const auto found = impl->sites.find(site);
    if (found == impl->sites.end()) return answer(PowerErrc::site_unknown);
    answer(impl->site_value(site, found->second));
  });
}

void PowerDesk::allocation(PlotId site, Answer answer) {
  impl_->post([impl = impl_, site, answer = std::move(answer)] {
    const auto found = impl->sites.find(site);
    if (found == impl->sites.end()) return answer(PowerErrc::site_unknown);
    json::Value out = allocation_json(found->second.control, impl->clock.wall(), impl->namer());
    json::Object* members = out.if_object();
    members->insert(members->begin(), {"site", site.get()});
    answer(std::move(out));
  });
}

namespace {

/// Finds one station and answers with what `make` says of it, on the lane.
template <class ImplPtr, class Make>
void answer_of(const ImplPtr& impl, std::string identity, PowerDesk::Answer answer, Make make) {
  auto waiting = std::make_shared<PowerDesk::Answer>(std::move(answer));
  std::vector<std::string> names{identity};
  const bool taken = impl->directory.find(
      std::move(names), [impl, waiting, identity = std::move(identity),
                         make = std::move(make)](std::vector<std::optional<StationNow>> found) {
        impl->post([impl, waiting, identity, make, found = std::move(found)] {
          if (!found.at(0)) return (*waiting)(Error{PowerErrc::station_unknown, identity});
          (*waiting)(make(*impl, *found[0]));
        });
      });
  if (!taken) waiting.reset();
}

}  // namespace

void PowerDesk::profiles(std::string identity, Answer answer) {
  answer_of(
      impl_, std::move(identity), std::move(answer),
      [](Impl& impl, const StationNow& now) -> Result<json::Value> {
        json::Array out;
        const auto held = impl.profiles.find(now.station);
        if (held != impl.profiles.end()) {
          for (const InstalledProfile& one : held->second) {
            out.emplace_back(json::Object{{"connector", std::int64_t{one.connector.get()}},
                                          {"of_site", is_of_site(one)},
                                          {"profile", value_of(one.profile)}});
          }
        }
        const auto site = impl.site_of.find(now.station);
        return json::Value{json::Object{
            {"station", now.identity},
            {"site", site != impl.site_of.end() ? json::Value{site->second.get()} : json::Value{}},
            {"profiles", std::move(out)}}};
      });
}

namespace {

/// With what its site says of it; of connector 0 all that are known.
std::vector<power::ConnectorState> states_of_connectors(const StationNow& now,
                                                        const power::SiteTree* tree) {
  std::map<ConnectorNumber, power::ConnectorState> out;
  for (const ConnectorNow& connector : now.connectors) {
    power::ConnectorState& state = out[connector.number];
    if (connector.transaction == TransactionId{}) continue;
    state.transaction = power::RunningTransaction{connector.transaction, connector.started_at};
  }
  if (tree != nullptr) {
    for (const power::Outlet& outlet : tree->outlets) {
      if (outlet.station != now.station) continue;
      power::ConnectorState& state = out[outlet.connector];
      state.phases = outlet.rotation.count;
      state.maximum_tenths = outlet.maximum;
    }
  }
  std::vector<power::ConnectorState> states;
  for (auto& [number, state] : out) {
    state.number = number;
    states.push_back(state);
  }
  return states;
}

}  // namespace

void PowerDesk::composite(CompositeWanted wanted, Answer answer) {
  answer_of(impl_, wanted.identity, std::move(answer),
            [wanted](Impl& impl, const StationNow& now) -> Result<json::Value> {
              power::Supply supply;
              const power::SiteTree* tree = nullptr;
              impl.with_site(now.station, [&](const Impl::Site& site) {
                tree = &site.control.tree();
                supply = {tree->volts, site.zone};
              });
              const auto held = impl.profiles.find(now.station);
              std::span<const InstalledProfile> installed;
              if (held != impl.profiles.end()) installed = held->second;
              const power::Window window{impl.clock.wall(), wanted.duration, wanted.unit};
              const auto states = states_of_connectors(now, tree);
              if (wanted.connector.get() == 0) {
                return value_of(composite_of_station(installed, states, window, supply),
                                wanted.connector);
              }
              const auto own =
                  std::ranges::find(states, wanted.connector, &power::ConnectorState::number);
              const power::ConnectorState state =
                  own != states.end() ? *own : power::ConnectorState{.number = wanted.connector};
              return value_of(composite_of_connector(installed, state, window, supply),
                              wanted.connector);
            });
}

}  // namespace mainstay::charging
