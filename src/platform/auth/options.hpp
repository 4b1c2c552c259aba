#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "platform/auth/domain/rate_limits.hpp"
#include "platform/auth/domain/session_rule.hpp"
#include "platform/auth/password_hasher.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::auth {

/// The settings of accounts.
struct Options {
  bool is_open = false;    // anybody may register
  std::string public_url;  // what links in e-mails begin with; empty: none can be sent
  std::string product;     // what pages and e-mails call it
  std::string templates;   // folder of the project's own; empty: none
  SessionRule sessions;
  Seconds registration_age{24 * 3600};  // how long their links work
  Seconds reset_age{3600};
  Seconds invitation_age{7 * 24 * 3600};
  HashCost cost;
  std::size_t hash_threads = 1;
  std::size_t hash_queue_max = 64;
  Rate account_rate;                                    // wrong sign-ins of one account
  Rate client_rate{.burst = 60};                        // of one address
  Rate mail_rate{.burst = 3, .window = Seconds{3600}};  // e-mails that one address is sent
};

std::vector<settings::Spec> setting_specs();
/// `url`: what the server listens on, for links in development and tests.
Options options_from(const settings::Settings& settings, const std::string& url);

}  // namespace mainstay::auth
