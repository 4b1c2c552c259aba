#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "apps/apim/limits.hpp"
#include "apps/apim/outbound/journal/records.hpp"
#include "apps/apim/ports/events.hpp"
#include "apps/apim/ports/record_log.hpp"
#include "base/bytes.hpp"
#include "base/locked.hpp"
#include "base/result.hpp"
#include "base/text.hpp"

namespace mainstay::apim {

/// The stored errors of the process, striped by service; each change takes its place in the log
/// under its stripe's lock. Any thread. Code and message are cut to Limits::stored_text_bytes_max
/// at a character; a context beyond context_bytes_max, which cannot be cut and stay JSON, is stored
/// as "{}".
class JournaledErrorLists final : public ErrorLists {
 public:
  static constexpr std::size_t context_bytes_max = 32 * Limits::stored_text_bytes_max;

  explicit JournaledErrorLists(RecordLog& log,
                               std::size_t errors_max = Limits::errors_per_service_max)
      : log_(&log), errors_max_(errors_max) {}

  void add(std::string_view service_id, StoredError error) override;
  [[nodiscard]] Page list(std::string_view service_id, std::size_t offset,
                          std::size_t count_max) const override;
  void clear(std::string_view service_id) override;

  // Recovery: load() into an empty one, then the records in their order, then service. A service's
  // list takes only records behind the last one that it holds, so that save() may run while
  // serving.
  void replay(std::uint64_t sequence, const ErrorAdded& record);
  void replay(std::uint64_t sequence, const ErrorsCleared& record);
  void save(std::string& out) const;
  Result<> load(ByteReader& in);

 private:
  struct List {
    std::deque<StoredError> errors;  // newest first
    std::uint64_t sequence = 0;      // of the last record applied
  };
  using Stripe = std::unordered_map<std::string, List, StringHash, std::equal_to<>>;

  static List& list_of(Stripe& stripe, std::string_view service_id);
  void put(List& list, StoredError error) const;
  Locked<Stripe>& stripe_of(std::string_view service_id);

  RecordLog* log_;
  std::size_t errors_max_;
  std::array<Locked<Stripe>, 64> stripes_;
};

}  // namespace mainstay::apim
