#include "apps/clusters/outbound/kube/kube_credentials.hpp"

#include <deque>
#include <optional>

#include <doctest/doctest.h>

#include "apps/clusters/errc.hpp"
#include "base/temporary_folder.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"

namespace mainstay::clusters::kube_credentials_test {
namespace {

constexpr const char* v1 = "client.authentication.k8s.io/v1";

/// Credentials whose file and program are the test's.
struct Fixture {
  explicit Fixture(KubeConnection connection)
      : credentials(
            std::move(connection), clock,
            [this](const std::string& path) -> Result<std::string> {
              ++reads;
              if (file.empty()) return Error{Errc::document_invalid, path + ": gone"};
              return file;
            },
            [this](const KubeConnection&) -> Result<ExecCredential> {
              ++runs;
              if (!program) return Error{Errc::cluster_unavailable, "it failed"};
              return ExecCredential{*program};
            },
            [this](UniqueFunction<UniqueFunction<void()>()> work) {
              elsewhere.push_back(std::move(work));
              return true;
            }) {}

  /// The Authorization that a request would show now, or what is wrong.
  std::string authorization() {
    std::string shown = "none";
    credentials.identity([&shown](const Result<KubeIdentity>& identity) {
      if (identity.has_error()) {
        shown = identity.error().detail();
        return;
      }
      for (const auto& [name, value] : identity->headers) {
        if (name == "Authorization") shown = value;
      }
    });
    run_elsewhere();
    return shown;
  }
  void run_elsewhere() {
    while (!elsewhere.empty()) {
      const auto work = std::move(elsewhere.front());
      elsewhere.pop_front();
      work()();
    }
  }

  ManualClock clock{SystemTime{Seconds{1'000'000}}};
  std::string file;
  int reads = 0;
  std::optional<ExecCredential> program;
  int runs = 0;
  std::deque<UniqueFunction<UniqueFunction<void()>()>> elsewhere;
  KubeCredentials credentials;
};

KubeConnection with_exec() {
  KubeConnection connection;
  connection.server = "http://api";
  connection.exec = KubeExec{.api_version = v1, .command = "get-token"};
  return connection;
}

}  // namespace

TEST_CASE("kube credentials: a token, a password or nobody") {
  KubeConnection connection;
  connection.server = "http://api";
  CHECK(Fixture{connection}.authorization() == "none");
  connection.user = "me";
  connection.password = "pw";
  CHECK(Fixture{connection}.authorization() == "Basic bWU6cHc=");
  connection.token = "abc";
  CHECK(Fixture{connection}.authorization() == "Bearer abc");
  Fixture fixed{connection};
  CHECK_FALSE(fixed.credentials.refused());  // there is no other
}

TEST_CASE(
    "kube credentials: a token's file is read again within a minute, and the last token kept") {
  KubeConnection connection;
  connection.server = "http://api";
  connection.token_file = "/token";
  Fixture f{connection};
  CHECK(f.authorization() == "credentials: /token: gone");
  f.clock.advance(Seconds{60});
  f.file = "one\n";
  CHECK(f.authorization() == "Bearer one");
  f.file = "two";
  CHECK(f.authorization() == "Bearer one");
  CHECK(f.reads == 2);
  f.clock.advance(Seconds{60});
  CHECK(f.authorization() == "Bearer two");
  f.file.clear();
  f.clock.advance(Seconds{60});
  CHECK(f.authorization() == "Bearer two");
  f.file = "three";
  CHECK(f.credentials.refused());  // 401: another one may be there already
  CHECK(f.authorization() == "Bearer three");
}

TEST_CASE(
    "kube credentials: a program runs once for all who wait, and again before its time is over") {
  Fixture f{with_exec()};
  f.program = ExecCredential{.token = "one", .expires_at = f.clock.wall() + Seconds{600}};
  int told = 0;
  for (int i = 0; i < 3; ++i) {
    f.credentials.identity(
        [&told](const Result<KubeIdentity>& identity) { told += identity.has_value() ? 1 : 0; });
  }
  CHECK(told == 0);
  f.run_elsewhere();
  CHECK(told == 3);
  CHECK(f.runs == 1);
  f.clock.advance(Seconds{539});
  CHECK(f.authorization() == "Bearer one");
  CHECK(f.runs == 1);
  f.clock.advance(Seconds{1});
  f.program->token = "two";
  f.program->expires_at.reset();  // for as long as it is taken
  CHECK(f.authorization() == "Bearer two");
  f.clock.advance(Seconds{100'000});
  CHECK(f.authorization() == "Bearer two");
  CHECK(f.credentials.refused());
  f.program.reset();
  CHECK(f.authorization() == "it failed");
  CHECK(f.runs == 3);
}

TEST_CASE("kube credentials: what a program says, and what it may not") {
  const auto parse = [](const std::string& status, const std::string& version = v1) {
    return parse_exec_credential(
        R"({"apiVersion":")" + version + R"(","kind":"ExecCredential","status":)" + status + "}",
        v1);
  };
  const auto good = parse(R"({"token":"t","expirationTimestamp":"2026-11-22T06:30:00Z"})");
  REQUIRE(good.has_value());
  CHECK(good->token == "t");
  CHECK(good->expires_at == SystemTime{Seconds{1'795'329'000}});
  CHECK(parse(R"({"clientCertificateData":"C","clientKeyData":"K"})")->key_pem == "K");
  CHECK(parse("{}").has_error());
  CHECK(parse(R"({"clientCertificateData":"C"})").has_error());
  CHECK(parse(R"({"token":"t","expirationTimestamp":"tomorrow"})").has_error());
  CHECK(parse(R"({"token":"t"})", "client.authentication.k8s.io/v1beta1").has_error());
  const auto leak = parse_exec_credential("secret-token", v1);
  CHECK(leak.error().detail().find("secret") == std::string::npos);
}

TEST_CASE("kube credentials: times as API servers tell them") {
  const SystemTime time{Seconds{1'795'329'000}};
  for (const char* text : {"2026-11-22T06:30:00Z", "2026-11-22T06:30:00.123456Z",
                           "2026-11-22T08:30:00+02:00", "2026-11-22t01:00:00-05:30"}) {
    CAPTURE(text);
    CHECK(parse_kube_time(text) == time);
  }
  for (const char* text :
       {"", "2026-11-22", "2026-11-22T06:30:00", "2026-13-22T06:30:00Z", "2026-11-22T25:30:00Z",
        "2026-11-22T06:30:00Zx", "2026-11-22T06:30:00+2"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_kube_time(text));
  }
}

TEST_CASE("kube credentials: a real program gets what it needs and nothing but its output counts") {
  const TemporaryFolder folder;
  KubeConnection connection = with_exec();
  connection.ca_pem = "ROOTS";
  connection.exec->command = "sh";
  connection.exec->arguments = {
      "-c", R"(echo "{\"apiVersion\":\"$V\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"$()"
            R"(printf %s "$KUBERNETES_EXEC_INFO" | base64 -w0)\"}}")"};
  connection.exec->environment = {{"V", v1}};
  connection.exec->provide_cluster_info = true;
  const auto told = run_exec(connection);
  if (told.has_error()) FAIL(told.error().message());
  const auto info = json::parse(exec_info(connection));
  CHECK(info->find("spec")->find("cluster")->find_string("certificate-authority-data") != nullptr);
  CHECK(*info->find("spec")->find("interactive")->if_bool() == false);
  CHECK(base64_decode(told->token) == exec_info(connection));

  connection.exec->arguments = {"-c", "echo secret; echo not logged in >&2; exit 3"};
  const auto failed = run_exec(connection);
  CHECK(failed.error().detail() == "credentials: sh ended with 3: not logged in");
  connection.exec->command = "no-such-program-here";
  CHECK(run_exec(connection).has_error());
}

TEST_CASE("kube credentials: a program sees nothing of our settings") {
  KubeConnection connection = with_exec();
  connection.exec->command = "sh";
  connection.exec->arguments = {
      "-c", R"(printf '{"apiVersion":"%s","kind":"ExecCredential","status":{"token":"%s"}}' )"
            R"~("$V" "$(env | base64 -w0)")~"};
  connection.exec->environment = {{"V", v1}};
  connection.exec->withheld = {"TEST_FORGE_TOKEN"};
  for (const char* name : {"MAINSTAY__TEST__SECRET", "TEST_FORGE_TOKEN", "TEST_FORGE_TOKENS"}) {
    ::setenv(name, "s3cret", 1);
  }
  const auto told = run_exec(connection);
  for (const char* name : {"MAINSTAY__TEST__SECRET", "TEST_FORGE_TOKEN", "TEST_FORGE_TOKENS"}) {
    ::unsetenv(name);
  }
  if (told.has_error()) FAIL(told.error().message());
  const std::string seen = base64_decode(told->token).value_or("");
  CHECK(seen.find("MAINSTAY__TEST") == std::string::npos);
  CHECK(seen.find("TEST_FORGE_TOKEN=") == std::string::npos);
  CHECK(seen.find("TEST_FORGE_TOKENS=s3cret") != std::string::npos);  // somebody else's
  CHECK(seen.find("PATH=") != std::string::npos);
}

TEST_CASE("kube credentials: programs run only when they are named") {
  const KubeExec exec{.api_version = v1, .command = "/usr/bin/aws"};
  CHECK(is_exec_allowed(exec, {"gke", "/usr/bin/aws"}));
  CHECK_FALSE(is_exec_allowed(exec, {"aws"}));
  CHECK_FALSE(is_exec_allowed(exec, {}));
}

}  // namespace mainstay::clusters::kube_credentials_test
