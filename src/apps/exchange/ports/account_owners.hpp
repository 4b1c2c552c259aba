#pragma once

#include <string>
#include <string_view>

#include "apps/exchange/fundamental.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"

namespace mainstay::exchange {

/// Accounts below belong to no user: 0 is the venue, the others are simulated traders'.
inline constexpr std::uint64_t first_user_account = 1'000;

/// Which account belongs to which user. A user has one, made when it is first asked for; it never
/// changes, and no number is given twice.
class AccountOwners {
 public:
  virtual ~AccountOwners() = default;

  using Found = UniqueFunction<void(Result<AccountId>)>;
  /// Any thread; never blocks. `found` runs on a thread of the store, or at once; an account that
  /// it is told of is on disk.
  virtual void account_of(std::string_view user_id, SystemTime now, Found found) = 0;
};

}  // namespace mainstay::exchange
