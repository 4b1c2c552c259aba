#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "apps/charging/ports/plot_store.hpp"
#include "apps/charging/shared_plots.hpp"
#include "base/clock.hpp"
#include "base/locked.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "platform/lane/lane.hpp"
#include "platform/lane/ticker.hpp"
#include "platform/zones/time_zones.hpp"

namespace mainstay::charging {

struct PlotsOptions {
  std::size_t plots_max = 1'000'000;
  std::size_t jobs_max = 1'000;  // changes that wait; beyond them they are refused
};

/// All plots: read on any thread from memory, changed in the store first. What the network tells of
/// connectors goes to the rows that show them, and to nothing else.
///
/// Life: construct, start() (blocks: loads), stop() before the store is destroyed.
class PlotsDesk {
 public:
  using Failed = UniqueFunction<void(const Error&)>;
  PlotsDesk(PlotStore& store, GeoIndex& index, Failed failed, PlotsOptions options = {});
  ~PlotsDesk();

  Result<> start();
  void stop();

  /// See SharedPlots. Any thread.
  template <class Read>
  auto read(Read read) const {
    return plots_.read(std::move(read));
  }

  template <class T>
  using Done = PlotStore::Done<T>;

  /// Checks and stores it, new (id 0) or changed; gives it as it is stored. plot_invalid,
  /// connector_taken, too_many_plots, changed_meanwhile. Dropped uncalled when too much waits.
  void save(Plot plot, Done<Plot> done);
  void remove(PlotId id, Done<void> done);
  void add_note(PlotNote note, Done<PlotNote> done);
  void remove_note(PlotId plot, NoteKind kind, NoteId id, std::string author, Done<void> done);
  /// Of an edit: with the plot that it makes, or refused.
  void decide(PlotId plot, NoteId id, std::string by, std::optional<Plot> accepted,
              Done<void> done);
  /// What needs no memory.
  [[nodiscard]] PlotStore& store() const { return store_; }

  /// What stations tell, whether or not a plot shows them; kept for plots that will. Connector 0 is
  /// the station as a whole: out of order it takes its connectors along. Those of one that is
  /// offline are unknown. Any thread; never waits for more than a reader.
  void tell(StationId station, ConnectorNumber connector, ConnectorState state);
  void tell_online(StationId station, bool online);
  /// It is no more.
  void forget(StationId station);

  /// Plots whose rows changed since it was asked last; only of interest while somebody is. Any
  /// thread, but one at a time.
  void watch(bool somebody) { watched_ = somebody; }
  [[nodiscard]] std::vector<PlotId> take_changed();

  /// Reads from the store what other processes changed (an import) or removed. Blocks.
  Result<> refresh();

  [[nodiscard]] std::uint64_t states_told() const { return states_told_; }

 private:
  struct KnownStation {
    bool online = false;
    std::map<ConnectorNumber, ConnectorState> connectors{};

    [[nodiscard]] ConnectorState shown(ConnectorNumber connector) const;
  };
  using States = std::vector<std::pair<ConnectorNumber, ConnectorState>>;

  Result<> check(const Plot& plot);
  Result<> drop_removed();
  void publish(const Plot& plot, std::optional<Rating> rating);
  void drop(PlotId id);
  void note_changed(PlotId id);
  [[nodiscard]] ConnectorState state_of(const ConnectorOffer& offer);
  [[nodiscard]] static States shown_by(const KnownStation& station);
  void show(StationId station, const States& states);

  PlotStore& store_;
  Failed failed_;
  const PlotsOptions options_;
  zones::TimeZones zones_;
  SharedPlots plots_;
  std::int64_t version_ = 0;  // the newest that was read; the lane's
  Locked<std::unordered_map<StationId, KnownStation>> stations_;
  std::atomic<bool> watched_{false};
  std::atomic<std::uint64_t> states_told_{0};
  Locked<std::vector<PlotId>> changed_;
  Lane lane_;
  Ticker refresher_;  // last: its thread uses all of this
};

}  // namespace mainstay::charging
