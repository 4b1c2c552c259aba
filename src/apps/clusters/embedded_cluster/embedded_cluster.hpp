#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::clusters {

struct EmbeddedClusterOptions {
  std::filesystem::path folder;           // of its key, its certificate and the kubeconfig; 0700
  std::filesystem::path kubeconfig = {};  // empty: "kubeconfig" in the folder
  std::uint16_t port = 0;                 // of 127.0.0.1; 0: any
  bool with_examples = true;              // definitions of the kinds that we know, some node groups
  Millis bookmark_every{60'000};
};

/// A small Kubernetes API server for development and tests, never for production: in memory, on
/// loopback, over TLS with a certificate of its own, for whoever has the kubeconfig. What it can do
/// is in docs/clusters_cluster.md.
///
/// Life: construct (no effects), start(), stop(). One I/O thread of its own. Bounds: Limits::
/// embedded_....
class EmbeddedCluster {
 public:
  EmbeddedCluster(EmbeddedClusterOptions options, const Clock& clock);
  ~EmbeddedCluster();  // stops

  /// Listens, and writes the kubeconfig (0600) with a new token.
  Result<> start();
  /// Ends watches and connections; the kubeconfig, which is of no use any more, goes.
  void stop();

  // Behind start().
  /// "https://127.0.0.1:PORT"
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::string kubeconfig_file() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::clusters
