#pragma once

#include <optional>
#include <vector>

#include "base/result.hpp"
#include "platform/mail/address.hpp"
#include "platform/mail/smtp.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::mail {

std::vector<settings::Spec> setting_specs();

/// How mail leaves, by the settings.
struct MailSettings {
  Mailbox from;
  std::optional<SmtpOptions> smtp;  // nothing: the development outbox
};
/// Refuses (Errc::refused) what cannot be meant, saying which setting.
Result<MailSettings> read_settings(const settings::Settings& settings);

}  // namespace mainstay::mail
