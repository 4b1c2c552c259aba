#include "apps/exchange/commands/key.hpp"

#include <cstdio>
#include <string>

#include "apps/exchange/inbound/http/signer.hpp"
#include "base/clock.hpp"
#include "platform/auth/cases/administration.hpp"
#include "platform/auth/guard.hpp"
#include "platform/auth/keys.hpp"
#include "platform/auth/tables/sessions.hpp"
#include "platform/json/json.hpp"
#include "platform/program/stores.hpp"
#include "platform/store/rehearsal.hpp"

namespace mainstay::exchange {
namespace {

struct NewKey {
  std::string id;
  std::string secret;
  std::string token;
};

Result<NewKey> make_key(store::Store& store, const auth::Keys& keys, const Call& call,
                        SystemTime now) {
  MS_TRY(const auto user, auth::require_user(store, call.text("name")));
  NewKey out;
  out.token = auth::new_api_token();
  auth::TokenRow row;
  row.hash = keys.hash("token", out.token);
  row.id = auth::new_id();
  row.user_id = user.id;
  row.label = call.has("--label") ? call.text("--label") : "exchange";
  row.scopes = "*";
  row.created_at = now;
  MS_TRY_VOID(
      store.write_now([&](store::Session& session) { return auth::insert_token(session, row); }));
  auth::Caller token;
  token.credential_id = row.id;
  token.hash = row.hash;
  out.id = row.id;
  out.secret = auth::Guard{store, keys, {}}.signing_secret(token, signing_purpose);
  return out;
}

int run_key(const Call& call) {
  const SystemTime now = MachineClock{}.wall();
  auto store = open_current_store(call.product, *call.settings, now);
  if (store.has_error()) return call.fail(store.error());
  const auto keys =
      auth::Keys::open(call.settings->text("auth.key"), call.settings->text("data.folder"));
  if (keys.has_error()) return call.fail(keys.error());
  const bool dry_run = call.has("--dry-run");
  store::Rehearsal rehearsal{**store};
  const auto made = make_key(dry_run ? rehearsal : **store, *keys, call, now);
  if (made.has_error()) return call.fail(made.error());
  if (call.json) {
    const json::Value shown{
        json::Object{{"apiKey", made->id}, {"secretKey", made->secret}, {"token", made->token}}};
    std::printf("%s\n", json::dump(shown).c_str());
    return exit_ok;
  }
  std::printf(
      "%sapiKey:    %s  for X-MBX-APIKEY\n"
      "secretKey: %s  for signing\n"
      "token:     %s  the same account as bearer token; shown now, and never again\n",
      dry_run_lead(dry_run), made->id.c_str(), made->secret.c_str(), made->token.c_str());
  return exit_ok;
}

}  // namespace

mainstay::Command key_command() {
  return {.name = "exchange key",
          .help = "make an API token for a user and print its key and secret for signed calls",
          .arguments = {required_text("name", "the user's name or address"),
                        mainstay::text("--label", "what the token is for (default: exchange)"),
                        dry_run_flag()},
          .run = run_key};
}

}  // namespace mainstay::exchange
