#pragma once

#include <functional>
#include <map>
#include <string>

#include "apps/clusters/ports/cluster_writer.hpp"
#include "apps/clusters/ports/repository.hpp"
#include "base/error.hpp"
#include "base/locked.hpp"
#include "platform/lane/ticker.hpp"

namespace mainstay::clusters {

/// What Argo CD or Flux do, in small, for the demo: brings the folder of the repository into the
/// embedded cluster, and plays the controller that makes nodes of node groups by saying `present`.
/// What was in the folder once and is no more, is removed; what never was, is left alone.
/// On a thread of its own. Life: construct, start(), stop().
class RepositoryApplier {
 public:
  using Failed = std::function<void(const Error&)>;
  /// Cheap: the commit that the repository has now; empty when that is not known.
  using Tip = std::function<std::string()>;
  RepositoryApplier(Repository& repository, ClusterWriter& cluster, std::string folder, Tip tip,
                    Failed failed);
  ~RepositoryApplier();

  void start();
  void stop();

  /// The newest commit that is in the cluster whole; empty: none yet. Any thread.
  [[nodiscard]] std::string applied();

  /// One look at the repository; for tests.
  void look();

 private:
  Result<> bring(const RepositoryView& view);
  Result<> apply(const std::string& text);
  Result<> remove(const std::string& text);

  Repository& repository_;
  ClusterWriter& cluster_;
  const std::string folder_;
  const Tip tip_;
  const Failed failed_;
  std::map<std::string, std::string> there_;  // path to content; the ticker's
  std::string last_error_;
  Locked<std::string> applied_;
  Ticker ticker_;  // last: its thread uses all of this
};

}  // namespace mainstay::clusters
