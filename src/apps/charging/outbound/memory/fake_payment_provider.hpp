#pragma once

#include <map>
#include <string>

#include "apps/charging/ports/payment_provider.hpp"
#include "base/locked.hpp"

namespace mainstay::charging {

/// A provider that moves nothing: for trying things out, and for tests. Methods are
/// "fake:ok", "fake:declined", "fake:unavailable" (never answers), "fake:slow" (the first try of
/// each request is unavailable), and "fake:capture_declined". Any other text is declined.
///
/// An authorisation's name says its method and amount, so that one of an earlier process is known;
/// what was done to it then is not.
class FakePaymentProvider final : public PaymentProvider {
 public:
  Result<std::string> authorise(const std::string& key, const std::string& method, Minor amount,
                                Currency currency) override;
  Result<> capture(const std::string& key, const std::string& reference, Minor amount) override;
  Result<> cancel(const std::string& key, const std::string& reference) override;
  Result<> refund(const std::string& key, const std::string& reference, Minor amount) override;

  /// What is taken now, of all that was ever held: what tests add up.
  [[nodiscard]] Minor taken() const;

 private:
  struct Hold {
    std::string method;
    Minor held = 0;
    Minor taken = 0;
    bool is_open = true;
    bool was_ours = true;  // made by this process
  };
  struct Ledger {
    std::map<std::string, bool> requests;  // by key: done; else tried, and unavailable
    std::map<std::string, Hold> holds;
  };
  /// Whether it is to be done now; else what to answer.
  static Result<bool> begin(Ledger& ledger, const std::string& key, const std::string& method);
  static Hold* find(Ledger& ledger, const std::string& reference);

  Locked<Ledger> ledger_;
};

}  // namespace mainstay::charging
