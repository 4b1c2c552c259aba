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

bool is_somebodys(const Plot& plot) { return !plot.host.empty() || !plot.manager.empty(); }

}  // namespace

Result<> PlotImport::start() {
  return store_.load(0, [this](PlotStore::Stored one) {
    if (one.plot.source == source_) known_.emplace(one.plot.source_id, std::move(one.plot));
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
    const Plot& before = found->second;
    if (is_somebodys(before)) {
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
  if (is_somebodys(found->second)) {
    ++totals_.kept;
    return {};
  }
  ++totals_.removed;
  closed_.push_back(std::move(found->second));
  known_.erase(found);
  return closed_.size() < batch_max ? Result<>{} : store_batch();
}

bool PlotImport::waits(const std::string& source_id) const {
  return std::ranges::find(batch_, source_id, &Plot::source_id) != batch_.end();
}

Result<> PlotImport::store_batch() {
  if (write_ && !closed_.empty()) MS_TRY_VOID(store_.remove_all(closed_));
  if (write_ && !batch_.empty()) MS_TRY_VOID(store_.save_all(batch_));
  for (Plot& plot : batch_) {
    std::string id = plot.source_id;
    known_.insert_or_assign(std::move(id), std::move(plot));
  }
  batch_.clear();
  closed_.clear();
  return {};
}

Result<> PlotImport::finish() { return store_batch(); }

}  // namespace mainstay::charging
