#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/charging/domain/money/bill.hpp"
#include "apps/charging/domain/money/pricing.hpp"
#include "apps/charging/domain/money/session_use.hpp"
#include "apps/charging/domain/money/tariff.hpp"
#include "apps/charging/domain/network_rows.hpp"
#include "apps/charging/fundamental.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::charging {

enum class LedgerErrc : std::uint8_t {
  not_found = 1,
  too_many,
  already_credited,
  not_creditable,  // a credit note
  already_paid,
};
const ErrorRow& error_row(LedgerErrc code);

struct MoneyBounds {
  std::size_t tariffs_max = 10'000;
  std::size_t vehicles_of_a_user_max = 20;
  std::size_t open_visits_max = 10'000;  // that have not begun to charge
};

struct TariffRecord {
  Tariff tariff{};
  std::int32_t version = 0;  // 0 in a wish
  std::string made_by{};
  SystemTime made_at{};
};

/// Which tariff counts where; the newest one before a charge began.
struct TariffUse {
  std::string place{};      // "default", "plot:7", "station:12", "connector:12-1"
  std::string tariff_id{};  // empty: none any more
  std::string made_by{};
  SystemTime made_at{};
};

/// A charge detail record: what was used and what it costs, once for good.
struct CdrRecord {
  std::int64_t id = 0;
  std::string source{};  // "t42": transaction 42; "r7": reservation 7, which expired
  std::string user{};
  StationId station{};
  ConnectorNumber connector{};
  PlotId plot{};
  std::string host{};
  std::string place{};
  std::string tag{};
  SystemTime started_at{};
  SystemTime stopped_at{};
  WattHours energy = 0;
  Seconds charging{};
  Seconds parking{};
  Seconds reserved{};
  std::string tariff_id{};  // empty: free
  std::int32_t tariff_version = 0;
  Currency currency{};
  Price exact_net{};
  Price exact_gross{};
  Bill bill{};
  std::string lines{};  // JSON, see money_document.hpp
  std::int64_t invoice = 0;
  std::int64_t payment = 0;  // of a visit, when it takes what was held
  SystemTime made_at{};
};

struct InvoiceRecord {
  std::int64_t id = 0;
  std::string series{};
  std::int64_t number = 0;
  std::string user{};
  Currency currency{};
  Month month{};
  Bill bill{};
  std::int64_t credits = 0;
  std::string reason{};
  std::int64_t payment = 0;
  SystemTime made_at{};
};

struct PaymentRecord {
  std::int64_t id = 0;
  std::string key{};  // the same makes it once
  std::string method{};
  std::string reference{};
  Currency currency{};
  PaymentFacts facts{};
  std::int32_t attempts = 0;
  SystemTime try_at{};
  std::string last_error{};
  SystemTime made_at{};
};

/// A charge of somebody without an account.
struct VisitRecord {
  std::string link{};  // a hash of what the visitor holds
  std::string tag{};
  StationId station{};
  ConnectorNumber connector{};
  std::int64_t payment = 0;
  TransactionId transaction{};  // 0: not begun
  std::string failure{};        // why it never will
  SystemTime made_at{};
};

struct VehicleRecord {
  std::int64_t id = 0;
  std::string user{};
  std::string name{};
  std::string connectors{};  // names between commas
  WattHours battery = 0;     // 0: not told, as below
  Watts ac_max = 0;
  Watts dc_max = 0;
  std::string contract{};
  SystemTime made_at{};
};

/// What a connector's status says of the charge there.
struct ConnectorUse {
  StationId station{};
  ConnectorNumber connector{};
  UseChange change{};
};

/// The newest first, below `before` (0: from the newest on).
struct LedgerPage {
  std::string user{};  // empty: everybody's
  std::int64_t before = 0;
  std::size_t limit = 100;
  bool credit_notes = false;  // of invoices: nothing else
};

/// What a host's plot brought in a month.
struct RevenueRow {
  PlotId plot{};
  std::string currency{};
  std::int64_t charges = 0;
  WattHours energy = 0;
  Minor net = 0;
  Minor vat = 0;
};

/// What it works off of the network's event log.
inline constexpr std::array money_kinds{EventKind::connector_status, EventKind::transaction_started,
                                        EventKind::transaction_ended,
                                        EventKind::reservation_changed};

/// Tariffs, records of charges, invoices, payments, and what drivers keep here. Each change is
/// atomic and on disk behind its return. Blocks: for lanes. Several threads may call.
class MoneyStore {
 public:
  virtual ~MoneyStore() = default;

  /// The network's event up to which all is settled.
  virtual Result<std::int64_t> cursor() = 0;
  /// What is known of connectors by then, and the event.
  virtual Result<> advance(std::int64_t event, const std::vector<ConnectorUse>& uses) = 0;
  /// Within [from, to); at most ten thousand.
  virtual Result<std::vector<UseChange>> uses(StationId station, ConnectorNumber connector,
                                              SystemTime from, SystemTime to) = 0;

  /// A new version, in force from wanted.made_at on; the same tariff again changes nothing.
  virtual Result<TariffRecord> put_tariff(const TariffRecord& wanted) = 0;
  /// The newest version.
  virtual Result<TariffRecord> tariff(const std::string& id) = 0;
  virtual Result<TariffRecord> tariff(const std::string& id, std::int32_t version) = 0;
  /// The version that was in force then; of one that came later its first.
  virtual Result<TariffRecord> tariff_at(const std::string& id, SystemTime at) = 0;
  /// By id, behind `after`, the newest versions.
  virtual Result<std::vector<TariffRecord>> tariffs(const std::string& after,
                                                    std::size_t limit) = 0;
  /// not_found: no such tariff.
  virtual Result<> use_tariff(const TariffUse& use) = 0;
  /// Those in force, by place, behind `after`.
  virtual Result<std::vector<TariffUse>> tariff_uses(const std::string& after,
                                                     std::size_t limit) = 0;
  /// The tariff's id, or empty.
  virtual Result<std::string> tariff_used(const std::string& place, SystemTime at) = 0;

  /// Keeps the record, unless one of its source is there, which is then given. With it: an invoice
  /// if there is something to pay and `invoice_now`, or it is a visit's; and what becomes of the
  /// payment: a visit's is captured or let go by its first charge, an invoice of a user with a
  /// payment method charges that.
  virtual Result<CdrRecord> settle(const CdrRecord& wanted, bool invoice_now) = 0;
  virtual Result<CdrRecord> cdr(std::int64_t id) = 0;
  virtual Result<CdrRecord> cdr(const std::string& source) = 0;
  virtual Result<std::vector<CdrRecord>> cdrs(const LedgerPage& page) = 0;
  /// At most a thousand, the oldest first.
  virtual Result<std::vector<CdrRecord>> cdrs_of(std::int64_t invoice) = 0;

  /// One invoice a user and currency for what of that month has none yet; how many. Calls again
  /// until it is 0: at most a hundred at once.
  virtual Result<std::size_t> invoice_month(Month month, SystemTime now) = 0;
  virtual Result<InvoiceRecord> invoice(std::int64_t id) = 0;
  virtual Result<std::vector<InvoiceRecord>> invoices(const LedgerPage& page) = 0;
  /// Takes an invoice back, whole; what was captured for it is to be refunded. already_credited,
  /// not_creditable.
  virtual Result<InvoiceRecord> credit(std::int64_t invoice, const std::string& reason,
                                       SystemTime now) = 0;
  /// Charges `method` for an invoice that nobody paid or whose payment failed; already_paid.
  virtual Result<PaymentRecord> pay(std::int64_t invoice, const std::string& method,
                                    SystemTime now) = 0;
  virtual Result<std::vector<RevenueRow>> revenue(const std::string& host, Month month) = 0;

  virtual Result<PaymentRecord> payment(std::int64_t id) = 0;
  /// Those to be worked off now, the oldest first.
  virtual Result<std::vector<PaymentRecord>> due(SystemTime now, std::size_t limit) = 0;
  /// facts, reference, attempts, try_at and last_error.
  virtual Result<> record(const PaymentRecord& payment) = 0;

  /// With its payment, which is authorised already. too_many.
  virtual Result<VisitRecord> add_visit(const VisitRecord& wanted,
                                        const PaymentRecord& payment) = 0;
  virtual Result<VisitRecord> visit(const std::string& link) = 0;
  virtual Result<VisitRecord> visit_of_tag(const std::string& tag) = 0;
  /// The transaction that its tag began.
  virtual Result<> begin_visit(const std::string& tag, TransactionId transaction) = 0;
  /// It will not begin: the payment is let go. Nothing when it has begun.
  virtual Result<> fail_visit(const std::string& link, const std::string& why) = 0;
  /// Made before `then`, and not begun.
  virtual Result<std::vector<VisitRecord>> waiting_visits(SystemTime then, std::size_t limit) = 0;

  virtual Result<VehicleRecord> add_vehicle(const VehicleRecord& wanted) = 0;
  virtual Result<VehicleRecord> change_vehicle(const VehicleRecord& wanted) = 0;
  virtual Result<> remove_vehicle(const std::string& user, std::int64_t id) = 0;
  virtual Result<std::vector<VehicleRecord>> vehicles(const std::string& user) = 0;
  /// Empty: none.
  virtual Result<std::string> payment_method(const std::string& user) = 0;
  virtual Result<> set_payment_method(const std::string& user, const std::string& method,
                                      SystemTime now) = 0;
};

}  // namespace mainstay::charging
