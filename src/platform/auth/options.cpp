#include "platform/auth/options.hpp"

#include <chrono>

namespace mainstay::auth {
namespace {

using settings::Kind;
using settings::Spec;

Seconds seconds(const settings::Settings& settings, std::string_view key) {
  return std::chrono::ceil<Seconds>(settings.duration(key));
}

std::vector<Spec> general_specs() {
  return {
      {.key = "auth.enabled",
       .kind = Kind::boolean,
       .fallback = "true",
       .help = "serve accounts: the pages and the JSON API under /auth"},
      {.key = "auth.registration",
       .fallback = "auto",
       .help = "who may make an account: everybody (open), or who was invited (closed); auto: open "
               "in development and test",
       .choices = {"auto", "open", "closed"}},
      {.key = "auth.public_url",
       .help = "where people reach this server, https://shop.example: what links in e-mails begin "
               "with; empty: no e-mails, but in development and test http://127.0.0.1:PORT"},
      {.key = "auth.product", .help = "what pages and e-mails call this server; empty: Mainstay"},
      {.key = "auth.templates",
       .help = "folder of files that replace pages (login.html ...) and e-mails (mail_reset.txt "
               "...); docs/users.md lists them"},
      {.key = "auth.key",
       .help = "what sessions, tokens and links are made with, 32 characters or more, the same on "
               "all nodes; empty: the file auth.key in the data folder, made at the first start",
       .secret = true},
  };
}

std::vector<Spec> password_specs() {
  return {
      {.key = "auth.hash_memory",
       .kind = Kind::bytes,
       .fallback = "64MiB",
       .help = "memory of one password's hash (Argon2id)",
       .least = 19 << 20,
       .most = 1 << 30},
      {.key = "auth.hash_passes",
       .kind = Kind::integer,
       .fallback = "2",
       .help = "passes over that memory; changed costs count at each account's next sign-in",
       .least = 2,
       .most = 20},
      {.key = "auth.hash_threads",
       .kind = Kind::integer,
       .fallback = "1",
       .help = "passwords hashed at once",
       .least = 1,
       .most = 16},
      {.key = "auth.hash_queue_max",
       .kind = Kind::integer,
       .fallback = "64",
       .help = "passwords that wait for that, for each of those threads; beyond: 503",
       .least = 1,
       .most = 10'000},
  };
}

Spec age(std::string_view key, std::string_view fallback, std::string_view help) {
  return {.key = key,
          .kind = Kind::duration,
          .fallback = fallback,
          .help = help,
          .least = 60'000,
          .most = 366LL * 86'400'000};
}

std::vector<Spec> age_specs() {
  return {
      age("auth.session_idle", "12h", "a session ends when it was not used for this long"),
      age("auth.session_age", "7d", "and this long after the sign-in"),
      age("auth.remember_idle", "30d", "the same for those who asked to be remembered"),
      age("auth.remember_age", "90d", "the same for those who asked to be remembered"),
      age("auth.registration_age", "24h", "how long links that confirm an address work"),
      age("auth.reset_age", "1h", "how long links that set a new password work"),
      age("auth.invitation_age", "7d", "how long invitations work"),
  };
}

Spec count(std::string_view key, std::string_view fallback, std::string_view help) {
  return {.key = key,
          .kind = Kind::integer,
          .fallback = fallback,
          .help = help,
          .least = 1,
          .most = 1'000'000};
}

std::vector<Spec> rate_specs() {
  return {
      count("auth.account_tries", "10",
            "wrong sign-ins of one account in auth.tries_window; beyond: 429"),
      count("auth.client_tries", "60",
            "sign-ins, registrations and the like of one client address in auth.tries_window, "
            "right sign-ins not counted; beyond: 429"),
      age("auth.tries_window", "15m", "the time in which those tries come back, one by one"),
      count("auth.mails_per_hour", "3",
            "e-mails that one address is sent when strangers ask for them; beyond: 429"),
  };
}

}  // namespace

std::vector<Spec> setting_specs() {
  std::vector<Spec> all;
  for (const auto& part : {general_specs(), password_specs(), age_specs(), rate_specs()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

Options options_from(const settings::Settings& settings, const std::string& url) {
  Options options;
  const bool is_trial =
      settings.root_environment() == "development" || settings.root_environment() == "test";
  const std::string& registration = settings.text("auth.registration");
  options.is_open = registration == "open" || (registration == "auto" && is_trial);
  options.public_url = settings.text("auth.public_url");
  if (options.public_url.empty() && is_trial) options.public_url = url;
  while (options.public_url.ends_with('/')) options.public_url.pop_back();
  options.product = settings.text("auth.product");
  options.templates = settings.text("auth.templates");
  options.sessions = {
      {seconds(settings, "auth.session_idle"), seconds(settings, "auth.session_age")},
      {seconds(settings, "auth.remember_idle"), seconds(settings, "auth.remember_age")}};
  options.registration_age = seconds(settings, "auth.registration_age");
  options.reset_age = seconds(settings, "auth.reset_age");
  options.invitation_age = seconds(settings, "auth.invitation_age");
  options.cost = {settings.bytes("auth.hash_memory"),
                  static_cast<std::uint64_t>(settings.integer("auth.hash_passes"))};
  options.hash_threads = static_cast<std::size_t>(settings.integer("auth.hash_threads"));
  options.hash_queue_max = static_cast<std::size_t>(settings.integer("auth.hash_queue_max"));
  const Seconds window = seconds(settings, "auth.tries_window");
  options.account_rate = {settings.integer("auth.account_tries"), window};
  options.client_rate = {settings.integer("auth.client_tries"), window};
  options.mail_rate.burst = settings.integer("auth.mails_per_hour");
  return options;
}

}  // namespace mainstay::auth
