#include "apps/clusters/app_kube.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "apps/clusters/app_cluster.hpp"
#include "apps/clusters/codec/yaml.hpp"
#include "apps/clusters/domain/document_path.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/outbound/kube/cluster_cache.hpp"
#include "apps/clusters/outbound/kube/kube_calls.hpp"
#include "apps/clusters/outbound/kube/kube_client.hpp"
#include "base/random.hpp"
#include "platform/health/health.hpp"
#include "platform/http/client_url.hpp"
#include "platform/log/log.hpp"
#include "platform/program/listeners.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::clusters {
namespace {

constexpr std::size_t kinds_max = 16;

/// The built-in kinds and the file's, of one name the file's.
Result<std::vector<NodeGroupKind>> known_kinds(const std::string& file) {
  std::vector<Document> all = builtin_node_group_kinds();
  if (!file.empty()) {
    MS_TRY(const std::string text, read_kube_file(file));
    MS_TRY(const std::vector<Document> documents, yaml::parse(text));
    all.insert(all.begin(), documents.begin(), documents.end());
  }
  std::vector<NodeGroupKind> kinds;
  for (const Document& one : all) {
    MS_TRY(NodeGroupKind kind, node_group_kind(one));
    if (std::ranges::find(kinds, kind.name, &NodeGroupKind::name) == kinds.end()) {
      kinds.push_back(std::move(kind));
    }
  }
  return kinds;
}

Result<std::vector<NodeGroupKind>> wanted_kinds(const settings::Settings& settings) {
  MS_TRY(const std::vector<NodeGroupKind> known,
         known_kinds(settings.text("apps.clusters.node_group_kinds_file")));
  std::vector<NodeGroupKind> wanted;
  for (const std::string& name : settings.list("apps.clusters.node_group_kinds")) {
    const auto found = std::ranges::find(known, name, &NodeGroupKind::name);
    if (found == known.end()) {
      return Error{Errc::document_invalid,
                   "apps.clusters.node_group_kinds: no kind is called " + name};
    }
    wanted.push_back(*found);
  }
  if (wanted.empty() || wanted.size() > kinds_max) {
    return Error{Errc::document_invalid, "apps.clusters.node_group_kinds names 1 to 16 kinds"};
  }
  return wanted;
}

/// Of who answers there.
bool has_proof(const KubeConnection& connection) {
  const auto url = http::parse_client_url(connection.server);
  return url.has_value() && (url->tls ? connection.verify : is_loopback(url->host));
}

bool names(const std::vector<std::string>& list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

}  // namespace

struct KubeApp::Impl {
  Platform& platform;
  const ClusterApp& embedded;
  std::vector<NodeGroupKind> kinds = {};
  Millis age_max{0};
  bool is_verified = false;
  // In the order of being made; the client stops before any of them ends.
  std::unique_ptr<KubeClient> client = nullptr;
  std::unique_ptr<ClusterCache> cache = nullptr;
  std::unique_ptr<KubeCalls> calls = nullptr;

  Result<std::optional<KubeConnection>> find_connection() const;
  [[nodiscard]] ClusterCacheOptions cache_options() const;
  [[nodiscard]] Result<> check(const CacheState& state) const;
};

Result<std::optional<KubeConnection>> KubeApp::Impl::find_connection() const {
  const settings::Settings& settings = platform.settings;
  KubeConnectionOptions options{.mode = settings.text("apps.clusters.kube_connection"),
                                .kubeconfig = settings.text("apps.clusters.kubeconfig"),
                                .context = settings.text("apps.clusters.kube_context")};
  if (!embedded.kubeconfig_file().empty()) {
    options = {.mode = "kubeconfig", .kubeconfig = embedded.kubeconfig_file()};
  }
  if (options.mode == "none") return std::optional<KubeConnection>{};
  return find_kube_connection(options, settings.variables(), read_kube_file);
}

ClusterCacheOptions KubeApp::Impl::cache_options() const {
  const settings::Settings& settings = platform.settings;
  const std::vector<std::string> deliveries = settings.list("apps.clusters.watch_deliveries");
  ClusterCacheOptions options;
  options.node_group_kinds = kinds;
  if (settings.boolean("apps.clusters.watch_secrets")) {
    options.secrets_namespace = settings.text("apps.clusters.namespace");
  }
  options.sealed_secrets = settings.boolean("apps.clusters.watch_sealed_secrets");
  options.argo_cd = names(deliveries, "argocd");
  options.flux = names(deliveries, "flux");
  options.reflector.streaming_lists = settings.boolean("apps.clusters.kube_streaming_lists");
  options.reflector.page_size =
      static_cast<std::size_t>(settings.integer("apps.clusters.kube_page_size"));
  return options;
}

/// A copy that follows is as good as the cluster, however long nothing changed there.
Result<> KubeApp::Impl::check(const CacheState& state) const {
  if (!state.synced) return Error{Errc::not_ready, state.name + " have not been listed yet"};
  if (!state.problem.empty() && platform.clock.wall() - state.heard > age_max) {
    return Error{Errc::not_ready, state.name + " lost the cluster: " + state.problem};
  }
  return {};
}

KubeApp::KubeApp(Platform& platform, const ClusterApp& embedded)
    : impl_(std::make_unique<Impl>(platform, embedded)) {}
KubeApp::~KubeApp() { stop(); }

ClusterReader* KubeApp::reader() { return impl_->cache.get(); }
ClusterWriter* KubeApp::writer() { return impl_->calls.get(); }

bool KubeApp::is_verified() const { return impl_->is_verified; }

const std::vector<NodeGroupKind>& KubeApp::node_group_kinds() const { return impl_->kinds; }

Result<> KubeApp::ready() const {
  if (impl_->cache == nullptr) return {};
  for (const auto& kind : impl_->cache->node_groups()->kinds) {
    MS_TRY_VOID(impl_->check(kind->state));
  }
  if (!impl_->platform.settings.boolean("apps.clusters.watch_secrets")) return {};
  return impl_->check(impl_->cache->secrets()->state);
}

Result<> KubeApp::start() {
  const settings::Settings& settings = impl_->platform.settings;
  MS_TRY(impl_->kinds, wanted_kinds(settings));
  impl_->age_max = settings.duration("apps.clusters.cache_age_max");
  for (const std::string& tool : settings.list("apps.clusters.watch_deliveries")) {
    if (tool != "argocd" && tool != "flux") {
      return Error{Errc::document_invalid,
                   "apps.clusters.watch_deliveries: " + tool + " is neither argocd nor flux"};
    }
  }
  MS_TRY(std::optional<KubeConnection> connection, impl_->find_connection());
  if (!connection) return {};
  impl_->platform.log.info("clusters.connected_to",
                           {{"source", connection->source}, {"server", connection->server}});
  if (!connection->verify) {
    impl_->platform.log.warning("clusters.certificate_unchecked", {{"server", connection->server}});
  }
  if (connection->exec) connection->exec->withheld = settings.secret_variables();
  impl_->is_verified = has_proof(*connection);
  const std::string namespace_name = connection->namespace_name;
  MS_TRY(impl_->client, KubeClient::make(*std::move(connection), impl_->platform.clock,
                                         settings.list("apps.clusters.kube_exec_allowed")));
  impl_->cache = std::make_unique<ClusterCache>(impl_->cache_options(), *impl_->client,
                                                impl_->platform.clock, Random{secret_u64()},
                                                impl_->platform.metrics, impl_->platform.log);
  impl_->calls = std::make_unique<KubeCalls>(*impl_->client, impl_->platform.clock, namespace_name);
  impl_->platform.health.add("clusters.cache", [this] { return ready(); });
  return {};
}

void KubeApp::register_routes(http::Router& /*router*/) {}

Result<> KubeApp::run() {
  if (impl_->cache != nullptr) impl_->cache->start();
  return {};
}

void KubeApp::drain() {}

void KubeApp::stop() {
  if (impl_->client != nullptr) impl_->client->stop();
}

}  // namespace mainstay::clusters
