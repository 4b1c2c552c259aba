#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/apim/ports/catalog_store.hpp"
#include "apps/apim/ports/counter_windows.hpp"
#include "apps/apim/ports/import_sink.hpp"
#include "base/unique_function.hpp"

namespace mainstay::apim {

struct ImportOptions {
  bool replace = false;   // services that are there and differ
  bool counters = false;  // else usage is passed over
  bool dry_run = false;   // look, store nothing
};

/// What an import did, or with dry_run would do.
struct ImportReport {
  struct Refusal {
    std::string service_id;
    std::string why;
  };
  std::uint64_t added = 0;
  std::uint64_t replaced = 0;
  std::uint64_t unchanged = 0;
  std::vector<Refusal> refused;
  std::uint64_t windows = 0;  // counted windows stored
  /// What a source holds and nothing leads to, by reason.
  std::map<std::string, std::uint64_t, std::less<>> skipped;
};

/// Puts services into the catalog's store and the counters: for each the counters first, on disk,
/// then in one transaction the rows that make it visible. An import that was interrupted is run
/// again: services that are there and say the same are passed over, the others come anew. One
/// thread, while nothing is served from the store.
class ImportTarget final : public ImportSink {
 public:
  struct Into {
    CatalogStore& catalog;
    UsageHistory& history;
    CounterWindows& windows;
    UnixSeconds now = 0;
  };
  ImportTarget(Into into, ImportOptions options) : into_(into), options_(options) {}

  /// First: reads what is there.
  Result<> start();

  Result<bool> begin(const ServiceBundle& bundle) override;
  Result<> usage(std::span<const UsageRow> rows) override;
  Result<> finish(const ServiceId& id) override;

  /// For sources: notes something that is passed over.
  void skip(std::string_view reason, std::uint64_t count = 1);
  void refuse(const ServiceId& id, std::string why);
  [[nodiscard]] const ImportReport& report() const { return report_; }
  /// Called after each chunk and service.
  UniqueFunction<void(const ImportReport&)> on_progress;

 private:
  struct Wanted {
    ServiceBundle bundle;
    bool store_rows = true;  // false: only its counters
    bool is_new = true;
  };
  [[nodiscard]] std::string conflict(const ServiceBundle& bundle) const;
  Result<> store(const Wanted& wanted);
  void put_in_memory(std::span<const UsageRow> rows, const Windows& oldest);
  void progress() {
    if (on_progress) on_progress(report_);
  }

  Into into_;
  ImportOptions options_;
  Catalog there_;
  TokensOfServices tokens_there_;
  std::map<std::string, std::string> defaults_;  // by provider key, as they are by now
  std::map<std::string, Wanted, std::less<>> wanted_;
  std::set<std::string> seen_;
  ImportReport report_;
};

}  // namespace mainstay::apim
