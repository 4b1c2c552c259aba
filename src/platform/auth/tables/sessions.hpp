#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/auth/domain/session_rule.hpp"
#include "platform/store/store.hpp"

namespace mainstay::auth {

/// A signed-in browser (table auth_sessions).
struct SessionRow {
  std::string hash;
  std::string id;
  std::string user_id;
  SessionTimes times;
  std::string client;  // its address
  std::string agent;   // what it calls itself
};

/// The account's sessions that were used longest ago go, beyond Limits::sessions_max.
Result<> insert_session(store::Session& session, const SessionRow& row);
/// The newest first.
Result<std::vector<SessionRow>> sessions_of(store::Session& session, std::string_view user_id);
Result<> remove_session(store::Session& session, std::string_view hash);
/// False: the account has none of that id.
Result<bool> remove_session_by_id(store::Session& session, std::string_view user_id,
                                  std::string_view id);
/// All of the account's; but the one of `except`, when that is not empty.
Result<> remove_sessions(store::Session& session, std::string_view user_id,
                         std::string_view except = {});
/// Those that were last used before `before`.
Result<std::uint64_t> sweep_sessions(store::Session& session, SystemTime before);

/// A key for programs (table auth_tokens).
struct TokenRow {
  std::string hash;
  std::string id;
  std::string user_id;
  std::string label;
  std::string scopes;  // role names with blanks between; "*": all that the owner has
  SystemTime created_at{};
  std::optional<SystemTime> expires_at;
  std::optional<SystemTime> used_at;  // to ten minutes
};

/// Errc::tokens_full when the account has Limits::tokens_max already.
Result<> insert_token(store::Session& session, const TokenRow& row);
/// The newest first, expired ones too.
Result<std::vector<TokenRow>> tokens_of(store::Session& session, std::string_view user_id);
Result<bool> remove_token(store::Session& session, std::string_view user_id, std::string_view id);

}  // namespace mainstay::auth
