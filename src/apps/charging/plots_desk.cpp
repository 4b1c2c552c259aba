#include "apps/charging/plots_desk.hpp"

#include <algorithm>
#include <utility>

namespace mainstay::charging {
namespace {

constexpr Millis refresh_every{5'000};  // docs promise ten seconds
// Rows that changed and that nobody has asked for yet: then all are looked at.
constexpr std::size_t changed_max = 100'000;

Error plot_invalid(std::string detail) { return {PlotErrc::plot_invalid, std::move(detail)}; }

}  // namespace

PlotsDesk::PlotsDesk(PlotStore& store, GeoIndex& index, Failed failed, PlotsOptions options)
    : store_(store),
      failed_(std::move(failed)),
      options_(options),
      plots_(index),
      lane_("charging.plots", options.jobs_max),
      refresher_("charging.refresh", refresh_every, [this] {
        (void)lane_.try_post([this] {
          if (auto done = refresh(); done.has_error()) failed_(done.error());
        });
      }) {}

PlotsDesk::~PlotsDesk() { stop(); }

Result<> PlotsDesk::start() {
  std::vector<PlotTable::Loaded> plots;
  MS_TRY_VOID(store_.load(0, [&](PlotStore::Stored one) {
    version_ = std::max(version_, one.plot.version);
    const TimeZone* zone = zones_.find(one.plot.time_zone);
    plots.push_back({std::move(one.plot), one.rating, zone});
  }));
  plots_.write([&](PlotTable& table) { table.load(std::move(plots)); });
  lane_.start();
  refresher_.start();
  return {};
}

void PlotsDesk::stop() {
  refresher_.stop();
  lane_.stop();
}

// --- plots ---------------------------------------------------------------------------------------

Result<> PlotsDesk::check(const Plot& plot) {
  MS_TRY_VOID(check_plot(plot));
  if (!plot.time_zone.empty() && zones_.find(plot.time_zone) == nullptr) {
    return plot_invalid("time_zone: a name of the IANA database is wanted, as Europe/Zurich");
  }
  return read([&](const PlotTable& table) -> Result<> {
    if (plot.id.get() == 0 && table.size() >= options_.plots_max) return PlotErrc::too_many_plots;
    for (const ConnectorOffer& offer : plot.offers) {
      const auto other = table.plot_of(offer.station, offer.connector);
      if (other && *other != plot.id) {
        return Error{PlotErrc::connector_taken, "plot " + std::to_string(other->get())};
      }
    }
    return {};
  });
}

ConnectorState PlotsDesk::state_of(const ConnectorOffer& offer) {
  auto stations = stations_.lock();
  const auto station = stations->find(offer.station);
  return station == stations->end() ? ConnectorState::unknown
                                    : station->second.shown(offer.connector);
}

void PlotsDesk::publish(const Plot& plot, std::optional<Rating> rating) {
  const TimeZone* zone = zones_.find(plot.time_zone);
  plots_.write([&](PlotTable& table) {
    const PlotRow* before = table.find(plot.id);
    table.put(plot, rating ? *rating : before == nullptr ? Rating{} : before->rating, zone);
    for (const ConnectorOffer& offer : plot.offers) {
      if (offer.station.get() == 0) continue;
      (void)table.set_state(offer.station, offer.connector, state_of(offer));
    }
  });
  note_changed(plot.id);
}

void PlotsDesk::save(Plot plot, Done<Plot> done) {
  (void)lane_.try_post([this, plot = std::move(plot), done = std::move(done)]() mutable {
    if (auto checked = check(plot); checked.has_error()) return done(std::move(checked).error());
    store_.save(std::move(plot), [this, done = std::move(done)](Result<Plot> saved) {
      if (saved.has_value()) publish(*saved, {});
      done(std::move(saved));
    });
  });
}

void PlotsDesk::remove(PlotId id, Done<void> done) {
  store_.remove(id, [this, id, done = std::move(done)](Result<> removed) {
    if (removed.has_value()) drop(id);
    done(std::move(removed));
  });
}

void PlotsDesk::drop(PlotId id) {
  plots_.write([&](PlotTable& table) { table.erase(id); });
  note_changed(id);
}

void PlotsDesk::add_note(PlotNote note, Done<PlotNote> done) {
  store_.add_note(std::move(note), [this, done = std::move(done)](Result<PlotStore::Added> added) {
    if (added.has_error()) return done(std::move(added).error());
    if (added->note.kind == NoteKind::comment) {
      plots_.write([&](PlotTable& table) { table.rate(added->note.plot, added->rating); });
    }
    done(std::move(added->note));
  });
}

void PlotsDesk::remove_note(PlotId plot, NoteKind kind, NoteId id, std::string author,
                            Done<void> done) {
  store_.remove_note(plot, kind, id, std::move(author),
                     [this, plot, kind, done = std::move(done)](Result<Rating> rating) {
                       if (rating.has_error()) return done(std::move(rating).error());
                       if (kind == NoteKind::comment) {
                         plots_.write([&](PlotTable& table) { table.rate(plot, *rating); });
                       }
                       done({});
                     });
}

void PlotsDesk::decide(PlotId plot, NoteId id, std::string by, std::optional<Plot> accepted,
                       Done<void> done) {
  (void)lane_.try_post([this, plot, id, by = std::move(by), accepted = std::move(accepted),
                        done = std::move(done)]() mutable {
    if (accepted) {
      if (auto fine = check(*accepted); fine.has_error()) return done(std::move(fine).error());
    }
    store_.decide(plot, id, std::move(by), std::move(accepted),
                  [this, done = std::move(done)](Result<std::optional<Plot>> made) {
                    if (made.has_error()) return done(std::move(made).error());
                    if (*made) publish(**made, {});
                    done({});
                  });
  });
}

Result<> PlotsDesk::refresh() {
  std::vector<PlotStore::Stored> news;
  MS_TRY_VOID(
      store_.load(version_, [&](PlotStore::Stored one) { news.push_back(std::move(one)); }));
  for (const PlotStore::Stored& one : news) {
    version_ = std::max(version_, one.plot.version);
    const bool known = read([&](const PlotTable& table) {
      const PlotRow* row = table.find(one.plot.id);
      return row != nullptr && row->plot.version >= one.plot.version;
    });
    if (!known) publish(one.plot, one.rating);
  }
  return drop_removed();
}

/// What was removed leaves nothing that could be loaded: only that there are more here than there.
Result<> PlotsDesk::drop_removed() {
  MS_TRY(const std::size_t count, store_.count());
  if (count == read([](const PlotTable& table) { return table.size(); })) return {};
  // Asked here first: what is saved meanwhile is there as well.
  std::vector<PlotId> gone = read([](const PlotTable& table) { return table.ids(); });
  MS_TRY(const auto left, store_.ids());
  std::erase_if(gone, [&](PlotId id) { return std::ranges::binary_search(left, id); });
  for (const PlotId id : gone) {
    drop(id);
  }
  return {};
}

// --- what stations tell --------------------------------------------------------------------------

ConnectorState PlotsDesk::KnownStation::shown(ConnectorNumber connector) const {
  const auto told = [this](ConnectorNumber number) {
    const auto found = connectors.find(number);
    return found == connectors.end() ? ConnectorState::unknown : found->second;
  };
  if (!online) return ConnectorState::unknown;
  const bool is_out = told(ConnectorNumber{0}) == ConnectorState::out_of_order;
  return is_out ? ConnectorState::out_of_order : told(connector);
}

PlotsDesk::States PlotsDesk::shown_by(const KnownStation& station) {
  States out;
  for (const auto& [connector, state] : station.connectors) {
    out.emplace_back(connector, station.shown(connector));
  }
  return out;
}

void PlotsDesk::show(StationId station, const States& states) {
  std::vector<PlotId> changed;
  read([&](const PlotTable& table) {
    for (const auto& [connector, state] : states) {
      if (const auto plot = table.set_state(station, connector, state)) changed.push_back(*plot);
    }
  });
  for (const PlotId plot : changed) note_changed(plot);
}

void PlotsDesk::tell(StationId station, ConnectorNumber connector, ConnectorState state) {
  States states;
  {
    auto stations = stations_.lock();
    KnownStation& known = (*stations)[station];
    known.connectors[connector] = state;
    if (connector.get() == 0) {
      states = shown_by(known);
    } else {
      states.emplace_back(connector, known.shown(connector));
    }
  }
  ++states_told_;
  show(station, states);
}

void PlotsDesk::tell_online(StationId station, bool online) {
  States states;
  {
    auto stations = stations_.lock();
    KnownStation& known = (*stations)[station];
    if (known.online == online) return;
    known.online = online;
    states = shown_by(known);
  }
  show(station, states);
}

void PlotsDesk::forget(StationId station) {
  tell_online(station, false);
  auto stations = stations_.lock();
  stations->erase(station);
}

void PlotsDesk::note_changed(PlotId id) {
  if (!watched_) return;
  auto changed = changed_.lock();
  if (changed->size() < changed_max) changed->push_back(id);
}

std::vector<PlotId> PlotsDesk::take_changed() {
  auto changed = changed_.lock();
  return std::exchange(*changed, {});
}

}  // namespace mainstay::charging
