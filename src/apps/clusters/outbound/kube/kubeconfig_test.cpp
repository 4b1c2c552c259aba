#include "apps/clusters/outbound/kube/kubeconfig.hpp"

#include <doctest/doctest.h>

#include "apps/clusters/errc.hpp"
#include "base/temporary_folder.hpp"
#include "base/text.hpp"

namespace mainstay::clusters::kubeconfig_test {
namespace {

/// Files that exist only here.
struct Files {
  std::map<std::string, std::string> texts;

  [[nodiscard]] ReadFile reader() const {
    return [this](const std::string& path) -> Result<std::string> {
      const auto found = texts.find(path);
      if (found == texts.end()) return Error{Errc::document_invalid, path + ": not there"};
      return found->second;
    };
  }
};

const std::string plain = R"(
apiVersion: v1
kind: Config
current-context: prod
contexts:
- {name: prod, context: {cluster: c, user: u, namespace: shop}}
- {name: broken, context: {cluster: none, user: u}}
- {name: nobody, context: {cluster: c}}
clusters:
- name: c
  cluster:
    server: https://api.example:6443/
    certificate-authority: pki/ca.pem
    tls-server-name: api.internal
users:
- name: u
  user:
    client-certificate-data: Q0VSVA==
    client-key: /keys/u.pem
    as: ann
    as-groups: [ops, dev]
    as-user-extra: {scopes: [a]}
)";

Files plain_files() {
  return {{{"/home/me/.kube/config", plain},
           {"/home/me/.kube/pki/ca.pem", "ROOTS"},
           {"/x/pki/ca.pem", "ROOTS"},
           {"/keys/u.pem", "KEY"}}};
}

Result<KubeConnection> load(const std::string& text, const std::string& context = {}) {
  Files files = plain_files();
  files.texts["/x/config"] = text;
  return load_kubeconfig({"/x/config"}, context, files.reader());
}

/// `plain` with the user's part replaced.
std::string with_user(const std::string& user) {
  return plain.substr(0, plain.find("users:")) + "users:\n- name: u\n  user: " + user + "\n";
}

}  // namespace

TEST_CASE("kubeconfig: the current context, with files beside the kubeconfig") {
  const Files files = plain_files();
  const auto found = load_kubeconfig({"/home/me/.kube/config"}, "", files.reader());
  if (found.has_error()) FAIL(found.error().message());
  CHECK(found->server == "https://api.example:6443");
  CHECK(found->ca_pem == "ROOTS");
  CHECK(found->server_name == "api.internal");
  CHECK(found->verify);
  CHECK(found->namespace_name == "shop");
  CHECK(found->certificate_pem == "CERT");
  CHECK(found->key_pem == "KEY");
  CHECK(found->impersonation ==
        std::vector<std::pair<std::string, std::string>>{{"Impersonate-User", "ann"},
                                                         {"Impersonate-Group", "ops"},
                                                         {"Impersonate-Group", "dev"},
                                                         {"Impersonate-Extra-scopes", "a"}});
  CHECK(found->source == "context prod of /home/me/.kube/config");
  const auto nobody = load_kubeconfig({"/home/me/.kube/config"}, "nobody", files.reader());
  CHECK(nobody->namespace_name == "default");
  CHECK(nobody->certificate_pem.empty());
}

TEST_CASE("kubeconfig: of several files the first that has a name counts") {
  Files files = plain_files();
  files.texts["/first"] =
      "current-context: mine\n"
      "contexts: [{name: mine, context: {cluster: c, user: u}}]\n"
      "users: [{name: u, user: {tokenFile: t, token: ''}}]\n";
  const auto found = load_kubeconfig({"/first", "/home/me/.kube/config"}, "", files.reader());
  if (found.has_error()) FAIL(found.error().message());
  CHECK(found->server == "https://api.example:6443");  // of the second
  CHECK(found->token_file == "/t");                    // of the first, whose folder is /
  CHECK(found->certificate_pem.empty());
}

TEST_CASE("kubeconfig: ways to say who one is") {
  CHECK(load(with_user("{token: abc, tokenFile: t}"))->token == "abc");
  CHECK(load(with_user("{token: abc, tokenFile: t}"))->token_file.empty());
  CHECK(load(with_user("{tokenFile: t}"))->token_file == "/x/t");
  CHECK(load(with_user("{username: me, password: pw}"))->password == "pw");
  const auto exec = load(with_user(
      "{exec: {apiVersion: client.authentication.k8s.io/v1, command: ./get-token, args: [a, b], "
      "env: [{name: NAME, value: V}], provideClusterInfo: true, interactiveMode: IfAvailable}}"));
  if (exec.has_error()) FAIL(exec.error().message());
  CHECK(exec->exec->command == "/x/./get-token");
  CHECK(exec->exec->arguments == std::vector<std::string>{"a", "b"});
  CHECK(exec->exec->environment.front() == std::pair<std::string, std::string>{"NAME", "V"});
  CHECK(exec->exec->provide_cluster_info);
}

TEST_CASE("kubeconfig: what cannot be used is refused by what is wrong") {
  const auto refused = [](const std::string& text, const std::string& context = {}) {
    const auto found = load(text, context);
    REQUIRE(found.has_error());
    return found.error().detail();
  };
  CHECK(refused(plain, "broken") == "kubeconfig: there is no cluster named none");
  CHECK(refused(plain, "away") == "kubeconfig: there is no context named away");
  CHECK(refused("{}") == "kubeconfig: there is no current-context; name one");
  CHECK(refused("a: [").find("/x/config") != std::string::npos);
  std::string elsewhere = plain;
  elsewhere.replace(elsewhere.find("pki/"), 4, "away/");
  CHECK(refused(elsewhere) == "/x/away/ca.pem: not there");
  const auto user = [&](const std::string& text) { return refused(with_user(text)); };
  CHECK(user("{auth-provider: {name: oidc}}").find("use exec or a token") != std::string::npos);
  CHECK(user("{client-certificate-data: '!'}").find("no base64") != std::string::npos);
  CHECK(user("{client-certificate-data: Q0VSVA==}").find("belong together") != std::string::npos);
  CHECK(user("{exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}}")
            .find("v1 or v1beta1") != std::string::npos);
  CHECK(user("{exec: {apiVersion: client.authentication.k8s.io/v1}}").find("command is missing") !=
        std::string::npos);
  CHECK(user("{exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: "
             "Always}}")
            .find("nobody sits here") != std::string::npos);
  std::string proxied = plain;
  proxied.replace(proxied.find("tls-server-name"), 15, "proxy-url");
  CHECK(refused(proxied).find("proxy-url is not supported") != std::string::npos);
  std::string both = plain;
  both.replace(both.find("tls-server-name: api.internal"), 29, "insecure-skip-tls-verify: true");
  CHECK(load(both).has_error());
}

TEST_CASE("kubeconfig: texts in UTF-16 are read") {
  CHECK(*utf8_text("\xEF\xBB\xBF"
                   "a") == "a");
  CHECK(*utf8_text(std::string_view{"\xFF\xFE"
                                    "a\0\xE9\0\xAC\x20\x3D\xD8\x00\xDE",
                                    12}) == "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
  CHECK(*utf8_text(std::string_view{"\xFE\xFF\0a", 4}) == "a");
  CHECK(utf8_text(std::string_view{"\xFF\xFE"
                                   "a",
                                   3})
            .has_error());
  CHECK(utf8_text(std::string_view{"\xFF\xFE\x00\xD8", 4}).has_error());
}

TEST_CASE("kubeconfig: a pod's own connection") {
  Files files{{{"/sa/ca.crt", "ROOTS"}, {"/sa/namespace", "shop\n"}}};
  const auto found = in_cluster_connection(
      {{"KUBERNETES_SERVICE_HOST", "10.0.0.1"}, {"KUBERNETES_SERVICE_PORT", "443"}}, files.reader(),
      "/sa");
  REQUIRE(found);
  CHECK((*found)->server == "https://10.0.0.1");
  CHECK((*found)->token_file == "/sa/token");
  CHECK((*found)->ca_pem == "ROOTS");
  CHECK((*found)->namespace_name == "shop");
  const auto six = in_cluster_connection(
      {{"KUBERNETES_SERVICE_HOST", "fd00::1"}, {"KUBERNETES_SERVICE_PORT", "6443"}}, files.reader(),
      "/sa");
  CHECK((*six)->server == "https://[fd00::1]:6443");
  CHECK_FALSE(in_cluster_connection({{"KUBERNETES_SERVICE_HOST", "a"}}, files.reader()));
  CHECK(in_cluster_connection({{"KUBERNETES_SERVICE_HOST", "a"}, {"KUBERNETES_SERVICE_PORT", "1"}},
                              Files{}.reader(), "/sa")
            ->has_error());
}

TEST_CASE("kubeconfig: where a connection is looked for") {
  const TemporaryFolder home;
  const std::string config = home.write("config", with_user("{token: t}"));
  Files files = plain_files();
  files.texts[config] = with_user("{token: t}");
  files.texts[home.path("pki/ca.pem")] = "ROOTS";
  files.texts["/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"] = "ROOTS";
  const std::map<std::string, std::string> pod{{"KUBERNETES_SERVICE_HOST", "a"},
                                               {"KUBERNETES_SERVICE_PORT", "1"}};
  std::map<std::string, std::string> both = pod;
  both["KUBECONFIG"] = "/not/there:" + config;
  const auto source = [&](const KubeConnectionOptions& options, const auto& variables) {
    const auto found = find_kube_connection(options, variables, files.reader());
    if (found.has_error()) return found.error().detail();
    return *found ? (*found)->source : "none";
  };
  CHECK(source({}, both) == "context prod of " + config);
  CHECK(source({.mode = "pod"}, both) == "in cluster");
  CHECK(source({}, pod) == "in cluster");
  CHECK(source({}, std::map<std::string, std::string>{}) == "none");
  CHECK(source({.mode = "kubeconfig"}, pod).find("none found") != std::string::npos);
  CHECK(source({.mode = "pod"}, std::map<std::string, std::string>{}).find("no pod") !=
        std::string::npos);
  // What a setting names must be there.
  CHECK(source({.kubeconfig = "/not/there"}, both).find("/not/there: not there") !=
        std::string::npos);
}

TEST_CASE("kubeconfig: a file has a bound") {
  const TemporaryFolder folder;
  CHECK(*read_kube_file(folder.write("a", "text")) == "text");
  CHECK(read_kube_file(folder.write("b", std::string((1U << 20U) + 1, 'x'))).has_error());
  CHECK(read_kube_file(folder.path("c")).error().detail().find("No such file") !=
        std::string::npos);
}

}  // namespace mainstay::clusters::kubeconfig_test
