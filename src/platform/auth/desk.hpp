#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "platform/auth/call.hpp"
#include "platform/auth/domain/rate_limits.hpp"
#include "platform/auth/guard.hpp"
#include "platform/auth/keys.hpp"
#include "platform/auth/options.hpp"
#include "platform/auth/password_hasher.hpp"
#include "platform/auth/tables/links.hpp"
#include "platform/auth/tables/sessions.hpp"
#include "platform/auth/tables/users.hpp"
#include "platform/mail/message.hpp"
#include "platform/store/store.hpp"
#include "platform/templates/templates.hpp"

namespace mainstay::auth {

/// What all use cases of accounts work with. Use cases are functions `Result<Outcome>(Desk&,
/// Call&)`; they block (on the store, on hashes) and run on lanes, several at once.
struct Desk {
  Desk(store::Store& in, Keys with, Options wanted, templates::Templates texts,
       std::function<Result<>(store::Session&, const mail::Message&, SystemTime)> mailing);

  store::Store& store;
  Keys keys;
  Options options;
  PasswordHasher hasher;
  templates::Templates templates;
  /// Puts a message into the outbox, inside the caller's work.
  std::function<Result<>(store::Session&, const mail::Message&, SystemTime)> enqueue;
  /// Called behind a use case that may have put one there; may be empty.
  std::function<void()> wake_mailer;
  Guard guard;
  RateLimits account_tries;
  RateLimits client_tries;
  RateLimits mails;
};

using UseCase = Result<Outcome> (*)(Desk&, Call&);

// --- Steps that use cases share.

/// Reads in the store, on this thread.
template <class T>
Result<T> read(Desk& desk, const std::function<Result<T>(store::Session&)>& work) {
  std::optional<T> out;
  MS_TRY_VOID(desk.store.read([&](store::Session& session) -> Result<> {
    MS_TRY(out, work(session));
    return {};
  }));
  return std::move(*out);
}

/// The user whose session this is.
Result<User> own_user(Desk& desk, const Call& call);
/// The same; `field` of the call must be the account's password. Counted against the account.
Result<User> own_user_by_password(Desk& desk, Call& call, std::string_view field);

/// Errc::too_many_attempts, with the wait in `call`, when the client has tried too often.
Result<> count_client(Desk& desk, Call& call);
Result<> count_account(Desk& desk, Call& call, std::string_view key);
/// The same for an e-mail to be sent to that address.
Result<> count_mail(Desk& desk, Call& call, const EmailAddress& to);

/// A new link's row (without its owner) and its token.
struct NewLink {
  Waiting waiting;
  std::string url;  // "<public_url><path>?token=..."
};
NewLink new_link(const Desk& desk, Purpose purpose, std::string_view path, SystemTime expires);

/// Queues the e-mail of templates mail_NAME.txt and mail.html. Places: product, address, url,
/// name, hours.
struct MailText {
  std::string_view name;
  std::string url = {};
  std::string user = {};
  SystemTime expires = {};
};
Result<> send(const Desk& desk, store::Session& session, const std::string& to,
              const MailText& text, SystemTime now);

/// Signs in: a new session's row, and its cookie. The session that the browser had before ends.
Result<Outcome::Cookie> open_session(Desk& desk, store::Session& session, const Call& call,
                                     const User& user, bool remembered);

/// A page of templates NAME.html inside layout.html. Places of all: product, csrf, and error, which
/// is what the call says.
std::string page(const Desk& desk, const Call& call, std::string_view name,
                 std::vector<templates::Field> fields);
/// An outcome that sends people on, and tells programs `json`.
Outcome go_to(std::string location, json::Object json = {}, int status = 200);
/// The same, to the user's own account, which says what was done.
Outcome back_to_account(std::string_view status);

}  // namespace mainstay::auth
