#pragma once

#include <cstdint>
#include <string_view>

namespace mainstay::apim {

/// What makes the in-memory state of the app durable: an ordered log of records that are replayed
/// after a crash.
class RecordLog {
 public:
  virtual ~RecordLog() = default;
  /// Takes the record's place in the order; called under the lock that orders it, so it must be
  /// quick. Durable once the commit barrier has passed.
  virtual std::uint64_t append(std::string_view record) = 0;

  /// Whether records should be made: false while the disk fails. Whoever would change something for
  /// a client asks first and refuses with Errc::journal_unavailable, having changed nothing. As
  /// quick as a load; any thread.
  [[nodiscard]] virtual bool accepts() const { return true; }
};

/// A log that keeps nothing, for state that need not survive (tests, tools).
class NoLog final : public RecordLog {
 public:
  std::uint64_t append(std::string_view) override { return ++sequence_; }

 private:
  std::uint64_t sequence_ = 0;
};

}  // namespace mainstay::apim
