#include "apps/charging/plot_import.hpp"

#include <tuple>
#include <utility>

#include "apps/charging/inbound/import/plot_files.hpp"

namespace mainstay::charging {
namespace {

constexpr std::size_t batch_max = 500;

/// What an import says of a plot.
auto said(const Plot& plot) {
  return std::tie(plot.name, plot.at, plot.address, plot.city, plot.postcode, plot.country,
                  plot.operator_name, plot.access, plot.amenities, plot.hours.text(),
                  plot.description, plot.phone, plot.website, plot.offers, plot.attribution);
}

}  // namespace

Result<> PlotImport::start() {
  return store_.load(0, [this](PlotStore::Stored one) {
    if (one.plot.source == source_) known_.emplace(one.plot.source_id, std::move(one.plot));
  });
}

Result<> PlotImport::take(std::size_t line, Result<Plot> read) {
  ++totals_.seen;
  if (read.has_error()) {
    if (read.error().is(ImportErrc::import_skipped)) {
      ++totals_.skipped;
      return {};
    }
    ++totals_.failed;
    if (totals_.problems.size() < problems_max) {
      totals_.problems.push_back({line, read.error().message()});
    }
    return {};
  }
  Plot plot = std::move(*read);
  const auto found = known_.find(plot.source_id);
  if (found == known_.end()) {
    ++totals_.added;
  } else {
    const Plot& before = found->second;
    if (!before.host.empty() || !before.manager.empty()) {
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
  // The same site twice in one file: the second one is another change of the first.
  for (const Plot& waiting : batch_) {
    if (waiting.source_id != plot.source_id) continue;
    MS_TRY_VOID(store_batch());
    --(found == known_.end() ? totals_.added : totals_.changed);
    --totals_.seen;
    return take(line, std::move(plot));
  }
  batch_.push_back(std::move(plot));
  return batch_.size() < batch_max ? Result<>{} : store_batch();
}

Result<> PlotImport::store_batch() {
  if (write_ && !batch_.empty()) MS_TRY_VOID(store_.save_all(batch_));
  for (Plot& plot : batch_) {
    std::string id = plot.source_id;
    known_.insert_or_assign(std::move(id), std::move(plot));
  }
  batch_.clear();
  return {};
}

Result<> PlotImport::finish() { return store_batch(); }

}  // namespace mainstay::charging
