#include "apps/charging/plot_import.hpp"

#include <algorithm>
#include <tuple>
#include <utility>
#include <variant>

namespace mainstay::charging {
namespace {

constexpr std::size_t batch_max = 500;

/// What an import says of a plot.
auto said(const Plot& plot) {
  return std::tie(plot.name, plot.at, plot.address, plot.city, plot.postcode, plot.country,
                  plot.operator_name, plot.access, plot.amenities, plot.hours.text(),
                  plot.description, plot.phone, plot.website, plot.offers, plot.attribution);
}

/// What an import must not take away: whose it is, and what operators made it show.
bool is_in_use(const Plot& plot) {
  const auto is_ours = [](const ConnectorOffer& offer) {
    return offer.station.get() != 0 || !offer.tariff.empty();
  };
  return !plot.host.empty() || !plot.manager.empty() || std::ranges::any_of(plot.offers, is_ours);
}

}  // namespace

Result<> PlotImport::start() {
  MS_TRY(const auto noted, store_.noted());
  return store_.load(0, [&](PlotStore::Stored one) {
    if (one.plot.source != source_) return;
    Known& known = known_[one.plot.source_id];
    known.is_kept = is_in_use(one.plot);
    known.has_notes = std::ranges::binary_search(noted, one.plot.id);
    known.plot = std::move(one.plot);
  });
}

Result<> PlotImport::take(std::size_t line, Result<ImportedSite> site) {
  ++totals_.seen;
  if (site.has_error()) {
    if (site.error().is(ImportErrc::import_skipped)) {
      ++totals_.skipped;
      return {};
    }
    ++totals_.failed;
    if (totals_.problems.size() < problems_max) {
      totals_.problems.push_back({line, site.error().message()});
    }
    return {};
  }
  if (const auto* closed = std::get_if<ClosedSite>(&*site)) return close(*closed);
  return put(std::get<Plot>(std::move(*site)));
}

Result<> PlotImport::put(Plot plot) {
  // The same site twice in one file: the second one is another change of the first.
  if (waits(plot.source_id)) MS_TRY_VOID(store_batch());
  const auto found = known_.find(plot.source_id);
  if (found == known_.end()) {
    ++totals_.added;
  } else {
    const Plot& before = found->second.plot;
    if (found->second.is_kept) {
      ++totals_.kept;
      return {};
    }
    if (said(before) == said(plot)) {
      ++totals_.same;
      return {};
    }
    ++totals_.changed;
    plot.id = before.id;
    plot.version = before.version;
    plot.created_at = before.created_at;
  }
  batch_.push_back(std::move(plot));
  return batch_.size() < batch_max ? Result<>{} : store_batch();
}

Result<> PlotImport::close(const ClosedSite& site) {
  if (waits(site.source_id)) MS_TRY_VOID(store_batch());
  const auto found = known_.find(site.source_id);
  if (found == known_.end()) {
    ++totals_.skipped;
    return {};
  }
  if (found->second.is_kept || found->second.has_notes) {
    ++totals_.kept;
    return {};
  }
  closed_.push_back(found->second.plot);
  return closed_.size() < batch_max ? Result<>{} : store_batch();
}

bool PlotImport::waits(const std::string& source_id) const {
  const auto has = [&](const std::vector<Plot>& plots) {
    return std::ranges::find(plots, source_id, &Plot::source_id) != plots.end();
  };
  return has(batch_) || has(closed_);
}

/// Those that were changed or commented on since start() are still there, and left alone from here.
Result<> PlotImport::remove_closed() {
  if (closed_.empty()) return {};
  std::vector<PlotId> gone;
  if (write_) {
    MS_TRY(gone, store_.remove_unused(closed_));
  }
  for (const Plot& plot : closed_) {
    if (!write_ || std::ranges::find(gone, plot.id) != gone.end()) {
      ++totals_.removed;
      known_.erase(plot.source_id);
    } else {
      ++totals_.kept;
      known_.at(plot.source_id).is_kept = true;
    }
  }
  closed_.clear();
  return {};
}

Result<> PlotImport::store_batch() {
  MS_TRY_VOID(remove_closed());
  if (write_ && !batch_.empty()) MS_TRY_VOID(store_.save_all(batch_));
  for (Plot& plot : batch_) {
    Known& known = known_[plot.source_id];
    known.plot = std::move(plot);
  }
  batch_.clear();
  return {};
}

Result<> PlotImport::finish() { return store_batch(); }

}  // namespace mainstay::charging
