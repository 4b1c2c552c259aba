#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/apim/domain/caller.hpp"
#include "apps/apim/domain/catalog.hpp"
#include "apps/apim/domain/local_windows.hpp"
#include "apps/apim/domain/period.hpp"
#include "apps/apim/domain/referrer.hpp"
#include "apps/apim/domain/usage.hpp"
#include "apps/apim/errc.hpp"
#include "apps/apim/ports/counters.hpp"
#include "base/result.hpp"

namespace mainstay::apim {

/// The extensions of the header `3scale-options`.
struct Extensions {
  bool no_body = false;
  bool rejection_reason_header = false;
  bool limit_headers = false;
  bool hierarchy = false;
  bool flat_usage = false;
  bool list_app_keys = false;
  bool shadow_limits = false;  // ours: reports of limits that refuse nobody
  friend bool operator==(const Extensions&, const Extensions&) = default;
};

/// One authorize or authrep call. Views live as long as the request; empty means absent.
struct AuthorizeCommand {
  enum class Kind : std::uint8_t { authorize, authrep };
  Kind kind = Kind::authorize;
  bool oauth = false;  // one of the oauth_ paths
  CallerKeys caller;
  std::string_view app_id;
  std::string_view user_key;
  std::optional<std::string_view> app_key;  // present and empty means something
  std::string_view referrer;
  std::string_view redirect;       // redirect_url, else redirect_uri
  bool redirect_named_url = true;  // which of the two it was; the former when it was neither
  std::span<const UsageParameter> usage;
  int response_code = 0;  // of the upstream, from log[code]; 0: none
  Extensions extensions;
  std::string_view idempotency_key{};  // of an authrep; empty: none
};

struct Rejection {
  Errc code = Errc::limits_exceeded;
  std::string reason;
};

/// One limit of the application's plan and where it stands.
struct UsageReport {
  LimitRow limit;
  std::int64_t stored = 0;   // before this call
  std::int64_t current = 0;  // what the answer shows: after an authorized authrep, with its usage
};

/// The answer to a call that could be decided: an authorization, or a refusal with its reason. A
/// refusal is not an error. Reused from call to call, so that its vectors keep their room.
struct Status {
  // What the catalog alone decides. Pointers and views live as long as the catalog and the command.
  const Service* service = nullptr;
  const Application* application = nullptr;
  const Plan* plan = nullptr;
  const std::vector<LimitRow>* limits = nullptr;  // of the application's plan
  std::optional<Rejection> refused_caller;        // whatever the counters say
  ResolvedUsage usage;  // empty when there was none or it was not looked at
  std::vector<LimitProbe> probes;
  std::vector<MetricCharge> charges;
  std::vector<SpikeProbe> spikes;  // that this usage counts towards; the rest is filled in below

  // What the counters and the time add.
  std::optional<Rejection> rejection;
  const TimeZone* zone = nullptr;  // of the windows: the service's
  Windows windows{};
  std::vector<UsageReport> reports;
  std::vector<UsageReport> shadow_reports;  // only when they were asked for
  bool charged = false;                     // counters were changed
  bool repeated = false;  // its key was counted before: authorized again, and not counted again
  Traffic traffic;
  ChargeMemo memo;  // of its charges

  WindowsOfNow* of_now = nullptr;  // a thread's, shared by its statuses; may be null

  [[nodiscard]] bool authorized() const { return !rejection; }
  /// Authorized, but above a limit, within its grace.
  [[nodiscard]] bool in_grace() const;
};

/// Decides calls. Stateless but for the counters: any thread, each with a Status of its own.
class Authorizer {
 public:
  Authorizer(Counters& counters, ReferrerMatch referrer_match)
      : counters_(counters), referrer_match_(referrer_match) {}

  /// `provider_key` comes from resolve_provider_key(). Fills `out`; an error when the call cannot
  /// be decided, with out.service set as soon as it is known, so that the error can be kept for its
  /// owner. With a key also those of judge_once().
  Result<> decide(const Catalog& catalog, std::string_view provider_key,
                  const AuthorizeCommand& command, SystemTime now, Status& out);

  // The two halves of decide().

  /// What follows from catalog and command alone. While both stay the same, `out` may be judged
  /// again and again: gateways repeat the same call for each request of a consumer.
  Result<> prepare(const Catalog& catalog, std::string_view provider_key,
                   const AuthorizeCommand& command, Status& out) const;
  /// The same for a service that is known already, whoever its provider is.
  Result<> prepare_for(const Service& service, const AuthorizeCommand& command, Status& out) const;
  /// Compares, counts and fills in the rest. `command` is the one that `out` was prepared for.
  void judge(const AuthorizeCommand& command, SystemTime now, Status& out);
  /// The same for a command with a key: one that was counted before is authorized whatever its
  /// limits say by now, unless its caller is refused. A call that is denied leaves its key unused.
  /// Errors: idempotency_key_reused, idempotency_store_full.
  Result<> judge_once(const AuthorizeCommand& command, SystemTime now, Status& out);

 private:
  Result<> find_application(const AuthorizeCommand& command, Status& out) const;
  [[nodiscard]] std::optional<Rejection> refuse_caller(const AuthorizeCommand& command,
                                                       const Status& out) const;
  bool would_pass(const Charge& charge, Status& out);
  Result<bool> charge_once(const AuthorizeCommand& command, const Charge& charge, Status& out);

  Counters& counters_;
  ReferrerMatch referrer_match_;
};

}  // namespace mainstay::apim
