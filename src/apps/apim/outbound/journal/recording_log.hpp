#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "apps/apim/outbound/journal/records.hpp"
#include "apps/apim/ports/record_log.hpp"
#include "base/check.hpp"
#include "base/locked.hpp"

namespace mainstay::apim {

/// A log in memory, for tests: what was appended can be replayed from any place. Any thread.
class RecordingLog final : public RecordLog {
 public:
  std::uint64_t append(std::string_view record) override {
    auto records = records_.lock();
    records->emplace_back(record);
    return records->size();
  }

  [[nodiscard]] std::uint64_t last_sequence() const {
    auto records = records_.lock();
    return records->size();
  }

  /// `apply(sequence, record)` with the typed records after `as_of` up to and including `last`.
  template <class Apply>
  void replay(std::uint64_t as_of, std::uint64_t last, Apply apply) const {
    auto records = records_.lock();
    for (std::uint64_t sequence = as_of + 1; sequence <= last; ++sequence) {
      const auto record = decode(as_bytes((*records)[sequence - 1]));
      MS_CHECK(record.has_value());
      std::visit([&](const auto& typed) { apply(sequence, typed); }, *record);
    }
  }

 private:
  Locked<std::vector<std::string>> records_;
};

}  // namespace mainstay::apim
