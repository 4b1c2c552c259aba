#include "platform/settings/settings.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <sys/stat.h>
#include <vector>

#include <doctest/doctest.h>

#include "base/temporary_folder.hpp"
#include "platform/settings/references.hpp"

namespace mainstay::settings::settings_test {
namespace {

const std::vector<Spec>& specs() {
  static const std::vector<Spec> all{
      {.key = "http.port",
       .kind = Kind::integer,
       .fallback = "3000",
       .help = "Where to listen.",
       .variables = {"PORT", "OLD_PORT"},
       .least = 1,
       .most = 65'535},
      {.key = "http.bind", .fallback = "127.0.0.1"},
      {.key = "http.body_max", .kind = Kind::bytes, .fallback = "1MiB"},
      {.key = "journal.tick", .kind = Kind::duration, .fallback = "5ms", .most = 60'000},
      {.key = "journal.durability", .fallback = "process", .choices = {"process", "disk"}},
      {.key = "apps.apim.enabled", .kind = Kind::boolean, .fallback = "true"},
      {.key = "apps.apim.origins", .kind = Kind::list},
      {.key = "auth.password", .secret = true, .variables = {"CONFIG_PASSWORD"}},
      {.key = "auth.pin", .kind = Kind::integer, .fallback = "0", .secret = true},
  };
  return all;
}

struct Fixture {
  TemporaryFolder folder;
  Sources sources;

  Fixture() { sources.folder = folder.path("settings"); }
  std::string file(const std::string& name, const std::string& text) {
    std::filesystem::create_directories(sources.folder);
    return folder.write("settings/" + name, text);
  }
  Settings load() const {
    auto loaded = Settings::load(specs(), sources);
    REQUIRE_MESSAGE(loaded.has_value(), (loaded ? "" : loaded.error().message()));
    return std::move(*loaded);
  }
  /// "name: detail", the folder of the settings cut out.
  std::string error() const {
    const auto loaded = Settings::load(specs(), sources);
    if (loaded) return "";
    std::string out = std::string{loaded.error().name()} + ": " + loaded.error().detail();
    const std::string prefix = sources.folder + "/";
    for (auto at = out.find(prefix); at != out.npos; at = out.find(prefix)) {
      out.erase(at, prefix.size());
    }
    return out;
  }
  std::string source_of(const std::string& key) const {
    for (const auto& one : load().explain()) {
      if (one.key != key) continue;
      const bool ours = one.source.starts_with(sources.folder + "/");
      return ours ? one.source.substr(sources.folder.size() + 1) : one.source;
    }
    return "";
  }
};

TEST_CASE_FIXTURE(Fixture, "settings: without any file all are defaults of development") {
  const Settings settings = load();
  CHECK(settings.environment() == "development");
  CHECK(settings.integer("http.port") == 3000);
  CHECK(settings.text("http.bind") == "127.0.0.1");
  CHECK(settings.bytes("http.body_max") == 1'048'576);
  CHECK(settings.duration("journal.tick") == Millis{5});
  CHECK(settings.boolean("apps.apim.enabled"));
  CHECK(settings.list("apps.apim.origins").empty());
  for (const auto& one : settings.explain()) {
    CHECK(one.is_default);
    CHECK(one.source == "default");
  }
}

TEST_CASE_FIXTURE(Fixture, "settings: each layer wins over those below it") {
  CHECK(source_of("http.port") == "default");
  file("base.toml", "[http]\nport = 1\n");
  CHECK(source_of("http.port") == "base.toml:2");
  file("development.toml", "http.port = 2\n");
  CHECK(source_of("http.port") == "development.toml:1");
  file("local.toml", "\n\nhttp = {port = 3}\n");
  CHECK(source_of("http.port") == "local.toml:3");
  sources.variables["OLD_PORT"] = "4";
  CHECK(source_of("http.port") == "variable OLD_PORT");
  sources.variables["PORT"] = "5";
  CHECK(source_of("http.port") == "variable PORT");
  sources.variables["MAINSTAY__HTTP__PORT"] = "6";
  CHECK(source_of("http.port") == "variable MAINSTAY__HTTP__PORT");
  sources.flags["http.port"] = "7";
  CHECK(source_of("http.port") == "flag");
  CHECK(load().integer("http.port") == 7);
}

TEST_CASE_FIXTURE(Fixture,
                  "settings: staging overrides deployment, local is for development only") {
  file("base.toml", "http.bind = 'base'\n");
  file("deployment.toml", "http.bind = 'deployment'\nhttp.port = 80\n");
  file("staging.toml", "http.bind = 'staging'\n");
  file("test.toml", "http.bind = 'test'\n");
  file("local.toml", "http.bind = 'local'\n");
  const auto bind_in = [this](const char* environment) {
    sources.environment = environment;
    return load().text("http.bind");
  };
  CHECK(bind_in("development") == "local");
  CHECK(bind_in("deployment") == "deployment");
  CHECK(bind_in("test") == "test");
  CHECK(bind_in("staging") == "staging");
  CHECK(load().integer("http.port") == 80);
}

TEST_CASE_FIXTURE(Fixture, "settings: the environment comes from --env, variable, file, default") {
  file("environment", "staging\n");
  CHECK(load().environment() == "staging");
  sources.variables["MAINSTAY_ENV"] = "";
  CHECK(load().environment() == "staging");
  sources.variables["MAINSTAY_ENV"] = "test";
  CHECK(load().environment() == "test");
  sources.environment = "deployment";
  CHECK(load().environment() == "deployment");
}

TEST_CASE_FIXTURE(Fixture,
                  "settings: an environment that does not exist is refused with its place") {
  sources.environment = "production";
  CHECK(error() ==
        "settings_unknown_environment: --env: \"production\": say deployment; or make "
        "production.toml with the first line extends = \"deployment\"");
  sources.environment.reset();
  sources.variables["MAINSTAY_ENV"] = "Test";
  CHECK(error() ==
        "settings_unknown_environment: variable MAINSTAY_ENV: \"Test\": "
        "must be development, deployment, staging or test");
  sources.variables.clear();
  file("environment", "");
  CHECK(error().starts_with("settings_unknown_environment: environment: \"\": must be"));
}

TEST_CASE_FIXTURE(Fixture, "settings: an unknown key names its place and the nearest known one") {
  SUBCASE("file") {
    file("base.toml", "[http]\nbind = 'x'\nprot = 1\n");
    CHECK(error() == "setting_unknown: base.toml:3: http.prot, did you mean http.port?");
  }
  SUBCASE("a table where a value belongs") {
    file("base.toml", "[http.port]\nport = 1\n");
    CHECK(error() == "setting_unknown: base.toml:2: http.port.port, did you mean http.port?");
  }
  SUBCASE("variable") {
    sources.variables["MAINSTAY__HTP__PORT"] = "1";
    CHECK(error() ==
          "setting_unknown: environment: MAINSTAY__HTP__PORT, did you mean MAINSTAY__HTTP__PORT?");
  }
  SUBCASE("flag") {
    sources.flags["journal.tik"] = "1ms";
    CHECK(error() == "setting_unknown: flag: journal.tik, did you mean journal.tick?");
  }
  SUBCASE("variables of others are not ours") {
    sources.variables["MAINSTAYS"] = sources.variables["HTTP_PORT"] = "1";
    CHECK(error() == "");
  }
}

TEST_CASE_FIXTURE(Fixture, "settings: a bad value names its place, itself and what is allowed") {
  SUBCASE("out of range") {
    file("base.toml", "\nhttp.port = 70000\n");
    CHECK(error() ==
          "setting_bad_value: base.toml:2: http.port = \"70000\": "
          "must be an integer, from 1 to 65535");
  }
  SUBCASE("not of the kind, in a variable") {
    sources.variables["PORT"] = "80a";
    CHECK(error() ==
          "setting_bad_value: variable PORT: http.port = \"80a\": "
          "must be an integer, from 1 to 65535");
  }
  SUBCASE("not a choice, in a flag") {
    sources.flags["journal.durability"] = "floppy";
    CHECK(error() ==
          "setting_bad_value: flag: journal.durability = \"floppy\": "
          "must be one of process, disk");
  }
  SUBCASE("overridden by a good one") {
    file("base.toml", "http.port = 0\n");
    sources.flags["http.port"] = "80";
    CHECK(error().starts_with("setting_bad_value: base.toml:1: http.port"));
  }
}

TEST_CASE_FIXTURE(Fixture, "settings: files write each kind in TOML's own way") {
  const auto refusal = [this](const char* line) {
    file("base.toml", line);
    return error();
  };
  CHECK(
      refusal("http.port = '80'").ends_with("must be an integer, from 1 to 65535, without quotes"));
  CHECK(refusal("apps.apim.enabled = 'true'").ends_with("must be true or false, without quotes"));
  CHECK(refusal("apps.apim.enabled = 1").ends_with("must be true or false, without quotes"));
  CHECK(refusal("journal.tick = 5").ends_with("at most 1m, in quotes"));
  CHECK(refusal("http.bind = 5").ends_with("must be a text, in quotes"));
  CHECK(refusal("http.port = [1]").ends_with(", not a list"));
  CHECK(refusal("http.port = 80.5").starts_with("settings_bad_file: base.toml:1: http.port: no"));
  CHECK(refusal("http.port =").starts_with("settings_bad_file: base.toml:1: "));
  CHECK(refusal("http.body_max = 512\n") == "");
  CHECK(load().bytes("http.body_max") == 512);
  CHECK(refusal("http.body_max = '2KiB'\njournal.tick = '1s'\napps.apim.enabled = false\n") == "");
  CHECK(load().bytes("http.body_max") == 2048);
  CHECK(load().duration("journal.tick") == Seconds{1});
  CHECK_FALSE(load().boolean("apps.apim.enabled"));
}

TEST_CASE_FIXTURE(Fixture, "settings: lists are arrays or text with commas") {
  const std::vector<std::string> expected{"a.example", "b.example"};
  file("base.toml", "apps.apim.origins = ['a.example', 'b.example']");
  CHECK(load().list("apps.apim.origins") == expected);
  file("base.toml", "apps.apim.origins = 'a.example, b.example'");
  CHECK(load().list("apps.apim.origins") == expected);
  sources.variables["MAINSTAY__APPS__APIM__ORIGINS"] = "";
  CHECK(load().list("apps.apim.origins").empty());
}

TEST_CASE_FIXTURE(Fixture,
                  "settings: an empty variable of another's name is unset, of ours a value") {
  sources.variables["PORT"] = "";
  sources.variables["OLD_PORT"] = "81";
  CHECK(load().integer("http.port") == 81);
  sources.variables["MAINSTAY__HTTP__PORT"] = "";
  CHECK(error().starts_with("setting_bad_value: variable MAINSTAY__HTTP__PORT: http.port = \"\""));
}

TEST_CASE_FIXTURE(Fixture, "settings: files that cannot be read are refused by name") {
  SUBCASE("a folder") {
    std::filesystem::create_directories(sources.folder + "/base.toml");
    CHECK(error() == "settings_bad_file: base.toml: Is a directory");
  }
  SUBCASE("too long") {
    file("base.toml", "#" + std::string(65'536, 'x'));
    CHECK(error() == "settings_bad_file: base.toml: longer than 65536 bytes");
  }
}

/// What references lead to; counts how often each is read.
struct FakeReferences final : References {
  std::map<std::string, std::string> values;
  std::map<std::string, int> reads;
  Result<std::string> read(const std::string& reference) override {
    ++reads[reference];
    const auto at = values.find(reference);
    if (at == values.end()) return Error{Errc::secret_unavailable, "does not exist"};
    return at->second;
  }
};

Settings::Explained explained(const Settings& settings, std::string_view key) {
  for (auto& one : settings.explain()) {
    if (one.key == key) return one;
  }
  return {};
}

TEST_CASE_FIXTURE(Fixture, "settings: a secret is never shown whole") {
  CHECK(explained(load(), "auth.password").value == "");
  sources.variables["CONFIG_PASSWORD"] = "correct horse battery";
  CHECK(load().text("auth.password") == "correct horse battery");
  CHECK(explained(load(), "auth.password").value == "***tery");
  CHECK(source_of("auth.password") == "variable CONFIG_PASSWORD");
  const auto hidden = load().secret_variables();
  CHECK(std::ranges::find(hidden, "CONFIG_PASSWORD") != hidden.end());
  CHECK(std::ranges::find(hidden, "PORT") == hidden.end());
}

TEST_CASE_FIXTURE(Fixture, "settings: a reference is read by resolve, once, and shown as such") {
  file("base.toml", "auth.password = 'age:x#P'\nhttp.bind = 'age:x#P'\nhttp.port = 'env:OWN'\n");
  FakeReferences references;
  references.values = {{"age:x#P", "hushhush-1234"}, {"env:OWN", "81"}};
  Settings settings = load();
  CHECK(settings.text("auth.password") == "");
  CHECK(settings.text("http.bind") == "127.0.0.1");
  REQUIRE(settings.resolve(references).has_value());
  CHECK(settings.text("auth.password") == "hushhush-1234");
  CHECK(settings.text("http.bind") == "hushhush-1234");
  CHECK(settings.integer("http.port") == 81);
  CHECK(references.reads["age:x#P"] == 1);
  const auto shown = explained(settings, "auth.password");
  CHECK(shown.value == "age:x#P");
  CHECK(shown.is_reference);
  CHECK(shown.source.ends_with("base.toml:1"));
}

TEST_CASE_FIXTURE(Fixture, "settings: plain resolving leaves the references of secrets alone") {
  file("base.toml", "auth.password = 'age:x#P'\nhttp.bind = 'env:B'\n");
  FakeReferences references;
  references.values = {{"env:B", "::1"}};
  Settings settings = load();
  REQUIRE(settings.resolve(references, Which::plain).has_value());
  CHECK(settings.text("http.bind") == "::1");
  CHECK(settings.text("auth.password") == "");
}

TEST_CASE_FIXTURE(Fixture, "settings: an overridden reference is not followed") {
  file("base.toml", "auth.password = 'env:MISSING'");
  sources.flags["auth.password"] = "given";
  FakeReferences references;
  Settings settings = load();
  CHECK(settings.resolve(references).has_value());
  CHECK(settings.text("auth.password") == "given");
  CHECK(references.reads.empty());
}

TEST_CASE_FIXTURE(Fixture, "settings: a reference that leads nowhere names setting and place") {
  sources.flags["auth.password"] = "sm://p/n";
  FakeReferences references;
  Settings settings = load();
  CHECK(settings.resolve(references).error().detail() ==
        "flag: auth.password = sm://p/n: does not exist");
  references.values["sm://p/n"] = "";
  CHECK(settings.resolve(references).error().detail() ==
        "flag: auth.password = sm://p/n: is empty");
}

TEST_CASE_FIXTURE(Fixture, "settings: a bad secret is not printed") {
  sources.flags["auth.pin"] = "env:PIN";
  FakeReferences references;
  references.values["env:PIN"] = "four-five-six";
  Settings settings = load();
  CHECK(settings.resolve(references).error().detail() ==
        "flag, env:PIN: auth.pin = \"***-six\": must be an integer");
  sources.flags = {{"http.port", "env:PIN"}};  // no secret itself
  Settings other = load();
  CHECK(other.resolve(references).error().detail().find("http.port = \"***-six\"") !=
        std::string::npos);
  references.values["env:PIN"] = "456";
  CHECK(settings.resolve(references).has_value());
  CHECK(settings.integer("auth.pin") == 456);
}

TEST_CASE_FIXTURE(Fixture, "settings: explain keeps every layer") {
  file("base.toml", "http.port = 1\n");
  file("local.toml", "http.port = 2\n");
  sources.variables["PORT"] = "3";
  const auto port = explained(load(), "http.port");
  REQUIRE(port.layers.size() == 4);
  CHECK(port.layers[0].source == "default");
  CHECK(port.layers[1].value == "1");
  CHECK(port.layers[2].source.ends_with("local.toml:1"));
  CHECK(port.layers[3].value == "3");
}

TEST_CASE_FIXTURE(Fixture, "settings: .env gives variables in development, the process's win") {
  sources.dot_env = folder.write(".env", "PORT=81\nMAINSTAY__HTTP__BIND='::1'\n");
  CHECK(load().integer("http.port") == 81);
  CHECK(load().text("http.bind") == "::1");
  CHECK(load().variables().at("PORT") == "81");
  CHECK(source_of("http.port") == sources.dot_env + ":1, variable PORT");
  sources.variables["PORT"] = "82";
  CHECK(load().integer("http.port") == 82);
  CHECK(source_of("http.port") == "variable PORT");
  sources.environment = "deployment";
  CHECK(load().text("http.bind") == "127.0.0.1");
}

TEST_CASE_FIXTURE(Fixture, "settings: what cannot be in .env is refused with its line") {
  sources.dot_env = folder.write(".env", "A=1\nMAINSTAY_ENV=test\n");
  CHECK(error().find(".env:2: MAINSTAY_ENV is chosen before") != std::string::npos);
  folder.write(".env", "MAINSTAY__HTTP__PROT=1\n");
  CHECK(error().find(".env:1: MAINSTAY__HTTP__PROT, did you mean MAINSTAY__HTTP__PORT?") !=
        std::string::npos);
  folder.write(".env", "oops");
  CHECK(error().find(".env:1: must be NAME=value") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "settings: an environment of one's own extends another") {
  file("base.toml", "http.bind = 'base'\n");
  file("deployment.toml", "http.port = 80\n");
  file("local.toml", "http.port = 1\n");
  file("production.toml", "extends = 'deployment'\nhttp.bind = 'production'\n");
  file("canary.toml", "extends = 'production'\njournal.tick = '9ms'\n");
  sources.environment = "canary";
  const Settings settings = load();
  CHECK(settings.environment() == "canary");
  CHECK(settings.root_environment() == "deployment");
  CHECK(settings.integer("http.port") == 80);
  CHECK(settings.text("http.bind") == "production");
  CHECK(settings.duration("journal.tick") == Millis{9});
}

TEST_CASE_FIXTURE(Fixture, "settings: extends that leads nowhere, in a circle or is missing") {
  const auto refusal = [this](const char* text) {
    file("mine.toml", text);
    sources.environment = "mine";
    return error();
  };
  CHECK(refusal("extends = 'mine'\n").find("mine.toml:1: extends leads in a circle") !=
        std::string::npos);
  CHECK(refusal("\nextends = 'base'\n").find("mine.toml:2: extends must name dev") !=
        std::string::npos);
  CHECK(refusal("extends = 'other'\n").find("mine.toml: \"other\": must be") != std::string::npos);
  CHECK(refusal("extends = 5\n").find("mine.toml:1: extends must name an env") !=
        std::string::npos);
  CHECK(refusal("http.port = 1\n").find("names its parent in the first line") != std::string::npos);
  sources.environment = "../mine";
  CHECK(error().ends_with("must be development, deployment, staging or test"));
  sources.environment = "staging";
  file("staging.toml", "extends = 'development'\n");
  CHECK(error().find("staging.toml:1: staging extends deployment, always") != std::string::npos);
  file("staging.toml", "extends = 'deployment'\n");
  CHECK(error() == "");
  file("base.toml", "extends = 'test'\n");
  CHECK(error().find("base.toml:1: base extends nothing") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "settings: drop-ins of conf.d lie over files, by name") {
  file("local.toml", "http.port = 1\n");
  std::filesystem::create_directories(sources.folder + "/conf.d");
  file("conf.d/20-b.toml", "http.port = 3\n");
  file("conf.d/10-a.toml", "http.port = 2\nhttp.bind = 'a'\n");
  file("conf.d/30-c.toml.bak", "http.port = 4\n");
  CHECK(load().integer("http.port") == 3);
  CHECK(load().text("http.bind") == "a");
  sources.environment = "deployment";
  CHECK(load().integer("http.port") == 3);
  file("conf.d/40-d.toml", "extends = 'test'\n");
  CHECK(error().find("only environments extend") != std::string::npos);
}

}  // namespace
}  // namespace mainstay::settings::settings_test
