#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "apps/charging/domain/plots/plot.hpp"
#include "apps/charging/domain/plots/plot_json.hpp"
#include "apps/charging/domain/plots/plot_query.hpp"
#include "apps/charging/ports/geo_index.hpp"
#include "base/result.hpp"
#include "base/time_zone.hpp"

namespace mainstay::charging {

/// Of a connector what searches ask for; small, so that many are looked at quickly.
struct LiveOffer {
  // What a station tells must not move the plot in any index, nor wait for who reads.
  mutable std::atomic<ConnectorState> state{ConnectorState::unknown};
  ConnectorStandard standard = ConnectorStandard::unknown;
  std::uint16_t count = 1;
  std::int32_t power_w = 0;
  PriceHint price = price_unknown;
};

/// A plot in memory. Only its states change while it is there.
class PlotRow {
 public:
  PlotRow(Plot plot, Rating rating, const TimeZone* zone);

  Plot plot;
  Rating rating;
  const TimeZone* zone;  // null: UTC
  UnitVector at;
  std::string words;  // names and places, folded, that texts are looked for in; a line each
  PlotText text;

  /// As many as the plot has offers, in their order.
  [[nodiscard]] std::span<const LiveOffer> live() const { return {live_.get(), live_count_}; }
  [[nodiscard]] ConnectorState state(std::size_t offer) const {
    return live_[offer].state.load(std::memory_order_relaxed);
  }
  /// False when it was so already.
  bool set_state(std::size_t offer, ConnectorState state) const {
    return live_[offer].state.exchange(state, std::memory_order_relaxed) != state;
  }
  [[nodiscard]] StateCounts counts() const;
  /// The operator's name as it is compared: the last of the words' lines.
  [[nodiscard]] std::string_view operator_word() const {
    return std::string_view{words}.substr(words.rfind('\n') + 1);
  }

  /// Have what finds the text, and then the text, brought from memory meanwhile.
  void fetch() const;
  void fetch_text() const;

 private:
  std::unique_ptr<LiveOffer[]> live_;
  std::size_t live_count_;
};

struct PlotHit {
  const PlotRow* row = nullptr;
  std::optional<Millimetres> distance{};  // from where the query is near; else off its route
  std::optional<Millimetres> along{};     // of its route
};

struct PlotPage {
  std::vector<PlotHit> hits;  // at most the limit; perhaps fewer, or none, although there are more
  std::optional<PlotPlace> next{};  // behind it there is more
};

/// All plots, and which of them are wanted. Many threads may read, and set states meanwhile; who
/// changes plots is alone.
class PlotTable {
 public:
  /// A search that sorts by something else than distance and id looks at no more plots than this,
  /// within its area; a page of one by id ends there, and the next one goes on.
  static constexpr std::size_t examined_max = 50'000;

  explicit PlotTable(GeoIndex& index) : index_(index) {}

  struct Loaded {
    Plot plot;
    Rating rating{};
    const TimeZone* zone = nullptr;
  };
  /// Replaces all; states are unknown.
  void load(std::vector<Loaded> plots);
  /// New, or instead of the one of that id, whose connectors keep their states.
  void put(Plot plot, Rating rating, const TimeZone* zone);
  void erase(PlotId id);
  void rate(PlotId id, Rating rating);

  [[nodiscard]] std::size_t size() const { return by_id_.size(); }
  /// In order.
  [[nodiscard]] std::vector<PlotId> ids() const;
  /// Null when there is none. Valid until plots are changed.
  [[nodiscard]] const PlotRow* find(PlotId id) const;
  [[nodiscard]] const PlotRow* find_source(const std::string& source, const std::string& id) const;
  /// The plot that shows a station's connector.
  [[nodiscard]] std::optional<PlotId> plot_of(StationId station, ConnectorNumber connector) const;
  /// The plot whose row changed by it.
  std::optional<PlotId> set_state(StationId station, ConnectorNumber connector,
                                  ConnectorState state) const;
  Result<PlotPage> search(const PlotQuery& query) const;
  /// At most `most` of them, by id.
  [[nodiscard]] std::vector<const PlotRow*> in_box(const GeoBox& box, std::size_t most) const;

 private:
  struct Shown {
    const PlotRow* row;
    std::size_t offer;
  };
  struct Found;

  [[nodiscard]] static GeoEntry entry_of(const PlotRow& row, std::uint32_t slot);
  void place(std::unique_ptr<PlotRow> row, std::uint32_t slot);
  void remember(const PlotRow& row);
  void forget(const PlotRow& row);
  Result<PlotPage> nearest(const PlotQuery& query) const;
  void keep_wanted(const PlotQuery& query, const UnitVector& origin,
                   const std::vector<GeoEntry>& entries, std::vector<Found>& out) const;
  /// Where a plot is in a page's order; nothing when it is not in the area, or not behind `after`.
  [[nodiscard]] static std::optional<Found> found_at(const PlotQuery& query, const PlotRow& row);
  Result<PlotPage> in_area(const PlotQuery& query) const;
  [[nodiscard]] PlotPage by_id(const PlotQuery& query) const;
  /// Of those in their order, one more than there is room for when there is more.
  [[nodiscard]] static PlotPage page_of(std::span<const Found> found, const PlotQuery& query);

  GeoIndex& index_;
  struct Slot {
    std::unique_ptr<PlotRow> row{};  // null: free
    // The row's, a step nearer.
    std::span<const LiveOffer> live{};
    PlotId id{};
  };

  std::vector<Slot> rows_;
  std::vector<std::uint32_t> free_;
  std::map<PlotId, std::uint32_t> by_id_;
  std::map<std::pair<StationId, ConnectorNumber>, Shown> shown_;
  std::unordered_map<std::string, std::uint32_t> by_source_;
};

}  // namespace mainstay::charging
