#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "apps/charging/domain/plots/plot.hpp"
#include "apps/charging/inbound/import/plot_files.hpp"
#include "apps/charging/ports/plot_store.hpp"
#include "base/result.hpp"

namespace mainstay::charging {

/// Sites of a file become plots: each source_id one plot, however often it is imported; it goes
/// when nobody charges there any more. What has not changed is left alone, and so is a plot that is
/// in use here by now: it has a host or an operator, or shows a station's connectors or a tariff.
/// One to which people added notes stays, whatever becomes of its site. One thread.
class PlotImport {
 public:
  struct Problem {
    std::size_t line = 0;
    std::string text;
  };
  struct Totals {
    std::size_t seen = 0;
    std::size_t added = 0;
    std::size_t changed = 0;
    std::size_t same = 0;
    std::size_t removed = 0;  // plots of sites that are closed by now
    std::size_t kept = 0;     // in use, or changed by others while this ran
    std::size_t skipped = 0;  // nothing to charge at
    std::size_t failed = 0;
    std::vector<Problem> problems{};  // the first problems_max of the failed
  };
  static constexpr std::size_t problems_max = 100;

  /// `write`: false for a rehearsal.
  PlotImport(PlotStore& store, std::string source, bool write)
      : store_(store), source_(std::move(source)), write_(write) {}

  /// What is there of that source.
  Result<> start();
  Result<> take(std::size_t line, Result<ImportedSite> site);
  /// Stores what is left.
  Result<> finish();
  [[nodiscard]] const Totals& totals() const { return totals_; }

 private:
  struct Known {
    Plot plot;
    bool is_kept = false;    // left alone
    bool has_notes = false;  // not removed
  };
  Result<> put(Plot plot);
  Result<> close(const ClosedSite& site);
  [[nodiscard]] bool waits(const std::string& source_id) const;
  Result<> remove_closed();
  Result<> store_batch();

  PlotStore& store_;
  std::string source_;
  bool write_;
  std::unordered_map<std::string, Known> known_;  // by source_id
  std::vector<Plot> batch_;
  std::vector<Plot> closed_;  // to be removed before the batch is stored
  Totals totals_;
};

}  // namespace mainstay::charging
