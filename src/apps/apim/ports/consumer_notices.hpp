#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/apim/domain/period.hpp"

namespace mainstay::apim {

/// Something that the consumer behind an application is told of, on its way to his webhook. Where
/// that is, and its secret, is looked up when it is sent.
struct ConsumerNotice {
  std::uint64_t id = 0;
  std::string service_id;
  std::string application_id;
  UnixSeconds at = 0;
  std::string body;  // JSON, as it is sent
};

/// Notices wait here until they were delivered or given up. Bounded by Limits::webhook_notices_max:
/// the oldest goes first. Survives a restart, so that each is delivered at least once. Any thread.
class ConsumerNotices {
 public:
  virtual ~ConsumerNotices() = default;
  virtual void add(std::string_view service_id, std::string_view application_id, UnixSeconds at,
                   std::string_view body) = 0;
  /// Of all that wait, ascending.
  [[nodiscard]] virtual std::vector<std::uint64_t> ids() const = 0;
  [[nodiscard]] virtual std::optional<ConsumerNotice> find(std::uint64_t id) const = 0;
  virtual void remove(std::uint64_t id) = 0;
  [[nodiscard]] virtual std::size_t size() const = 0;
  /// How many had to go because too many waited, since the start.
  [[nodiscard]] virtual std::uint64_t dropped() const = 0;
};

}  // namespace mainstay::apim
