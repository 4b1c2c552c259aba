#include "apps/charging/ports/money_store.hpp"

#include <array>

namespace mainstay::charging {

const ErrorRow& error_row(LedgerErrc code) {
  static constexpr std::array rows{
      ErrorRow{"not_found", "there is no such thing, or it is somebody else's", 404},
      ErrorRow{"too_many", "more than may be kept", 422},
      ErrorRow{"already_credited", "a credit note takes it back already", 409},
      ErrorRow{"not_creditable", "a credit note is not taken back", 409},
      ErrorRow{"already_paid", "it is paid, or being paid", 409},
  };
  return rows.at(static_cast<std::size_t>(code) - 1);
}

}  // namespace mainstay::charging
