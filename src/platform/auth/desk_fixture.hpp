#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "platform/auth/desk.hpp"
#include "platform/auth/forms.hpp"
#include "platform/store/migrations.hpp"
#include "platform/store/test_databases.hpp"

namespace mainstay::auth {

std::span<const store::Migration> migrations();  // generated from migrations/

using store::PostgresSchema;
using store::SqliteOnFile;

/// Accounts over a store for tests: cheap hashes, and e-mails that are kept instead of sent.
template <class Database>
struct TestDesk {
  static constexpr SystemTime start{Seconds{1'795'223'566}};

  TestDesk() : store(database.open({})) {
    store::Migrator migrator{*store, migrations()};
    REQUIRE(migrator.up(start).has_value());
    Options options;
    options.is_open = true;
    options.public_url = "https://shop.example";
    options.product = "Shop";
    options.cost = {.memory_bytes = 8192, .passes = 1};
    options.mail_rate.burst = 100;
    auto texts = templates::Templates::load(builtin_templates(), "");
    REQUIRE_MESSAGE(texts.has_value(), (texts ? "" : texts.error().message()));
    desk = std::make_unique<Desk>(
        *store, Keys{std::string(64, 'k')}, std::move(options), std::move(*texts),
        [this](store::Session&, const mail::Message& message, SystemTime) -> Result<> {
          mails.push_back(message);
          return {};
        });
  }

  /// A call as a program makes it.
  Call call(http::FormFields fields, SystemTime now = start) const {
    Call made;
    made.fields = std::move(fields);
    made.is_json = true;
    made.now = now;
    made.client = made.address = "192.0.2.1";
    return made;
  }
  Result<Outcome> run(UseCase use_case, http::FormFields fields, SystemTime now = start) {
    Call made = call(std::move(fields), now);
    return use_case(*desk, made);
  }
  /// By the owner of a session.
  Result<Outcome> run_as(const std::shared_ptr<const Caller>& caller, UseCase use_case,
                         http::FormFields fields, SystemTime now = start) {
    Call made = call(std::move(fields), now);
    made.caller = caller;
    return use_case(*desk, made);
  }
  [[nodiscard]] std::string newest_token() const {
    const std::string& text = mails.back().text;
    const auto from = text.find("token=") + 6;
    return text.substr(from, text.find_first_of(" \n", from) - from);
  }

  Database database;
  std::unique_ptr<store::Store> store;
  std::vector<mail::Message> mails;
  std::unique_ptr<Desk> desk;
};

}  // namespace mainstay::auth
