#include "apps/charging/commands/money_commands.hpp"

#include <cstdio>
#include <functional>
#include <string>
#include <utility>

#include "apps/charging/app_money.hpp"
#include "apps/charging/inbound/http/money_json.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"
#include "platform/program/stores.hpp"
#include "platform/program/table.hpp"

namespace mainstay::charging {
namespace {

using CellTable = std::vector<std::vector<std::string>>;

constexpr std::int64_t rows_fallback = 50;

Argument rows_argument() { return number("--limit", "so many at most (default: 50)", 1, 10'000); }

std::size_t rows_of(const Call& call) {
  return static_cast<std::size_t>(call.number("--limit", rows_fallback));
}

int with_money_rows(const Call& call, const std::function<Result<>(MoneyStore&)>& show) {
  auto store = open_current_store(call.product, *call.settings, MachineClock{}.wall());
  if (store.has_error()) return call.fail(store.error());
  const auto shown = show(*money_store(**store));
  return shown.has_error() ? call.fail(shown.error()) : exit_ok;
}

void print_rows(const Call& call, const json::Value& value, const CellTable& table) {
  if (call.json) {
    std::printf("%s\n", json::dump_pretty(value).c_str());
  } else {
    print_table(table);
  }
}

int run_tariffs(const Call& call) {
  return with_money_rows(call, [&](MoneyStore& store) -> Result<> {
    MS_TRY(const auto found, store.tariffs({}, rows_of(call)));
    json::Array all;
    CellTable table{{"id", "version", "currency", "made", "text"}};
    for (const TariffRecord& one : found) {
      all.push_back(tariff_json(one));
      table.push_back({one.tariff.id, std::to_string(one.version),
                       std::string{one.tariff.currency.code()}, utc_text(one.made_at),
                       one.tariff.text});
    }
    print_rows(call, all, table);
    return {};
  });
}

int run_tariff(const Call& call) {
  return with_money_rows(call, [&](MoneyStore& store) -> Result<> {
    MS_TRY(const auto found, store.tariff(call.text("id")));
    std::printf("%s\n", json::dump_pretty(tariff_json(found)).c_str());
    return {};
  });
}

/// With what became of its payment.
Result<json::Value> whole_invoice(MoneyStore& store, const InvoiceRecord& invoice) {
  if (invoice.payment == 0) return invoice_json(invoice, nullptr);
  MS_TRY(const auto payment, store.payment(invoice.payment));
  return invoice_json(invoice, &payment);
}

int run_invoices(const Call& call) {
  return with_money_rows(call, [&](MoneyStore& store) -> Result<> {
    LedgerPage page;
    page.limit = rows_of(call);
    page.user = call.text("--user");
    MS_TRY(const auto found, store.invoices(page));
    json::Array all;
    CellTable table{{"id", "number", "user", "gross", "currency", "payment", "made"}};
    for (const InvoiceRecord& one : found) {
      MS_TRY(auto shown, whole_invoice(store, one));
      table.push_back({std::to_string(one.id), *shown.find_string("number"), one.user,
                       to_text(one.bill.gross(), one.currency), std::string{one.currency.code()},
                       *shown.find_string("payment"), utc_text(one.made_at)});
      all.push_back(std::move(shown));
    }
    print_rows(call, all, table);
    return {};
  });
}

int run_invoice(const Call& call) {
  const auto id = parse_i64(call.text("id"));
  if (!id) return call.fail("an id is a number: `charging invoices list` has them", exit_usage);
  return with_money_rows(call, [&](MoneyStore& store) -> Result<> {
    MS_TRY(const auto invoice, store.invoice(*id));
    MS_TRY(auto shown, whole_invoice(store, invoice));
    MS_TRY(const auto records, store.cdrs_of(*id));
    json::Array charges;
    for (const CdrRecord& one : records) charges.push_back(record_json(one));
    shown.if_object()->push_back({"charges", std::move(charges)});
    std::printf("%s\n", json::dump_pretty(shown).c_str());
    return {};
  });
}

}  // namespace

std::vector<Command> money_commands() {
  return {
      {.name = "charging tariffs", .help = "what charging costs"},
      {.name = "charging tariffs list",
       .help = "list the tariffs, in their newest versions",
       .arguments = {rows_argument()},
       .run = run_tariffs},
      {.name = "charging tariffs show",
       .help = "show a tariff, as JSON",
       .arguments = {required_text("id", "its id")},
       .run = run_tariff},
      {.name = "charging invoices", .help = "what drivers and visitors were billed"},
      {.name = "charging invoices list",
       .help = "list invoices and credit notes, the newest first",
       .arguments = {text("--user", "of the user with that id only"), rows_argument()},
       .run = run_invoices},
      {.name = "charging invoices show",
       .help = "show an invoice with its charges, as JSON",
       .arguments = {required_text("id", "its id, as `list` shows it: no number of a series")},
       .run = run_invoice},
  };
}

}  // namespace mainstay::charging
