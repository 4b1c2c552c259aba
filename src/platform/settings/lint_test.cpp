#include "platform/settings/lint.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/temporary_folder.hpp"

namespace mainstay::settings::lint_test {
namespace {

struct Fixture {
  std::vector<Spec> specs{
      {.key = "http.port", .kind = Kind::integer, .fallback = "3000", .variables = {"PORT"}},
      {.key = "http.address", .fallback = "127.0.0.1"},
      {.key = "http.threads", .kind = Kind::integer, .fallback = "0"},
      {.key = "log.level", .fallback = "info"},
      {.key = "store.url", .fallback = "sqlite:", .secret = true},
      {.key = "auth.password", .secret = true},
  };
  TemporaryFolder folder;
  Sources sources;
  std::string tracked;

  Fixture() {
    sources.folder = folder.path("settings");
    std::filesystem::create_directories(sources.folder + "/conf.d");
  }
  void file(const std::string& name, const std::string& text) {
    folder.write("settings/" + name, text);
  }
  /// "place: text" lines without the folder.
  std::string found() {
    const auto tracked_here = [this](const std::string& path) {
      return !tracked.empty() && path.ends_with(tracked);
    };
    std::string out;
    for (const Finding& one : lint(specs, sources, tracked_here)) {
      out += one.place + ": " + one.text + "\n";
    }
    const std::string prefix = sources.folder + "/";
    for (auto at = out.find(prefix); at != out.npos; at = out.find(prefix)) {
      out.erase(at, prefix.size());
    }
    return out;
  }
};

TEST_CASE_FIXTURE(Fixture, "lint: nothing to say about nothing, and about good files") {
  CHECK(found() == "");
  file("base.toml", "log.level = 'info'\n");
  file("deployment.toml",
       "http.threads = 4\nauth.password = 'age:x#P'\nstore.url = 'postgres://h/d'\n");
  file("staging.toml", "log.level = 'debug'\nhttp.address = '::1'\nauth.password = 'age:y#P'\n");
  file("development.toml", "auth.password = 'test'\n");
  file("local.toml", "auth.password = 'mine'\n");
  CHECK(found() == "");
}

TEST_CASE_FIXTURE(Fixture, "lint: looks at files of environments that are not in force") {
  file("test.toml", "http.prot = 1\n");
  file("canary.toml", "extends = 'deployment'\nhttp.port = 'x'\n");
  file("conf.d/1.toml", "log.level =\n");
  const std::string told = found();
  CHECK(told.find("test.toml:1: there is no such setting: http.prot, did you mean http.port?") !=
        std::string::npos);
  CHECK(told.find("canary.toml:2: a setting has a value that is not allowed") != std::string::npos);
  CHECK(told.find("conf.d/1.toml:1: a settings file cannot be used") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "lint: a broken parent is told once") {
  file("a.toml", "extends = 'b'\n");
  file("b.toml", "extends = 'a'\n");
  file("c.toml", "http.port = 1\n");
  const std::string told = found();
  CHECK(told.find("leads in a circle") != std::string::npos);
  CHECK(told.find("c.toml:1: ") != std::string::npos);
  CHECK(told.find("names its parent") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "lint: staging differs in credentials, hosts and verbosity alone") {
  file("deployment.toml", "http.port = 80\n");
  file("staging.toml", "http.port = 80\nhttp.threads = 1\n");
  const std::string told = found();
  CHECK(told.find("staging.toml:1: http.port says what deployment says: remove it") !=
        std::string::npos);
  CHECK(told.find("staging.toml:2: http.threads makes staging differ") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "lint: secrets in the clear are told where files are committed") {
  file("base.toml", "auth.password = 'hushhush'\n");
  file("deployment.toml", "store.url = 'postgres://me:hushhush@h/d'\n");
  file("conf.d/1.toml", "auth.password = 'hushhush'\n");
  const std::string told = found();
  CHECK(told.find("base.toml:1: auth.password is a secret in the clear") != std::string::npos);
  CHECK(told.find("deployment.toml:1: store.url is a secret in the clear") != std::string::npos);
  CHECK(told.find("conf.d/1.toml:1: auth.password is a secret") != std::string::npos);
  CHECK(told.find("hushhush") == std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "lint: what git should not keep") {
  tracked = "local.toml";
  CHECK(found().find("local.toml: git keeps it") != std::string::npos);
  tracked = ".env";
  sources.dot_env = folder.write(".env", "PORT=1\nMAINSTAY__AUTH__PASSWORD=x\n");
  CHECK(found().find(".env: git keeps it, and it sets the secret auth.password") !=
        std::string::npos);
  folder.write(".env", "PORT=x\n");
  CHECK(found().find(".env:1, variable PORT: a setting has a value that is not allowed: http") !=
        std::string::npos);
}

}  // namespace
}  // namespace mainstay::settings::lint_test
