#include "platform/auth/desk.hpp"

#include <future>

#include "platform/auth/cases/account.hpp"
#include "platform/auth/cases/administration.hpp"
#include "platform/auth/cases/authenticator.hpp"
#include "platform/auth/cases/credentials.hpp"
#include "platform/auth/cases/registration.hpp"
#include "platform/auth/cases/sign_in.hpp"
#include "platform/auth/desk_fixture.hpp"
#include "platform/auth/errc.hpp"
#include "platform/auth/tables/rows.hpp"
#include "platform/tls/hmac.hpp"

namespace mainstay::auth::desk_test {
namespace {

const std::string password = "correct horse battery";
constexpr Seconds day{86'400};

template <class Database>
using Desks = std::unique_ptr<TestDesk<Database>>;

/// Null, and said so, when the engine is not there.
template <class Database>
Desks<Database> make_desk() {
  if (!Database{}.is_there()) return nullptr;
  return std::make_unique<TestDesk<Database>>();
}

template <class Test>
std::shared_ptr<const Caller> caller_of(Test& test, const std::string& token,
                                        SystemTime now = Test::start) {
  const std::string cookie = std::string{session_cookie} + "=" + token;
  const std::vector<http::Header> headers{{"Cookie", cookie}};
  http::Request request;
  request.headers = headers;
  request.at = now;
  std::promise<std::shared_ptr<const Caller>> found;
  test.desk->guard.identify(request, [&](Result<std::shared_ptr<const Caller>> caller) {
    found.set_value(caller.has_value() ? std::move(*caller) : nullptr);
  });
  return found.get_future().get();
}

/// Registered, confirmed and signed in.
template <class Test>
std::shared_ptr<const Caller> sign_up(Test& test, const std::string& email,
                                      const std::string& name = "") {
  REQUIRE(test.run(register_account, {{"email", email}, {"password", password}, {"name", name}})
              .has_value());
  auto confirmed = test.run(confirm, {{"token", test.newest_token()}, {"password", password}});
  REQUIRE(confirmed.has_value());
  return caller_of(test, confirmed->cookie->token);
}

bool refused_as(const Result<Outcome>& outcome, Errc code) {
  return outcome.has_error() && outcome.error().is(code);
}

std::string json_text(const Outcome& outcome, std::string_view name) {
  const json::Value value{outcome.json};
  const auto* text = value.find_string(name);
  return text == nullptr ? "" : *text;
}

std::string base32_decoded(std::string_view text) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : text) {
    held = (held << 5U) | static_cast<std::uint32_t>(alphabet.find(c));
    bits += 5;
    if (bits >= 8) out.push_back(static_cast<char>((held >> (bits -= 8)) & 0xffU));
  }
  return out;
}

}  // namespace

TEST_CASE_TEMPLATE("accounts: registered, confirmed, signed in", Database, SqliteOnFile,
                   PostgresSchema) {
  const auto test = make_desk<Database>();
  if (test == nullptr) return;
  const auto caller = sign_up(*test, "Ada@Example.org", "ada");
  REQUIRE(caller != nullptr);
  CHECK(caller->name == "ada");
  CHECK(caller->email == "Ada@Example.org");
  CHECK(caller->roles.empty());
  for (const char* login_text : {"ada", " ADA ", "ada@example.org"}) {
    const auto signed_in = test->run(login, {{"login", login_text}, {"password", password}});
    REQUIRE(signed_in.has_value());
    CHECK(caller_of(*test, signed_in->cookie->token)->user_id == caller->user_id);
  }
  CHECK(refused_as(test->run(login, {{"login", "ada"}, {"password", "wrong password"}}),
                   Errc::login_refused));
  CHECK(refused_as(test->run(login, {{"login", "eve"}, {"password", password}}),
                   Errc::login_refused));
}

TEST_CASE_TEMPLATE("accounts: a name that is taken gets a number, an address one owner", Database,
                   SqliteOnFile, PostgresSchema) {
  const auto test = make_desk<Database>();
  if (test == nullptr) return;
  CHECK(sign_up(*test, "ada@example.org", "ada")->name == "ada");
  CHECK(sign_up(*test, "ada@example.com", "ada")->name == "ada-2");
  CHECK(sign_up(*test, "ada@example.net")->name == "ada-3");
  CHECK(sign_up(*test, "b.+c@example.net")->name == "b-c");
  REQUIRE(test->run(register_account, {{"email", "ADA@example.org"}, {"password", password}})
              .has_value());
  CHECK(test->mails.back().subject == "You have an account with Shop");
  CHECK(test->newest_token().starts_with("p-"));
}

TEST_CASE_TEMPLATE("accounts: an outdated hash is made anew at sign-in", Database, SqliteOnFile,
                   PostgresSchema) {
  const auto test = make_desk<Database>();
  if (test == nullptr) return;
  const PasswordHasher old{{.memory_bytes = 16'384, .passes = 1}};
  REQUIRE(make_user(*test->store, old, {"ada", "ada@example.org", {"admin"}, password}, test->start)
              .has_value());
  const auto hash = [&] { return require_user(*test->store, "ada")->password_hash; };
  CHECK(hash().find("m=16,") != std::string::npos);
  REQUIRE(test->run(login, {{"login", "ada"}, {"password", password}}).has_value());
  CHECK(hash().find("m=8,") != std::string::npos);
  const auto before = test->desk->hasher.computed();
  REQUIRE(test->run(login, {{"login", "ada"}, {"password", password}}).has_value());
  CHECK(test->desk->hasher.computed() == before + 1);
}

TEST_CASE_TEMPLATE("accounts: known and unknown addresses are the same work", Database,
                   SqliteOnFile, PostgresSchema) {
  const auto test = make_desk<Database>();
  if (test == nullptr) return;
  sign_up(*test, "known@example.org");
  REQUIRE(make_user(*test->store, test->desk->hasher, {"gone", "gone@example.org", {}, password},
                    test->start)
              .has_value());
  REQUIRE(change_disabled(*test->store, "gone", true).has_value());
  const auto rows = [&] {
    std::int64_t count = 0;
    CHECK(test->store
              ->read([&](store::Session& session) -> Result<> {
                MS_TRY(const auto found, session.query("SELECT COUNT(*) FROM auth_links"));
                count = number_at(found.front(), 0);
                return {};
              })
              .has_value());
    return count;
  };
  struct Work {
    std::uint64_t hashes;
    std::size_t mails;
    std::int64_t rows;
    std::string answer;
    bool operator==(const Work&) const = default;
  };
  const auto work = [&](UseCase use_case, const http::FormFields& fields) {
    const Work before{test->desk->hasher.computed(), test->mails.size(), rows(), ""};
    const auto outcome = test->run(use_case, fields);
    const std::string answer =
        outcome.has_value()
            ? std::to_string(outcome->status) + json::dump(outcome->json) + outcome->location
            : outcome.error().message();
    return Work{test->desk->hasher.computed() - before.hashes, test->mails.size() - before.mails,
                rows() - before.rows, answer};
  };
  for (const std::string email : {"known@example.org", "gone@example.org"}) {
    const std::string unknown = "nobody." + email;
    CHECK(work(register_account, {{"email", email}, {"password", password}}) ==
          work(register_account, {{"email", unknown}, {"password", password}}));
    CHECK(work(forgot, {{"email", email}}) == work(forgot, {{"email", unknown}}));
    CHECK(work(login, {{"login", email}, {"password", "wrong password"}}) ==
          work(login, {{"login", unknown}, {"password", "wrong password"}}));
  }
  CHECK(work(forgot, {{"email", "known@example.org"}}).mails == 1);
}

TEST_CASE_TEMPLATE("accounts: a forgotten password is set anew once", Database, SqliteOnFile,
                   PostgresSchema) {
  const auto test = make_desk<Database>();
  if (test == nullptr) return;
  const auto caller = sign_up(*test, "ada@example.org", "ada");
  REQUIRE(test->run(forgot, {{"email", "ada@example.org"}}).has_value());
  const std::string first = test->newest_token();
  REQUIRE(test->run(forgot, {{"email", "ada@example.org"}}).has_value());
  const std::string second = test->newest_token();
  const std::string fresh = "a new good password";
  const auto late = test->start + Seconds{3'600};
  CHECK(refused_as(test->run(reset, {{"token", second}, {"password", fresh}}, late),
                   Errc::link_expired));
  REQUIRE(test->run(reset, {{"token", second}, {"password", fresh}}).has_value());
  CHECK(test->mails.back().subject == "Your password at Shop was changed");
  CHECK(refused_as(test->run(reset, {{"token", second}, {"password", fresh}}), Errc::link_used));
  CHECK(refused_as(test->run(reset, {{"token", first}, {"password", fresh}}), Errc::link_used));
  CHECK(test->run(login, {{"login", "ada"}, {"password", fresh}}).has_value());
}

TEST_CASE_TEMPLATE("accounts: addresses are added, made primary and removed", Database,
                   SqliteOnFile, PostgresSchema) {
  const auto test = make_desk<Database>();
  if (test == nullptr) return;
  auto caller = sign_up(*test, "ada@example.org", "ada");
  CHECK(refused_as(test->run_as(caller, add_address,
                                {{"email", "ada@example.com"}, {"current", "wrong password"}}),
                   Errc::password_refused));
  REQUIRE(test->run_as(caller, add_address, {{"email", "ada@example.com"}, {"current", password}})
              .has_value());
  CHECK(refused_as(test->run_as(caller, choose_primary, {{"email", "ada@example.com"}}),
                   Errc::not_found));
  REQUIRE(test->run(confirm, {{"token", test->newest_token()}}).has_value());
  CHECK(refused_as(test->run_as(caller, drop_address, {{"email", "ada@example.org"}}),
                   Errc::address_is_primary));
  REQUIRE(test->run_as(caller, choose_primary, {{"email", "Ada@Example.com"}}).has_value());
  REQUIRE(test->run_as(caller, drop_address, {{"email", "ada@example.org"}}).has_value());
  const auto listed = test->run_as(caller, list_addresses, {});
  CHECK(json::dump(listed->json) ==
        R"({"addresses":[{"email":"ada@example.com","primary":true}]})");
  CHECK(test->run(login, {{"login", "ada@example.com"}, {"password", password}}).has_value());
  CHECK(refused_as(test->run(login, {{"login", "ada@example.org"}, {"password", password}}),
                   Errc::login_refused));
}

TEST_CASE_TEMPLATE("accounts: somebody else's address is added by nobody", Database, SqliteOnFile,
                   PostgresSchema) {
  const auto test = make_desk<Database>();
  if (test == nullptr) return;
  sign_up(*test, "eve@example.org", "eve");
  const auto caller = sign_up(*test, "ada@example.org", "ada");
  const auto free =
      test->run_as(caller, add_address, {{"email", "new@example.org"}, {"current", password}});
  const auto taken =
      test->run_as(caller, add_address, {{"email", "eve@example.org"}, {"current", password}});
  REQUIRE(free.has_value());
  REQUIRE(taken.has_value());
  CHECK(json::dump(free->json) == json::dump(taken->json));
  CHECK(test->mails.back().text.find("token=") == std::string::npos);
  // Two add the same one; the second to follow the link is too late.
  REQUIRE(test->run_as(caller, add_address, {{"email", "x@example.org"}, {"current", password}})
              .has_value());
  const std::string token = test->newest_token();
  sign_up(*test, "x@example.org");
  CHECK(refused_as(test->run(confirm, {{"token", token}}), Errc::link_used));
}

TEST_CASE_TEMPLATE("accounts: invitations make accounts or give roles", Database, SqliteOnFile,
                   PostgresSchema) {
  const auto test = make_desk<Database>();
  if (test == nullptr) return;
  const auto admin = sign_up(*test, "ada@example.org", "ada");
  const auto known = sign_up(*test, "eve@example.org", "eve");
  std::vector<std::string> answers;
  for (const char* email : {"eve@example.org", "new@example.org"}) {
    REQUIRE(test->run_as(admin, invite, {{"email", email}, {"role", "seller"}}).has_value());
    const std::string token = test->newest_token();
    const auto late = test->start + 8 * day;
    CHECK(refused_as(test->run(accept_invitation, {{"token", token}, {"password", password}}, late),
                     Errc::link_expired));
    const auto hashes = test->desk->hasher.computed();
    const auto accepted =
        test->run(accept_invitation, {{"token", token}, {"password", "an invited password"}});
    REQUIRE(accepted.has_value());
    answers.push_back(json::dump(accepted->json) + accepted->location +
                      std::to_string(test->desk->hasher.computed() - hashes));
    CHECK(refused_as(test->run(accept_invitation, {{"token", token}, {"password", password}}),
                     Errc::link_used));
  }
  CHECK(answers[0] == answers[1]);
  CHECK(test->run(login, {{"login", "eve"}, {"password", password}}).has_value());
  const auto fresh = test->run(login, {{"login", "new"}, {"password", "an invited password"}});
  REQUIRE(fresh.has_value());
  CHECK(caller_of(*test, fresh->cookie->token)->has_role("seller"));
}

TEST_CASE_TEMPLATE("accounts: an authenticator's codes count once", Database, SqliteOnFile,
                   PostgresSchema) {
  const auto test = make_desk<Database>();
  if (test == nullptr) return;
  const auto caller = sign_up(*test, "ada@example.org", "ada");
  const auto begun = test->run_as(caller, begin_authenticator, {{"current", password}});
  REQUIRE(begun.has_value());
  const std::string secret = base32_decoded(json_text(*begun, "secret"));
  const auto code_at = [&](SystemTime at) {
    return code_of(code_step(at),
                   [&](std::string_view text) { return tls::hmac_sha1(secret, text); });
  };
  CHECK(test->run(login, {{"login", "ada"}, {"password", password}}).has_value());
  CHECK(refused_as(test->run_as(caller, confirm_authenticator, {{"code", "000000"}}),
                   Errc::code_refused));
  const auto on = test->run_as(caller, confirm_authenticator, {{"code", code_at(test->start)}});
  REQUIRE(on.has_value());
  const auto sign_in = [&](const std::string& code, SystemTime now) {
    return test->run(login, {{"login", "ada"}, {"password", password}, {"code", code}}, now);
  };
  CHECK(refused_as(sign_in("", test->start), Errc::code_required));
  CHECK(refused_as(sign_in(code_at(test->start), test->start), Errc::code_refused));
  const auto later = test->start + Seconds{60};
  CHECK(sign_in(code_at(later), later).has_value());
  CHECK(refused_as(sign_in(code_at(later), later), Errc::code_refused));
  const json::Value shown{on->json};
  const auto& codes = *shown.find("recovery_codes")->if_array();
  REQUIRE(codes.size() == 10);
  CHECK(sign_in(*codes[3].if_string(), later).has_value());
  CHECK(refused_as(sign_in(*codes[3].if_string(), later), Errc::code_refused));
  CHECK(refused_as(test->run_as(caller, end_authenticator, {{"current", "wrong password"}}),
                   Errc::password_refused));
  REQUIRE(test->run_as(caller, end_authenticator, {{"current", password}}).has_value());
  CHECK(test->run(login, {{"login", "ada"}, {"password", password}}).has_value());
}

TEST_CASE_TEMPLATE("accounts: codes cannot be guessed one by one", Database, SqliteOnFile,
                   PostgresSchema) {
  const auto test = make_desk<Database>();
  if (test == nullptr) return;
  const auto caller = sign_up(*test, "ada@example.org", "ada");
  const auto begun = test->run_as(caller, begin_authenticator, {{"current", password}});
  REQUIRE(begun.has_value());
  const std::string secret = base32_decoded(json_text(*begun, "secret"));
  const std::string code = code_of(
      code_step(test->start), [&](std::string_view text) { return tls::hmac_sha1(secret, text); });
  REQUIRE(test->run_as(caller, confirm_authenticator, {{"code", code}}).has_value());
  int tries = 0;
  Call made = test->call({{"login", "ada"}, {"password", password}, {"code", "wrong"}});
  while (refused_as(login(*test->desk, made), Errc::code_refused)) ++tries;
  CHECK(tries == 10);
  CHECK(made.retry_after > Seconds{0});
  CHECK(refused_as(login(*test->desk, made), Errc::too_many_attempts));
}

TEST_CASE_TEMPLATE("accounts: tokens have some of their owner's roles", Database, SqliteOnFile,
                   PostgresSchema) {
  const auto test = make_desk<Database>();
  if (test == nullptr) return;
  REQUIRE(make_user(*test->store, test->desk->hasher,
                    {"ada", "ada@example.org", {"admin", "reader"}, password}, test->start)
              .has_value());
  const auto signed_in = test->run(login, {{"login", "ada"}, {"password", password}});
  const auto caller = caller_of(*test, signed_in->cookie->token);
  REQUIRE(caller->has_role("admin"));
  CHECK(refused_as(test->run_as(caller, make_token, {{"label", "x"}, {"roles", "writer"}}),
                   Errc::role_missing));
  CHECK(refused_as(test->run_as(caller, make_token, {{"label", ""}}), Errc::input_invalid));
  CHECK(refused_as(test->run_as(caller, make_token, {{"label", "x"}, {"days", "0"}}),
                   Errc::input_invalid));
  const auto made =
      test->run_as(caller, make_token, {{"label", "export"}, {"roles", "reader"}, {"days", "2"}});
  REQUIRE(made.has_value());
  const std::string header = "Bearer " + json_text(*made, "token");
  const auto bearer_at = [&](SystemTime now) {
    const std::vector<http::Header> headers{{"Authorization", header}};
    http::Request request;
    request.headers = headers;
    request.at = now;
    std::promise<std::shared_ptr<const Caller>> found;
    test->desk->guard.identify(request, [&](Result<std::shared_ptr<const Caller>> who) {
      found.set_value(who.has_value() ? std::move(*who) : nullptr);
    });
    return found.get_future().get();
  };
  REQUIRE(bearer_at(test->start) != nullptr);
  CHECK(bearer_at(test->start)->roles == std::vector<std::string>{"reader"});
  CHECK(bearer_at(test->start + 2 * day) == nullptr);
  REQUIRE(test->run_as(caller, end_token, {{"id", json_text(*made, "id")}}).has_value());
  CHECK(bearer_at(test->start) == nullptr);
}

TEST_CASE_TEMPLATE("accounts: at most so many sessions, the oldest end", Database, SqliteOnFile,
                   PostgresSchema) {
  const auto test = make_desk<Database>();
  if (test == nullptr) return;
  REQUIRE(make_user(*test->store, test->desk->hasher, {"ada", "ada@example.org", {}, password},
                    test->start)
              .has_value());
  std::vector<std::string> tokens;
  for (int i = 0; i < 52; ++i) {
    const auto outcome =
        test->run(login, {{"login", "ada"}, {"password", password}}, test->start + Seconds{i});
    REQUIRE(outcome.has_value());
    tokens.push_back(outcome->cookie->token);
  }
  const auto now = test->start + Seconds{60};
  CHECK(caller_of(*test, tokens[1], now) == nullptr);
  CHECK(caller_of(*test, tokens[2], now) != nullptr);
  CHECK(caller_of(*test, tokens[51], now) != nullptr);
}

}  // namespace mainstay::auth::desk_test
