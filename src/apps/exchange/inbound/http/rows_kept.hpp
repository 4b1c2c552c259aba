#pragma once

#include <cstddef>
#include <vector>

namespace mainstay::exchange {

/// Cuts ordered rows to `max`: the oldest in front, or else the newest at the end, stay.
template <class Row>
void keep_at_most(std::vector<Row>& rows, std::size_t max, bool oldest) {
  if (rows.size() <= max) return;
  const auto gone = static_cast<std::ptrdiff_t>(rows.size() - max);
  if (oldest) {
    rows.erase(rows.end() - gone, rows.end());
  } else {
    rows.erase(rows.begin(), rows.begin() + gone);
  }
}

}  // namespace mainstay::exchange
