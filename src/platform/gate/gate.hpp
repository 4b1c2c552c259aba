#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "platform/gate/credentials.hpp"
#include "platform/http/router.hpp"

namespace mainstay::gate {

/// What one request to a route costs its caller.
struct Charge {
  std::string metric;
  std::int64_t cost = 1;  // >= 0
};

/// Where a caller stands under the limit that will stop it first.
struct RateLimit {
  std::int64_t limit = 0;
  std::int64_t remaining = 0;  // of `limit`, after this request
  std::int64_t reset = -1;     // whole seconds until it is full again; -1: never
};

struct Decision {
  enum class Outcome : std::uint8_t {
    admitted,
    refused,      // 403: who calls, or what for
    limited,      // 429
    unavailable,  // 503: nothing can be decided or recorded at the moment
  };
  Outcome outcome = Outcome::admitted;
  // Literals, for clients; of what was not admitted.
  std::string_view code = {};
  std::string_view detail = {};
  std::optional<RateLimit> rate = {};  // nothing when nothing limits
  Seconds retry_after{0};              // of what is unavailable; 0: nobody knows
  /// Who was charged, when somebody was. Valid until the thread's next admit().
  std::string_view caller = {};
};

/// Decides the requests of one route. Any I/O thread, several at once.
class Admission {
 public:
  virtual ~Admission() = default;

  /// Checks, and when the request is admitted counts it, as one step: limits are exact. Called once
  /// a request on its I/O thread; does not block. What it counted is as durable as the server's
  /// commit barrier makes the answer.
  virtual Decision admit(const http::Request& request, const Credentials& credentials) = 0;

  /// The status that an admitted request of `caller` was answered with. On the same thread, whose
  /// number `thread` is.
  virtual void answered(std::string_view caller, int status, SystemTime at, std::size_t thread) = 0;
};

/// API management as other applications see it: one service of it. Outlives what it made.
class Authority {
 public:
  virtual ~Authority() = default;

  /// For a route whose requests cost `charges` (none: callers are checked, nothing is counted).
  /// Before the server starts. A service or metric that is missing, then or later, makes requests
  /// unavailable until it is there: what people configure must not keep a program from starting.
  virtual std::unique_ptr<Admission> admission(std::span<const Charge> charges) = 0;
};

/// API management as a module of the product provides it (Platform::gates).
class Provider {
 public:
  virtual ~Provider() = default;

  /// A service of it, which need not exist yet. Lives as long as the provider.
  virtual Authority& authority(std::string_view service) = 0;
};

/// What a route costs, where that is not Options::fallback.
struct Rule {
  http::Method method = http::Method::get;
  std::string_view pattern;  // as it was added
  std::vector<Charge> charges = {};
  bool open = false;  // not behind the gate at all
};

struct Options {
  CredentialHeaders headers;
  std::vector<Rule> rules;                    // each names a route (MS_CHECK)
  std::vector<Charge> fallback{{"hits", 1}};  // of routes without a rule
};

/// Puts the routes that `router` has now behind `authority`. A request without valid credentials
/// is answered with 403, one beyond its limits with 429 and Retry-After, both as a problem with a
/// stable `code`; admitted ones reach their handler. Admitted and limited answers say
/// RateLimit-Limit, RateLimit-Remaining and RateLimit-Reset. HEAD counts as the route's GET;
/// OPTIONS (a browser's preflight) is never counted. Routes of other routers pay nothing. Before
/// the server starts.
///
/// Codes: credentials_missing, credentials_invalid, credentials_ambiguous, referrer_not_allowed,
/// application_not_active, service_not_active, metric_disabled (403); limits_exceeded (429);
/// gate_unavailable, journal_unavailable (503).
Result<> guard(http::Router& router, Authority& authority, const Options& options);

/// Adds an application's routes to `into`: behind `service` of `provider`, or open to everybody
/// when `service` is empty. Errors are guard()'s, led by `setting`, which named the service;
/// without a provider there is no service (service_unknown).
Result<> mount(http::Router& into, http::Router routes, Provider* provider,
               std::string_view service, std::string_view setting, const Options& options);

enum class Errc : std::uint8_t { service_unknown = 1, header_name_invalid };
const ErrorRow& error_row(Errc code);

}  // namespace mainstay::gate
