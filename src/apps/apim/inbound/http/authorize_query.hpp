#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/apim/domain/authorize.hpp"
#include "apps/apim/inbound/http/parameters.hpp"
#include "apps/apim/inbound/http/status_xml.hpp"
#include "apps/apim/probe.hpp"
#include "base/result.hpp"

namespace mainstay::apim {

/// What a call was decided by besides its query.
struct CallShape {
  std::uint64_t catalog_version = 0;
  CallKind kind = CallKind::authorize;
  Extensions extensions;
  friend bool operator==(const CallShape&, const CallShape&) = default;
};

/// A call as far as its query and the catalog decide it, so that the next one like it goes straight
/// to the counters.
struct PreparedCall {
  std::optional<CallShape> shape;  // that it holds for
  std::string_view provider_key;
  Status status;
  StatusXmlFrame frame;
};

/// What the query of an authorize or authrep call says, before anything is looked up: but for what
/// is said to be a call's, a pure function of its text. Views point into the object itself.
struct AuthorizeQuery {
  explicit AuthorizeQuery(std::uint64_t seed) : parameters(seed) {}
  AuthorizeQuery(const AuthorizeQuery&) = delete;
  AuthorizeQuery& operator=(const AuthorizeQuery&) = delete;

  std::string text;
  Parameters parameters;
  std::vector<UsageParameter> usage;
  AuthorizeCommand command;  // kind, oauth, extensions and key: of the latest call, which has them
  bool no_body = false;
  bool names_user_id = false;
  bool usage_is_map = true;
  const Parameters::Node* idempotency_key = nullptr;  // null: not in the query

  PreparedCall prepared;

  /// Error: bad_request.
  Result<> parse(std::string_view query);
};

/// Parses queries and keeps the newest ones: gateways send the same query for each call of a
/// consumer. One per I/O thread. Bounded: `kept` queries of at most `kept_bytes_max`; a longer one
/// is parsed each time, and so is one with an idempotency key, which comes once.
class AuthorizeQueries {
 public:
  static constexpr std::size_t kept = 256;
  static constexpr std::size_t kept_bytes_max = 1024;

  /// `seed`: for Parameters.
  explicit AuthorizeQueries(std::uint64_t seed);

  /// Valid until the next call. Error: bad_request.
  Result<AuthorizeQuery*> get(std::string_view query);

 private:
  std::uint64_t seed_;
  std::vector<std::unique_ptr<AuthorizeQuery>> slots_;  // by hash; null until used
  AuthorizeQuery* newest_ = nullptr;                    // of the slots; often asked for again
  AuthorizeQuery passing_;                              // one that is not kept
};

}  // namespace mainstay::apim
