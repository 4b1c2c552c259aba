#include "platform/auth/site.hpp"

#include <atomic>
#include <utility>

#include "base/random.hpp"
#include "base/text.hpp"
#include "platform/auth/answer.hpp"
#include "platform/auth/errc.hpp"
#include "platform/auth/forms.hpp"
#include "platform/auth/input.hpp"
#include "platform/auth/routes.hpp"
#include "platform/http/same_origin.hpp"
#include "platform/log/log.hpp"

namespace mainstay::auth {
namespace {

using http::Deferred;
using http::Request;
using http::Response;

constexpr std::size_t quick_queue_max = 1'000;

/// Whether a request may be what a page or program of ours sent. Programs without cookies may be
/// anywhere; JSON cannot come from a form of another site.
bool is_ours(const Keys& keys, const Action& action, const Request& request, const Call& call) {
  if (!http::is_from_here(request)) return false;
  if (call.is_json && action.who == Who::anybody) return true;
  return shows_csrf_token(keys, request, cookie_token_of(request));
}

Result<> may(const Action& action, const Caller* caller) {
  if (action.who == Who::anybody) return {};
  if (caller == nullptr) return Errc::sign_in_required;
  if (caller->via != Caller::Via::session && action.who != Who::caller) {
    return Errc::session_required;
  }
  if (action.who == Who::admin && !caller->has_role(admin_role)) {
    return Error{Errc::role_missing, "the role admin"};
  }
  return {};
}

}  // namespace

struct Site::Impl {
  Impl(Desk& with, log::Log& to) : desk(with), log(to) {
    for (std::size_t i = 0; i < desk.options.hash_threads; ++i) {
      hashing.push_back(
          std::make_unique<Lane>("auth.hash" + std::to_string(i), desk.options.hash_queue_max));
    }
  }

  void serve(const Action& action, const Request& request, Response& response);
  void proceed(const Action& action, Call call, Deferred later);
  void run(const Action& action, Call& call, Deferred& later);
  void log_outcome(const Action& action, const Call& call, const Result<Outcome>& outcome);
  void refuse_call(const Action& action, Call& call, const Error& error, Deferred& later);
  Outcome refusal_page(Call& call, const Error& error) const;
  Lane& lane_of(const Action& action);
  void show_form(std::string_view name, const Request& request, Response& response);

  Desk& desk;
  log::Log& log;
  std::vector<std::unique_ptr<Lane>> hashing;
  Lane quick{"auth", quick_queue_max};
  std::atomic<std::size_t> next_lane{0};
};

Lane& Site::Impl::lane_of(const Action& action) {
  if (!action.hashes) return quick;
  return *hashing[next_lane++ % hashing.size()];
}

/// On the request's I/O thread.
void Site::Impl::serve(const Action& action, const Request& request, Response& response) {
  auto call = read_call(request, desk.keys);
  if (call.has_error()) return refuse(response, call.error());
  const bool changes = request.method == http::Method::post;
  if (!changes) call->is_json = !action.is_page;
  const bool by_token = changes && call->is_json && has_bearer_token(request);
  if (changes && !by_token && !is_ours(desk.keys, action, request, *call)) {
    if (call->is_json) return refuse(response, Errc::foreign_request);
    return answer(response, *call, refusal_page(*call, Errc::foreign_request));
  }
  Deferred later = response.defer();
  if (action.who == Who::anybody) return proceed(action, std::move(*call), std::move(later));
  desk.guard.identify(request, [this, &action, call = std::move(*call), later = std::move(later)](
                                   Result<std::shared_ptr<const Caller>> caller) mutable {
    if (caller.has_error()) return refuse_call(action, call, caller.error(), later);
    call.caller = std::move(*caller);
    proceed(action, std::move(call), std::move(later));
  });
}

/// On any thread.
void Site::Impl::proceed(const Action& action, Call call, Deferred later) {
  if (const auto allowed = may(action, call.caller.get()); allowed.has_error()) {
    return refuse_call(action, call, allowed.error(), later);
  }
  struct Job {
    Call call;
    Deferred later;
  };
  auto job = std::make_shared<Job>(Job{std::move(call), std::move(later)});
  const bool posted =
      lane_of(action).try_post([this, &action, job] { run(action, job->call, job->later); });
  if (posted) return;
  job->call.retry_after = Seconds{1};
  refuse_call(action, job->call, Errc::busy, job->later);
}

/// On a lane.
void Site::Impl::run(const Action& action, Call& call, Deferred& later) {
  auto outcome = action.use_case(desk, call);
  if (action.is_change && desk.wake_mailer) desk.wake_mailer();
  log_outcome(action, call, outcome);
  if (outcome.has_error()) {
    const Error error = outcome.error();
    call.error = told(error);
    auto again = call.is_json || action.page.empty() ? Result<Outcome>{error}
                                                     : form_page(desk, call, action.page);
    if (again.has_error()) return refuse_call(action, call, error, later);
    again->status = error.http_status();
    outcome = std::move(again);
  } else if (outcome->cookie && !call.session_token.empty()) {
    desk.guard.forget(desk.keys.hash("session", call.session_token));
  }
  later.complete([call = std::move(call), outcome = std::move(*outcome)](Response& response) {
    answer(response, call, outcome);
  });
}

void Site::Impl::log_outcome(const Action& action, const Call& call,
                             const Result<Outcome>& outcome) {
  if (!action.is_change) return;
  const std::string_view came = outcome.has_value() ? "done" : outcome.error().name();
  const std::string_view user = call.caller != nullptr ? call.caller->user_id : std::string_view{};
  if (outcome.has_error() && outcome.error().http_status() >= 500) {
    log.error("auth.failed", {{"action", action.pattern}, {"error", outcome.error().message()}});
  } else {
    log.info("auth.action", {{"action", action.pattern},
                             {"outcome", came},
                             {"user_id", user},
                             {"client", call.address}});
  }
}

Outcome Site::Impl::refusal_page(Call& call, const Error& error) const {
  call.error = told(error);
  Outcome outcome;
  outcome.status = error.http_status();
  outcome.page = page(desk, call, "refused", {});
  return outcome;
}

/// JSON gets a problem; people get a page that says it, or are sent to sign in.
void Site::Impl::refuse_call(const Action& action, Call& call, const Error& error,
                             Deferred& later) {
  if (call.is_json) {
    later.complete(
        [error, wait = call.retry_after](Response& response) { refuse(response, error, wait); });
    return;
  }
  Outcome outcome;
  if (error.is(Errc::sign_in_required)) {
    const std::string back = action.is_change ? "/auth/account" : std::string{action.pattern};
    outcome.location = "/auth/login?next=" + percent_encode(back);
  } else {
    outcome = refusal_page(call, error);
  }
  later.complete([call = std::move(call), outcome = std::move(outcome)](Response& response) {
    answer(response, call, outcome);
  });
}

/// Forms that need nothing from the store are rendered where the request is. A browser without a
/// cookie gets one, which ties its forms to it.
void Site::Impl::show_form(std::string_view name, const Request& request, Response& response) {
  auto call = read_call(request, desk.keys);
  if (call.has_error()) return refuse(response, call.error());
  if (call->csrf.empty()) {
    const std::string token = secret_hex(16);
    call->csrf = csrf_token(desk.keys, token);
    set_form_cookie(response, token);
  }
  auto shown = form_page(desk, *call, name);
  answer(response, *call, shown.has_value() ? *shown : refusal_page(*call, shown.error()));
}

Site::Site(Desk& desk, log::Log& log) : impl_(std::make_unique<Impl>(desk, log)) {}
Site::~Site() { stop(); }

void Site::start() {
  for (const auto& lane : impl_->hashing) lane->start();
  impl_->quick.start();
}

void Site::stop() {
  for (const auto& lane : impl_->hashing) lane->stop();
  impl_->quick.stop();
}

void Site::register_routes(http::Router& router) {
  for (const Action& action : actions()) {
    router.add(action.is_change ? http::Method::post : http::Method::get, action.pattern,
               [this, &action](const Request& request, Response& response) {
                 impl_->serve(action, request, response);
               });
  }
  for (const auto& [pattern, name] : form_routes()) {
    router.add(http::Method::get, pattern,
               [this, name](const Request& request, Response& response) {
                 impl_->show_form(name, request, response);
               });
  }
  router.add(http::Method::get, "/auth/web/{file}", [](const Request& request, Response& response) {
    answer_asset(response, request.params.text("file"));
  });
  router.add(http::Method::get, "/auth[/]", [](const Request&, Response& response) {
    response.promise_nothing();
    response.status(303);
    response.header("Location", "/auth/account");
  });
}

}  // namespace mainstay::auth
