#include "apps/apim/transfer.hpp"

#include <filesystem>
#include <istream>
#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/apim/outbound/files/bundle_lines.hpp"
#include "apps/apim/outbound/journal/apim_state.hpp"
#include "apps/apim/outbound/journal/erasures.hpp"
#include "apps/apim/outbound/redis/apisonator_source.hpp"
#include "apps/apim/outbound/sqlite/catalog_rows.hpp"
#include "apps/apim/outbound/sqlite/deleted_service_rows.hpp"
#include "apps/apim/outbound/sqlite/usage_history_rows.hpp"
#include "platform/journal/file_system.hpp"
#include "platform/settings/settings.hpp"
#include "platform/zones/time_zones.hpp"

namespace mainstay::apim {
namespace {

constexpr std::size_t rows_a_write = 1'000;
constexpr std::size_t bytes_a_write = 1U << 20U;

/// The counters, locked against a server.
Result<std::unique_ptr<ApimState>> open_state(DataFolder& data) {
  ApimState::Options options;
  options.journal.folder =
      std::filesystem::path{data.settings.text("data.folder")} / "journal" / "apim";
  options.journal.segment_bytes = data.settings.bytes("journal.segment_bytes");
  options.journal.sync_every = data.settings.duration("journal.sync_every");
  options.idempotency_keys_max =
      static_cast<std::size_t>(data.settings.integer("apps.apim.idempotency_keys_max"));
  options.journal.on_failure = [&fail = data.fail](const Error& error) { fail(error); };
  return ApimState::open(std::move(options), data.files);
}

/// Writes what memory holds into the history.
Result<> mirror(const CounterWindows& windows, UsageHistory& history) {
  std::vector<UsageRow> rows;
  Result<> done;
  const auto write = [&] {
    if (done.has_value()) done = history.write(rows);
    rows.clear();
  };
  windows.each_window(
      [&](const Subject& subject, std::string_view metric_id, const CounterWindow& window) {
        rows.push_back({std::string{subject.service_id}, std::string{subject.application_id},
                        std::string{metric_id}, window.period, window.begin, window.value});
        if (rows.size() == rows_a_write) write();
      });
  write();
  return done;
}

/// The services as they are written: providers by key, each one's services in the order of making.
std::vector<const Service*> services_in_order(const Catalog& catalog) {
  std::map<std::string, const Provider*> providers;
  catalog.providers.for_each(
      [&](const std::string& key, const Provider& provider) { providers[key] = &provider; });
  std::vector<const Service*> services;
  for (const auto& [key, provider] : providers) {
    for (const ServiceId& id : provider->services) {
      if (const Service* service = catalog.services.find(id.get())) services.push_back(service);
    }
  }
  return services;
}

std::uint64_t count_orphans(const Catalog& catalog, const TokensOfServices& tokens) {
  std::uint64_t count = 0;
  for (const auto& [id, list] : tokens) {
    if (catalog.services.find(id) == nullptr) count += list.size();
  }
  return count;
}

/// What an import works on, from the first to the last of its services.
struct Importing {
  Importing(const DataFolder& data, std::unique_ptr<ApimState> opened, ImportOptions options,
            Progress progress)
      : state(std::move(opened)),
        catalog(data.store, zones),
        history(data.store),
        deleted(data.store),
        target({catalog, history, *state, unix_seconds(data.clock.wall())}, options) {
    target.on_progress = std::move(progress);
  }
  /// The report, once all is stored.
  Result<ImportReport> close() {
    MS_TRY_VOID(state->close());
    return target.report();
  }

  zones::TimeZones zones;
  std::unique_ptr<ApimState> state;
  SqlCatalogStore catalog;
  SqlUsageHistory history;
  SqlDeletedServices deleted;
  ImportTarget target;
};

Result<std::unique_ptr<Importing>> open_importing(DataFolder& data, ImportOptions options,
                                                  Progress progress) {
  MS_TRY(auto state, open_state(data));
  auto all = std::make_unique<Importing>(data, std::move(state), options, std::move(progress));
  if (!options.dry_run) {
    MS_TRY(const Catalog there, all->catalog.load());
    MS_TRY_VOID(finish_erasures(all->deleted, there, all->history, *all->state));
  }
  MS_TRY_VOID(all->target.start());
  return all;
}

}  // namespace

Result<ExportReport> export_services(DataFolder data, bool counters, ExportOut out) {
  ExportReport report;
  zones::TimeZones zones;
  SqlCatalogStore store{data.store, zones};
  SqlUsageHistory history{data.store};
  std::unique_ptr<ApimState> state;  // held to the end, so that no server starts meanwhile
  if (counters) {
    auto opened = open_state(data);
    if (opened.has_error() && !opened.error().is(journal::Errc::locked)) return opened.error();
    report.is_served = opened.has_error();
    if (opened.has_value()) {
      state = std::move(*opened);
      SqlDeletedServices deleted{data.store};
      MS_TRY(const Catalog there, store.load());
      MS_TRY_VOID(finish_erasures(deleted, there, history, *state));
      MS_TRY_VOID(mirror(*state, history));
    }
  }
  MS_TRY(const Catalog catalog, store.load());
  const TokensOfServices tokens = tokens_of_services(catalog);
  report.orphan_tokens = count_orphans(catalog, tokens);

  std::string text;
  BundleWriter writer{text};
  Result<> written;
  const auto flush = [&](std::size_t least) {
    if (text.size() < least) return;
    if (written.has_value()) written = out(text);
    text.clear();
  };
  writer.header();
  for (const Service* service : services_in_order(catalog)) {
    const ServiceBundle bundle = bundle_of(catalog, *service, tokens);
    writer.service(bundle);
    report.rows += bundle.rows.size();
    ++report.services;
    if (counters) {
      MS_TRY_VOID(history.each(service->id.get(), [&](const UsageRow& row) {
        writer.usage(row);
        ++report.windows;
        flush(bytes_a_write);
      }));
    }
    writer.end_of_service();
    flush(bytes_a_write);
    if (written.has_error()) return written.error();
  }
  writer.end();
  flush(1);
  if (written.has_error()) return written.error();
  if (state != nullptr) MS_TRY_VOID(state->close());
  return report;
}

Result<ImportReport> import_lines(DataFolder data, std::istream& in, ImportOptions options,
                                  Progress progress) {
  if (!options.dry_run && in.tellg() != std::istream::pos_type{-1}) {
    ImportOptions look = options;
    look.dry_run = true;
    MS_TRY(auto looking, open_importing(data, look, {}));
    MS_TRY_VOID(BundleReader(in, looking->target, looking->zones).run());
    MS_TRY_VOID(looking->close());
    in.clear();
    in.seekg(0);
  }
  MS_TRY(auto importing, open_importing(data, options, std::move(progress)));
  MS_TRY_VOID(BundleReader(in, importing->target, importing->zones).run());
  return importing->close();
}

Result<ImportReport> import_apisonator(DataFolder data, const redis::Address& address,
                                       std::string password, ImportOptions options,
                                       Progress progress) {
  redis::Connection::Options with;
  with.password = std::move(password);
  MS_TRY(auto redis, redis::Connection::open(address, std::move(with)));
  MS_TRY(auto importing, open_importing(data, options, std::move(progress)));
  ApisonatorSource source{redis, importing->target};
  MS_TRY_VOID(source.run(options.counters));
  for (const auto& [reason, count] : source.skipped()) importing->target.skip(reason, count);
  return importing->close();
}

}  // namespace mainstay::apim
