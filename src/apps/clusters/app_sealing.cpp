#include "apps/clusters/app_sealing.hpp"

#include <future>
#include <utility>

#include "apps/clusters/app_kube.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/manifest_templates.hpp"
#include "apps/clusters/outbound/sealing/controller_certificate.hpp"
#include "apps/clusters/outbound/sealing/file_certificate.hpp"
#include "apps/clusters/outbound/sealing/url_certificate.hpp"
#include "apps/clusters/sealed_desk.hpp"
#include "apps/clusters/sealing_certificates.hpp"
#include "apps/clusters/secrets_desk.hpp"
#include "platform/http/client.hpp"
#include "platform/lane/ticker.hpp"
#include "platform/log/log.hpp"
#include "platform/metrics/metrics.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::clusters {
namespace {

SealingCertificates::Options certificate_options(const settings::Settings& settings) {
  return {.pins = settings.list("apps.clusters.sealing_fingerprints"),
          .renewal = std::chrono::days{settings.integer("apps.clusters.sealing_renewal_days")}};
}

bool is_address(std::string_view place) {
  return place.starts_with("https://") || place.starts_with("http://");
}

/// Plain http is for whoever compares fingerprints.
Result<> check_place(std::string_view place, const settings::Settings& settings) {
  if (!place.starts_with("http://") ||
      !settings.list("apps.clusters.sealing_fingerprints").empty()) {
    return {};
  }
  return Error{Errc::certificate_unavailable,
               "over plain http whoever sits between could put another certificate in: take "
               "https, or set apps.clusters.sealing_fingerprints"};
}

std::unique_ptr<http::Client> certificate_client(const settings::Settings& settings) {
  return std::make_unique<http::Client>(http::ClientOptions{
      .requests_max = 4, .ca_file = settings.text("apps.clusters.sealing_certificate_roots")});
}

}  // namespace

struct SealingApp::Impl {
  Impl(Platform& lent, KubeApp& cluster) : platform(lent), kube(cluster) {}

  /// Whether whoever sits between us and the cluster could put another certificate in.
  [[nodiscard]] bool is_cluster_doubtful() const {
    return kube.writer() != nullptr && !kube.is_verified() &&
           platform.settings.list("apps.clusters.sealing_fingerprints").empty();
  }

  /// A file, an address, or what the cluster's controller says; null without any of them.
  std::unique_ptr<CertificateSource> make_source() {
    const std::string& place = platform.settings.text("apps.clusters.sealing_certificate");
    if (is_address(place)) {
      client = certificate_client(platform.settings);
      return std::make_unique<UrlCertificate>(*client, place);
    }
    if (!place.empty()) return std::make_unique<FileCertificate>(place);
    if (controller == nullptr || is_cluster_doubtful()) return nullptr;
    return std::make_unique<ControllerCertificate>(*controller);
  }

  /// Where certificates come from elsewhere, keys are elsewhere too.
  void make_controller() {
    if (kube.writer() == nullptr ||
        !platform.settings.text("apps.clusters.sealing_certificate").empty()) {
      return;
    }
    controller = std::make_unique<SealingController>(
        *kube.writer(), platform.settings.text("apps.clusters.sealing_controller_namespace"),
        platform.settings.text("apps.clusters.sealing_controller"));
  }

  void refresh() {
    certificates->refresh([this](Result<> done) {
      if (done.has_error()) {
        platform.log.warning("clusters.sealing.certificate_failed",
                             {{"error", done.error().message()}});
      }
    });
  }

  void watch() {
    platform.metrics.gauge_function(
        "clusters_sealing_certificate_seconds_left",
        "Until the certificate to seal with expires; 0 without one.", [this] {
          const auto status = certificates->status();
          if (status.certificate == nullptr) return 0.0;
          const auto left = status.certificate->not_after() - platform.clock.wall();
          return static_cast<double>(std::chrono::duration_cast<Seconds>(left).count());
        });
  }

  Platform& platform;
  KubeApp& kube;
  std::unique_ptr<SealingController> controller;  // null: keys are not in the cluster
  std::unique_ptr<http::Client> client;
  std::unique_ptr<SealingCertificates> certificates;
  std::unique_ptr<SecretsDesk> secrets;
  std::unique_ptr<SealedDesk> sealed;
  ManifestTemplates templates;
  std::unique_ptr<Ticker> ticker;
};

SealingApp::SealingApp(Platform& platform, KubeApp& kube)
    : impl_(std::make_unique<Impl>(platform, kube)) {}
SealingApp::~SealingApp() = default;

const SecretsDesk& SealingApp::secrets() const { return *impl_->secrets; }
SealedDesk& SealingApp::sealed() { return *impl_->sealed; }
const SealingCertificates& SealingApp::certificates() const { return *impl_->certificates; }
const ManifestTemplates& SealingApp::templates() const { return impl_->templates; }

Result<> SealingApp::start() {
  Platform& platform = impl_->platform;
  MS_TRY_VOID(
      check_place(platform.settings.text("apps.clusters.sealing_certificate"), platform.settings));
  MS_TRY(impl_->templates,
         ManifestTemplates::load(platform.settings.text("apps.clusters.templates_folder")));
  impl_->make_controller();
  auto options = certificate_options(platform.settings);
  if (impl_->is_cluster_doubtful()) {
    options.missing =
        "the cluster's own certificate is not checked, so whoever sits between could put another "
        "one to seal with in: set apps.clusters.sealing_fingerprints, or "
        "apps.clusters.sealing_certificate";
  }
  impl_->certificates = std::make_unique<SealingCertificates>(impl_->make_source(),
                                                              std::move(options), platform.clock);
  impl_->secrets = std::make_unique<SecretsDesk>(*impl_->certificates, platform.clock);
  impl_->sealed = std::make_unique<SealedDesk>(SealedDesk::Parts{
      impl_->kube.is_verified() ? impl_->controller.get() : nullptr, *impl_->certificates,
      platform.settings.list("apps.clusters.unsealing_keys")});
  impl_->sealed->start();
  impl_->watch();
  return {};
}

void SealingApp::register_routes(http::Router& /*router*/) {}

Result<> SealingApp::run() {
  if (impl_->certificates->status().source == "none") return {};
  impl_->refresh();
  impl_->ticker = std::make_unique<Ticker>(
      "clusters.seal", impl_->platform.settings.duration("apps.clusters.sealing_refresh"),
      [this] { impl_->refresh(); });
  impl_->ticker->start();
  return {};
}

void SealingApp::drain() {
  impl_->ticker.reset();
  if (impl_->client != nullptr) impl_->client->stop();
}

void SealingApp::stop() {
  if (impl_->sealed != nullptr) impl_->sealed->stop();
}

Result<std::string> fetch_certificate(const std::string& place,
                                      const settings::Settings& settings) {
  MS_TRY_VOID(check_place(place, settings));
  std::promise<Result<std::string>> answered;
  const auto done = [&answered](Result<std::string> answer) {
    answered.set_value(std::move(answer));
  };
  std::unique_ptr<http::Client> client;
  if (is_address(place)) {
    client = certificate_client(settings);
    UrlCertificate{*client, place}.fetch(done);
  } else {
    FileCertificate{place}.fetch(done);
  }
  auto answer = answered.get_future().get();
  if (answer.has_error()) {
    return answer.error().with_detail(place + ": " + answer.error().detail());
  }
  return answer;
}

}  // namespace mainstay::clusters
