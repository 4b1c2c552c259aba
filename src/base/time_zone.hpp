#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace mainstay {

/// Local time of one place as a table: from each change on, local time is UTC plus its offset.
/// Moments and local times are whole seconds since 1970-01-01 00:00 (of UTC, or on the wall).
/// Immutable; any thread.
class TimeZone {
 public:
  struct Change {
    std::int64_t at = 0;
    std::int32_t offset = 0;  // seconds
  };
  /// The moments [begin, end) of one offset.
  struct Stretch {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    std::int64_t offset = 0;
  };

  /// `changes`: at least one, ascending; the first one's offset holds before it too.
  TimeZone(std::string name, std::vector<Change> changes);

  [[nodiscard]] const std::string& name() const { return name_; }

  [[nodiscard]] Stretch stretch_at(std::int64_t moment) const;
  [[nodiscard]] std::int64_t local(std::int64_t moment) const {
    return moment + stretch_at(moment).offset;
  }

  /// The earliest moment whose local time is `local` or later. Of a local time that comes twice it
  /// is the first, of one that clocks skip it is the moment of the skip; it never goes back when
  /// `local` goes on.
  [[nodiscard]] std::int64_t first_moment(std::int64_t local) const;

 private:
  [[nodiscard]] std::size_t place_of(std::int64_t moment) const;
  [[nodiscard]] Stretch stretch(std::size_t place) const;

  std::string name_;
  std::vector<Change> changes_;
};

}  // namespace mainstay
