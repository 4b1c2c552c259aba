#include "apps/clusters/outbound/kube/kubeconfig.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "apps/clusters/codec/yaml.hpp"
#include "apps/clusters/domain/document.hpp"
#include "apps/clusters/domain/document_path.hpp"
#include "apps/clusters/errc.hpp"
#include "base/text.hpp"

namespace mainstay::clusters {
namespace {

constexpr std::size_t kube_file_bytes_max = 1U << 20U;
constexpr std::size_t kubeconfig_files_max = 32;

Error kubeconfig_error(std::string detail) {
  return {Errc::document_invalid, "kubeconfig: " + std::move(detail)};
}

/// An entry and the file that defines it.
struct KubeEntry {
  const Document* content = nullptr;  // what stands under `cluster`, `user` or `context`
  const KubeconfigFile* file = nullptr;
};

/// `list`: "clusters"; `member`: "cluster".
Result<KubeEntry> find_entry(const std::vector<KubeconfigFile>& files, std::string_view list,
                             std::string_view member, std::string_view name) {
  for (const KubeconfigFile& file : files) {
    const DocumentArray* entries = child_of(file.content, list).if_array();
    if (entries == nullptr) continue;
    for (const Document& entry : *entries) {
      if (text_of(entry, "name") == name) return KubeEntry{&child_of(entry, member), &file};
    }
  }
  return kubeconfig_error("there is no " + std::string{member} + " named " + std::string{name});
}

/// Relative ones start at the folder of their kubeconfig.
std::string path_in(const KubeconfigFile& file, std::string_view path) {
  const std::filesystem::path given{path};
  if (given.is_absolute()) return given.string();
  return (std::filesystem::path{file.path}.parent_path() / given).string();
}

/// `name` holds a path, `name`-data the same in base64, which counts when both are there. "": none.
Result<std::string> data_or_file(const KubeEntry& entry, const std::string& name,
                                 const ReadFile& read) {
  const std::string_view data = text_of(*entry.content, name + "-data");
  if (!data.empty()) {
    const auto decoded = base64_decode(data);
    if (!decoded) return kubeconfig_error(name + "-data is no base64");
    return *decoded;
  }
  const std::string_view path = text_of(*entry.content, name);
  return path.empty() ? Result<std::string>{std::string{}} : read(path_in(*entry.file, path));
}

bool flag_of(const Document& object, std::string_view name) {
  const bool* flag = child_of(object, name).if_bool();
  return flag != nullptr && *flag;
}

Result<> read_cluster(const KubeEntry& cluster, const ReadFile& read, KubeConnection& connection) {
  connection.server = text_of(*cluster.content, "server");
  while (connection.server.ends_with('/')) connection.server.pop_back();
  if (!connection.server.starts_with("https://") && !connection.server.starts_with("http://")) {
    return kubeconfig_error("the cluster's server is no http or https URL");
  }
  if (!text_of(*cluster.content, "proxy-url").empty()) {
    return kubeconfig_error("proxy-url is not supported; reach the cluster without a proxy");
  }
  connection.verify = !flag_of(*cluster.content, "insecure-skip-tls-verify");
  connection.server_name = text_of(*cluster.content, "tls-server-name");
  MS_TRY(connection.ca_pem, data_or_file(cluster, "certificate-authority", read));
  if (!connection.verify && !connection.ca_pem.empty()) {
    return kubeconfig_error(
        "certificate-authority and insecure-skip-tls-verify exclude each other");
  }
  return {};
}

Result<KubeExec> read_exec(const Document& exec, const KubeEntry& cluster,
                           const KubeconfigFile& file) {
  KubeExec made;
  made.api_version = text_of(exec, "apiVersion");
  if (made.api_version != "client.authentication.k8s.io/v1" &&
      made.api_version != "client.authentication.k8s.io/v1beta1") {
    return kubeconfig_error("exec.apiVersion must be client.authentication.k8s.io/v1 or v1beta1");
  }
  made.command = text_of(exec, "command");
  if (made.command.empty()) return kubeconfig_error("exec.command is missing");
  // A name is looked up in PATH; what has a slash is a path.
  if (made.command.find('/') != std::string::npos) made.command = path_in(file, made.command);
  if (text_of(exec, "interactiveMode") == "Always") {
    return kubeconfig_error("exec.interactiveMode is Always, and nobody sits here to answer");
  }
  if (const DocumentArray* arguments = child_of(exec, "args").if_array()) {
    for (const Document& one : *arguments) {
      if (const std::string* text = one.if_string()) made.arguments.push_back(*text);
    }
  }
  if (const DocumentArray* variables = child_of(exec, "env").if_array()) {
    for (const Document& one : *variables) {
      made.environment.emplace_back(text_of(one, "name"), text_of(one, "value"));
    }
  }
  made.provide_cluster_info = flag_of(exec, "provideClusterInfo");
  if (const DocumentArray* all = child_of(*cluster.content, "extensions").if_array()) {
    for (const Document& one : *all) {
      if (text_of(one, "name") == "client.authentication.k8s.io/exec") {
        made.cluster_config = child_of(one, "extension");
      }
    }
  }
  return made;
}

void read_impersonation(const Document& user, KubeConnection& connection) {
  auto& headers = connection.impersonation;
  if (!text_of(user, "as").empty()) headers.emplace_back("Impersonate-User", text_of(user, "as"));
  if (!text_of(user, "as-uid").empty()) {
    headers.emplace_back("Impersonate-Uid", text_of(user, "as-uid"));
  }
  if (const DocumentArray* groups = child_of(user, "as-groups").if_array()) {
    for (const Document& group : *groups) {
      if (const std::string* text = group.if_string())
        headers.emplace_back("Impersonate-Group", *text);
    }
  }
  const DocumentObject* extra = child_of(user, "as-user-extra").if_object();
  if (extra == nullptr) return;
  for (const DocumentMember& member : *extra) {
    const DocumentArray* values = member.value.if_array();
    if (values == nullptr) continue;
    for (const Document& value : *values) {
      if (const std::string* text = value.if_string()) {
        headers.emplace_back("Impersonate-Extra-" + percent_encode(member.name), *text);
      }
    }
  }
}

Result<> read_user(const KubeEntry& user, const KubeEntry& cluster, const ReadFile& read,
                   KubeConnection& connection) {
  const Document& content = *user.content;
  if (!child_of(content, "auth-provider").is_null()) {
    return kubeconfig_error(
        "auth-provider is not supported (nor by kubectl since 1.26); use exec or a token");
  }
  connection.token = text_of(content, "token");
  if (connection.token.empty() && !text_of(content, "tokenFile").empty()) {
    connection.token_file = path_in(*user.file, text_of(content, "tokenFile"));
  }
  MS_TRY(connection.certificate_pem, data_or_file(user, "client-certificate", read));
  MS_TRY(connection.key_pem, data_or_file(user, "client-key", read));
  if (connection.certificate_pem.empty() != connection.key_pem.empty()) {
    return kubeconfig_error("client-certificate and client-key belong together");
  }
  connection.user = text_of(content, "username");
  connection.password = text_of(content, "password");
  read_impersonation(content, connection);
  if (const Document& exec = child_of(content, "exec"); !exec.is_null()) {
    MS_TRY(connection.exec, read_exec(exec, cluster, *user.file));
  }
  return {};
}

}  // namespace

Result<std::string> read_kube_file(const std::string& path) {
  const auto failed = [&path](const std::string& why) {
    return Error{Errc::document_invalid, path + ": " + why};
  };
  std::ifstream in{path, std::ios::binary};
  if (!in) return failed(std::strerror(errno));
  std::string text;
  text.resize(kube_file_bytes_max + 1);
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad()) return failed("cannot be read");
  if (text.size() > kube_file_bytes_max) return failed("larger than 1 MiB");
  return text;
}

Result<std::string> utf8_text(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) return std::string{bytes.substr(3)};
  const bool little = bytes.starts_with("\xFF\xFE");
  if (!little && !bytes.starts_with("\xFE\xFF")) return std::string{bytes};
  if (bytes.size() % 2 != 0) return kubeconfig_error("UTF-16 of an odd number of bytes");
  const auto unit = [&](std::size_t at) {
    const auto first = static_cast<unsigned char>(bytes[at]);
    const auto second = static_cast<unsigned char>(bytes[at + 1]);
    return static_cast<char32_t>(little ? first | second << 8 : first << 8 | second);
  };
  std::string text;
  for (std::size_t at = 2; at < bytes.size(); at += 2) {
    char32_t c = unit(at);
    if (c >= 0xD800 && c < 0xDC00 && at + 3 < bytes.size()) {
      at += 2;
      c = 0x10000 + ((c - 0xD800) << 10) + (unit(at) - 0xDC00);
    }
    const auto low = [c](unsigned shift) { return static_cast<char>(0x80 | (c >> shift & 0x3F)); };
    if (c < 0x80) {
      text.push_back(static_cast<char>(c));
    } else if (c < 0x800) {
      text.append({static_cast<char>(0xC0 | c >> 6), low(0)});
    } else if (c < 0x10000) {
      text.append({static_cast<char>(0xE0 | c >> 12), low(6), low(0)});
    } else {
      text.append({static_cast<char>(0xF0 | c >> 18), low(12), low(6), low(0)});
    }
  }
  if (!is_valid_utf8(text)) return kubeconfig_error("broken UTF-16");
  return text;
}

Result<KubeConnection> kubeconfig_connection(const std::vector<KubeconfigFile>& files,
                                             const std::string& context, const ReadFile& read) {
  std::string chosen = context;
  for (const KubeconfigFile& file : files) {
    if (chosen.empty()) chosen = text_of(file.content, "current-context");
  }
  if (chosen.empty()) return kubeconfig_error("there is no current-context; name one");
  MS_TRY(const KubeEntry of, find_entry(files, "contexts", "context", chosen));
  MS_TRY(const KubeEntry cluster,
         find_entry(files, "clusters", "cluster", text_of(*of.content, "cluster")));
  KubeConnection connection;
  connection.source = "context " + chosen + " of " + of.file->path;
  if (!text_of(*of.content, "namespace").empty()) {
    connection.namespace_name = text_of(*of.content, "namespace");
  }
  MS_TRY_VOID(read_cluster(cluster, read, connection));
  if (const std::string_view name = text_of(*of.content, "user"); !name.empty()) {
    MS_TRY(const KubeEntry user, find_entry(files, "users", "user", name));
    MS_TRY_VOID(read_user(user, cluster, read, connection));
  }
  return connection;
}

Result<KubeConnection> load_kubeconfig(const std::vector<std::string>& paths,
                                       const std::string& context, const ReadFile& read) {
  if (paths.size() > kubeconfig_files_max) return kubeconfig_error("more than 32 files");
  std::vector<KubeconfigFile> files;
  for (const std::string& path : paths) {
    MS_TRY(const std::string bytes, read(path));
    MS_TRY(const std::string text, utf8_text(bytes));
    auto content = yaml::parse_one(text);
    if (content.has_error()) return kubeconfig_error(path + ": " + content.error().message());
    files.push_back({path, *std::move(content)});
  }
  return kubeconfig_connection(files, context, read);
}

std::optional<Result<KubeConnection>> in_cluster_connection(
    const std::map<std::string, std::string>& variables, const ReadFile& read,
    const std::string& folder) {
  const auto host = variables.find("KUBERNETES_SERVICE_HOST");
  const auto port = variables.find("KUBERNETES_SERVICE_PORT");
  if (host == variables.end() || port == variables.end() || host->second.empty() ||
      port->second.empty()) {
    return std::nullopt;
  }
  KubeConnection connection;
  const bool is_ipv6 = host->second.find(':') != std::string::npos;
  connection.server = "https://" + (is_ipv6 ? "[" + host->second + "]" : host->second);
  if (port->second != "443") connection.server += ":" + port->second;
  connection.source = "in cluster";
  connection.token_file = folder + "/token";
  auto roots = read(folder + "/ca.crt");
  if (roots.has_error()) return Result<KubeConnection>{roots.error()};
  connection.ca_pem = *std::move(roots);
  if (const auto own = read(folder + "/namespace"); own.has_value()) {
    connection.namespace_name = trimmed(*own);
  }
  return Result<KubeConnection>{std::move(connection)};
}

namespace {

/// The kubeconfig files that there are.
std::vector<std::string> kubeconfig_paths(const KubeConnectionOptions& options,
                                          const std::map<std::string, std::string>& variables) {
  const auto variable = [&variables](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string{} : found->second;
  };
  std::string named = options.kubeconfig;
  if (named.empty()) named = variable("KUBECONFIG");
  if (named.empty() && !variable("HOME").empty()) named = variable("HOME") + "/.kube/config";
  std::vector<std::string> paths;
  for (const std::string_view path : split(named, ':')) {
    std::error_code ignored;
    // A list may name files that are not there, as kubectl admits; a setting may not.
    const bool must = !options.kubeconfig.empty();
    if (!path.empty() && (must || std::filesystem::exists(path, ignored))) {
      paths.emplace_back(path);
    }
  }
  return paths;
}

}  // namespace

Result<std::optional<KubeConnection>> find_kube_connection(
    const KubeConnectionOptions& options, const std::map<std::string, std::string>& variables,
    const ReadFile& read) {
  if (options.mode != "pod") {
    const std::vector<std::string> paths = kubeconfig_paths(options, variables);
    if (!paths.empty()) {
      MS_TRY(KubeConnection connection, load_kubeconfig(paths, options.context, read));
      return std::optional{std::move(connection)};
    }
    if (options.mode == "kubeconfig") {
      return kubeconfig_error("none found; set apps.clusters.kubeconfig, or KUBECONFIG");
    }
  }
  auto pod = in_cluster_connection(variables, read);
  if (!pod && options.mode == "pod") {
    return kubeconfig_error("KUBERNETES_SERVICE_HOST and _PORT are not set: this is no pod");
  }
  if (!pod) return std::optional<KubeConnection>{};
  MS_TRY(KubeConnection connection, *std::move(pod));
  return std::optional{std::move(connection)};
}

}  // namespace mainstay::clusters
