#pragma once

#include <mutex>
#include <shared_mutex>
#include <utility>

#include "apps/charging/domain/plots/plot_table.hpp"
#include "base/small_mutex.hpp"

namespace mainstay::charging {

/// A PlotTable that many threads read while one changes it now and then.
class SharedPlots {
 public:
  explicit SharedPlots(GeoIndex& index) : table_(index) {}

  /// `read` sees all plots, unchanged but for their states, while it runs: briefly.
  template <class Read>
  auto read(Read read) const {
    { const std::scoped_lock at_the_door{door_}; }
    const std::shared_lock reading{lock_};
    return read(static_cast<const PlotTable&>(table_));
  }
  /// `change` is alone with it.
  template <class Change>
  void write(Change change) {
    const std::scoped_lock door{door_};
    const std::unique_lock alone{lock_};
    change(table_);
  }

 private:
  // Readers come and go all the time: a writer holds the door so that they let it in.
  mutable SmallMutex door_;
  mutable std::shared_mutex lock_;
  PlotTable table_;
};

}  // namespace mainstay::charging
