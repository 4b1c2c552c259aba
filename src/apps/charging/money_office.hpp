#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/charging/domain/money/session_use.hpp"
#include "apps/charging/domain/network_rows.hpp"
#include "apps/charging/ports/money_store.hpp"
#include "apps/charging/ports/network_store.hpp"
#include "apps/charging/ports/payment_provider.hpp"
#include "apps/charging/ports/places.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/time_zone.hpp"
#include "platform/zones/time_zones.hpp"

namespace mainstay::charging {

struct OfficeOptions {
  bool invoice_each_charge = true;  // else one invoice a month
  Currency currency{};              // of charges without a tariff
  /// Whole units held for somebody without an account, if the tariff has no
  /// max_price.
  std::int64_t visit_hold = 50;
  Seconds visit_patience{600};  // to begin to charge
};

/// A connector as people name it: "12-1".
struct ConnectorName {
  StationId station{};
  ConnectorNumber connector{};
};
std::string to_text(const ConnectorName& name);
std::optional<ConnectorName> parse_connector(std::string_view text);

/// What counts for a charge that begins at some moment at some connector.
struct Terms {
  Place place{};
  std::optional<TariffRecord> tariff{};  // none: free
  const TimeZone* zone = nullptr;
};

/// A charge as far as it is known: under way, or what its record says.
struct Charge {
  TransactionRow transaction{};
  Terms terms{};
  UseSums use{};
  Cost cost{};
  Bill bill{};
  Currency currency{};
  std::optional<CdrRecord> record{};  // once it is settled
};

/// What money does, one thing after the other: on the desk's lane. Everything
/// blocks.
class MoneyOffice {
 public:
  /// All of it outlives the office. `failed` hears of what nobody waits for.
  MoneyOffice(MoneyStore& store, PaymentProvider& provider, NetworkStore& network, Places& places,
              zones::TimeZones& zones, UniqueFunction<void(const Error&)> failed,
              OfficeOptions options);

  [[nodiscard]] MoneyStore& store() const { return store_; }
  [[nodiscard]] const OfficeOptions& options() const { return options_; }

  // --- questions
  Result<Terms> terms(const ConnectorName& connector, SystemTime at);
  struct Quote {
    Terms terms{};
    Cost cost{};
    Bill bill{};
    Currency currency{};
  };
  /// NetworkErrc::connector_unknown.
  Result<Quote> quote(const ConnectorName& connector, const PlannedUse& plan);
  Result<Charge> charge(TransactionId id, SystemTime now);
  Result<Charge> charge(const TransactionRow& row, SystemTime now);
  /// Those that were settled: the newest first, below `before` (of records).
  Result<std::vector<Charge>> settled(const LedgerPage& page);
  Result<std::vector<ReservationRow>> reservations(const ReservationFilter& filter);
  /// None: there is none of this number.
  Result<std::optional<ReservationRow>> reservation(std::int64_t id);

  // --- what has to be done
  /// Settles what the network's event log tells behind the cursor, a step of
  /// it: each charge exactly once. Whether there is more.
  Result<bool> catch_up(SystemTime now);
  /// Payments that are due, visits that nobody began, the invoices of months
  /// that are over.
  Result<> tick(SystemTime now);
  Result<CdrRecord> settle(const TransactionRow& row, SystemTime now);
  Result<CdrRecord> settle_expired(const ReservationRow& row, SystemTime now);

  // --- people without an account
  struct Hold {
    Minor amount = 0;
    Currency currency{};
  };
  /// What open_visit() has the provider hold.
  [[nodiscard]] Hold hold_of(const Terms& terms) const;
  struct Visit {
    VisitRecord record{};
    std::string token{};  // what the visitor holds; not kept
    SystemTime until{};   // so long it waits for a vehicle
  };
  /// Has the provider hold what the charge may cost: NetworkErrc::connector_unknown, ProviderErrc.
  Result<Visit> open_visit(const ConnectorName& connector, const std::string& method,
                           SystemTime now);
  Result<VisitRecord> visit(const std::string& token);
  Result<> fail_visit(const VisitRecord& visit, const std::string& why, SystemTime now);

 private:
  Result<> take(const EventRow& event, std::vector<ConnectorUse>& uses, SystemTime now);
  Result<SessionFacts> facts_of(const TransactionRow& row, SystemTime now);
  Result<> work_off(PaymentRecord payment, SystemTime now);
  Result<> carry_out(PaymentRecord& payment);
  Result<> invoice_months(SystemTime now);

  MoneyStore& store_;
  PaymentProvider& provider_;
  NetworkStore& network_;
  Places& places_;
  zones::TimeZones& zones_;
  UniqueFunction<void(const Error&)> failed_;
  const OfficeOptions options_;
  Month invoiced_{};  // up to that month all is invoiced
};

/// What a record says, as a charge: of one that came of a reservation the transaction is 0.
Charge charge_of(CdrRecord record);
/// What is kept of a visitor's token.
std::string visit_link(std::string_view token);
/// A tag that nobody can guess, of 20 characters: of an app or a visit.
std::string new_tag(char kind);
inline constexpr char app_tag = 'A';
inline constexpr char visit_tag = 'V';
/// Whether new_tag() makes such ones: nobody may register them as cards.
bool is_made_tag(std::string_view tag);

}  // namespace mainstay::charging
