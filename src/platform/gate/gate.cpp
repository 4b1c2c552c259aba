#include "platform/gate/gate.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/check.hpp"

namespace mainstay::gate {
namespace {

using http::Request;
using http::Response;
using Outcome = Decision::Outcome;

constexpr ErrorRow service_row{"gate_service_unknown", "the gate's service does not exist", 500};
constexpr ErrorRow header_row{"gate_header_invalid", "this is no header's name", 500};

/// Header lines about a rate limit, made without a heap allocation.
class RateLines {
 public:
  explicit RateLines(const Decision& decision) {
    if (!decision.rate) return;
    const RateLimit& rate = *decision.rate;
    append("RateLimit-Limit: ", rate.limit);
    append("RateLimit-Remaining: ", rate.remaining);
    if (rate.reset < 0) return;
    append("RateLimit-Reset: ", rate.reset);
    if (decision.outcome == Outcome::limited) append("Retry-After: ", rate.reset);
  }
  [[nodiscard]] std::string_view text() const { return {lines_.data(), size_}; }

 private:
  void append(std::string_view name, std::int64_t value) {
    constexpr std::size_t value_bytes = 22;  // -9223372036854775808 and the line's end
    MS_CHECK(size_ < lines_.size() && name.size() + value_bytes <= lines_.size() - size_);
    char* const at = std::copy(name.begin(), name.end(), lines_.data() + size_);
    char* end = std::to_chars(at, lines_.data() + lines_.size(), value).ptr;
    *end++ = '\r';
    *end++ = '\n';
    size_ = static_cast<std::size_t>(end - lines_.data());
  }

  std::array<char, 192> lines_;  // four names and numbers of 20 digits
  std::size_t size_ = 0;
};

int status_of(Outcome outcome) {
  if (outcome == Outcome::limited) return 429;
  return outcome == Outcome::unavailable ? 503 : 403;
}

/// Nothing was counted: the answer need not wait for a disk.
void refuse(const Decision& decision, Response& response) {
  response.promise_nothing();
  http::problem(response, status_of(decision.outcome), decision.code, decision.detail);
  response.header_block("Cache-Control: no-store\r\n");
  response.header_block(RateLines{decision}.text());
  if (decision.retry_after > Seconds{0}) {
    response.header("Retry-After", std::to_string(decision.retry_after.count()));
  }
}

/// What an admitted request's answer gets once it is made.
struct Stamp {
  Admission& admission;
  std::string caller;
  std::string lines;
  SystemTime at;
  std::size_t thread;
};

/// Stands between a handler that defers and the server: the stamp goes on the later answer.
class StampLater final : public http::Deferred::Sink {
 public:
  StampLater(std::shared_ptr<http::Deferred::Sink> inner, Stamp stamp)
      : inner_(std::move(inner)), stamp_(std::move(stamp)) {}

  void complete(UniqueFunction<void(Response&)> fill) override {
    inner_->complete([stamp = std::move(stamp_), fill = std::move(fill)](Response& response) {
      fill(response);
      response.header_block(stamp.lines);
      if (!stamp.caller.empty()) {
        stamp.admission.answered(stamp.caller, response.status(), stamp.at, stamp.thread);
      }
    });
  }

 private:
  std::shared_ptr<http::Deferred::Sink> inner_;
  Stamp stamp_;
};

/// Takes the place of the response's point to defer at while a handler runs.
class StampPoint final : public Response::DeferPoint {
 public:
  StampPoint(Response& response, Admission& admission, const Decision& decision,
             const RateLines& lines, const Request& request)
      : response_(response),
        outer_(response.defer_point()),
        admission_(admission),
        decision_(decision),
        lines_(lines),
        at_(request.at),
        thread_(request.thread) {
    response_.defer_point(this);
  }
  StampPoint(const StampPoint&) = delete;
  StampPoint& operator=(const StampPoint&) = delete;
  ~StampPoint() { response_.defer_point(outer_); }

  std::shared_ptr<http::Deferred::Sink> make_sink() override {
    MS_CHECK(outer_ != nullptr);
    Stamp stamp{admission_, std::string{decision_.caller}, std::string{lines_.text()}, at_,
                thread_};
    return std::make_shared<StampLater>(outer_->make_sink(), std::move(stamp));
  }
  void after_handlers(http::AfterHandlers& what) override {
    outer_ != nullptr ? outer_->after_handlers(what) : what.after_handlers();
  }

 private:
  Response& response_;
  Response::DeferPoint* outer_;
  Admission& admission_;
  const Decision& decision_;
  const RateLines& lines_;
  SystemTime at_;
  std::size_t thread_;
};

/// A route behind the gate.
class Guarded {
 public:
  Guarded(std::unique_ptr<Admission> admission, CredentialHeaders headers, http::Handler handler)
      : admission_(std::move(admission)),
        headers_(std::move(headers)),
        handler_(std::move(handler)) {}

  void operator()(const Request& request, Response& response) const {
    const CredentialReader reader{request, headers_};
    if (!reader.credentials().any()) {
      return refuse({.outcome = Outcome::refused,
                     .code = "credentials_missing",
                     .detail = "send user_key, or app_id and app_key, in the query or in headers, "
                               "or a user key as bearer token"},
                    response);
    }
    const Decision decision = admission_->admit(request, reader.credentials());
    if (decision.outcome != Outcome::admitted) return refuse(decision, response);
    pass(request, response, decision);
  }

 private:
  void pass(const Request& request, Response& response, const Decision& decision) const {
    const RateLines lines{decision};
    try {
      const StampPoint point{response, *admission_, decision, lines, request};
      handler_(request, response);
    } catch (...) {
      // The router answers it; a handler that had deferred is counted by its sink.
      if (!response.deferred()) count(decision, 500, request);
      throw;
    }
    if (response.deferred()) return;
    response.header_block(lines.text());
    count(decision, response.status(), request);
  }

  void count(const Decision& decision, int status, const Request& request) const {
    if (decision.caller.empty()) return;
    admission_->answered(decision.caller, status, request.at, request.thread);
  }

  std::unique_ptr<Admission> admission_;
  CredentialHeaders headers_;
  http::Handler handler_;
};

bool is_header_name(std::string_view name) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
  };
  return !name.empty() && std::ranges::all_of(name, good);
}

const Rule* rule_of(const http::Router::Route& route, const std::vector<Rule>& rules) {
  const auto found = std::ranges::find_if(rules, [&](const Rule& rule) {
    return rule.method == route.method && rule.pattern == route.pattern;
  });
  return found == rules.end() ? nullptr : &*found;
}

}  // namespace

const ErrorRow& error_row(Errc code) {
  return code == Errc::service_unknown ? service_row : header_row;
}

Result<> guard(http::Router& router, Authority& authority, const Options& options) {
  for (const std::string* name :
       {&options.headers.user_key, &options.headers.app_id, &options.headers.app_key}) {
    if (!is_header_name(*name)) return Error{Errc::header_name_invalid, "\"" + *name + "\""};
  }
  const std::vector<http::Router::Route> routes = router.routes();
  for (const Rule& rule : options.rules) {
    MS_CHECK(std::ranges::any_of(
        routes, [&](const auto& route) { return rule_of(route, {rule}) != nullptr; }));
  }
  std::vector<std::unique_ptr<Admission>> admissions;  // of each route; null: an open one
  for (const http::Router::Route& route : routes) {
    const Rule* rule = rule_of(route, options.rules);
    admissions.emplace_back();
    if (route.method == http::Method::options || (rule != nullptr && rule->open)) continue;
    const std::vector<Charge>& charges = rule != nullptr ? rule->charges : options.fallback;
    admissions.back() = authority.admission(charges);
  }
  for (std::size_t i = 0; i < admissions.size(); ++i) {
    if (admissions[i] != nullptr) router.mark_guarded(i);
  }
  auto next = admissions.begin();
  router.wrap([&](http::Handler handler) -> http::Handler {
    std::unique_ptr<Admission> admission = std::move(*next++);
    if (admission == nullptr) return handler;
    return Guarded{std::move(admission), options.headers, std::move(handler)};
  });
  return {};
}

Result<> mount(http::Router& into, http::Router routes, Provider* provider,
               std::string_view service, std::string_view setting, const Options& options) {
  const auto guarded = [&]() -> Result<> {
    if (service.empty()) return {};
    if (provider == nullptr) {
      return Error{Errc::service_unknown, "this program has no API management"};
    }
    return guard(routes, provider->authority(service), options);
  }();
  if (guarded.has_error()) {
    const Error& error = guarded.error();
    return error.with_detail(std::string{setting}.append(": ").append(error.detail()));
  }
  into.mount("", std::move(routes));
  return {};
}

}  // namespace mainstay::gate
