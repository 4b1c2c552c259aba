#include "apps/charging/domain/plots/plot_table.hpp"

#include <algorithm>
#include <limits>
#include <unordered_set>
#include <utility>

#include "apps/charging/domain/plots/folded.hpp"
#include "base/check.hpp"

namespace mainstay::charging {
namespace {

constexpr std::int64_t last_key = std::numeric_limits<std::int64_t>::max();

std::string source_key(const std::string& source, const std::string& id) {
  return source + '\n' + id;
}

std::uint32_t standards_of(const Plot& plot) {
  std::uint32_t out = 0;
  for (const ConnectorOffer& offer : plot.offers) out |= bit_of(offer.standard);
  return out;
}

std::int32_t power_of(const Plot& plot) {
  std::int32_t out = 0;
  for (const ConnectorOffer& offer : plot.offers) out = std::max(out, offer.power_w);
  return out;
}

bool fits(const PlotQuery& query, const LiveOffer& offer) {
  if (query.standards != 0 && (bit_of(offer.standard) & query.standards) == 0) return false;
  if (offer.power_w < query.power_min_w || offer.power_w > query.power_max_w) return false;
  if (query.price_max && (offer.price == price_unknown || offer.price > *query.price_max)) {
    return false;
  }
  return !query.available ||
         offer.state.load(std::memory_order_relaxed) == ConnectorState::available;
}

/// Whether any connector is as they are wanted.
bool fits(const PlotQuery& query, std::span<const LiveOffer> live) {
  return !query.asks_of_connectors() ||
         std::ranges::any_of(live, [&](const LiveOffer& one) { return fits(query, one); });
}

bool takes(const PlotQuery& query, Access access) {
  return query.access == 0 || (query.access >> static_cast<unsigned>(access) & 1U) != 0;
}

/// Whether an index's entry leaves it open that its plot is wanted.
bool may_fit(const PlotQuery& query, const GeoEntry& entry) {
  if (query.standards != 0 && (entry.standards & query.standards) == 0) return false;
  if (entry.power_max_w < query.power_min_w || !takes(query, entry.access)) return false;
  const auto* circle = std::get_if<Circle>(&query.area);
  return circle == nullptr || chord_squared(circle->centre, entry.at) <= circle->chord_squared;
}

/// The least price of the connectors that are wanted; last_key when none is known.
std::int64_t price_of(const PlotQuery& query, const PlotRow& row) {
  std::int64_t out = last_key;
  for (const LiveOffer& one : row.live()) {
    if (one.price != price_unknown && fits(query, one))
      out = std::min<std::int64_t>(out, one.price);
  }
  return out;
}

std::int64_t power_of(const PlotQuery& query, const PlotRow& row) {
  std::int64_t out = 0;
  for (const LiveOffer& one : row.live()) {
    if (fits(query, one)) out = std::max<std::int64_t>(out, one.power_w);
  }
  return out;
}

/// Whether the plot is wanted, but for where it is and for its connectors.
bool fits(const PlotQuery& query, const PlotRow& row) {
  const Plot& plot = row.plot;
  if (!takes(query, plot.access)) return false;
  if (query.amenities != 0 && (plot.amenities & query.amenities) != query.amenities) return false;
  if (!query.country.empty() && plot.country != query.country) return false;
  if (!query.currency.empty() && plot.currency != query.currency) return false;
  if (query.modified_since && plot.modified_at < *query.modified_since) return false;
  if (query.open_at) {
    static const TimeZone utc{"UTC", {{0, 0}}};
    if (!plot.hours.open_at(*query.open_at, row.zone == nullptr ? utc : *row.zone)) return false;
  }
  if (!query.operator_name.empty() && row.operator_word() != query.operator_name) return false;
  return std::ranges::all_of(query.words, [&](const std::string& word) {
    return row.words.find(word) != std::string::npos;
  });
}

}  // namespace

PlotRow::PlotRow(Plot from, Rating rated, const TimeZone* local)
    : plot(std::move(from)),
      rating(rated),
      zone(local),
      at(unit_vector(plot.at)),
      words(folded(plot.name + '\n' + plot.address + '\n' + plot.city + '\n' + plot.postcode +
                   '\n' + plot.operator_name)),
      text(plot_text(plot, rating)),
      live_(std::make_unique<LiveOffer[]>(plot.offers.size())),
      live_count_(plot.offers.size()) {
  for (std::size_t i = 0; i < plot.offers.size(); ++i) {
    live_[i].standard = plot.offers[i].standard;
    live_[i].count = plot.offers[i].count;
    live_[i].power_w = plot.offers[i].power_w;
    live_[i].price = plot.offers[i].price;
  }
}

void PlotRow::fetch() const {
  __builtin_prefetch(&text.text);
  __builtin_prefetch(&text.gaps);
}

void PlotRow::fetch_text() const {
  constexpr std::size_t line = 64;
  for (std::size_t i = 0; i < text.text.size(); i += line) {
    __builtin_prefetch(text.text.data() + i);
  }
}

StateCounts PlotRow::counts() const {
  StateCounts out;
  for (const LiveOffer& one : live()) {
    out.of[static_cast<std::size_t>(one.state.load(std::memory_order_relaxed))] += one.count;
  }
  return out;
}

// --- changes -------------------------------------------------------------------------------------

GeoEntry PlotTable::entry_of(const PlotRow& row, std::uint32_t slot) {
  return {row.at, slot, standards_of(row.plot), power_of(row.plot), row.plot.access};
}

void PlotTable::remember(const PlotRow& row) {
  for (std::size_t i = 0; i < row.plot.offers.size(); ++i) {
    const ConnectorOffer& offer = row.plot.offers[i];
    if (offer.station.get() != 0) shown_[{offer.station, offer.connector}] = {&row, i};
  }
}

void PlotTable::forget(const PlotRow& row) {
  for (const ConnectorOffer& offer : row.plot.offers) {
    const auto found = shown_.find({offer.station, offer.connector});
    if (found != shown_.end() && found->second.row == &row) shown_.erase(found);
  }
}

void PlotTable::place(std::unique_ptr<PlotRow> row, std::uint32_t slot) {
  by_id_[row->plot.id] = slot;
  if (!row->plot.source_id.empty()) {
    by_source_[source_key(row->plot.source, row->plot.source_id)] = slot;
  }
  remember(*row);
  const auto live = row->live();
  const PlotId id = row->plot.id;
  rows_[slot] = {std::move(row), live, id};
}

void PlotTable::load(std::vector<Loaded> plots) {
  // Neighbours get neighbouring places in memory: whoever looks for one looks at the others.
  std::ranges::sort(plots, {}, [](const Loaded& one) { return z_order(one.plot.at); });
  rows_.clear();
  free_.clear();
  by_id_.clear();
  shown_.clear();
  by_source_.clear();
  rows_.resize(plots.size());
  std::vector<GeoEntry> entries;
  entries.reserve(plots.size());
  for (std::uint32_t slot = 0; slot < plots.size(); ++slot) {
    Loaded& one = plots[slot];
    auto row = std::make_unique<PlotRow>(std::move(one.plot), one.rating, one.zone);
    entries.push_back(entry_of(*row, slot));
    place(std::move(row), slot);
  }
  index_.load(std::move(entries));
}

void PlotTable::put(Plot plot, Rating rating, const TimeZone* zone) {
  auto row = std::make_unique<PlotRow>(std::move(plot), rating, zone);
  for (std::size_t i = 0; i < row->plot.offers.size(); ++i) {
    const ConnectorOffer& offer = row->plot.offers[i];
    const auto before = shown_.find({offer.station, offer.connector});
    if (offer.station.get() == 0 || before == shown_.end()) continue;
    (void)row->set_state(i, before->second.row->state(before->second.offer));
  }
  erase(row->plot.id);
  std::uint32_t slot = static_cast<std::uint32_t>(rows_.size());
  if (free_.empty()) {
    rows_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  index_.insert(entry_of(*row, slot));
  place(std::move(row), slot);
}

void PlotTable::erase(PlotId id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  const std::uint32_t slot = found->second;
  const PlotRow& row = *rows_[slot].row;
  index_.erase(entry_of(row, slot));
  forget(row);
  // Its site may have come back as another plot.
  const auto same_site = by_source_.find(source_key(row.plot.source, row.plot.source_id));
  if (same_site != by_source_.end() && same_site->second == slot) by_source_.erase(same_site);
  by_id_.erase(found);
  rows_[slot] = {};
  free_.push_back(slot);
}

void PlotTable::rate(PlotId id, Rating rating) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  PlotRow& row = *rows_[found->second].row;
  row.rating = rating;
  row.text = plot_text(row.plot, rating);
}

// --- one of them ---------------------------------------------------------------------------------

std::vector<PlotId> PlotTable::ids() const {
  std::vector<PlotId> out;
  out.reserve(by_id_.size());
  for (const auto& [id, slot] : by_id_) out.push_back(id);
  return out;
}

const PlotRow* PlotTable::find(PlotId id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : rows_[found->second].row.get();
}

const PlotRow* PlotTable::find_source(const std::string& source, const std::string& id) const {
  const auto found = by_source_.find(source_key(source, id));
  return found == by_source_.end() ? nullptr : rows_[found->second].row.get();
}

std::optional<PlotId> PlotTable::plot_of(StationId station, ConnectorNumber connector) const {
  const auto found = shown_.find({station, connector});
  if (found == shown_.end()) return std::nullopt;
  return found->second.row->plot.id;
}

std::optional<PlotId> PlotTable::set_state(StationId station, ConnectorNumber connector,
                                           ConnectorState state) const {
  const auto found = shown_.find({station, connector});
  if (found == shown_.end() || !found->second.row->set_state(found->second.offer, state)) {
    return std::nullopt;
  }
  return found->second.row->plot.id;
}

// --- searches ------------------------------------------------------------------------------------

struct PlotTable::Found {
  PlotPlace place;
  PlotHit hit;
};

PlotPage PlotTable::page_of(std::span<const Found> found, const PlotQuery& query) {
  const std::size_t count = std::min(found.size(), query.limit);
  PlotPage out;
  out.hits.reserve(count);
  for (std::size_t i = 0; i < count; ++i) out.hits.push_back(found[i].hit);
  if (found.size() > query.limit) out.next = found[query.limit - 1].place;
  return out;
}

Result<PlotPage> PlotTable::search(const PlotQuery& query) const {
  const std::size_t index = query.area.index();
  if (query.sort == PlotSort::id && index == 0) return by_id(query);
  const bool is_corridor = std::holds_alternative<Corridor>(query.area);
  return query.sort == PlotSort::distance && !is_corridor ? nearest(query) : in_area(query);
}

Result<PlotPage> PlotTable::nearest(const PlotQuery& query) const {
  MS_CHECK(query.near.has_value());
  const UnitVector origin = unit_vector(*query.near);
  const auto boxes = bounds_of(query.area);
  const Box3 within = boxes.empty() ? Box3{{-2, -2, -2}, {2, 2, 2}} : boxes.front();
  const auto distance_to = [&](const GeoEntry& entry) {
    return distance_of_chord(chord_squared(origin, entry.at));
  };
  const GeoIndex::Keep keep = [&](const GeoEntry& entry) {
    return may_fit(query, entry) && (!query.after || distance_to(entry) >= query.after->key);
  };
  std::vector<GeoEntry> entries;
  std::vector<Found> found;
  // One more tells whether there is more. Where those at the cut are as far as each other, which of
  // them came is not said: then more are asked for until the cut is clean.
  const bool is_told_by_entries = !query.available && !query.price_max && query.words.empty();
  for (std::size_t count = (is_told_by_entries ? 1 : 2) * (query.limit + 1);; count *= 2) {
    index_.nearest(origin, count, within, keep, entries);
    found.clear();
    keep_wanted(query, origin, entries, found);
    std::ranges::sort(found, {}, &Found::place);
    if (entries.size() < count) break;
    if (found.size() <= query.limit) continue;
    double farthest = 0;
    for (const GeoEntry& entry : entries) {
      farthest = std::max(farthest, chord_squared(origin, entry.at));
    }
    if (found[query.limit - 1].place.key < distance_of_chord(farthest)) break;
  }
  return page_of(found, query);
}

/// Plots lie all over memory, and each step's are fetched while those of the step before come: by
/// one at a time they take three times as long.
void PlotTable::keep_wanted(const PlotQuery& query, const UnitVector& origin,
                            const std::vector<GeoEntry>& entries, std::vector<Found>& out) const {
  for (const GeoEntry& entry : entries) __builtin_prefetch(&rows_[entry.slot]);
  if (query.asks_of_connectors()) {
    for (const GeoEntry& entry : entries) __builtin_prefetch(rows_[entry.slot].live.data());
  }
  std::vector<const GeoEntry*> left;
  left.reserve(entries.size());
  for (const GeoEntry& entry : entries) {
    const Slot& slot = rows_[entry.slot];
    if (!fits(query, slot.live)) continue;
    left.push_back(&entry);
    slot.row->fetch();
  }
  out.reserve(left.size());
  // Circles and access were asked of the entry.
  const bool asks_where = query.area.index() != 0 && !std::holds_alternative<Circle>(query.area);
  const bool asks_row = query.asks_of_plots();
  for (const GeoEntry* entry : left) {
    const Slot& slot = rows_[entry->slot];
    const PlotRow& row = *slot.row;
    if (asks_where && !is_in(query.area, row.plot.at, entry->at)) continue;
    if (asks_row && !fits(query, row)) continue;
    const Millimetres distance = distance_of_chord(chord_squared(origin, entry->at));
    const PlotPlace place{distance, slot.id.get()};
    if (query.after && place <= *query.after) continue;
    out.push_back({place, {&row, distance, std::nullopt}});
  }
}

std::optional<PlotTable::Found> PlotTable::found_at(const PlotQuery& query, const PlotRow& row) {
  Found one{{0, row.plot.id.get()}, {&row, std::nullopt, std::nullopt}};
  if (const auto* corridor = std::get_if<Corridor>(&query.area)) {
    const auto place = corridor->place_of(row.at);
    if (!place) return std::nullopt;
    one.hit.distance = distance_of_chord(place->chord_squared);
    one.hit.along = static_cast<Millimetres>(place->along_m * 1'000);
  } else if (!is_in(query.area, row.plot.at, row.at)) {
    return std::nullopt;
  }
  if (query.near) {
    one.hit.distance = distance_of_chord(chord_squared(unit_vector(*query.near), row.at));
  }
  std::int64_t& key = one.place.key;
  if (query.sort == PlotSort::distance) key = one.hit.distance.value_or(0);
  if (query.sort == PlotSort::route) key = one.hit.along.value_or(0);
  if (query.sort == PlotSort::price) key = price_of(query, row);
  if (query.sort == PlotSort::power) key = -power_of(query, row);
  if (query.sort == PlotSort::rating) key = -static_cast<std::int64_t>(row.rating.average_e2());
  if (query.after && one.place <= *query.after) return std::nullopt;
  return one;
}

Result<PlotPage> PlotTable::in_area(const PlotQuery& query) const {
  const auto farther = [](const Found& a, const Found& b) { return a.place < b.place; };
  std::vector<Found> best;  // a heap, the last one on top
  std::unordered_set<std::uint32_t> seen;
  const auto boxes = bounds_of(query.area);
  std::size_t examined = 0;
  for (const Box3& box : boxes) {
    index_.each_within(box, [&](const GeoEntry& entry) {
      if (++examined > examined_max) return false;
      if (boxes.size() > 1 && !seen.insert(entry.slot).second) return true;
      const Slot& slot = rows_[entry.slot];
      if (!fits(query, slot.live)) return true;
      const PlotRow& row = *slot.row;
      if (!fits(query, row)) return true;
      auto one = found_at(query, row);
      if (!one) return true;
      best.push_back(*one);
      std::ranges::push_heap(best, farther);
      if (best.size() <= query.limit + 1) return true;
      std::ranges::pop_heap(best, farther);
      best.pop_back();
      return true;
    });
  }
  if (examined > examined_max) {
    // So many that going through all by their ids soon finds a page.
    if (query.sort == PlotSort::id) return by_id(query);
    return Error{QueryErrc::area_too_large, "narrow it, or sort by id; at most " +
                                                std::to_string(examined_max) +
                                                " plots are looked at"};
  }
  std::ranges::sort_heap(best, farther);
  return page_of(best, query);
}

PlotPage PlotTable::by_id(const PlotQuery& query) const {
  PlotPage out;
  auto at = query.after ? by_id_.upper_bound(PlotId{query.after->id}) : by_id_.begin();
  for (std::size_t examined = 0; at != by_id_.end(); ++at, ++examined) {
    if (out.hits.size() == query.limit || examined == examined_max) {
      out.next = PlotPlace{0, std::prev(at)->first.get()};
      return out;
    }
    const Slot& slot = rows_[at->second];
    const PlotRow& row = *slot.row;
    if (!fits(query, slot.live) || !fits(query, row)) continue;
    if (const auto one = found_at(query, row)) out.hits.push_back(one->hit);
  }
  return out;
}

std::vector<const PlotRow*> PlotTable::in_box(const GeoBox& box, std::size_t most) const {
  std::vector<const PlotRow*> out;
  for (const Box3& bounds : bounds_of(Area{box})) {
    index_.each_within(bounds, [&](const GeoEntry& entry) {
      const PlotRow& row = *rows_[entry.slot].row;
      if (box.contains(row.plot.at)) out.push_back(&row);
      return out.size() < most;
    });
  }
  std::ranges::sort(out, {}, [](const PlotRow* row) { return row->plot.id; });
  return out;
}

}  // namespace mainstay::charging
