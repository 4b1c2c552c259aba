#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/charging/domain/money/pricing.hpp"

namespace mainstay::charging {

/// What is paid, in smallest units. gross = net + vat, here and in each line, and the lines' sums
/// are the totals.
struct VatLine {
  std::optional<VatRate> rate{};
  Minor net = 0;
  Minor vat = 0;
  bool operator==(const VatLine&) const = default;
};
struct Bill {
  Minor net = 0;
  Minor vat = 0;
  std::vector<VatLine> by_rate{};  // ascending, without VAT first
  [[nodiscard]] Minor gross() const { return net + vat; }
  bool operator==(const Bill&) const = default;
};

/// What of a session's exact cost is paid. Two roundings: the total with VAT and the total without,
/// half a unit up; so nobody pays more than the limit that a tariff promises, and the receipt shows
/// what the preview did. The VAT is their difference. Lines by rate get their shares, rounded down,
/// and one unit more each in the order of what that took from them (largest remainder), so that
/// they add up. A tariff's minimum or maximum is spread as the rates share the cost; of a session
/// that cost nothing before, it is all of the tariff's first rate.
Bill bill_of(const Cost& cost, const Tariff& tariff);

/// Of several, as a monthly invoice: sums.
void add(Bill& to, const Bill& one);
/// All of it back.
Bill negated(const Bill& bill);

/// What an invoice is called: series and number, "2026-EUR-000042"; credit notes have series of
/// their own, "2026-EUR-C". A series counts from 1 without a gap.
std::string invoice_series(int year, Currency currency, bool is_credit_note);
std::string invoice_name(const std::string& series, std::int64_t number);

/// Year and month, 1 to 12, of a moment in UTC: which month's invoice, which series.
struct Month {
  int year = 1970;
  int month = 1;
  auto operator<=>(const Month&) const = default;
};
Month month_of(SystemTime at);
std::string to_text(Month month);  // "2026-11"
std::optional<Month> parse_month(std::string_view text);

// --- payments ------------------------------------------------------------------------------------

/// How far a payment by a provider is. What ends in _due is to be worked off. Numbers are stored.
enum class PaymentState : std::uint8_t {
  authorised = 0,   // held, for what is to come
  capture_due = 1,  // the amount is known
  captured = 2,
  cancel_due = 3,  // nothing was used: to be let go
  cancelled = 4,
  failed = 5,  // the provider will not: somebody must see to it
  refund_due = 6,
  charge_due = 7,  // to be authorised and captured at once
};
bool is_due(PaymentState state);
std::string_view to_text(PaymentState state);

struct PaymentFacts {
  PaymentState state = PaymentState::authorised;
  Minor authorised = 0;
  Minor captured = 0;
  Minor refunded = 0;    // done
  Minor to_capture = 0;  // of capture_due and charge_due
  Minor to_refund = 0;   // of refund_due, beyond `refunded`
};

/// The session's bill is known: what was authorised at most is captured, the rest is let go.
/// MoneyErrc::payment_invalid unless it is authorised.
Result<PaymentFacts> settle(const PaymentFacts& payment, Minor bill);
/// MoneyErrc::payment_invalid when that is more than is left of it.
Result<PaymentFacts> give_back(const PaymentFacts& payment, Minor amount);
/// What was owed is done, or was refused for good.
PaymentFacts worked_off(const PaymentFacts& payment, bool done);

}  // namespace mainstay::charging
