#pragma once

#include "apps/charging/ports/money_store.hpp"
#include "platform/store/store.hpp"

namespace mainstay::charging {

/// The tables of migrations/20261122040000_charging_money, in SQL that SQLite and PostgreSQL take.
class SqlMoneyStore final : public MoneyStore {
 public:
  explicit SqlMoneyStore(store::Store& store, MoneyBounds bounds = {})
      : store_(store), bounds_(bounds) {}

  Result<std::int64_t> cursor() override;
  Result<> advance(std::int64_t event, const std::vector<ConnectorUse>& uses) override;
  Result<std::vector<UseChange>> uses(StationId station, ConnectorNumber connector, SystemTime from,
                                      SystemTime to) override;

  Result<TariffRecord> put_tariff(const TariffRecord& wanted) override;
  Result<TariffRecord> tariff(const std::string& id) override;
  Result<TariffRecord> tariff(const std::string& id, std::int32_t version) override;
  Result<TariffRecord> tariff_at(const std::string& id, SystemTime at) override;
  Result<std::vector<TariffRecord>> tariffs(const std::string& after, std::size_t limit) override;
  Result<> use_tariff(const TariffUse& use) override;
  Result<std::vector<TariffUse>> tariff_uses(const std::string& after, std::size_t limit) override;
  Result<std::string> tariff_used(const std::string& place, SystemTime at) override;

  Result<CdrRecord> settle(const CdrRecord& wanted, bool invoice_now) override;
  Result<CdrRecord> cdr(std::int64_t id) override;
  Result<CdrRecord> cdr(const std::string& source) override;
  Result<std::vector<CdrRecord>> cdrs(const LedgerPage& page) override;
  Result<std::vector<CdrRecord>> cdrs_of(std::int64_t invoice) override;

  Result<std::size_t> invoice_month(Month month, SystemTime now) override;
  Result<InvoiceRecord> invoice(std::int64_t id) override;
  Result<std::vector<InvoiceRecord>> invoices(const LedgerPage& page) override;
  Result<InvoiceRecord> credit(std::int64_t invoice, const std::string& reason,
                               SystemTime now) override;
  Result<PaymentRecord> pay(std::int64_t invoice, const std::string& method,
                            SystemTime now) override;
  Result<std::vector<RevenueRow>> revenue(const std::string& host, Month month) override;

  Result<PaymentRecord> payment(std::int64_t id) override;
  Result<std::vector<PaymentRecord>> due(SystemTime now, std::size_t limit) override;
  Result<> record(const PaymentRecord& payment) override;

  Result<VisitRecord> add_visit(const VisitRecord& wanted, const PaymentRecord& payment) override;
  Result<VisitRecord> visit(const std::string& link) override;
  Result<VisitRecord> visit_of_tag(const std::string& tag) override;
  Result<> begin_visit(const std::string& tag, TransactionId transaction) override;
  Result<> fail_visit(const std::string& link, const std::string& why) override;
  Result<std::vector<VisitRecord>> waiting_visits(SystemTime then, std::size_t limit) override;

  Result<VehicleRecord> add_vehicle(const VehicleRecord& wanted) override;
  Result<VehicleRecord> change_vehicle(const VehicleRecord& wanted) override;
  Result<> remove_vehicle(const std::string& user, std::int64_t id) override;
  Result<std::vector<VehicleRecord>> vehicles(const std::string& user) override;
  Result<std::string> payment_method(const std::string& user) override;
  Result<> set_payment_method(const std::string& user, const std::string& method,
                              SystemTime now) override;

 private:
  using Params = std::initializer_list<store::Value>;
  template <class Record>
  Result<std::vector<Record>> all(std::string_view sql, Params params,
                                  Result<Record> (*read)(const store::Row&));
  /// not_found when there is none.
  template <class Record>
  Result<Record> one(std::string_view sql, Params params,
                     Result<Record> (*read)(const store::Row&));

  store::Store& store_;
  const MoneyBounds bounds_;
};

}  // namespace mainstay::charging
