#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "platform/auth/caller.hpp"
#include "platform/auth/domain/session_rule.hpp"
#include "platform/auth/keys.hpp"
#include "platform/http/router.hpp"

namespace mainstay::store {
class Store;
}

namespace mainstay::auth {

/// Stands in front of routes that only some may call: any module's.
///
///     router.add(Method::post, "/orders", guard.require({.role = "seller"},
///                [](const Request& request, Response& response, const Caller& caller) { ... }));
///
/// Credentials are an API token (`Authorization: Bearer mst_...`) or a session's cookie; a bearer
/// token wins. Who that is comes from the store without blocking, and is remembered for
/// Limits::cached_for: what another process changes (`mainstay user disable`) counts that much
/// later, what this one changes at once. A request with the cookie must come from a page of ours
/// (http::is_from_here), and one that changes something must show the session's CSRF token, in
/// `X-CSRF-Token` or in a form's field `csrf`. Any thread.
class Guard {
 public:
  Guard(store::Store& store, const Keys& keys, SessionRule rule);
  ~Guard();

  struct Need {
    std::string role = {};     // empty: any account
    bool only_people = false;  // API tokens are refused
    bool is_page = false;      // a GET without credentials is sent to the sign-in page, and back
  };
  using Handler = UniqueFunction<void(const http::Request&, http::Response&, const Caller&)>;

  /// 401 `sign_in_required`, 403 `role_missing`, `session_required` or `foreign_request`, 503 while
  /// the store cannot answer; else `handler`, on the request's I/O thread, which may defer its
  /// answer. The guard outlives what it returns.
  http::Handler require(Need need, Handler handler);

  using Found = UniqueFunction<void(Result<std::shared_ptr<const Caller>>)>;
  /// Who sent it, without any refusal: null for nobody. Calls `done` at once, on the caller's
  /// thread, when nobody needs to be asked; else on a thread of the store.
  void identify(const http::Request& request, Found done);

  /// Whose API token has that public id (as lists of tokens show it), without any refusal, as
  /// identify(): for protocols that sign requests instead of showing the token.
  void find_token(std::string_view id, SystemTime now, Found done);
  /// What the owner of that token signs with, 64 hexadecimal digits, for one `purpose`. It is made
  /// of the server's key and what the store keeps of the token: it is stored nowhere, ends with the
  /// token, and a copy of the store alone does not make it.
  [[nodiscard]] std::string signing_secret(const Caller& token, std::string_view purpose) const;
  /// Changes when something is forgotten: what others remember of callers counts no longer.
  [[nodiscard]] std::uint64_t generation() const;

  /// From now on what is remembered does not count: of one session or token, or of all of a user's.
  void forget(std::string_view hash);
  void forget_user(std::string_view user_id);

  /// How many callers are remembered.
  [[nodiscard]] std::size_t remembered() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // answers of the store may come behind the guard's end
};

// What browsers send. All cookies are `__Host-` ones, Secure, HttpOnly, SameSite=Lax: browsers
// also keep those of http://localhost and http://127.0.0.1, and of no other plain HTTP.
inline constexpr std::string_view session_cookie = "__Host-mainstay-user";
inline constexpr std::string_view form_cookie = "__Host-mainstay-form";

/// Whether it brings a bearer token, good or not: then cookies do not count.
bool has_bearer_token(const http::Request& request);
/// The session's token, or empty.
std::string_view session_token_of(const http::Request& request);
/// What a change must show besides its cookie: the session's, else the form's.
std::string csrf_token(const Keys& keys, std::string_view cookie_token);
/// Whether the request shows that token, in its header or in a form's field.
bool shows_csrf_token(const Keys& keys, const http::Request& request,
                      std::string_view cookie_token);

/// A path of ours behind the sign-in: begins with one `/` and leads nowhere else; "/" otherwise.
std::string local_path(std::string_view path, std::string_view otherwise);

/// A problem document of that error, with Retry-After when it is worth trying again.
void refuse(http::Response& response, const Error& error, Seconds retry_after = Seconds{0});

}  // namespace mainstay::auth
