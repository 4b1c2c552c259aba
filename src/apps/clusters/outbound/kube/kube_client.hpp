#pragma once

#include <memory>
#include <string>
#include <vector>

#include "apps/clusters/outbound/kube/kube_credentials.hpp"
#include "apps/clusters/outbound/kube/kube_transport.hpp"
#include "apps/clusters/outbound/kube/kubeconfig.hpp"
#include "base/clock.hpp"

namespace mainstay::clusters {

/// Carries calls to one API server over HTTP/1.1 and shows who asks. A thread of its own (that of
/// its http::Client), and one for credential programs while there is one. A call whose credentials
/// were not taken (401) is made once more with fresh ones, if there is a way to get some.
class KubeClient final : public KubeTransport {
 public:
  /// Errc::permission_missing: the connection wants a program that `allowed_programs` does not
  /// name.
  static Result<std::unique_ptr<KubeClient>> make(KubeConnection connection, const Clock& clock,
                                                  const std::vector<std::string>& allowed_programs);
  ~KubeClient() override;  // stops

  void call(KubeCall call, Done done) override;
  CallId stream(KubeCall call, http::ClientStream stream, Done done) override;
  void cancel(CallId id) override;
  void after(Millis wait, UniqueFunction<void()> work) override;

  /// Everything under way is told an error, and nothing runs behind it. Not from its own thread.
  void stop();

  struct Impl;
  explicit KubeClient(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::clusters
