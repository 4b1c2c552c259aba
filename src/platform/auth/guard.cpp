#include "platform/auth/guard.hpp"

#include <algorithm>
#include <atomic>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/locked.hpp"
#include "base/text.hpp"
#include "platform/auth/errc.hpp"
#include "platform/auth/limits.hpp"
#include "platform/auth/tables/rows.hpp"
#include "platform/http/cookie.hpp"
#include "platform/http/form.hpp"
#include "platform/http/same_origin.hpp"
#include "platform/store/store.hpp"

namespace mainstay::auth {
namespace {

using http::Request;
using http::Response;
using CallerPtr = std::shared_ptr<const Caller>;

constexpr std::string_view bearer = "Bearer ";

// A row for each role; without any, one with NULL.
constexpr std::string_view session_sql =
    "SELECT s.id, s.user_id, u.name, u.disabled, a.address, r.role, s.opened_at, s.used_at, "
    "s.remembered FROM auth_sessions s JOIN auth_users u ON u.id = s.user_id "
    "LEFT JOIN auth_addresses a ON a.user_id = u.id AND a.is_primary = 1 "
    "LEFT JOIN auth_roles r ON r.user_id = u.id WHERE s.hash = $1 ORDER BY r.role LIMIT 1000";
constexpr std::string_view token_columns_sql =
    "SELECT t.id, t.user_id, u.name, u.disabled, a.address, r.role, t.expires_at, t.used_at, "
    "t.scopes, t.hash FROM auth_tokens t JOIN auth_users u ON u.id = t.user_id "
    "LEFT JOIN auth_addresses a ON a.user_id = u.id AND a.is_primary = 1 "
    "LEFT JOIN auth_roles r ON r.user_id = u.id WHERE ";
constexpr std::string_view token_by_hash_sql = "t.hash = $1 ORDER BY r.role LIMIT 1000";
constexpr std::string_view token_by_id_sql = "t.id = $1 ORDER BY r.role LIMIT 1000";

/// A caller as it was read, and when.
struct Known {
  CallerPtr caller;  // null: nobody
  SystemTime at{};
  SessionTimes times;                 // of a session
  std::optional<SystemTime> expires;  // of a token
  std::optional<SystemTime> touched;
};

struct Credential {
  Caller::Via via = Caller::Via::session;
  std::string hash;          // empty: none
  bool by_token_id = false;  // `hash` is a token's id instead
};

std::string sql_for(const Credential& credential) {
  if (credential.via == Caller::Via::session) return std::string{session_sql};
  return std::string{token_columns_sql}.append(credential.by_token_id ? token_by_id_sql
                                                                      : token_by_hash_sql);
}

std::vector<std::string> roles_in(const std::vector<store::Row>& rows) {
  std::vector<std::string> roles;
  for (const store::Row& row : rows) {
    if (!is_null_at(row, 5)) roles.push_back(text_at(row, 5));
  }
  return roles;
}

bool changes_something(http::Method method) {
  return method != http::Method::get && method != http::Method::head &&
         method != http::Method::options;
}

Result<> refusal_of(const Keys& keys, const Guard::Need& need, const Request& request,
                    const Caller* caller) {
  if (caller == nullptr) {
    return Error{Errc::sign_in_required, "with a session or an API token as bearer token"};
  }
  if (caller->via == Caller::Via::session) {
    const bool shown = !changes_something(request.method) ||
                       shows_csrf_token(keys, request, session_token_of(request));
    if (!http::is_from_here(request) || !shown) return Errc::foreign_request;
  } else if (need.only_people) {
    return Errc::session_required;
  }
  if (!need.role.empty() && !caller->has_role(need.role)) {
    return Error{Errc::role_missing, "the role " + need.role};
  }
  return {};
}

}  // namespace

struct Guard::Impl {
  Impl(store::Store& from, const Keys& with, SessionRule lasting)
      : store(from), keys(with), rule(lasting) {}

  [[nodiscard]] Credential credential_of(const Request& request) const;
  static void identify(const std::shared_ptr<Impl>& impl, Credential credential, SystemTime now,
                       Found done);
  [[nodiscard]] bool counts(const Known& known, SystemTime now) const;
  std::optional<CallerPtr> remembered(const Credential& credential, SystemTime now);
  void remember(const Credential& credential, Known known, std::uint64_t generation);
  [[nodiscard]] Known read(const Credential& credential, const std::vector<store::Row>& rows,
                           SystemTime now) const;
  void touch(const Credential& credential, Known& known, SystemTime now);

  store::Store& store;
  const Keys& keys;
  SessionRule rule;
  // What was asked before something was forgotten is not remembered.
  std::atomic<std::uint64_t> generation{0};
  Locked<std::unordered_map<std::string, Known>> known_by_hash;
};

Credential Guard::Impl::credential_of(const Request& request) const {
  if (has_bearer_token(request)) {
    const std::string_view token = trimmed(request.header("Authorization").substr(bearer.size()));
    if (!looks_like_api_token(token)) return {Caller::Via::token, {}};
    return {Caller::Via::token, keys.hash("token", token)};
  }
  const std::string_view token = session_token_of(request);
  if (token.empty()) return {};
  return {Caller::Via::session, keys.hash("session", token)};
}

bool Guard::Impl::counts(const Known& known, SystemTime now) const {
  if (known.caller == nullptr) return false;
  if (known.caller->via == Caller::Via::session) return !is_over(rule, known.times, now);
  return !known.expires || now < *known.expires;
}

std::optional<CallerPtr> Guard::Impl::remembered(const Credential& credential, SystemTime now) {
  auto known = known_by_hash.lock();
  const auto found = known->find(credential.hash);
  if (found == known->end()) return std::nullopt;
  const bool is_fresh = now >= found->second.at && now - found->second.at < Limits::cached_for;
  if (!is_fresh) {
    known->erase(found);
    return std::nullopt;
  }
  return counts(found->second, now) ? found->second.caller : CallerPtr{};
}

void Guard::Impl::remember(const Credential& credential, Known known, std::uint64_t asked_at) {
  if (known.caller == nullptr) return;
  auto all = known_by_hash.lock();
  if (generation != asked_at) return;
  if (all->size() >= Limits::cached_max) {
    const SystemTime now = known.at;
    std::erase_if(*all, [now](const auto& one) {
      return now - one.second.at >= Limits::cached_for || one.second.at > now;
    });
    if (all->size() >= Limits::cached_max) all->clear();
  }
  (*all)[credential.hash] = std::move(known);
}

Known Guard::Impl::read(const Credential& credential, const std::vector<store::Row>& rows,
                        SystemTime now) const {
  Known known;
  known.at = now;
  if (rows.empty() || flag_at(rows.front(), 3)) return known;
  const store::Row& row = rows.front();
  auto caller = std::make_shared<Caller>();
  caller->via = credential.via;
  caller->credential_id = text_at(row, 0);
  caller->user_id = text_at(row, 1);
  caller->name = text_at(row, 2);
  if (!is_null_at(row, 4)) caller->email = text_at(row, 4);
  caller->hash = credential.by_token_id ? text_at(row, 9) : credential.hash;
  caller->roles = roles_in(rows);
  if (credential.via == Caller::Via::session) {
    known.times = {time_at(row, 6), time_at(row, 7), flag_at(row, 8)};
    known.touched = known.times.used;
    caller->ends = end_of(rule, known.times);
  } else {
    known.expires = optional_time_at(row, 6);
    known.touched = optional_time_at(row, 7);
    caller->roles = effective_roles(caller->roles, text_at(row, 8));
    caller->ends = known.expires.value_or(SystemTime::max());
  }
  known.caller = std::move(caller);
  return known;
}

/// "Last used" is written now and then, and nobody waits for it.
void Guard::Impl::touch(const Credential& credential, Known& known, SystemTime now) {
  const bool is_session = credential.via == Caller::Via::session;
  const Seconds every = is_session ? Limits::touched_every : Limits::token_touched_every;
  if (!counts(known, now) || (known.touched && now - *known.touched < every)) return;
  known.times.used = std::max(known.times.used, now);
  const char* const sql = is_session ? "UPDATE auth_sessions SET used_at = $2 WHERE hash = $1"
                                     : "UPDATE auth_tokens SET used_at = $2 WHERE hash = $1";
  store.write(
      [sql, hash = known.caller->hash, now](store::Session& session) -> Result<> {
        MS_TRY([[maybe_unused]] const auto done, session.execute(sql, {hash, value(now)}));
        return {};
      },
      [](Result<>) {});
}

Guard::Guard(store::Store& store, const Keys& keys, SessionRule rule)
    : impl_(std::make_shared<Impl>(store, keys, rule)) {}
Guard::~Guard() = default;

void Guard::identify(const Request& request, Found done) {
  Impl::identify(impl_, impl_->credential_of(request), request.at, std::move(done));
}

void Guard::find_token(std::string_view id, SystemTime now, Found done) {
  Credential credential{Caller::Via::token, std::string{id}, true};
  Impl::identify(impl_, std::move(credential), now, std::move(done));
}

void Guard::Impl::identify(const std::shared_ptr<Impl>& impl, Credential credential, SystemTime now,
                           Found done) {
  if (credential.hash.empty()) return done(CallerPtr{});
  if (auto caller = impl->remembered(credential, now)) return done(std::move(*caller));
  const std::uint64_t generation = impl->generation;
  std::string sql = sql_for(credential);
  std::vector<store::Value> params{credential.hash};
  impl->store.select(std::move(sql), std::move(params),
                     [impl, credential = std::move(credential), now, generation,
                      done = std::move(done)](Result<std::vector<store::Row>> rows) mutable {
                       if (rows.has_error()) return done(std::move(rows).error());
                       Known known = impl->read(credential, *rows, now);
                       impl->touch(credential, known, now);
                       CallerPtr caller = impl->counts(known, now) ? known.caller : CallerPtr{};
                       impl->remember(credential, std::move(known), generation);
                       done(std::move(caller));
                     });
}

std::string Guard::signing_secret(const Caller& token, std::string_view purpose) const {
  return impl_->keys.hash(std::string{"signing "}.append(purpose),
                          token.credential_id + " " + token.hash);
}

std::uint64_t Guard::generation() const { return impl_->generation; }

namespace {

/// One that is shared by the requests under way.
struct Guarded {
  const Keys& keys;
  Guard::Need need;
  Guard::Handler handler;

  void pass(const Request& request, Response& response, const Result<CallerPtr>& caller) const {
    if (caller.has_error()) return refuse(response, caller.error(), Seconds{1});
    const auto refusal = refusal_of(keys, need, request, caller->get());
    if (refusal.has_value()) return handler(request, response, **caller);
    const bool is_get = !changes_something(request.method);
    if (need.is_page && is_get && refusal.error().is(Errc::sign_in_required)) {
      response.promise_nothing();
      response.status(303);
      response.header("Location", "/auth/login?next=" + percent_encode(request.target));
      response.header_block("Cache-Control: no-store\r\n");
      return;
    }
    refuse(response, refusal.error());
  }
};

}  // namespace

http::Handler Guard::require(Need need, Handler handler) {
  auto guarded =
      std::make_shared<const Guarded>(Guarded{impl_->keys, std::move(need), std::move(handler)});
  return [this, guarded](const Request& request, Response& response) {
    const Credential credential = impl_->credential_of(request);
    if (credential.hash.empty()) return guarded->pass(request, response, CallerPtr{});
    if (const auto caller = impl_->remembered(credential, request.at)) {
      return guarded->pass(request, response, CallerPtr{*caller});
    }
    // The request lives until its answer is complete, and `fill` runs on its thread only then.
    identify(request,
             [guarded, &request, later = response.defer()](Result<CallerPtr> caller) mutable {
               later.complete([guarded, &request, caller = std::move(caller)](Response& answer) {
                 guarded->pass(request, answer, caller);
               });
             });
  };
}

void Guard::forget(std::string_view hash) {
  auto known = impl_->known_by_hash.lock();
  ++impl_->generation;
  // A token may be remembered by its id too.
  std::erase_if(*known, [hash](const auto& one) { return one.second.caller->hash == hash; });
}

void Guard::forget_user(std::string_view user_id) {
  auto known = impl_->known_by_hash.lock();
  ++impl_->generation;
  std::erase_if(*known,
                [user_id](const auto& one) { return one.second.caller->user_id == user_id; });
}

std::size_t Guard::remembered() const {
  auto known = impl_->known_by_hash.lock();
  return known->size();
}

bool has_bearer_token(const Request& request) {
  const std::string_view given = request.header("Authorization");
  return given.size() > bearer.size() &&
         equals_ignoring_case(given.substr(0, bearer.size()), bearer);
}

std::string_view session_token_of(const Request& request) {
  return http::cookie_value(request.header("Cookie"), session_cookie);
}

std::string csrf_token(const Keys& keys, std::string_view cookie_token) {
  return keys.hash("csrf", cookie_token);
}

bool shows_csrf_token(const Keys& keys, const Request& request, std::string_view cookie_token) {
  if (cookie_token.empty()) return false;
  std::string shown{request.header("X-CSRF-Token")};
  if (shown.empty() &&
      request.header("Content-Type").starts_with("application/x-www-form-urlencoded")) {
    const auto fields = http::parse_form(request.body, 1'000);
    if (fields) shown = http::form_field(*fields, "csrf");
  }
  return equals_in_constant_time(shown, csrf_token(keys, cookie_token));
}

std::string local_path(std::string_view path, std::string_view otherwise) {
  const bool is_plain = std::ranges::all_of(path, [](char c) { return c > ' ' && c < 0x7f; });
  const bool is_local = path.starts_with('/') && !path.starts_with("//") &&
                        path.find('\\') == std::string_view::npos && path.size() <= 1'000;
  return std::string{is_plain && is_local ? path : otherwise};
}

void refuse(Response& response, const Error& error, Seconds retry_after) {
  response.promise_nothing();
  const std::string detail = error.detail().empty() || error.http_status() >= 500
                                 ? std::string{error.text()}
                                 : std::string{error.text()}.append(": ").append(error.detail());
  http::problem(response, error.http_status(), error.name(), detail);
  response.header_block("Cache-Control: no-store\r\n");
  if (error.http_status() == 401) {
    response.header_block("WWW-Authenticate: Bearer realm=\"mainstay\"\r\n");
  }
  if (error.retryable()) {
    response.header("Retry-After", std::to_string(std::max<Seconds::rep>(retry_after.count(), 1)));
  }
}

}  // namespace mainstay::auth
