#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <unistd.h>

#include <benchmark/benchmark.h>

#include "apps/clusters/domain/node_group_kinds.hpp"
#include "apps/clusters/outbound/kube/cached_objects.hpp"
#include "apps/clusters/outbound/kube/reflection.hpp"

// First lists of large clusters, from the text of their answers to what readers see: objects a
// second, and what they take of resident memory. The text comes in the pieces in which the HTTP
// client reads, and is made as it is needed, so that it takes none itself.
namespace mainstay::clusters {
namespace {

constexpr std::size_t piece_bytes = 16'384;

double resident_mb() {
  std::ifstream statm{"/proc/self/statm"};
  std::size_t size = 0;
  std::size_t resident = 0;
  statm >> size >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e6;
}

std::string bookkeeping(const std::string& fields) {
  return R"("managedFields":[{"manager":"helm","operation":"Update","apiVersion":"v1","time":)"
         R"("2026-05-01T10:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:labels":{)"
         R"(".":{},"f:app.kubernetes.io/managed-by":{},"f:team":{}}},)" +
         fields + "}}]";
}

/// Metadata of a Secret as Helm leaves it: about 900 bytes.
std::string secret_text(std::size_t i) {
  const std::string n = std::to_string(i);
  return R"({"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":)"
         R"("sh.helm.release.v1.service-)" +
         n + R"(.v3","namespace":"team-)" + std::to_string(i % 200) +
         R"(","uid":"3f0c2f0e-8a9d-4e0b-9f3e-0000)" + std::to_string(10'000'000 + i) +
         R"(","resourceVersion":")" + std::to_string(500'000 + i) +
         R"(","creationTimestamp":"2026-05-01T10:00:00Z","labels":{"app.kubernetes.io/managed-by":)"
         R"("Helm","app.kubernetes.io/name":"service-)" +
         n + R"(","owner":"helm","team":"team-)" + std::to_string(i % 200) +
         R"(","version":"3"},"annotations":{"meta.helm.sh/release-name":)"
         R"("service-)" +
         n + R"(","meta.helm.sh/release-namespace":"team-)" + std::to_string(i % 200) + R"("},)" +
         bookkeeping(R"("f:data":{".":{},"f:release":{}})") + "}}";
}

/// A whole NodeGroup with its status: about 1,500 bytes.
std::string group_text(std::size_t i) {
  const std::string n = std::to_string(i);
  return R"({"apiVersion":"cluster.unicron.mpi-internal.com/v1alpha1","kind":"NodeGroup",)"
         R"("metadata":{"name":"group-)" +
         n + R"(","uid":"3f0c2f0e-8a9d-4e0b-9f3e-0000)" + std::to_string(10'000'000 + i) +
         R"(","resourceVersion":")" + std::to_string(500'000 + i) + R"(","labels":{"team":"team-)" +
         std::to_string(i % 200) + R"(","environment":"prod"},)" +
         bookkeeping(R"("f:spec":{"f:size":{"f:min":{},"f:max":{},"f:target":{}}})") +
         R"(},"spec":{"enabled":true,"size":{"min":1,"max":20,"target":5},"storage":{"ephemeral":)"
         R"("100Gi"},"instanceTypes":{"default":"m5.2xlarge","alternates":["m5a.2xlarge",)"
         R"("m5d.2xlarge","m6i.2xlarge"]},"availabilityZoneNumber":3,"lifecycle":"spot",)"
         R"("spotAllocationStrategy":"capacity-optimized","kubernetes":{"labels":{"tier":"batch",)"
         R"("topology.example/pool":"pool-)" +
         n +
         R"("},"taints":[{"key":"dedicated","value":)"
         R"("batch","effect":"NoSchedule"},{"key":"spot","value":"true","effect":)"
         R"("PreferNoSchedule"}]}},"status":{"state":"present","nodes":5,"conditions":[{"type":)"
         R"("Ready","status":"True","lastTransitionTime":"2026-05-01T10:00:00Z"}]}})";
}

/// Answers every list with `count` objects, and lets watches wait.
class LargeCluster final : public KubeTransport {
 public:
  using Text = std::string (*)(std::size_t);
  LargeCluster(Text text, std::size_t count) : text_(text), count_(count) {}

  void call(KubeCall, Done) override { std::abort(); }
  CallId stream(KubeCall call, http::ClientStream stream, Done done) override {
    if (call.path.find("watch=true") == std::string::npos) {
      list_.emplace(std::move(stream));
      done_ = std::move(done);
    } else {
      watch_.emplace(std::move(stream));
      watch_done_ = std::move(done);
    }
    return 1;
  }
  void cancel(CallId) override {}
  void after(Millis, UniqueFunction<void()> work) override { work(); }

  void answer_list() {
    std::string buffer = R"({"kind":"List","metadata":{"resourceVersion":"900000"},"items":[)";
    for (std::size_t i = 0; i < count_; ++i) {
      if (i > 0) buffer.push_back(',');
      buffer += text_(i);
      while (buffer.size() >= piece_bytes) hand_out(buffer, piece_bytes);
    }
    buffer += "]}";
    while (!buffer.empty()) hand_out(buffer, std::min(piece_bytes, buffer.size()));
    list_.reset();
    http::ClientResponse answer;
    answer.status = 200;
    std::exchange(done_, {})(std::move(answer));
  }
  /// The watch's version is gone: a list is asked for.
  void expire() {
    http::ClientResponse answer;
    answer.status = 410;
    std::exchange(watch_done_, {})(std::move(answer));
  }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  void hand_out(std::string& buffer, std::size_t size) {
    if (list_->on_part(std::string_view{buffer}.substr(0, size)).has_error()) std::abort();
    buffer.erase(0, size);
    bytes_ += size;
  }

  Text text_;
  std::size_t count_;
  std::size_t bytes_ = 0;
  std::optional<http::ClientStream> list_;
  std::optional<http::ClientStream> watch_;
  Done done_;
  Done watch_done_;
};

struct Nobody final : ReflectionObserver {
  void published(const CacheState&, bool) override {}
  void listed(const std::string&, std::size_t) override {}
  void events(const std::string&, std::uint64_t) override {}
  void failed(const std::string&, const ReflectorFailure&) override {}
};

template <class T>
void first_list(benchmark::State& state, LargeCluster::Text text,
                const typename CachedObjects<T>::Make& make, bool metadata_only, bool relist) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const MachineClock clock;
  Nobody nobody;
  for (auto _ : state) {
    state.PauseTiming();
    const double before = resident_mb();
    LargeCluster server{text, count};
    CachedObjects<T> objects{make, {.name = "objects"}};
    Reflection reflection{server,
                          clock,
                          {.name = "objects", .path = "/o", .metadata_only = metadata_only},
                          {.streaming_lists = false},
                          Random{1},
                          objects,
                          nobody};
    reflection.start();
    if (relist) {
      server.answer_list();
      server.expire();
    }
    state.ResumeTiming();
    server.answer_list();
    state.PauseTiming();
    if (objects.view()->objects.size() != count) std::abort();
    state.counters["resident_MB"] = resident_mb() - before;
    state.counters["bytes_an_object"] =
        static_cast<double>(server.bytes()) / static_cast<double>(count);
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void list_metadata(benchmark::State& state) {
  first_list<ObjectFacts>(state, secret_text, object_facts, true, false);
}
/// The same list again: what did not change is kept.
void relist_metadata(benchmark::State& state) {
  first_list<ObjectFacts>(state, secret_text, object_facts, true, true);
}
void list_node_groups(benchmark::State& state) {
  const NodeGroupKind kind = node_group_kind(builtin_node_group_kinds().front()).value();
  first_list<NodeGroup>(
      state, group_text, [kind](const Document& object) { return read_node_group(kind, object); },
      false, false);
}

// Once each: a second list would find the first one's memory.
BENCHMARK(list_metadata)->Name("clusters/list_metadata")->Arg(100'000)->Iterations(1);
BENCHMARK(relist_metadata)->Name("clusters/relist_metadata")->Arg(100'000)->Iterations(1);
BENCHMARK(list_node_groups)->Name("clusters/list_node_groups")->Arg(10'000)->Iterations(1);

}  // namespace
}  // namespace mainstay::clusters
