#include "platform/program/application.hpp"

#include <optional>

#include <doctest/doctest.h>

#include "base/temporary_folder.hpp"
#include "platform/core/platform.hpp"
#include "platform/http/test_client.hpp"
#include "platform/program/errc.hpp"
#include "platform/program/listeners.hpp"
#include "platform/program/product.hpp"
#include "platform/program/stores.hpp"

namespace mainstay::application_test {
namespace {

enum class TestErrc : std::uint8_t { broken = 1 };
const ErrorRow& error_row(TestErrc) {
  static constexpr ErrorRow row{"broken", "broken on purpose", 500};
  return row;
}

/// Writes down what is done to it.
class Recorder final : public Module {
 public:
  Recorder(std::string name, std::string& log) : name_(std::move(name)), log_(log) {}

  [[nodiscard]] std::string_view name() const override { return name_; }
  [[nodiscard]] std::vector<store::Migration> migrations() const override {
    return name_ == "one" ? std::vector<store::Migration>{{20260101000000, "things",
                                                           "CREATE TABLE things (a TEXT);",
                                                           "DROP TABLE things;"}}
                          : std::vector<store::Migration>{};
  }
  [[nodiscard]] std::string unsafe_beyond_loopback(const settings::Settings&) const override {
    return is_shy ? "while shy" : "";
  }
  Result<> start(Platform& platform) override {
    if (name_ == "two") line = protocol_socket(platform, "line");
    return note("start", platform.store.read([](store::Session& session) -> Result<> {
      MS_TRY_VOID(session.query("SELECT a FROM things"));  // the schema is there
      return {};
    }));
  }
  [[nodiscard]] std::vector<MoreListener> more_listeners(const settings::Settings&) const override {
    return name_ == "two" ? std::vector<MoreListener>{{"side", "two.side"}}
                          : std::vector<MoreListener>{};
  }
  [[nodiscard]] std::vector<MoreListener> protocol_listeners(
      const settings::Settings&) const override {
    return name_ == "two" ? std::vector<MoreListener>{{"line", "two.line"}}
                          : std::vector<MoreListener>{};
  }
  [[nodiscard]] std::vector<settings::Spec> setting_specs() const override {
    if (name_ != "two") return {};
    return {{.key = "two.side", .help = "address:port of a listener beside the others"},
            {.key = "two.line", .help = "address:port of a protocol of its own"}};
  }
  Result<> register_routes(Routes& routes) override {
    for (OwnRoutes& one : routes.more) {
      CHECK(one.port != 0);
      one.router.add(http::Method::get, "/" + std::string{one.name},
                     [](const http::Request&, http::Response& response) { response.body() = "?"; });
    }
    routes.own.add(http::Method::get, "/" + name_,
                   [](const http::Request&, http::Response& response) { response.body() = "!"; });
    return note("routes", {});
  }
  Result<> run() override { return note("run", {}); }
  void drain() override { (void)note("drain", {}); }
  Result<> stop() override { return note("stop", {}); }

  std::string fails_at;
  bool is_shy = false;
  std::optional<http::Descriptor> line;  // its protocol's

 private:
  Result<> note(const std::string& step, Result<> done) {
    log_.append(step).append(" ").append(name_).append(";");
    if (step == fails_at) return Error{TestErrc::broken};
    return done;
  }
  std::string name_;
  std::string& log_;
};

struct Fixture {
  Fixture() {
    for (const char* name : {"one", "two"}) {
      auto module = std::make_unique<Recorder>(name, log);
      modules.push_back(module.get());
      product.modules.push_back(std::move(module));
    }
  }
  settings::Settings settings(std::map<std::string, std::string> flags) const {
    flags.insert({{"data.folder", folder.path("var")}, {"http.port", "0"}, {"http.threads", "1"}});
    settings::Sources sources;
    sources.folder = folder.path("settings");
    sources.flags = std::move(flags);
    auto loaded = settings::Settings::load(setting_specs(product), sources);
    REQUIRE(loaded.has_value());
    return *loaded;
  }

  const TemporaryFolder folder;
  std::string log;
  Product product{.name = "shop", .title = "Shop", .version = "1"};
  std::vector<Recorder*> modules;
};

}  // namespace

TEST_CASE("application: modules start in order, drain in order, stop in reverse") {
  Fixture f;
  const auto settings = f.settings({});
  Application application{f.product, settings, {}};
  REQUIRE(application.bind().has_value());
  CHECK(f.log.empty());
  REQUIRE(application.start().has_value());
  CHECK(f.log == "start one;start two;routes one;routes two;run one;run two;");
  CHECK(application.addresses().size() == 1);
  f.log.clear();
  application.stop();
  application.stop();
  CHECK(f.log == "drain one;drain two;stop two;stop one;");
}

TEST_CASE("application: a module's other listeners are bound with the rest, for its routes alone") {
  Fixture f;
  const auto settings = f.settings({{"two.side", "127.0.0.1:0"}});
  Application application{f.product, settings, {}};
  REQUIRE(application.bind().has_value());
  const auto listening = application.listening();
  REQUIRE(listening.size() == 2);
  const auto& side = listening[1];
  CHECK(side.name == "side");
  REQUIRE(application.start().has_value());
  CHECK(application.addresses()[1] == "http://127.0.0.1:" + std::to_string(side.port));
  const auto get = [&](std::string_view path) {
    http::test::Client client{side.port};
    client.send(std::string{"GET "}.append(path).append(" HTTP/1.1\r\nHost: a\r\n\r\n"));
    return client.read();
  };
  CHECK(get("/side").body == "?");
  CHECK(get("/two").status == 404);

  const auto beyond = f.settings({{"two.side", "0.0.0.0:0"}});
  f.modules[0]->is_shy = true;  // what it serves is not there
  Application other{f.product, beyond, {}};
  const auto bound = other.bind();
  CHECK((bound.has_value() || bound.error().message().find("shy") == std::string::npos));
  Application shown{f.product, beyond, {.demo = true}};
  CHECK(shown.bind().error().is(ApplicationErrc::unsafe));
}

TEST_CASE("application: a protocol's socket is bound with the rest and outlives a restart") {
  Fixture f;
  const auto settings = f.settings({{"two.line", "127.0.0.1:0"}});
  const auto& line = f.modules[1]->line;
  std::vector<http::Binding> handed_over;
  std::uint16_t port = 0;
  {
    Application former{f.product, settings, {}};
    REQUIRE(former.bind().has_value());
    port = former.listening().back().port;
    REQUIRE(former.start().has_value());
    REQUIRE(line.has_value());
    CHECK(http::bound_port(*line) == port);
    REQUIRE(http::start_listening(*line).has_value());
    handed_over = former.hand_over();
    REQUIRE(handed_over.size() == 2);
    CHECK(handed_over.back().name == "line");
  }
  f.modules[1]->line.reset();
  http::test::Client waiting{port};  // nobody is there, and it is not refused
  CHECK(waiting.connected);
  Application successor{f.product, settings, {}};
  std::vector<http::Binding> taken;
  taken.push_back({.name = "line", .address = "127.0.0.1", .port = port, .sockets = {}});
  CHECK(Application{f.product, settings, {}}.check_ports(std::move(taken)).has_value());
  REQUIRE(successor.bind(std::move(handed_over)).has_value());
  CHECK(successor.listening().back().port == port);
  REQUIRE(successor.start().has_value());
  CHECK(http::accept_from(line->get()).socket.get() >= 0);
  successor.stop();
  f.modules[1]->line.reset();
  CHECK_FALSE(http::test::Client{port}.connected);

  http::Listener of_web;  // one queue a thread, of which a protocol would serve the first
  of_web.name = "line";
  of_web.address = "127.0.0.1";
  of_web.port = 0;
  auto queues = http::bind_listener(of_web, 2);
  REQUIRE(queues.has_value());
  std::vector<http::Binding> given;
  given.push_back(std::move(*queues));
  Application refusing{f.product, settings, {}};
  CHECK(refusing.bind(std::move(given)).error().is(ApplicationErrc::setting));

  const auto wide = f.settings({{"two.line", "0.0.0.0:0"}});
  Application beyond{f.product, wide, {.demo = true}};
  CHECK(beyond.bind().error().is(ApplicationErrc::unsafe));
}

TEST_CASE("application: a start that fails stops what has begun, whatever the step") {
  for (const std::string step : {"start", "routes", "run"}) {
    CAPTURE(step);
    Fixture f;
    f.modules[0]->fails_at = step;
    const auto settings = f.settings({});
    Application application{f.product, settings, {}};
    REQUIRE(application.bind().has_value());
    const auto started = application.start();
    REQUIRE(started.has_error());
    CHECK(started.error().is(TestErrc::broken));
    CHECK(f.log.ends_with("stop one;"));
    CHECK((step == "start") == (f.log.find("two") == std::string::npos));
  }
}

TEST_CASE("application: a module may keep it on loopback") {
  Fixture f;
  f.modules[1]->is_shy = true;
  const auto settings = f.settings({{"http.address", "0.0.0.0"}});
  Application application{f.product, settings, {}};
  const auto bound = application.bind();
  REQUIRE(bound.has_error());
  CHECK(bound.error().is(ApplicationErrc::unsafe));
  CHECK(bound.error().detail() == "listening on 0.0.0.0 while shy");
}

TEST_CASE("program: its store is named after it, and brought up to date") {
  Fixture f;
  const auto settings = f.settings({{"store.migrate_on_start", "false"}});
  CHECK(open_current_store(f.product, settings, SystemTime{})
            .error()
            .is(store::Errc::schema_pending));
  CHECK(open_current_store(f.product, f.settings({}), SystemTime{}).has_value());
  CHECK(open_current_store(f.product, settings, SystemTime{}).has_value());
  CHECK(std::filesystem::exists(f.folder.path("var") + "/shop.db"));
}

}  // namespace mainstay::application_test
