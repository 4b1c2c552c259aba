#include "base/time_zone.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

#include "base/check.hpp"

namespace mainstay {
namespace {

using Bounds = std::numeric_limits<std::int64_t>;

/// No offset is as large, so what local clocks show at a moment was shown in UTC at most so long
/// before or after it.
constexpr std::int64_t offset_max = 26 * 3'600;

}  // namespace

TimeZone::TimeZone(std::string name, std::vector<Change> changes)
    : name_(std::move(name)), changes_(std::move(changes)) {
  MS_CHECK(!changes_.empty());
  for (const Change& change : changes_) {
    MS_CHECK(change.offset > -offset_max && change.offset < offset_max);
  }
  MS_CHECK(std::ranges::is_sorted(changes_, std::less<>{}, &Change::at));
}

TimeZone::Stretch TimeZone::stretch_at(std::int64_t moment) const {
  return stretch(place_of(moment));
}

std::int64_t TimeZone::first_moment(std::int64_t local) const {
  // The first stretch that ends after clocks show `local`.
  for (std::size_t place = place_of(local - offset_max);; ++place) {
    const Stretch here = stretch(place);
    if (here.end == Bounds::max() || here.end + here.offset > local) {
      return std::max(here.begin, local - here.offset);
    }
  }
}

std::size_t TimeZone::place_of(std::int64_t moment) const {
  const auto after = std::ranges::upper_bound(changes_, moment, std::less<>{}, &Change::at);
  return after == changes_.begin() ? 0 : static_cast<std::size_t>(after - changes_.begin()) - 1;
}

TimeZone::Stretch TimeZone::stretch(std::size_t place) const {
  const bool is_last = place + 1 == changes_.size();
  return {place == 0 ? Bounds::min() : changes_[place].at,
          is_last ? Bounds::max() : changes_[place + 1].at, changes_[place].offset};
}

}  // namespace mainstay
