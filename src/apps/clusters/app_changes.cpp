#include "apps/clusters/app_changes.hpp"

#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "apps/clusters/access.hpp"
#include "apps/clusters/app_cluster.hpp"
#include "apps/clusters/app_kube.hpp"
#include "apps/clusters/change_keeper.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/inbound/http/audit_routes.hpp"
#include "apps/clusters/inbound/http/forge_routes.hpp"
#include "apps/clusters/outbound/forge/embedded_forge.hpp"
#include "apps/clusters/outbound/forge/github_app.hpp"
#include "apps/clusters/outbound/forge/rest_forges.hpp"
#include "apps/clusters/outbound/git/git_repository.hpp"
#include "apps/clusters/outbound/sqlite/audit_rows.hpp"
#include "apps/clusters/outbound/sqlite/change_rows.hpp"
#include "apps/clusters/repository_applier.hpp"
#include "apps/clusters/sync_status.hpp"
#include "base/random.hpp"
#include "platform/http/client.hpp"
#include "platform/http/client_url.hpp"
#include "platform/log/log.hpp"
#include "platform/metrics/metrics.hpp"
#include "platform/process/process.hpp"
#include "platform/program/errc.hpp"
#include "platform/program/listeners.hpp"
#include "platform/settings/settings.hpp"
#include "platform/tls/digest.hpp"

namespace mainstay::clusters {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t reviews_waiting_max = 200;

struct KnownForge {
  std::string_view name;
  std::string_view api;          // where the public one is; empty: there is none
  std::string_view behind_site;  // of the API, on an own one
  std::unique_ptr<Forge> (*make)(RestForgeOptions, ForgeSend);
  WebhookKind hooks;
};
constexpr KnownForge known_forges[] = {
    {"github", "https://api.github.com", "/api/v3", make_github_forge, WebhookKind::github},
    {"gitlab", "https://gitlab.com/api/v4", "/api/v4", make_gitlab_forge, WebhookKind::gitlab},
    {"gitea", "", "/api/v1", make_gitea_forge, WebhookKind::gitea},
};

const KnownForge* known_forge(std::string_view name) {
  for (const KnownForge& one : known_forges) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

Error setting_missing(std::string_view key, std::string_view why) {
  return Error{ApplicationErrc::setting,
               "apps.clusters." + std::string{key} + " is empty: " + std::string{why}};
}

/// Its token goes there: over TLS, or within this machine.
Result<> check_forge_address(const std::string& address) {
  const auto url = http::parse_client_url(address);
  if (url.has_value() && (url->tls || is_loopback(url->host))) return {};
  return Error{ApplicationErrc::setting,
               "apps.clusters.forge_url: an https address is wanted (http to this machine alone), "
               "without credentials"};
}

}  // namespace

std::unique_ptr<AuditLog> make_audit_log(store::Store& store, const Clock& clock) {
  return std::make_unique<SqlAuditLog>(store, clock, tls::sha256);
}

struct ChangesApp::Impl {
  Impl(Platform& lent, const ClusterApp& the_embedded, KubeApp& the_kube)
      : platform(lent), embedded(the_embedded), kube(the_kube) {}

  [[nodiscard]] std::string text(std::string_view key) const {
    return platform.settings.text("apps.clusters." + std::string{key});
  }
  [[nodiscard]] fs::path folder() const {
    const std::string wanted = text("repository_folder");
    return wanted.empty() ? platform.data_folder / "clusters" / "git" : fs::path{wanted};
  }
  [[nodiscard]] bool has_repository() const {
    return text("forge") != "none" || !text("repository_url").empty();
  }

  Result<> make_git();
  Result<std::string> signing_key();
  Result<std::string> remote_url() const;
  Result<> make_forge();
  Result<> make_embedded_forge();
  Result<> make_rest_forge(const KnownForge& known);
  Result<> make_tokens(const KnownForge& known, const std::string& api, ForgeSend send);
  Result<> make_repository();
  Result<> start_keeper();
  void start_applier();
  void log_change(const ChangeRequest& request) const;

  Platform& platform;
  const ClusterApp& embedded;
  KubeApp& kube;

  SqlAuditLog audit{platform.store, platform.clock, tls::sha256};
  Access access{platform.guard, platform.settings, platform.clock, &audit};
  SqlChangeStore changes{platform.store, tls::sha256};
  std::unique_ptr<GitProgram> git;
  GitIdentity identity;
  std::unique_ptr<http::Client> forge_client;  // with roots of its own
  std::unique_ptr<EmbeddedForge> embedded_forge;
  std::unique_ptr<Forge> rest_forge;
  std::unique_ptr<GithubApp> app;
  std::function<Result<std::string>()> token;
  std::unique_ptr<GitRepository> repository;          // the keeper's, and whoever reads
  std::unique_ptr<GitRepository> applied_repository;  // the applier's own mirror
  std::unique_ptr<RepositoryApplier> applier;
  std::unique_ptr<SyncStatusReader> sync;
  std::unique_ptr<ChangeKeeper> keeper;
  Lane reviews{"clusters.forge", reviews_waiting_max};
};

// --- git and forge -------------------------------------------------------------------------------

Result<> ChangesApp::Impl::make_git() {
  GitProgramOptions options;
  options.folder = folder();
  options.ca_file = text("forge_ca_file");
  options.ssh_key = text("ssh_key");
  options.ssh_known_hosts = text("ssh_known_hosts");
  options.file_bytes_max =
      static_cast<std::size_t>(platform.settings.bytes("apps.clusters.repository_bytes_max"));
  std::error_code failed;
  fs::create_directories(options.folder, failed);
  fs::permissions(options.folder, fs::perms::owner_all, failed);
  if (failed) {
    return Error{ApplicationErrc::setting, options.folder.string() + ": " + failed.message()};
  }
  git = std::make_unique<GitProgram>(std::move(options));
  identity.name = text("commit_name");
  identity.email = text("commit_email");
  MS_TRY(identity.signing_key, signing_key());
  return {};
}

/// Made once when none is configured, so that commits are signed from the first one on.
Result<std::string> ChangesApp::Impl::signing_key() {
  std::string wanted = text("signing_key");
  if (wanted == "none") return std::string{};
  std::error_code failed;
  if (!wanted.empty()) {
    if (fs::exists(wanted, failed)) return wanted;
    return Error{ApplicationErrc::setting, "apps.clusters.signing_key: there is no file " + wanted};
  }
  const fs::path made = folder() / "signing_key";
  if (fs::exists(made, failed)) return made.string();
  const char* const path = std::getenv("PATH");
  const auto run = process::run(
      {.arguments = {"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", identity.email, "-f",
                     made.string()},
       .environment = std::vector{std::string{"PATH="} + (path == nullptr ? "" : path)}});
  if (run.has_value() && run->good()) return made.string();
  platform.log.warning("clusters.commits.unsigned",
                       {{"reason", run.has_value() ? run->errors : run.error().message()},
                        {"hint", "install openssh-client, or set apps.clusters.signing_key"}});
  return std::string{};
}

Result<std::string> ChangesApp::Impl::remote_url() const {
  std::string url = text("repository_url");
  if (url.starts_with('/')) return "file://" + url;  // as a setting, file: is a reference
  if (!url.empty()) return url;
  const KnownForge* const known = known_forge(text("forge"));
  std::string site = text("forge_url");
  if (site.empty() && known != nullptr && known->name != "gitea") {
    site = "https://" + std::string{known->name} + ".com";
  }
  if (site.empty()) return setting_missing("repository_url", "git must know where it is");
  return site + '/' + text("repository_organization") + '/' + text("repository") + ".git";
}

Result<> ChangesApp::Impl::make_embedded_forge() {
  EmbeddedForgeOptions options;
  options.repository = platform.data_folder / "clusters" / "forge" / "repository.git";
  options.base = text("repository_branch");
  options.identity = identity;
  options.url_of = [this](std::int64_t number) {
    return "http://127.0.0.1:" + std::to_string(platform.port) +
           "/clusters/forge?pull=" + std::to_string(number);
  };
  embedded_forge =
      std::make_unique<EmbeddedForge>(*git, platform.store, platform.clock, std::move(options));
  return embedded_forge->start();
}

Result<> ChangesApp::Impl::make_tokens(const KnownForge& known, const std::string& api,
                                       ForgeSend send) {
  if (text("forge_app").empty()) {
    if (text("forge_token").empty()) return setting_missing("forge_token", "a forge needs it");
    token = [fixed = text("forge_token")]() -> Result<std::string> { return fixed; };
    return {};
  }
  if (known.name != "github") {
    return Error{ApplicationErrc::setting, "apps.clusters.forge_app is for GitHub alone"};
  }
  for (const std::string_view key : {"forge_installation", "forge_app_key"}) {
    if (text(key).empty()) return setting_missing(key, "a GitHub App needs it");
  }
  GithubAppOptions options{api, text("forge_app"), text("forge_installation"),
                           text("forge_app_key")};
  app = std::make_unique<GithubApp>(std::move(options), std::move(send), platform.clock);
  token = [one = app.get()] { return one->token(); };
  return {};
}

Result<> ChangesApp::Impl::make_rest_forge(const KnownForge& known) {
  RestForgeOptions options;
  const std::string site = text("forge_url");
  options.api = site.empty() ? std::string{known.api} : site + std::string{known.behind_site};
  options.owner = text("repository_organization");
  options.repository = text("repository");
  if (options.api.empty()) return setting_missing("forge_url", "where the forge is");
  MS_TRY_VOID(check_forge_address(options.api));
  for (const std::string_view key : {"repository_organization", "repository"}) {
    if (text(key).empty()) return setting_missing(key, "a forge needs it");
  }
  if (const std::string roots = text("forge_ca_file"); !roots.empty()) {
    forge_client = std::make_unique<http::Client>(http::ClientOptions{.ca_file = roots});
  }
  http::Client& client = forge_client == nullptr ? platform.client : *forge_client;
  const auto send = [&client](http::ClientRequest request) {
    return http::send_and_wait(client, std::move(request));
  };
  MS_TRY_VOID(make_tokens(known, options.api, send));
  options.token = token;
  rest_forge = known.make(std::move(options), send);
  return {};
}

Result<> ChangesApp::Impl::make_forge() {
  const std::string kind = text("forge");
  if (kind == "embedded") return make_embedded_forge();
  const KnownForge* const known = known_forge(kind);
  return known == nullptr ? Result<>{} : make_rest_forge(*known);
}

Result<> ChangesApp::Impl::make_repository() {
  GitRepositoryOptions options;
  if (embedded_forge != nullptr) {
    options.url = embedded_forge->remote_url();
  } else {
    MS_TRY(options.url, remote_url());
  }
  MS_TRY_VOID(check_remote_url(options.url));
  const bool is_ssh = !options.url.starts_with("https://") && !options.url.starts_with("file://");
  for (const std::string_view key : {"ssh_key", "ssh_known_hosts"}) {
    if (is_ssh && text(key).empty()) return setting_missing(key, "an ssh remote needs it");
  }
  options.base = text("repository_branch");
  options.mirror = folder() / "mirror.git";
  options.identity = identity;
  GitRepository::Credentials credentials;
  if (!token && !text("forge_token").empty()) {
    token = [fixed = text("forge_token")]() -> Result<std::string> { return fixed; };
  }
  if (token && options.url.starts_with("https://")) {
    credentials = [user = text("forge_user"), token = token]() -> Result<GitCredentials> {
      MS_TRY(std::string password, token());
      return GitCredentials{user.empty() ? "x-access-token" : user, std::move(password)};
    };
  }
  if (embedded_forge != nullptr && !embedded.url().empty()) {
    GitRepositoryOptions own = options;
    own.mirror = folder() / "applied.git";
    applied_repository = std::make_unique<GitRepository>(*git, std::move(own), credentials);
  }
  repository = std::make_unique<GitRepository>(*git, std::move(options), std::move(credentials));
  return {};
}

// --- what carries them out -----------------------------------------------------------------------

void ChangesApp::Impl::log_change(const ChangeRequest& request) const {
  if (!request.last_error.empty()) {
    return platform.log.warning("clusters.change.failed", {{"request", request.id.get()},
                                                           {"state", name_of(request.state)},
                                                           {"attempts", request.attempts},
                                                           {"error", request.last_error}});
  }
  platform.log.info("clusters.change", {{"request", request.id.get()},
                                        {"state", name_of(request.state)},
                                        {"kind", name_of(request.change.kind)},
                                        {"name", request.change.name}});
}

Result<> ChangesApp::Impl::start_keeper() {
  Forge* const forge = embedded_forge != nullptr ? embedded_forge.get() : rest_forge.get();
  if (kube.reader() != nullptr) {
    std::function<std::string()> applied;
    if (applied_repository != nullptr && kube.writer() != nullptr) {
      applied = [this] { return applier == nullptr ? std::string{} : applier->applied(); };
    }
    MS_TRY(const std::string url,
           embedded_forge == nullptr ? remote_url() : embedded_forge->remote_url());
    sync = std::make_unique<SyncStatusReader>(*kube.reader(), *repository, url, std::move(applied));
  }
  ChangeKeeperOptions options;
  options.branch_prefix = text("branch_prefix");
  options.folder = text("catalog_folder");
  if (embedded_forge == nullptr) options.polls_a_round = 1;  // GitHub admits 5,000 calls an hour
  options.poll_every = platform.settings.duration("apps.clusters.forge_poll");
  keeper = std::make_unique<ChangeKeeper>(
      ChangeKeeper::Ports{.store = changes,
                          .repository = *repository,
                          .forge = forge,
                          .sync = sync.get(),
                          .clock = platform.clock,
                          .sha256 = tls::sha256,
                          .make_id = [] { return secret_hex(8); },
                          .log = [this](const ChangeRequest& request) { log_change(request); }},
      std::move(options));
  platform.metrics.gauge_function("clusters_changes_open", "Requests that are on their way.",
                                  [this] { return static_cast<double>(keeper->open()); });
  return keeper->start();
}

void ChangesApp::Impl::start_applier() {
  if (applied_repository == nullptr || kube.writer() == nullptr) return;
  applier = std::make_unique<RepositoryApplier>(
      *applied_repository, *kube.writer(), text("catalog_folder"),
      [this] { return embedded_forge->base_tip(); },
      [this](const Error& error) {
        platform.log.warning("clusters.applier.failed", {{"error", error.message()}});
      });
  applier->start();
}

// --- the part ------------------------------------------------------------------------------------

ChangesApp::ChangesApp(Platform& platform, const ClusterApp& embedded, KubeApp& kube)
    : impl_(std::make_unique<Impl>(platform, embedded, kube)) {}
ChangesApp::~ChangesApp() = default;

Proposals* ChangesApp::proposals() { return impl_->keeper.get(); }
Repository* ChangesApp::repository() { return impl_->repository.get(); }
AuditLog* ChangesApp::audit() { return &impl_->audit; }

Result<> ChangesApp::start() {
  if (!impl_->has_repository()) return {};
  if (!process::exists("git")) {
    if (!impl_->platform.demo) {
      return Error{Errc::git_failed, "git is not installed, and apps.clusters.forge needs it"};
    }
    impl_->platform.log.warning("clusters.changes.off", {{"reason", "git is not installed"}});
    return {};
  }
  MS_TRY_VOID(impl_->make_git());
  MS_TRY_VOID(impl_->make_forge());
  MS_TRY_VOID(impl_->make_repository());
  impl_->reviews.start();
  return impl_->start_keeper();
}

void ChangesApp::register_routes(http::Router& router) {
  register_audit_routes(router, impl_->access, impl_->audit, tls::sha256);
  if (impl_->keeper == nullptr) return;
  const auto news = [keeper = impl_->keeper.get()](std::int64_t number) {
    keeper->look_now(number);
  };
  if (impl_->embedded_forge != nullptr) {
    register_review_routes(router, impl_->access, *impl_->embedded_forge, impl_->reviews, news);
  }
  if (const KnownForge* known = known_forge(impl_->text("forge")); known != nullptr) {
    register_webhook_route(router, known->hooks, impl_->text("webhook_secret"), news);
  }
}

Result<> ChangesApp::run() {
  impl_->start_applier();
  return {};
}

void ChangesApp::drain() {
  if (impl_->applier != nullptr) impl_->applier->stop();
}

void ChangesApp::stop() {
  if (impl_->keeper != nullptr) impl_->keeper->stop();
  impl_->reviews.stop();
  if (impl_->forge_client != nullptr) impl_->forge_client->stop();
}

}  // namespace mainstay::clusters
