#include "platform/auth/module.hpp"

#include <chrono>
#include <utility>

#include "platform/auth/commands.hpp"
#include "platform/auth/desk.hpp"
#include "platform/auth/forms.hpp"
#include "platform/auth/site.hpp"
#include "platform/core/platform.hpp"
#include "platform/jobs/runner.hpp"
#include "platform/lane/ticker.hpp"
#include "platform/log/log.hpp"
#include "platform/mail/queue.hpp"
#include "platform/metrics/metrics.hpp"
#include "platform/openapi/document.hpp"
#include "platform/settings/references.hpp"

namespace mainstay::auth {

std::span<const store::Migration> migrations();  // generated from migrations/
namespace api {                                  // generated from openapi.json
std::string_view asset(std::string_view name);
}

namespace {

constexpr Millis sweep_every{600'000};

/// Where a browser on this machine finds the server, in development and tests.
std::string local_url(const settings::Settings& settings) {
  const bool is_tls = !settings.text("http.tls_certificate").empty();
  return (is_tls ? "https://localhost:" : "http://localhost:") +
         std::to_string(settings.integer("http.port"));
}

Result<> enqueue(store::Session& session, const mail::Message& message, SystemTime now) {
  mail::MailQueue queue;
  return queue.enqueue(session, message, now);
}

}  // namespace

struct Module::Running {
  Running(Platform& with, Keys keys, Options options, templates::Templates texts)
      : platform(with),
        desk(with.store, std::move(keys), std::move(options), std::move(texts), enqueue),
        site(desk, with.log) {}

  void sweep();

  Platform& platform;
  Desk desk;
  Site site;
  Ticker sweeper{"auth.sweep", sweep_every, [this] { sweep(); }};
};

/// What is over goes; nothing depends on when.
void Module::Running::sweep() {
  const SystemTime now = platform.clock.wall();
  const SystemTime unused =
      now - std::max(desk.options.sessions.ordinary.idle, desk.options.sessions.remembered.idle);
  platform.store.write(
      [now, unused](store::Session& session) -> Result<> {
        MS_TRY([[maybe_unused]] const auto links, sweep_links(session, now));
        MS_TRY([[maybe_unused]] const auto sessions, sweep_sessions(session, unused));
        return {};
      },
      [this](Result<> done) {
        if (done.has_error()) {
          platform.log.warning("auth.sweep.failed", {{"error", done.error().message()}});
        }
      });
}

Module::Module() = default;
Module::~Module() = default;

std::vector<settings::Spec> Module::setting_specs() const { return auth::setting_specs(); }

std::vector<store::Migration> Module::migrations() const {
  const auto all = auth::migrations();
  return {all.begin(), all.end()};
}

std::vector<Command> Module::commands() const { return user_commands(); }

Result<> Module::describe(openapi::Document& document) const {
  return document.add("platform/auth", api::asset("openapi.json"));
}

Result<> Module::start(Platform& platform) {
  const settings::Settings& settings = platform.settings;
  if (!settings.boolean("auth.enabled")) return {};
  Options options = options_from(settings, local_url(settings));
  if (options.product.empty()) options.product = "Mainstay";
  // A reference is there still where routes are only listed: over an empty folder.
  const std::string& given = settings.text("auth.key");
  const std::string key = settings::is_reference(given) ? std::string{} : given;
  MS_TRY(auto keys, Keys::open(key, platform.data_folder));
  MS_TRY(auto texts, templates::Templates::load(builtin_templates(), options.templates));
  if (options.public_url.empty()) {
    platform.log.warning("auth.mail.off", {{"reason", "auth.public_url is not set"}});
  }
  running_ =
      std::make_unique<Running>(platform, std::move(keys), std::move(options), std::move(texts));
  if (jobs::Runner* jobs = platform.jobs) running_->desk.wake_mailer = [jobs] { jobs->wake(); };
  platform.guard = &running_->desk.guard;
  platform.metrics.gauge_function(
      "auth_password_hashes", "Password hashes computed since the start.", [this] {
        return running_ == nullptr ? 0.0 : static_cast<double>(running_->desk.hasher.computed());
      });
  return {};
}

Result<> Module::register_routes(Routes& routes) {
  if (running_ == nullptr) return {};
  running_->site.register_routes(routes.common);
  FrontPageEntry entry{"Accounts",
                       "People who use this server.",
                       {{"/auth/login", "sign in"}, {"/auth/account", "your account"}}};
  if (running_->desk.options.is_open) {
    entry.links.push_back({"/auth/register", "make an account"});
  }
  routes.front_page.push_back(std::move(entry));
  return {};
}

Result<> Module::run() {
  if (running_ == nullptr) return {};
  running_->site.start();
  running_->sweeper.start();
  return {};
}

void Module::drain() {
  if (running_ == nullptr) return;
  running_->sweeper.stop();
  running_->site.stop();
}

Result<> Module::stop() {
  running_.reset();
  return {};
}

}  // namespace mainstay::auth
