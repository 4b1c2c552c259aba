#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "apps/clusters/outbound/kube/kubeconfig.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"

namespace mainstay::tls {
class ClientContext;
}

namespace mainstay::clusters {

/// What a request shows of who asks.
struct KubeIdentity {
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::shared_ptr<tls::ClientContext> tls = {};  // null for http
};

/// What a credential program said.
struct ExecCredential {
  std::string token = {};
  std::string certificate_pem = {};
  std::string key_pem = {};
  std::optional<SystemTime> expires_at = {};
};
/// The program's output: an ExecCredential of that apiVersion. Errors show none of it.
Result<ExecCredential> parse_exec_credential(std::string_view text, const std::string& api_version);
/// Of a connection: what KUBERNETES_EXEC_INFO holds.
std::string exec_info(const KubeConnection& connection);
/// "2026-11-22T06:30:00Z", with a fraction or an offset. Nothing when it is none.
std::optional<SystemTime> parse_kube_time(std::string_view text);

/// Whether the program of a kubeconfig may be run: `allowed` names it as the kubeconfig does.
bool is_exec_allowed(const KubeExec& exec, const std::vector<std::string>& allowed);

/// Runs a credential program; blocks. Its standard error may be told to operators, its output
/// never.
using RunExec = UniqueFunction<Result<ExecCredential>(const KubeConnection& connection)>;
Result<ExecCredential> run_exec(const KubeConnection& connection);

/// Keeps what proves who we are fresh: reads the token's file again when it is a minute old, keeps
/// the last token when that fails, runs the credential program before its credential expires and
/// when the server did not take it (401). On the transport's thread.
class KubeCredentials {
 public:
  using Done = UniqueFunction<void(const Result<KubeIdentity>&)>;
  /// Runs work that may block elsewhere and `then` back on the transport's thread; false when too
  /// much waits.
  using Elsewhere = UniqueFunction<bool(UniqueFunction<UniqueFunction<void()>()> work)>;

  KubeCredentials(KubeConnection connection, const Clock& clock, ReadFile read, RunExec run,
                  Elsewhere elsewhere);
  ~KubeCredentials();

  /// At once where nothing must be run.
  void identity(Done done);
  /// The server did not take it. True: there is another way to get one, so try again.
  bool refused();
  [[nodiscard]] const KubeConnection& connection() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::clusters
