#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "apps/clusters/domain/reflector.hpp"
#include "apps/clusters/outbound/kube/kube_transport.hpp"
#include "apps/clusters/outbound/kube/object_sink.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"

namespace mainstay::clusters {

/// What is copied, and how it is asked for.
struct ReflectionTarget {
  std::string name = {};       // of the cache: the plural
  std::string path = {};       // "/apis/karpenter.sh/v1/nodepools"
  bool metadata_only = false;  // asks for nothing else, and keeps nothing else of what comes
};

/// What happens to a copy, for metrics and logs. On the transport's thread.
class ReflectionObserver {
 public:
  virtual ~ReflectionObserver() = default;
  /// Behind each publication; `content`: objects changed, not only the state.
  virtual void published(const CacheState& state, bool content) = 0;
  virtual void listed(const std::string& cache, std::size_t objects) = 0;
  virtual void events(const std::string& cache, std::uint64_t count) = 0;
  virtual void failed(const std::string& cache, const ReflectorFailure& failure) = 0;
};

/// Keeps a copy of the objects of one kind: does what a Reflector decides. All of it happens on the
/// transport's thread.
class Reflection {
 public:
  /// All that is referred to outlives it, and the transport has stopped before it ends.
  Reflection(KubeTransport& transport, const Clock& clock, ReflectionTarget target,
             const ReflectorOptions& options, Random random, ObjectSink& sink,
             ReflectionObserver& observer);
  ~Reflection();

  /// Once; any thread.
  void start();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::clusters
