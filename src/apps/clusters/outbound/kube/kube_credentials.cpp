#include "apps/clusters/outbound/kube/kube_credentials.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>

#include "apps/clusters/domain/document.hpp"
#include "apps/clusters/domain/document_path.hpp"
#include "apps/clusters/errc.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"
#include "platform/process/process.hpp"
#include "platform/tls/context.hpp"

namespace mainstay::clusters {
namespace {

constexpr Millis token_file_age_max{
    50'000};  // a minute, less the ten seconds it counts as old early
constexpr Seconds expiry_margin{60};
constexpr Millis exec_deadline{60'000};
constexpr std::size_t exec_waiting_max = 256;

Error credential_error(std::string detail) {
  return {Errc::cluster_unavailable, "credentials: " + std::move(detail)};
}

std::optional<int> digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  const auto number = parse_u64(text.substr(0, count));
  text.remove_prefix(count);
  return number ? std::optional{static_cast<int>(*number)} : std::nullopt;
}

bool take_char(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// "Z" or "+02:00" at the end.
std::optional<std::chrono::minutes> utc_offset(std::string_view text) {
  if (text == "Z" || text == "z") return std::chrono::minutes{0};
  const bool west = text.starts_with('-');
  if (!take_char(text, "+-")) return std::nullopt;
  const auto hours = digits(text, 2);
  if (!hours || !take_char(text, ":")) return std::nullopt;
  const auto minutes = digits(text, 2);
  if (!minutes || !text.empty()) return std::nullopt;
  const std::chrono::minutes offset{*hours * 60 + *minutes};
  return west ? -offset : offset;
}

/// Our environment, which such programs are configured by, without what configures us.
std::vector<std::string> inherited_by(const KubeExec& exec) {
  std::vector<std::string> out;
  for (char** one = ::environ; *one != nullptr; ++one) {
    const std::string_view variable{*one};
    const std::string_view name = variable.substr(0, variable.find('='));
    const bool is_ours = name.starts_with("MAINSTAY_") ||
                         std::ranges::find(exec.withheld, name) != exec.withheld.end();
    if (!is_ours) out.emplace_back(variable);
  }
  return out;
}

}  // namespace

std::optional<SystemTime> parse_kube_time(std::string_view text) {
  const auto year = digits(text, 4);
  if (!year || !take_char(text, "-")) return std::nullopt;
  const auto month = digits(text, 2);
  if (!month || !take_char(text, "-")) return std::nullopt;
  const auto day = digits(text, 2);
  if (!day || !take_char(text, "Tt ")) return std::nullopt;
  const auto hour = digits(text, 2);
  if (!hour || !take_char(text, ":")) return std::nullopt;
  const auto minute = digits(text, 2);
  if (!minute || !take_char(text, ":")) return std::nullopt;
  const auto second = digits(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  if (take_char(text, ".")) {
    const std::size_t end = text.find_first_not_of("0123456789");
    text.remove_prefix(std::min(end, text.size()));
  }
  const auto offset = utc_offset(text);
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!offset || !date.ok()) return std::nullopt;
  return SystemTime{std::chrono::sys_days{date}} + std::chrono::hours{*hour} +
         std::chrono::minutes{*minute} + Seconds{*second} - *offset;
}

Result<ExecCredential> parse_exec_credential(std::string_view text,
                                             const std::string& api_version) {
  const auto parsed = json::parse(text);
  if (parsed.has_error()) return credential_error("the program's output is no JSON");
  if (text_of(*parsed, "kind") != "ExecCredential" ||
      text_of(*parsed, "apiVersion") != api_version) {
    return credential_error("the program's output is no ExecCredential of " + api_version);
  }
  const Document& status = child_of(*parsed, "status");
  ExecCredential credential;
  credential.token = text_of(status, "token");
  credential.certificate_pem = text_of(status, "clientCertificateData");
  credential.key_pem = text_of(status, "clientKeyData");
  if (credential.certificate_pem.empty() != credential.key_pem.empty()) {
    return credential_error("the program told a certificate without its key, or a key alone");
  }
  if (credential.token.empty() && credential.certificate_pem.empty()) {
    return credential_error("the program told neither a token nor a certificate");
  }
  if (const std::string_view expires = text_of(status, "expirationTimestamp"); !expires.empty()) {
    credential.expires_at = parse_kube_time(expires);
    if (!credential.expires_at)
      return credential_error("the program's expirationTimestamp is none");
  }
  return credential;
}

std::string exec_info(const KubeConnection& connection) {
  const KubeExec& exec = *connection.exec;
  DocumentObject spec{{"interactive", false}};
  if (exec.provide_cluster_info) {
    DocumentObject cluster{{"server", connection.server}};
    if (!connection.server_name.empty()) {
      cluster.push_back({"tls-server-name", connection.server_name});
    }
    if (!connection.verify) cluster.push_back({"insecure-skip-tls-verify", true});
    if (!connection.ca_pem.empty()) {
      cluster.push_back({"certificate-authority-data", base64_encode(connection.ca_pem)});
    }
    if (!exec.cluster_config.is_null()) cluster.push_back({"config", exec.cluster_config});
    spec.push_back({"cluster", std::move(cluster)});
  }
  return json::dump(DocumentObject{
      {"apiVersion", exec.api_version}, {"kind", "ExecCredential"}, {"spec", std::move(spec)}});
}

bool is_exec_allowed(const KubeExec& exec, const std::vector<std::string>& allowed) {
  return std::ranges::find(allowed, exec.command) != allowed.end();
}

Result<ExecCredential> run_exec(const KubeConnection& connection) {
  const KubeExec& exec = *connection.exec;
  process::Command command;
  command.arguments.push_back(exec.command);
  command.arguments.insert(command.arguments.end(), exec.arguments.begin(), exec.arguments.end());
  command.deadline = exec_deadline;
  std::vector<std::string> variables = inherited_by(exec);
  const auto set = [&variables](const std::string& name, const std::string& value) {
    const std::string prefix = name + "=";
    std::erase_if(variables, [&](const std::string& one) { return one.starts_with(prefix); });
    variables.push_back(prefix + value);
  };
  for (const auto& [name, value] : exec.environment) set(name, value);
  set("KUBERNETES_EXEC_INFO", exec_info(connection));
  command.environment = std::move(variables);
  auto finished = process::run(command);
  if (finished.has_error())
    return credential_error(exec.command + ": " + finished.error().message());
  if (!finished->good()) {
    return credential_error(exec.command + " ended with " + std::to_string(finished->status) +
                            ": " + std::string{trimmed(finished->errors)});
  }
  return parse_exec_credential(finished->output, exec.api_version);
}

struct KubeCredentials::Impl {
  Impl(KubeConnection to, const Clock& time, ReadFile reads, RunExec runs, Elsewhere runs_elsewhere)
      : connection(std::move(to)),
        clock(time),
        read(std::move(reads)),
        run(std::move(runs)),
        elsewhere(std::move(runs_elsewhere)) {}

  void read_token();
  void begin_exec();
  void exec_ended(Result<ExecCredential> result);
  void answer_waiting(const Result<KubeIdentity>& identity);
  [[nodiscard]] bool exec_is_fresh() const;
  Result<KubeIdentity> current();
  Result<std::shared_ptr<tls::ClientContext>> tls_context();

  const KubeConnection connection;
  const Clock& clock;
  const ReadFile read;
  const RunExec run;
  const Elsewhere elsewhere;

  std::string file_token;
  std::string file_problem;
  std::optional<SteadyTime> token_read_at;

  std::optional<ExecCredential> credential;
  bool running = false;
  std::vector<Done> waiting;

  std::shared_ptr<tls::ClientContext> context;  // with the certificate in force
  std::string context_certificate;
};

void KubeCredentials::Impl::read_token() {
  const SteadyTime now = clock.steady();
  if (token_read_at && now - *token_read_at < token_file_age_max) return;
  token_read_at = now;
  auto text = read(connection.token_file);
  if (text.has_error()) {
    file_problem = text.error().detail();
    return;  // the last one may still do
  }
  file_token = trimmed(*text);
  file_problem = file_token.empty() ? connection.token_file + " is empty" : std::string{};
}

bool KubeCredentials::Impl::exec_is_fresh() const {
  return credential &&
         (!credential->expires_at || clock.wall() + expiry_margin < *credential->expires_at);
}

void KubeCredentials::Impl::begin_exec() {
  if (std::exchange(running, true)) return;
  const bool begun = elsewhere([this]() -> UniqueFunction<void()> {
    return [this, result = run(connection)]() mutable { exec_ended(std::move(result)); };
  });
  if (!begun) exec_ended(credential_error("too many programs wait to run"));
}

void KubeCredentials::Impl::exec_ended(Result<ExecCredential> result) {
  running = false;
  if (result.has_error()) return answer_waiting(result.error());
  credential = *std::move(result);
  answer_waiting(current());
}

void KubeCredentials::Impl::answer_waiting(const Result<KubeIdentity>& identity) {
  for (const Done& done : std::exchange(waiting, {})) done(identity);
}

/// Made anew when the certificate is another one.
Result<std::shared_ptr<tls::ClientContext>> KubeCredentials::Impl::tls_context() {
  const bool from_exec = credential && !credential->certificate_pem.empty();
  const std::string& certificate =
      from_exec ? credential->certificate_pem : connection.certificate_pem;
  if (context != nullptr && certificate == context_certificate) return context;
  tls::ClientOptions options;
  options.ca_pem = connection.ca_pem;
  options.certificate_pem = certificate;
  options.key_pem = from_exec ? credential->key_pem : connection.key_pem;
  options.verify = connection.verify;
  auto made = tls::ClientContext::load(options);
  if (made.has_error()) return credential_error(made.error().message());
  context = *std::move(made);
  context_certificate = certificate;
  return context;
}

Result<KubeIdentity> KubeCredentials::Impl::current() {
  KubeIdentity identity;
  std::string token = connection.token;
  if (!connection.token_file.empty()) {
    read_token();
    if (file_token.empty()) return credential_error(file_problem);
    token = file_token;
  }
  if (credential && !credential->token.empty()) token = credential->token;
  if (!token.empty()) {
    identity.headers.emplace_back("Authorization", "Bearer " + token);
  } else if (!connection.user.empty()) {
    identity.headers.emplace_back(
        "Authorization", "Basic " + base64_encode(connection.user + ":" + connection.password));
  }
  for (const auto& header : connection.impersonation) identity.headers.push_back(header);
  if (connection.server.starts_with("https://")) {
    MS_TRY(identity.tls, tls_context());
  }
  return identity;
}

KubeCredentials::KubeCredentials(KubeConnection connection, const Clock& clock, ReadFile read,
                                 RunExec run, Elsewhere elsewhere)
    : impl_(std::make_unique<Impl>(std::move(connection), clock, std::move(read), std::move(run),
                                   std::move(elsewhere))) {}
KubeCredentials::~KubeCredentials() = default;

const KubeConnection& KubeCredentials::connection() const { return impl_->connection; }

void KubeCredentials::identity(Done done) {
  if (!impl_->connection.exec || impl_->exec_is_fresh()) return done(impl_->current());
  if (impl_->waiting.size() >= exec_waiting_max) {
    return done(credential_error("too many calls wait for the program"));
  }
  impl_->waiting.push_back(std::move(done));
  impl_->begin_exec();
}

bool KubeCredentials::refused() {
  if (impl_->connection.exec) {
    impl_->credential.reset();
    return true;
  }
  if (impl_->connection.token_file.empty()) return false;
  impl_->token_read_at.reset();
  return true;
}

}  // namespace mainstay::clusters
