#pragma once

#include <memory>

#include "platform/mail/queue.hpp"
#include "platform/mail/sender.hpp"
#include "platform/mail/settings.hpp"
#include "platform/program/module.hpp"

namespace mainstay::mail {

class Outbox;

/// Mail as a part of a product, behind jobs: sends what MailQueue holds. In development its outbox
/// is a page. docs/mail.md.
class Module final : public mainstay::Module {
 public:
  Module();
  ~Module() override;
  [[nodiscard]] std::string_view name() const override { return "mail"; }
  [[nodiscard]] std::vector<settings::Spec> setting_specs() const override;
  Result<> describe(openapi::Document& document) const override;
  Result<> add_jobs(jobs::Runner& runner, Platform& platform) override;
  Result<> register_routes(Routes& routes) override;

 private:
  Platform* platform_ = nullptr;
  Mailbox from_;
  std::unique_ptr<Sender> sender_;
  Outbox* outbox_ = nullptr;  // the sender, when it is one
};

}  // namespace mainstay::mail
