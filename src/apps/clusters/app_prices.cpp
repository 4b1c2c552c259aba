#include "apps/clusters/app_prices.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "apps/clusters/domain/policy_rules.hpp"
#include "apps/clusters/outbound/prices/price_files.hpp"
#include "apps/clusters/outbound/prices/price_snapshot.hpp"
#include "apps/clusters/outbound/prices/shipped_prices.hpp"
#include "apps/clusters/outbound/prices/url_price_source.hpp"
#include "apps/clusters/price_desk.hpp"
#include "base/random.hpp"
#include "platform/lane/ticker.hpp"
#include "platform/log/log.hpp"
#include "platform/metrics/metrics.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::clusters {
namespace {

namespace fs = std::filesystem;

constexpr Millis prices_look_every{1'000};
// Where the service whose API this is has it.
constexpr const char* usual_types_file = "pricing-list.json";

fs::path prices_folder(const settings::Settings& settings) {
  const std::string& folder = settings.text("apps.clusters.stores_path");
  if (!folder.empty()) return folder;
  return fs::path{settings.text("data.folder")} / "clusters" / "prices";
}

fs::path types_file(const settings::Settings& settings) {
  constexpr std::string_view key = "apps.clusters.instance_types_file";
  const std::string& wanted = settings.text(key);
  std::error_code ignored;
  if (settings.is_default(key) && fs::exists(usual_types_file, ignored)) return usual_types_file;
  return wanted;
}

}  // namespace

std::unique_ptr<PriceKeep> make_price_keep(const settings::Settings& settings) {
  return std::make_unique<FilePriceKeep>(prices_folder(settings));
}

InstanceTypeSet shipped_types() { return shipped_prices(); }

Result<ReadTypes> read_types_file(const std::string& path, SystemTime now) {
  InstanceTypeOrigin origin;
  origin.source = path;
  origin.taken_at = now;
  InstanceTypesLeftOut left_out;
  MS_TRY(InstanceTypeSet set, read_price_file(path, std::move(origin), &left_out));
  return ReadTypes{std::move(set), left_out.unreadable, std::move(left_out.examples)};
}

std::string types_snapshot(const InstanceTypeSet& set) { return write_price_snapshot(set); }

struct PricesApp::Impl {
  explicit Impl(Platform& lent) : platform(lent), keep(prices_folder(lent.settings)) {}

  /// One source; an URL when both are set.
  std::string open_source() {
    const std::string& url = platform.settings.text("apps.clusters.instance_types_url");
    const fs::path file = types_file(platform.settings);
    if (!url.empty()) {
      source =
          std::make_unique<UrlPriceSource>(platform.client, url, prices_folder(platform.settings));
      return url;
    }
    if (file.empty()) return {};
    source = std::make_unique<FilePriceSource>(file);
    reads_file = true;
    return file.string();
  }

  void open_desk() {
    const std::string name = open_source();
    RefreshSchedule schedule;
    schedule.every = platform.settings.duration("apps.clusters.instance_types_refresh");
    schedule.retry = platform.settings.duration("apps.clusters.instance_types_retry");
    desk.emplace(PriceDesk::Parts{keep, source.get(), platform.clock,
                                  [this](const InstanceCatalogue::Status& told) { tell(told); }},
                 schedule, shipped_prices(), name, secret_u64());
    desk->load();
    if (const auto status = desk->status(); !status.last_error.empty()) tell(status);
    if (reads_file) desk->tick();
  }

  void tell(const InstanceCatalogue::Status& status) const {
    if (!status.last_error.empty()) {
      platform.log.warning("clusters.prices.failed",
                           {{"error", status.last_error}, {"version", status.origin.version}});
      return;
    }
    platform.log.info("clusters.prices.refreshed", {{"source", status.origin.source},
                                                    {"version", status.origin.version},
                                                    {"types", status.types},
                                                    {"priced", status.priced}});
  }

  void watch() {
    metrics::Registry& metrics = platform.metrics;
    metrics.gauge_function("clusters_instance_types", "Instance types in the catalogue.",
                           [this] { return static_cast<double>(desk->status().types); });
    metrics.gauge_function(
        "clusters_prices_age_seconds",
        "Since the instance types in force were read, or were found unchanged.", [this] {
          const auto status = desk->status();
          const auto since = std::max(status.origin.taken_at, status.checked_at);
          return std::chrono::duration<double>(platform.clock.wall() - since).count();
        });
    metrics.gauge_function("clusters_prices_failing", "1 while their last refresh has failed.",
                           [this] { return desk->status().last_error.empty() ? 0.0 : 1.0; });
  }

  Platform& platform;
  FilePriceKeep keep;
  std::unique_ptr<PriceSource> source{};  // null: nothing to refresh from
  bool reads_file = false;
  std::optional<PriceDesk> desk{};
  PolicyRules rules{};
  Ticker ticker{"prices", prices_look_every, [this] { desk->tick(); }};
};

PricesApp::PricesApp(Platform& platform) : impl_(std::make_unique<Impl>(platform)) {}
PricesApp::~PricesApp() = default;

InstanceCatalogue* PricesApp::catalogue() { return impl_->desk ? &*impl_->desk : nullptr; }
Policy* PricesApp::policy() { return &impl_->rules; }

Result<> PricesApp::start() {
  MS_TRY(impl_->rules, PolicyRules::parse(impl_->platform.settings.list("apps.clusters.policy")));
  impl_->open_desk();
  impl_->watch();
  return {};
}

void PricesApp::register_routes(http::Router& /*router*/) {}

Result<> PricesApp::run() {
  impl_->ticker.start();
  return {};
}

void PricesApp::drain() {
  if (impl_->source != nullptr) impl_->source->cancel();
  impl_->ticker.stop();
}

void PricesApp::stop() {}

}  // namespace mainstay::clusters
