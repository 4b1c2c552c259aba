#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "platform/auth/domain/link.hpp"
#include "platform/store/store.hpp"

namespace mainstay::auth {

/// What waits for a link to be used (table auth_links). Which fields count depends on the purpose.
struct Waiting {
  std::string id;
  Purpose purpose = Purpose::nothing;
  std::string user_id;  // empty: nobody's yet
  std::string address;  // as written
  std::string name;
  std::string password_hash;
  std::string role;
  SystemTime expires_at{};
};

/// Errc::busy when Limits::links_max wait already.
Result<> insert_link(store::Session& session, const Waiting& waiting);
/// Nothing: it was used, or another took its place.
Result<std::optional<Waiting>> find_link(store::Session& session, const Link& link);
/// False: somebody else has just used it.
Result<bool> use_link(store::Session& session, std::string_view id);
/// All of one user for one purpose.
Result<> remove_links(store::Session& session, std::string_view user_id, Purpose purpose);
/// Those that expired before `now`; gives how many.
Result<std::uint64_t> sweep_links(store::Session& session, SystemTime now);

}  // namespace mainstay::auth
