#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/document.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"

namespace mainstay::clusters {

/// A program that hands credentials out (client.authentication.k8s.io).
struct KubeExec {
  std::string api_version = {};  // "client.authentication.k8s.io/v1" or .../v1beta1
  std::string command = {};
  std::vector<std::string> arguments = {};
  std::vector<std::pair<std::string, std::string>> environment = {};
  bool provide_cluster_info = false;
  Document cluster_config = {};  // of the cluster's extension client.authentication.k8s.io/exec
  // Variables of ours that it does not inherit, besides MAINSTAY_...: they hold secrets.
  std::vector<std::string> withheld = {};
};

/// Where a cluster is and who we are there. Secrets among it: for no log.
struct KubeConnection {
  std::string server = {};  // URL without a slash at the end
  std::string ca_pem = {};  // "": the system's roots
  bool verify = true;
  std::string server_name = {};  // "": the URL's host
  std::string namespace_name = "default";

  std::string token = {};
  std::string token_file = {};  // read again and again
  std::string certificate_pem = {};
  std::string key_pem = {};
  std::string user = {};  // HTTP Basic
  std::string password = {};
  std::optional<KubeExec> exec = {};
  // Acting as somebody else: Impersonate-... headers.
  std::vector<std::pair<std::string, std::string>> impersonation = {};

  std::string source = {};  // for people: which file and context, or "in cluster"
};

/// What is read from: a file's text. Errors name the path.
using ReadFile = UniqueFunction<Result<std::string>(const std::string& path)>;
/// A file of at most 1 MiB.
Result<std::string> read_kube_file(const std::string& path);

/// UTF-8 of a text that may begin with a byte order mark of UTF-8 or UTF-16.
Result<std::string> utf8_text(std::string_view bytes);

struct KubeconfigFile {
  std::string path;  // relative paths within it start at its folder
  Document content;
};
/// Merges as kubectl does: the first file that has a name defines it, and the first that sets
/// `current-context` chooses. `context`: "" for the current one. Refused with what is wrong:
/// contexts, clusters and users that are named but not there, proxies and auth-provider, which are
/// not supported.
Result<KubeConnection> kubeconfig_connection(const std::vector<KubeconfigFile>& files,
                                             const std::string& context, const ReadFile& read);
/// The same of files; `parse` reads YAML.
Result<KubeConnection> load_kubeconfig(const std::vector<std::string>& paths,
                                       const std::string& context, const ReadFile& read);

/// Of a pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT, and the service account's files
/// in `folder`. Nothing: this is no pod.
std::optional<Result<KubeConnection>> in_cluster_connection(
    const std::map<std::string, std::string>& variables, const ReadFile& read,
    const std::string& folder = "/var/run/secrets/kubernetes.io/serviceaccount");

struct KubeConnectionOptions {
  std::string mode = "auto";    // auto: a kubeconfig that there is, else the pod's; kubeconfig; pod
  std::string kubeconfig = {};  // path, or several with colons; "": $KUBECONFIG, ~/.kube/config
  std::string context = {};
};
/// Nothing: there is none, which is an error in no mode but kubeconfig and pod.
Result<std::optional<KubeConnection>> find_kube_connection(
    const KubeConnectionOptions& options, const std::map<std::string, std::string>& variables,
    const ReadFile& read);

}  // namespace mainstay::clusters
