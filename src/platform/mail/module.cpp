#include "platform/mail/module.hpp"

#include <utility>

#include "base/random.hpp"
#include "platform/core/platform.hpp"
#include "platform/jobs/runner.hpp"
#include "platform/log/log.hpp"
#include "platform/mail/mime.hpp"
#include "platform/mail/outbox.hpp"
#include "platform/openapi/document.hpp"

namespace mainstay::mail {

std::string_view asset(std::string_view name);  // generated from openapi.json

namespace {

/// A message that no server will ever take is not tried again.
Result<> send(Sender& sender, const Mailbox& from, const jobs::Job& job, SystemTime now) {
  auto message = from_payload(job.payload);
  if (message.has_error()) return Error{jobs::Errc::give_up, message.error().message()};
  const Letter letter{*message, from.address, to_mime(*message, {from, now, secret_hex(16)})};
  auto sent = sender.send(letter);
  if (sent.has_error() && sent.error().is(Errc::permanent)) {
    return Error{jobs::Errc::give_up, sent.error().message()};
  }
  return sent;
}

}  // namespace

Module::Module() = default;
Module::~Module() = default;

std::vector<settings::Spec> Module::setting_specs() const { return mail::setting_specs(); }

Result<> Module::describe(openapi::Document& document) const {
  return document.add("platform/mail", asset("openapi.json"));
}

Result<> Module::add_jobs(jobs::Runner& runner, Platform& platform) {
  platform_ = &platform;
  MS_TRY(auto read, read_settings(platform.settings));
  from_ = std::move(read.from);
  if (read.smtp) {
    read.smtp->should_stop = [&runner] { return runner.stopping(); };
    MS_TRY(sender_, make_smtp(std::move(*read.smtp)));
  } else {
    auto outbox = std::make_unique<Outbox>((platform.data_folder / "outbox").string());
    outbox_ = outbox.get();
    sender_ = std::move(outbox);
    const std::string& environment = platform.settings.environment();
    if (environment != "development" && environment != "test") {
      platform.log.warning("mail.outbox", {{"reason", "mail.url is outbox: nothing is sent"}});
    }
  }
  runner.handle(send_kind, [this, &platform](const jobs::Job& job) {
    return send(*sender_, from_, job, platform.clock.wall());
  });
  return {};
}

/// Registers where messages may be read by whoever reaches the port: a developer's own machine.
Result<> Module::register_routes(Routes& routes) {
  const bool is_development =
      platform_ != nullptr && platform_->settings.environment() == "development";
  if (outbox_ == nullptr || !is_development) return {};
  outbox_->register_routes(routes.common);
  routes.front_page.push_back({"Development",
                               "Served in development only.",
                               {{"/dev/outbox", "mail that would have been sent"}}});
  return {};
}

}  // namespace mainstay::mail
