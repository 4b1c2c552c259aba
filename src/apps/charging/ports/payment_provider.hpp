#pragma once

#include <cstdint>
#include <string>

#include "apps/charging/domain/money/currency.hpp"
#include "base/result.hpp"

namespace mainstay::charging {

enum class ProviderErrc : std::uint8_t {
  declined = 1,  // for good: another method may do
  unavailable,   // try again with the same key
};
const ErrorRow& error_row(ProviderErrc code);

/// Who moves the money. Every request has a key: the same key again is the same request, and gives
/// what it gave before, also after a failure that left open whether it was done. Blocks: for lanes.
class PaymentProvider {
 public:
  virtual ~PaymentProvider() = default;

  /// Holds the amount; gives the name by which the rest refers to it.
  virtual Result<std::string> authorise(const std::string& key, const std::string& method,
                                        Minor amount, Currency currency) = 0;
  /// Takes at most what is held, once; the rest is let go.
  virtual Result<> capture(const std::string& key, const std::string& reference, Minor amount) = 0;
  /// Lets it go.
  virtual Result<> cancel(const std::string& key, const std::string& reference) = 0;
  /// Gives back, at most what was captured in all.
  virtual Result<> refund(const std::string& key, const std::string& reference, Minor amount) = 0;
};

}  // namespace mainstay::charging
