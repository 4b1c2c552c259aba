#include "apps/clusters/outbound/kube/cluster_cache.hpp"

#include <map>
#include <utility>

#include "apps/clusters/outbound/kube/cached_objects.hpp"
#include "apps/clusters/outbound/kube/reflection.hpp"
#include "base/locked.hpp"
#include "base/text.hpp"
#include "platform/log/log.hpp"
#include "platform/metrics/metrics.hpp"

namespace mainstay::clusters {
namespace {

/// What Prometheus is told of the caches, by their names, which are configuration.
class CacheProbe {
 public:
  explicit CacheProbe(metrics::Registry& registry) : registry_(registry) {}

  void published(const CacheState& state) {
    Series& of = series(state.name);
    of.objects.set(static_cast<std::int64_t>(state.objects));
    of.synced.set(state.synced ? 1 : 0);
    of.behind.set(state.problem.empty() ? 0 : 1);
    of.heard.set(std::chrono::duration_cast<Seconds>(state.heard.time_since_epoch()).count());
  }
  void listed(const std::string& cache) { series(cache).lists.add(); }
  void events(const std::string& cache, std::uint64_t count) { series(cache).events.add(count); }
  void failed(const std::string& cache) { series(cache).failures.add(); }

 private:
  struct Series {
    metrics::Gauge& objects;
    metrics::Gauge& synced;
    metrics::Gauge& behind;
    metrics::Gauge& heard;
    metrics::Counter& lists;
    metrics::Counter& events;
    metrics::Counter& failures;
  };

  Series& series(const std::string& cache) {
    const auto known = series_.find(cache);
    if (known != series_.end()) return known->second;
    const auto gauge = [&](std::string_view name, std::string_view help) -> metrics::Gauge& {
      return registry_.gauge(name, help, {{"cache", cache}});
    };
    const auto counter = [&](std::string_view name, std::string_view help) -> metrics::Counter& {
      return registry_.counter(name, help, {{"cache", cache}});
    };
    Series made{
        gauge("clusters_cache_objects", "Objects in a watch cache."),
        gauge("clusters_cache_synced", "1 since a watch cache's first list came whole."),
        gauge("clusters_cache_behind", "1 while a watch cache does not follow the cluster."),
        gauge("clusters_cache_heard_seconds",
              "When the last list, event or bookmark came; seconds since 1970."),
        counter("clusters_cache_lists_total", "Lists that came whole."),
        counter("clusters_cache_events_total", "Events of watches, bookmarks too."),
        counter("clusters_cache_failures_total", "Lists and watches that failed."),
    };
    return series_.emplace(cache, made).first->second;
  }

  metrics::Registry& registry_;
  std::map<std::string, Series> series_;
};

std::string resource_path(std::string_view group_version, std::string_view plural) {
  return "/apis/" + std::string{group_version} + "/" + std::string{plural};
}

}  // namespace

struct ClusterCache::Impl final : public ReflectionObserver {
  Impl(ClusterCacheOptions from, KubeTransport& lent, const Clock& time, Random seeds,
       metrics::Registry& metrics, log::Log& logs)
      : options(std::move(from)),
        transport(lent),
        clock(time),
        random(seeds),
        probe(metrics),
        log(logs) {}

  template <class T>
  std::unique_ptr<CachedObjects<T>> add(ReflectionTarget target,
                                        typename CachedObjects<T>::Make make);
  void add_all();
  void publish_node_groups();

  void published(const CacheState& state, bool content) override;
  void listed(const std::string& cache, std::size_t objects) override;
  void events(const std::string& cache, std::uint64_t count) override;
  void failed(const std::string& cache, const ReflectorFailure& failure) override;

  const ClusterCacheOptions options;
  KubeTransport& transport;
  const Clock& clock;
  Random random;
  CacheProbe probe;
  log::Log& log;
  std::vector<UniqueFunction<void()>> changed;

  std::vector<std::unique_ptr<CachedObjects<NodeGroup>>> groups;
  Locked<std::shared_ptr<const NodeGroupsView>> groups_view{
      std::make_shared<const NodeGroupsView>()};
  std::unique_ptr<CachedObjects<ObjectFacts>> secrets =
      std::make_unique<CachedObjects<ObjectFacts>>(object_facts, CacheState{.name = "secrets"});
  std::unique_ptr<CachedObjects<SealedSecretFacts>> sealed =
      std::make_unique<CachedObjects<SealedSecretFacts>>(sealed_secret_facts,
                                                         CacheState{.name = "sealedsecrets"});
  std::vector<std::unique_ptr<CachedObjects<Delivery>>> deliveries;

  std::vector<std::unique_ptr<Reflection>> reflections;
  std::map<std::string, std::string> logged_problems;  // by cache; on the transport's thread
};

template <class T>
std::unique_ptr<CachedObjects<T>> ClusterCache::Impl::add(ReflectionTarget target,
                                                          typename CachedObjects<T>::Make make) {
  auto objects =
      std::make_unique<CachedObjects<T>>(std::move(make), CacheState{.name = target.name});
  reflections.push_back(std::make_unique<Reflection>(transport, clock, std::move(target),
                                                     options.reflector, Random{random.next()},
                                                     *objects, *this));
  return objects;
}

void ClusterCache::Impl::add_all() {
  for (const NodeGroupKind& kind : options.node_group_kinds) {
    groups.push_back(add<NodeGroup>(
        {.name = kind.plural, .path = resource_path(kind.api_version(), kind.plural)},
        [kind](const Document& object) { return read_node_group(kind, object); }));
  }
  if (!options.secrets_namespace.empty()) {
    const bool all = options.secrets_namespace == "*";
    const std::string space = "/namespaces/" + percent_encode(options.secrets_namespace);
    secrets = add<ObjectFacts>({.name = "secrets",
                                .path = "/api/v1" + (all ? std::string{} : space) + "/secrets",
                                .metadata_only = true},
                               object_facts);
  }
  if (options.sealed_secrets) {
    sealed = add<SealedSecretFacts>(
        {.name = "sealedsecrets", .path = resource_path("bitnami.com/v1alpha1", "sealedsecrets")},
        sealed_secret_facts);
  }
  if (options.argo_cd) {
    deliveries.push_back(add<Delivery>(
        {.name = "applications", .path = resource_path("argoproj.io/v1alpha1", "applications")},
        argo_delivery));
  }
  if (options.flux) {
    deliveries.push_back(
        add<Delivery>({.name = "kustomizations",
                       .path = resource_path("kustomize.toolkit.fluxcd.io/v1", "kustomizations")},
                      flux_delivery));
  }
  publish_node_groups();
}

void ClusterCache::Impl::publish_node_groups() {
  auto view = std::make_shared<NodeGroupsView>();
  for (const auto& kind : groups) view->kinds.push_back(kind->view());
  std::shared_ptr<const NodeGroupsView> next = std::move(view);
  auto held = groups_view.lock();
  held->swap(next);
}

void ClusterCache::Impl::published(const CacheState& state, bool content) {
  probe.published(state);
  for (const NodeGroupKind& kind : options.node_group_kinds) {
    if (kind.plural == state.name) publish_node_groups();
  }
  if (state.problem.empty()) logged_problems.erase(state.name);
  if (!content) return;
  for (const auto& tell : changed) tell();
}

void ClusterCache::Impl::listed(const std::string& cache, std::size_t objects) {
  probe.listed(cache);
  log.info("clusters.cache.listed",
           {{"cache", cache}, {"objects", static_cast<std::int64_t>(objects)}});
}

void ClusterCache::Impl::events(const std::string& cache, std::uint64_t count) {
  probe.events(cache, count);
}

/// Once for each problem, not each time that it shows.
void ClusterCache::Impl::failed(const std::string& cache, const ReflectorFailure& failure) {
  probe.failed(cache);
  std::string& logged = logged_problems[cache];
  if (std::exchange(logged, failure.text) == failure.text) return;
  if (failure.status == 403) {
    log.error("clusters.cache.forbidden", {{"cache", cache}, {"reason", failure.text}});
  } else {
    log.warning("clusters.cache.failed",
                {{"cache", cache}, {"status", failure.status}, {"reason", failure.text}});
  }
}

ClusterCache::ClusterCache(ClusterCacheOptions options, KubeTransport& transport,
                           const Clock& clock, Random random, metrics::Registry& metrics,
                           log::Log& log)
    : impl_(std::make_unique<Impl>(std::move(options), transport, clock, random, metrics, log)) {
  impl_->add_all();
}
ClusterCache::~ClusterCache() = default;

void ClusterCache::start() {
  for (const auto& reflection : impl_->reflections) reflection->start();
}

std::shared_ptr<const NodeGroupsView> ClusterCache::node_groups() const {
  auto held = impl_->groups_view.lock();
  return *held;
}

std::shared_ptr<const CacheView<ObjectFacts>> ClusterCache::secrets() const {
  return impl_->secrets->view();
}

std::shared_ptr<const CacheView<SealedSecretFacts>> ClusterCache::sealed_secrets() const {
  return impl_->sealed->view();
}

std::vector<std::shared_ptr<const CacheView<Delivery>>> ClusterCache::deliveries() const {
  std::vector<std::shared_ptr<const CacheView<Delivery>>> views;
  for (const auto& one : impl_->deliveries) views.push_back(one->view());
  return views;
}

std::vector<CacheState> ClusterCache::states() const {
  std::vector<CacheState> all;
  for (const auto& kind : node_groups()->kinds) all.push_back(kind->state);
  if (!impl_->options.secrets_namespace.empty()) all.push_back(secrets()->state);
  if (impl_->options.sealed_secrets) all.push_back(sealed_secrets()->state);
  for (const auto& one : deliveries()) all.push_back(one->state);
  return all;
}

void ClusterCache::on_change(UniqueFunction<void()> changed) {
  impl_->changed.push_back(std::move(changed));
}

}  // namespace mainstay::clusters
