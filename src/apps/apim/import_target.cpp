#include "apps/apim/import_target.hpp"

#include <algorithm>
#include <future>
#include <optional>
#include <tuple>

#include "apps/apim/domain/catalog_errc.hpp"

namespace mainstay::apim {
namespace {

constexpr std::size_t refusals_max = 10'000;  // that are named; the rest is only counted
/// What began before the windows of that long ago is read from the history alone.
constexpr UnixSeconds held_in_memory = UnixSeconds{2} * 86'400;
constexpr UnixSeconds zone_most = 86'400;  // local windows begin that much earlier at most

const DefaultServiceRow* default_of(const ServiceBundle& bundle) {
  for (const CatalogRow& row : bundle.rows) {
    if (const auto* found = std::get_if<DefaultServiceRow>(&row)) return found;
  }
  return nullptr;
}

}  // namespace

Result<> ImportTarget::start() {
  MS_TRY(there_, into_.catalog.load());
  tokens_there_ = tokens_of_services(there_);
  there_.providers.for_each([this](const std::string& key, const Provider& provider) {
    if (provider.default_service) defaults_[key] = provider.default_service->get();
  });
  return {};
}

Result<bool> ImportTarget::begin(const ServiceBundle& bundle) {
  if (!seen_.insert(bundle.id.get()).second) {
    refuse(bundle.id, "it comes twice");
    return false;
  }
  auto checked = checked_bundle(bundle);
  if (checked.has_error()) {
    refuse(bundle.id, checked.error().message());
    return false;
  }
  Wanted wanted;
  wanted.bundle = std::move(*checked);
  if (const Service* service = there_.services.find(bundle.id.get())) {
    wanted.is_new = false;
    wanted.store_rows = !same_rows(bundle_of(there_, *service, tokens_there_), wanted.bundle);
    if (wanted.store_rows && !options_.replace) {
      refuse(bundle.id, "it is there already and differs; --replace puts this one in its place");
      return false;
    }
  }
  if (std::string why = conflict(wanted.bundle); !why.empty()) {
    refuse(bundle.id, std::move(why));
    return false;
  }
  if (const DefaultServiceRow* row = default_of(wanted.bundle)) {
    defaults_[row->provider_key.get()] = row->service_id.get();
  }
  if (!wanted.store_rows && !(options_.replace && options_.counters)) {
    ++report_.unchanged;
    progress();
    return false;
  }
  wanted_.insert_or_assign(bundle.id.get(), std::move(wanted));
  return true;
}

/// Putting a default service would silently take that rank from another one.
std::string ImportTarget::conflict(const ServiceBundle& bundle) const {
  const DefaultServiceRow* row = default_of(bundle);
  if (row == nullptr || options_.replace) return {};
  const auto known = defaults_.find(row->provider_key.get());
  if (known == defaults_.end() || known->second == bundle.id.get()) return {};
  return "its provider has the default service \"" + known->second +
         "\" already; --replace makes this one the default";
}

Result<> ImportTarget::usage(std::span<const UsageRow> rows) {
  if (!options_.counters) return {};
  const Windows oldest = windows_at(into_.now - held_in_memory);
  std::vector<UsageRow> wanted;
  for (const UsageRow& row : rows) {
    if (wanted_.contains(row.service_id)) wanted.push_back(row);
  }
  report_.windows += wanted.size();
  if (options_.dry_run || wanted.empty()) return {};
  std::ranges::stable_sort(wanted, {}, [](const UsageRow& row) {
    return std::tie(row.service_id, row.application_id, row.metric_id);
  });
  put_in_memory(wanted, oldest);
  std::erase_if(wanted, [](const UsageRow& row) { return row.period == Period::minute; });
  MS_TRY_VOID(into_.history.write(wanted));
  progress();
  return {};
}

/// Those of one application and metric together.
void ImportTarget::put_in_memory(std::span<const UsageRow> rows, const Windows& oldest) {
  std::vector<CounterWindow> windows;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const UsageRow& row = rows[i];
    if (row.begin >= oldest[index(row.period)].begin - zone_most) {
      windows.push_back({row.period, row.begin, row.value});
    }
    const bool is_last = i + 1 == rows.size() || rows[i + 1].service_id != row.service_id ||
                         rows[i + 1].application_id != row.application_id ||
                         rows[i + 1].metric_id != row.metric_id;
    if (!is_last) continue;
    if (!windows.empty()) {
      into_.windows.put_windows({row.service_id, row.application_id}, row.metric_id, windows,
                                into_.now);
    }
    windows.clear();
  }
}

Result<> ImportTarget::finish(const ServiceId& id) {
  const auto found = wanted_.find(id.get());
  if (found == wanted_.end()) return {};
  const Wanted wanted = std::move(found->second);
  wanted_.erase(found);
  if (!options_.dry_run) {
    if (options_.counters) MS_TRY_VOID(into_.windows.sync());
    if (wanted.store_rows) MS_TRY_VOID(store(wanted));
  }
  ++(wanted.is_new ? report_.added : wanted.store_rows ? report_.replaced : report_.unchanged);
  progress();
  return {};
}

Result<> ImportTarget::store(const Wanted& wanted) {
  std::vector<RowChange> changes;
  const ServiceId& id = wanted.bundle.id;
  if (const auto tokens = tokens_there_.find(id.get()); tokens != tokens_there_.end()) {
    for (const ServiceToken& token : tokens->second) {
      changes.push_back({RowChange::Kind::erase, ServiceTokenRow{id, token}});
    }
  }
  for (const CatalogRow& row : wanted.bundle.rows) {
    changes.push_back({RowChange::Kind::put, row});
  }
  std::promise<Result<>> stored;
  into_.catalog.write(
      [&](CatalogTables& tables) -> Result<> {
        if (!wanted.is_new) MS_TRY_VOID(tables.clear(id));
        for (const RowChange& change : changes) MS_TRY_VOID(tables.apply(change));
        return {};
      },
      [&stored](Result<> done) { stored.set_value(std::move(done)); });
  return stored.get_future().get();
}

void ImportTarget::skip(std::string_view reason, std::uint64_t count) {
  const auto known = report_.skipped.find(reason);
  if (known != report_.skipped.end()) {
    known->second += count;
  } else {
    report_.skipped.emplace(reason, count);
  }
}

void ImportTarget::refuse(const ServiceId& id, std::string why) {
  if (report_.refused.size() < refusals_max) {
    report_.refused.push_back({id.get(), std::move(why)});
  } else {
    skip("services refused and not named");
  }
}

}  // namespace mainstay::apim
