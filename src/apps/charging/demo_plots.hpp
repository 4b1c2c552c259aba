#pragma once

#include <vector>

#include "apps/charging/domain/plots/plot.hpp"

namespace mainstay::charging {

/// A dozen plots of a town that there is not, for `serve --demo`. Plot n of the first eight shows
/// connectors 1 and 2 of station n.
std::vector<Plot> demo_plots(SystemTime now);

}  // namespace mainstay::charging
