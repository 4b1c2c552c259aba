#include "apps/charging/commands/money_commands.hpp"

#include <functional>
#include <string>
#include <utility>

#include "apps/charging/app_money.hpp"
#include "apps/charging/commands/listing.hpp"
#include "apps/charging/inbound/http/money_json.hpp"
#include "platform/json/json.hpp"

namespace mainstay::charging {
namespace {

int with_money(const Call& call, const std::function<Result<>(MoneyStore&)>& show) {
  return with_store(call, [&](store::Store& store) { return show(*money_store(store)); });
}

int run_tariffs(const Call& call) {
  return with_money(call, [&](MoneyStore& store) -> Result<> {
    MS_TRY(const auto found, store.tariffs({}, limit_of(call)));
    Listing listing{{"id", "version", "currency", "made", "text"}};
    for (const TariffRecord& one : found) {
      listing.add(tariff_json(one), {one.tariff.id, std::to_string(one.version),
                                     std::string{one.tariff.currency.code()},
                                     time_cell(one.made_at), one.tariff.text});
    }
    listing.print(call);
    return {};
  });
}

int run_tariff(const Call& call) {
  return with_money(call, [&](MoneyStore& store) -> Result<> {
    MS_TRY(const auto found, store.tariff(call.text("id")));
    print_json(tariff_json(found));
    return {};
  });
}

int run_tariff_uses(const Call& call) {
  return with_money(call, [&](MoneyStore& store) -> Result<> {
    MS_TRY(const auto found, store.tariff_uses({}, limit_of(call)));
    Listing listing{{"place", "tariff", "since", "by"}};
    for (const TariffUse& one : found) {
      listing.add(json::Object{{"place", one.place},
                               {"tariff", one.tariff_id},
                               {"since", moment_json(one.made_at)},
                               {"made_by", one.made_by}},
                  {one.place, one.tariff_id, time_cell(one.made_at), one.made_by});
    }
    listing.print(call);
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
  return with_money(call, [&](MoneyStore& store) -> Result<> {
    LedgerPage page;
    page.limit = limit_of(call);
    page.user = call.text("--user");
    page.credit_notes = call.has("--credit-notes");
    MS_TRY(const auto found, store.invoices(page));
    Listing listing{{"id", "number", "kind", "user", "gross", "currency", "payment", "made"}};
    for (const InvoiceRecord& one : found) {
      MS_TRY(auto shown, whole_invoice(store, one));
      Listing::Cells cells{std::to_string(one.id),
                           *shown.find_string("number"),
                           one.credits == 0 ? "invoice" : "credits " + std::to_string(one.credits),
                           one.user,
                           to_text(one.bill.gross(), one.currency),
                           std::string{one.currency.code()},
                           *shown.find_string("payment"),
                           time_cell(one.made_at)};
      listing.add(std::move(shown), std::move(cells));
    }
    listing.print(call);
    return {};
  });
}

int run_invoice(const Call& call) {
  const auto id = id_of(call, "charging invoices list");
  if (id.has_error()) return call.fail(id.error(), exit_usage);
  return with_money(call, [&](MoneyStore& store) -> Result<> {
    MS_TRY(const auto invoice, store.invoice(*id));
    MS_TRY(auto shown, whole_invoice(store, invoice));
    MS_TRY(const auto records, store.cdrs_of(*id));
    json::Array charges;
    for (const CdrRecord& one : records) charges.push_back(record_json(one));
    shown.if_object()->push_back({"charges", std::move(charges)});
    print_json(shown);
    return {};
  });
}

}  // namespace

// No credit note is issued from here. Its number could not be given twice, but it also takes back
// a payment, which the server may be working off at that moment: it would write what it did over
// that, and the money would stay with us. In the server both wait for one lane.
std::vector<Command> money_commands() {
  return {
      {.name = "charging tariffs", .help = "what charging costs"},
      {.name = "charging tariffs list",
       .help = "list the tariffs, in their newest versions",
       .arguments = {limit_argument()},
       .run = run_tariffs},
      {.name = "charging tariffs show",
       .help = "show a tariff, as JSON",
       .arguments = {required_text("id", "its id")},
       .run = run_tariff},
      {.name = "charging tariffs uses",
       .help =
           "list where tariffs count: a connector's goes before its station's, its plot's, what "
           "the plot says of that connector (`charging plots show`), and the default",
       .arguments = {limit_argument()},
       .run = run_tariff_uses},
      {.name = "charging invoices", .help = "what drivers and visitors were billed"},
      {.name = "charging invoices list",
       .help = "list invoices and credit notes, the newest first",
       .arguments = {text("--user", "of the user with that id only"),
                     flag("--credit-notes", "only what takes invoices back"), limit_argument()},
       .run = run_invoices},
      {.name = "charging invoices show",
       .help = "show an invoice with its charges, as JSON",
       .arguments = {required_text("id", "its id, as `list` shows it: no number of a series")},
       .run = run_invoice},
  };
}

}  // namespace mainstay::charging
