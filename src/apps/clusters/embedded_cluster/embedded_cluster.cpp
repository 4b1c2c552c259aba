#include "apps/clusters/embedded_cluster/embedded_cluster.hpp"

#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "apps/clusters/embedded_cluster/api_server.hpp"
#include "apps/clusters/embedded_cluster/tree.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/limits.hpp"
#include "base/check.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "platform/http/server.hpp"
#include "platform/json/json.hpp"
#include "platform/secrets/secret_file.hpp"
#include "platform/tls/authority.hpp"
#include "platform/tls/context.hpp"
#include "platform/tls/sealing.hpp"

namespace mainstay::clusters {

namespace embedded_files {  // generated from embedded_cluster/*.json
std::string_view asset(std::string_view name);
}

namespace {

constexpr std::chrono::days certificate_valid{365};
constexpr std::chrono::days sealing_valid{3650};
constexpr unsigned sealing_key_bits = 2048;  // of an example; the controller's have 4096

Document embedded_asset(std::string_view name) {
  auto parsed = json::parse(embedded_files::asset(name), {.depth_max = 64});
  MS_CHECK(parsed.has_value());
  return *std::move(parsed);
}

/// As kubectl reads it; JSON is YAML.
std::string embedded_kubeconfig(const std::string& url, const std::string& certificate,
                                const std::string& token) {
  const char* const name = "mainstay-embedded";
  const Document config = DocumentObject{
      {"apiVersion", "v1"},
      {"kind", "Config"},
      {"preferences", DocumentObject{}},
      {"clusters",
       DocumentArray{DocumentObject{{"name", name},
                                    {"cluster", DocumentObject{{"server", url},
                                                               {"certificate-authority-data",
                                                                base64_encode(certificate)}}}}}},
      {"users",
       DocumentArray{DocumentObject{{"name", name}, {"user", DocumentObject{{"token", token}}}}}},
      {"contexts",
       DocumentArray{DocumentObject{
           {"name", name},
           {"context",
            DocumentObject{{"cluster", name}, {"user", name}, {"namespace", "default"}}}}}},
      {"current-context", name}};
  return "# Mainstay's embedded cluster: for development and tests, not for production.\n" +
         json::dump_pretty(config) + '\n';
}

std::string embedded_file(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

Error embedded_failed(std::string what) { return {Errc::cluster_unavailable, std::move(what)}; }

}  // namespace

struct EmbeddedCluster::Impl {
  EmbeddedClusterOptions options;
  const Clock& clock;
  std::string token = {};
  std::optional<embedded::ApiServer> api = {};
  http::Router router = {};
  std::optional<http::Server> server = {};
  std::string url = {};
  std::string kubeconfig = {};

  Result<std::shared_ptr<tls::ServerContext>> certify(std::string& certificate) const;
  Result<tls::KeyPair> sealing_pair() const;
  Result<> populate();
  Result<> listen(std::shared_ptr<tls::ServerContext> tls);
};

/// A key that lasts as long as this start: nothing needs to trust it longer.
Result<std::shared_ptr<tls::ServerContext>> EmbeddedCluster::Impl::certify(
    std::string& certificate) const {
  MS_TRY(const tls::KeyPair pair,
         tls::make_server_pair("Mainstay embedded cluster", "IP:127.0.0.1,DNS:localhost",
                               clock.wall(), certificate_valid));
  certificate = pair.certificate;
  tls::ServerOptions files;
  files.key_file = (options.folder / "server.key").string();
  files.certificate_file = (options.folder / "server.crt").string();
  const auto owner = secrets::current_owner();
  MS_TRY_VOID(secrets::write_private_file(files.key_file, pair.key, owner));
  MS_TRY_VOID(secrets::write_private_file(files.certificate_file, pair.certificate, owner));
  return tls::ServerContext::load(files);
}

/// The example's sealing key outlives restarts: what was sealed with it can be opened again.
Result<tls::KeyPair> EmbeddedCluster::Impl::sealing_pair() const {
  const auto key_file = options.folder / "sealing.key";
  const auto certificate_file = options.folder / "sealing.crt";
  tls::KeyPair pair{embedded_file(key_file), embedded_file(certificate_file)};
  if (!pair.key.empty() && !pair.certificate.empty()) return pair;
  MS_TRY(pair, tls::make_sealing_pair(sealing_key_bits, clock.wall(), sealing_valid));
  const auto owner = secrets::current_owner();
  MS_TRY_VOID(secrets::write_private_file(key_file.string(), pair.key, owner));
  MS_TRY_VOID(secrets::write_private_file(certificate_file.string(), pair.certificate, owner));
  return pair;
}

Result<> EmbeddedCluster::Impl::populate() {
  Document objects;
  if (options.with_examples) {
    Document example = embedded_asset("demo.json");
    objects = *example.find("objects");
    MS_TRY(const tls::KeyPair pair, sealing_pair());
    objects.if_array()->push_back(DocumentObject{
        {"apiVersion", "v1"},
        {"kind", "Secret"},
        {"type", "kubernetes.io/tls"},
        {"metadata",
         DocumentObject{{"name", "sealed-secrets-key"},
                        {"namespace", "kube-system"},
                        {"labels", DocumentObject{{"sealedsecrets.bitnami.com/sealed-secrets-key",
                                                   "active"}}}}},
        {"data", DocumentObject{{"tls.crt", base64_encode(pair.certificate)},
                                {"tls.key", base64_encode(pair.key)}}}});
  }
  const auto objection = api->seed(objects);
  if (objection) return embedded_failed("the embedded cluster's examples: " + objection->message);
  return {};
}

Result<> EmbeddedCluster::Impl::listen(std::shared_ptr<tls::ServerContext> tls) {
  // One handler for all: Kubernetes' paths depend on what was declared.
  const auto handler = [this](const http::Request& request, http::Response& response) {
    api->handle(request, response);
  };
  router.scope("", {handler, handler, handler});
  http::ServerOptions web;
  web.threads = 1;  // which everything belongs to
  web.limits.connections_max = Limits::embedded_connections_max;
  web.limits.body_bytes_max = 2 * Limits::embedded_object_bytes_max;
  web.limits.output_bytes_max = Limits::embedded_backlog_bytes_max;
  http::Listener listener;
  listener.name = "embedded-cluster";
  listener.port = options.port;
  listener.router = &router;
  listener.tls = std::move(tls);
  web.listeners.push_back(std::move(listener));
  server.emplace(std::move(web), clock);
  MS_TRY_VOID(server->start());
  url = "https://127.0.0.1:" + std::to_string(server->port());
  return {};
}

EmbeddedCluster::EmbeddedCluster(EmbeddedClusterOptions options, const Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options), clock)) {}

EmbeddedCluster::~EmbeddedCluster() { stop(); }

Result<> EmbeddedCluster::start() {
  std::error_code failure;
  std::filesystem::create_directories(impl_->options.folder, failure);
  if (!failure) {
    std::filesystem::permissions(impl_->options.folder, std::filesystem::perms::owner_all, failure);
  }
  if (failure) return embedded_failed(impl_->options.folder.string() + ": " + failure.message());
  impl_->token = secret_hex(24);
  embedded::ApiServerOptions options;
  options.admin_token = impl_->token;
  options.seed = secret_u64();
  options.bookmark_every = impl_->options.bookmark_every;
  impl_->api.emplace(embedded_asset("builtin.json"), std::move(options), impl_->clock);
  MS_TRY_VOID(impl_->populate());
  std::string certificate;
  MS_TRY(auto tls, impl_->certify(certificate));
  MS_TRY_VOID(impl_->listen(std::move(tls)));
  const auto file = impl_->options.kubeconfig.empty() ? impl_->options.folder / "kubeconfig"
                                                      : impl_->options.kubeconfig;
  MS_TRY_VOID(secrets::write_private_file(
      file.string(), embedded_kubeconfig(impl_->url, certificate, impl_->token),
      secrets::current_owner()));
  impl_->kubeconfig = std::filesystem::absolute(file).string();
  return {};
}

void EmbeddedCluster::stop() {
  if (impl_->server) {
    impl_->server->stop();
    impl_->server.reset();
  }
  if (!impl_->kubeconfig.empty()) secrets::wipe_file(impl_->kubeconfig);
  impl_->kubeconfig.clear();
  impl_->url.clear();
}

std::string EmbeddedCluster::url() const { return impl_->url; }
std::string EmbeddedCluster::kubeconfig_file() const { return impl_->kubeconfig; }

}  // namespace mainstay::clusters
