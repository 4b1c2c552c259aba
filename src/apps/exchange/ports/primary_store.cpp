#include "apps/exchange/ports/primary_store.hpp"

#include <array>

namespace mainstay::exchange {

const ErrorRow& error_row(PrimaryErrc code) {
  static constexpr std::array rows{
      ErrorRow{"ticker_taken", "there is an asset of that name", 409},
      ErrorRow{"account_taken", "another investor trades on this account", 409},
      ErrorRow{"primary_too_many", "more than the primary market takes", 422},
      ErrorRow{"changed_meanwhile", "somebody else was quicker; try again", 409, Retry::yes},
      ErrorRow{"not_found", "there is no such thing, or it is somebody else's", 404},
  };
  return rows[static_cast<std::size_t>(code) - 1];
}

AccountId account_of(models::InvestorUserId id) {
  return AccountId{first_primary_account + 2 * id.get()};
}

AccountId account_of(models::AssetUserId id) {
  return AccountId{first_primary_account + 2 * id.get() + 1};
}

bool is_waiting(const InvestorRecord& investor) {
  return investor.paid && !investor.user.is_done();
}

}  // namespace mainstay::exchange
