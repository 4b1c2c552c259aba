#include "apps/charging/ports/payment_provider.hpp"

#include <array>

namespace mainstay::charging {

const ErrorRow& error_row(ProviderErrc code) {
  static constexpr std::array rows{
      ErrorRow{"payment_declined", "the payment was declined", 402},
      ErrorRow{"payment_unavailable", "the payment provider does not answer", 503, Retry::yes},
  };
  return rows.at(static_cast<std::size_t>(code) - 1);
}

}  // namespace mainstay::charging
