#include "apps/clusters/app_api.hpp"

#include <optional>
#include <utility>

#include "apps/clusters/access.hpp"
#include "apps/clusters/app_changes.hpp"
#include "apps/clusters/app_kube.hpp"
#include "apps/clusters/app_prices.hpp"
#include "apps/clusters/app_sealing.hpp"
#include "apps/clusters/change_desk.hpp"
#include "apps/clusters/domain/names.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/inbound/http/api_calls.hpp"
#include "apps/clusters/inbound/http/catalog_feed.hpp"
#include "apps/clusters/inbound/http/probe_routes.hpp"
#include "apps/clusters/kind_manifests.hpp"
#include "apps/clusters/limits.hpp"
#include "apps/clusters/outbound/memory/memory_cluster.hpp"
#include "platform/json/json.hpp"
#include "platform/lane/ticker.hpp"
#include "platform/metrics/metrics.hpp"
#include "platform/program/errc.hpp"
#include "platform/settings/settings.hpp"
#include "platform/tls/digest.hpp"

namespace mainstay::clusters {
namespace {

/// Where no repository is configured: nothing was proposed, and nothing can be.
class NoProposals final : public Proposals {
 public:
  void propose(Change, std::vector<ChangeStep>, Done<ChangeRequest> done) override {
    done(Error{Errc::forge_refused, "no repository is configured; set apps.clusters.forge"});
  }
  void when_proposed(ChangeId id, Millis, Done<ChangeRequest> done) override {
    find(std::move(id), std::move(done));
  }
  void find(ChangeId id, Done<ChangeRequest> done) override {
    done(Error{Errc::change_not_found, id.get()});
  }
  void find_by_key(std::string, std::string, Done<std::optional<ChangeRequest>> done) override {
    done(std::optional<ChangeRequest>{});
  }
  void list(Query, Done<std::vector<Listed>> done) override { done(std::vector<Listed>{}); }
  void try_again(ChangeId id, std::string, Done<ChangeRequest> done) override {
    find(std::move(id), std::move(done));
  }
  Subscription subscribe(Listener listener) override {
    return std::make_shared<const Listener>(std::move(listener));
  }
};

}  // namespace

struct ApiApp::Impl {
  Impl(Platform& lent, KubeApp& kube_app, SealingApp& sealing_app, PricesApp& prices_app,
       ChangesApp& changes_app)
      : platform(lent),
        kube(kube_app),
        sealing(sealing_app),
        prices(prices_app),
        changes(changes_app) {}

  Result<> start();
  void make_desk();
  void watch();

  Platform& platform;
  KubeApp& kube;
  SealingApp& sealing;
  PricesApp& prices;
  ChangesApp& changes;
  Access access{platform.guard, platform.settings, platform.clock, changes.audit()};
  MemoryCluster no_cluster{};
  NoProposals no_proposals{};
  EventHub events{};
  // Behind start():
  ClusterReader* cluster = nullptr;
  Proposals* proposals = nullptr;
  std::optional<NamespaceName> name_space{};
  NamespaceRoles namespace_roles{};
  std::optional<KindManifests> manifests{};
  std::optional<ChangeDesk> desk{};
  std::optional<CatalogFeed> catalog{};
  Proposals::Subscription subscription{};
  Ticker comments{"clusters.events", Limits::stream_comment_every, [this] { events.keep_alive(); }};
};

Result<> ApiApp::Impl::start() {
  MS_TRY_VOID(access.check());
  MS_TRY(namespace_roles,
         NamespaceRoles::parse(platform.settings.list("apps.clusters.namespace_roles")));
  MS_TRY(NamespaceName parsed, parse_namespace(platform.settings.text("apps.clusters.namespace")));
  name_space = std::move(parsed);
  manifests.emplace(kube.node_group_kinds(), sealing.templates());
  cluster = kube.reader() == nullptr ? &no_cluster : kube.reader();
  proposals = changes.proposals() == nullptr ? &no_proposals : changes.proposals();
  make_desk();
  catalog.emplace(*cluster, *prices.catalogue(),
                  platform.settings.text("apps.clusters.catalog_owner"));
  subscription = proposals->subscribe([this](const ChangeRequest& request) {
    events.publish(request.id.get(), "request", json::dump(change_json(request, Detail::brief)),
                   is_over(request.state) ? EventHub::Then::end : EventHub::Then::go_on);
  });
  watch();
  desk->start();
  catalog->start();
  comments.start();
  return {};
}

void ApiApp::Impl::make_desk() {
  DeskOptions options;
  options.folder = platform.settings.text("apps.clusters.catalog_folder");
  options.unsealing_key_files = platform.settings.list("apps.clusters.unsealing_keys");
  options.namespace_roles = namespace_roles;
  const std::string& review = platform.settings.text("apps.clusters.access_review");
  if (review == "name") options.review = DeskOptions::Review::by_name;
  if (review == "email") options.review = DeskOptions::Review::by_email;
  options.any_instance_type = platform.settings.boolean("apps.clusters.any_instance_type");
  desk.emplace(DeskParts{.clock = platform.clock,
                         .cluster = *cluster,
                         .writer = kube.writer(),
                         .catalogue = *prices.catalogue(),
                         .policy = *prices.policy(),
                         .manifests = *manifests,
                         .secrets = sealing.secrets(),
                         .certificates = sealing.certificates(),
                         .repository = changes.repository(),
                         .proposals = *proposals,
                         .audit = changes.audit(),
                         .sha256 = tls::sha256},
               options);
}

void ApiApp::Impl::watch() {
  platform.metrics.gauge_function("clusters_event_listeners", "Clients of event streams.", [this] {
    return static_cast<double>(events.listeners() + catalog->hub().listeners());
  });
}

ApiApp::ApiApp(Platform& platform, KubeApp& kube, SealingApp& sealing, PricesApp& prices,
               ChangesApp& changes)
    : impl_(std::make_unique<Impl>(platform, kube, sealing, prices, changes)) {}
ApiApp::~ApiApp() = default;

Result<> ApiApp::start() { return impl_->start(); }

void ApiApp::register_routes(http::Router& router) {
  const ApiParts parts{.access = impl_->access,
                       .clock = impl_->platform.clock,
                       .cluster = *impl_->cluster,
                       .catalogue = *impl_->prices.catalogue(),
                       .proposals = *impl_->proposals,
                       .desk = *impl_->desk,
                       .sealed = impl_->sealing.sealed(),
                       .certificates = impl_->sealing.certificates(),
                       .events = impl_->events,
                       .default_namespace = *impl_->name_space};
  register_group_routes(router, parts);
  register_secret_routes(router, parts);
  register_sealed_routes(router, parts);
  register_type_routes(router, parts);
  register_change_routes(router, parts);
  register_probe_routes(router, impl_->access, *impl_->cluster, impl_->platform.health);
  impl_->catalog->register_routes(router, impl_->access);
}

void ApiApp::register_own_probes(http::Router& router) {
  clusters::register_own_probes(router, impl_->platform.health);
}

Result<> ApiApp::run() { return {}; }

void ApiApp::drain() {
  impl_->comments.stop();
  impl_->events.close();
  if (impl_->catalog) impl_->catalog->stop();
}

void ApiApp::stop() {
  impl_->subscription.reset();
  if (impl_->desk) impl_->desk->stop();
}

}  // namespace mainstay::clusters
