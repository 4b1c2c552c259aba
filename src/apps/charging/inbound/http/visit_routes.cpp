#include <memory>
#include <utility>

#include "apps/charging/inbound/http/money_routes.hpp"
#include "base/text.hpp"
#include "platform/auth/qr_code.hpp"
#include "platform/http/form.hpp"
#include "platform/http/same_origin.hpp"
#include "platform/json/json.hpp"
#include "platform/json/member_reader.hpp"
#include "platform/templates/templates.hpp"

namespace mainstay::charging {
namespace {

using http::Method;
using json::member_invalid;
using json::MemberReader;

/// The tag outlives the visit by what a station's clock may be wrong.
constexpr Seconds visit_tag_grace{300};
constexpr std::size_t token_chars = 32;

Result<ConnectorName> connector_in(std::string_view text) {
  const auto name = parse_connector(text);
  if (!name) return Error{LedgerErrc::not_found, "no such connector"};
  return *name;
}

// --- beginning
// -----------------------------------------------------------------------------------

/// What a visitor is told to go on with.
struct Begun {
  std::string token{};
};
using BegunDone = UniqueFunction<void(Result<Begun>)>;

/// The payment is held; now the tag, then the station. What fails lets the
/// payment go, and the tag.
void begin_charge(const MoneyParts& parts, MoneyOffice::Visit visit, BegunDone done) {
  struct Step {
    MoneyOffice::Visit visit;
    BegunDone done;
  };
  auto step = std::make_shared<Step>(Step{std::move(visit), std::move(done)});
  const auto fail = [&desk = parts.desk, &network = parts.network, step](Error error) {
    network.remove_tag(step->visit.record.tag, [](const Result<>&) {});
    desk.ask([step, why = error.message()](MoneyOffice& office) {
      (void)office.fail_visit(step->visit.record, why, step->visit.record.made_at);
    });
    step->done(std::move(error));
  };
  const VisitRecord& record = step->visit.record;
  TagRow tag;
  tag.tag = record.tag;
  tag.label = "visit";
  tag.made_at = record.made_at;
  tag.expires_at = step->visit.until + visit_tag_grace;
  parts.network.put_tag(tag, [&network = parts.network, step, fail](Result<> kept) {
    if (kept.has_error()) return fail(std::move(kept).error());
    NetworkService::StartCharge start;
    start.station = step->visit.record.station;
    start.connector = step->visit.record.connector;
    start.tag = step->visit.record.tag;
    network.start_charge(start, [step, fail](Result<> asked) {
      if (asked.has_error()) return fail(std::move(asked).error());
      step->done(Begun{step->visit.token});
    });
  });
}

void begin_visit(const MoneyParts& parts, const ConnectorName& connector, std::string method,
                 SystemTime now, BegunDone done) {
  parts.desk.ask([parts, connector, method = std::move(method), now,
                  done = std::move(done)](MoneyOffice& office) mutable {
    auto visit = office.open_visit(connector, method, now);
    if (visit.has_error()) return done(std::move(visit).error());
    begin_charge(parts, std::move(*visit), std::move(done));
  });
}

struct VisitWish {
  ConnectorName connector{};
  std::string method{};
};

Result<VisitWish> read_wish(std::string_view body) {
  VisitWish out;
  std::string connector;
  MS_TRY(const auto document, json::parse(body));
  MS_TRY(auto in, MemberReader::of(document));
  MS_TRY_VOID(in.require("connector"));
  MS_TRY_VOID(in.text("connector", connector));
  MS_TRY_VOID(in.require("payment_method"));
  MS_TRY_VOID(in.text("payment_method", out.method));
  MS_TRY_VOID(in.all_known());
  if (out.method.empty() || out.method.size() > 200) {
    return member_invalid("payment_method", "the payment provider's token is wanted");
  }
  MS_TRY(out.connector, connector_in(connector));
  return out;
}

void post_visit(const MoneyParts& parts, const http::Request& request, http::Response& response) {
  const auto wish = read_wish(request.body);
  if (!wish) return http::refuse_problem(response, wish.error());
  begin_visit(parts, wish->connector, wish->method, request.at,
              [reply = MoneyReply{response}](Result<Begun> begun) mutable {
                if (begun.has_error()) return reply.give(std::move(begun).error());
                reply.give(json::Object{{"token", begun->token},
                                        {"watch", "/charging/v1/visits/" + begun->token},
                                        {"page", "/charging/s/" + begun->token}},
                           202);
              });
}

// --- watching
// ------------------------------------------------------------------------------------

struct VisitView {
  VisitRecord visit{};
  std::optional<Charge> charge{};
  PaymentRecord payment{};
  std::optional<InvoiceRecord> invoice{};
};

Result<VisitView> view_visit(MoneyOffice& office, const std::string& token, SystemTime now) {
  VisitView out;
  if (token.size() != token_chars) return LedgerErrc::not_found;
  MS_TRY(out.visit, office.visit(token));
  if (out.visit.transaction == TransactionId{}) {
    // It may have begun just now.
    MS_TRY_VOID(office.catch_up(now));
    MS_TRY(out.visit, office.visit(token));
  }
  MS_TRY(out.payment, office.store().payment(out.visit.payment));
  if (out.visit.transaction == TransactionId{}) return out;
  MS_TRY(out.charge, office.charge(out.visit.transaction, now));
  if (out.charge->record && out.charge->record->invoice != 0) {
    MS_TRY(out.invoice, office.store().invoice(out.charge->record->invoice));
  }
  return out;
}

std::string_view state_of(const VisitView& view) {
  if (!view.visit.failure.empty()) return "failed";
  if (!view.charge) return "starting";
  return view.charge->transaction.state == TransactionState::ended ? "ended" : "charging";
}

json::Value visit_json(const VisitView& view) {
  const Currency currency = view.payment.currency;
  return json::Object{
      {"state", state_of(view)},
      {"connector", to_text(ConnectorName{view.visit.station, view.visit.connector})},
      {"failure", view.visit.failure.empty() ? json::Value{} : json::Value{view.visit.failure}},
      {"charge", view.charge ? charge_json(*view.charge) : json::Value{}},
      {"invoice", view.invoice
                      ? json::Value{invoice_name(view.invoice->series, view.invoice->number)}
                      : json::Value{}},
      {"payment", json::Object{{"state", to_text(view.payment.facts.state)},
                               {"currency", currency.code()},
                               {"held", to_text(view.payment.facts.authorised, currency)},
                               {"captured", to_text(view.payment.facts.captured, currency)}}}};
}

void get_visit(const MoneyParts& parts, const http::Request& request, http::Response& response) {
  answer_office(parts, response,
                [token = std::string{request.params.text("token")},
                 now = request.at](MoneyOffice& office) -> Result<json::Value> {
                  MS_TRY(const auto view, view_visit(office, token, now));
                  return visit_json(view);
                });
}

/// Asks the station to end it.
void stop_visit(const MoneyParts& parts, const http::Request& request,
                UniqueFunction<void(Result<>)> done) {
  auto held = std::make_shared<UniqueFunction<void(Result<>)>>(std::move(done));
  parts.desk.ask([&network = parts.network, token = std::string{request.params.text("token")},
                  now = request.at, held](MoneyOffice& office) {
    auto view = view_visit(office, token, now);
    if (view.has_error()) return (*held)(std::move(view).error());
    if (!view->charge) return (*held)(Error{LedgerErrc::not_found, "it has not begun"});
    network.stop_charge(view->visit.transaction,
                        [held](Result<> stopped) { (*held)(std::move(stopped)); });
  });
}

void post_stop(const MoneyParts& parts, const http::Request& request, http::Response& response) {
  stop_visit(parts, request, [reply = MoneyReply{response}](Result<> done) mutable {
    if (done.has_error()) return reply.give(std::move(done).error());
    reply.give(json::Object{{"state", "stopping"}}, 202);
  });
}

void stream_visit(const MoneyParts& parts, const http::Request& request, http::Response& response) {
  auto held = std::make_shared<MoneyReply>(response);
  parts.desk.ask([token = std::string{request.params.text("token")}, now = request.at, held,
                  &request, &stream = parts.stream](MoneyOffice& office) {
    auto view = view_visit(office, token, now);
    if (view.has_error()) return held->give(std::move(view).error());
    if (!view->charge) return held->give(Error{LedgerErrc::not_found, "it has not begun"});
    held->give_with([&request, &stream, id = view->visit.transaction](http::Response& late) {
      stream.enter(request, late, id);
    });
  });
}

// --- pages
// ---------------------------------------------------------------------------------------

std::string offer_page(const MoneyOffice::Quote& quote, const ConnectorName& connector,
                       const MoneyOffice::Hold& hold) {
  std::string out = "<h1>Charge here</h1><p>" + templates::html_escaped(quote.terms.place.name) +
                    ", connector " + to_text(connector) + "<p>";
  if (!quote.terms.tariff) {
    out += "Charging is free here.";
  } else {
    const Tariff& tariff = quote.terms.tariff->tariff;
    out += templates::html_escaped(tariff.text);
    out += "<p>An hour with 10 kWh costs " + to_text(quote.bill.gross(), quote.currency) + " " +
           std::string{quote.currency.code()} + " with VAT.";
  }
  return out + "<p>" + to_text(hold.amount, hold.currency) + " " +
         std::string{hold.currency.code()} +
         " at most are held until you have charged.<form "
         "method=post><label>Card <input "
         "name=payment_method value=\"fake:ok\" required "
         "maxlength=200></label> "
         "<button>Begin</button></form>";
}

/// In a tab of its own it would be a problem document; people get a page.
void answer_error_page(http::Response& response, const Error& error) {
  response.status(error.http_status());
  answer_page(response, "Not possible",
              "<h1>Not possible</h1><p>" + templates::html_escaped(error.message()));
}

void get_offer(const MoneyParts& parts, const http::Request& request, http::Response& response) {
  const auto connector = parse_connector(request.params.text("code"));
  if (!connector) return answer_error_page(response, LedgerErrc::not_found);
  parts.desk.ask([reply = MoneyReply{response}, at = *connector,
                  now = request.at](MoneyOffice& office) mutable {
    PlannedUse plan;
    plan.begin = now;
    plan.energy = 10'000;
    plan.charging = Seconds{3'600};
    auto quote = office.quote(at, plan);
    const MoneyOffice::Hold hold = quote ? office.hold_of(quote->terms) : MoneyOffice::Hold{};
    reply.give_with([quote = std::move(quote), at, hold](http::Response& late) {
      if (quote.has_error()) return answer_error_page(late, quote.error());
      answer_page(late, "Charge here", offer_page(*quote, at, hold));
    });
  });
}

void see_other(http::Response& response, const std::string& path) {
  response.status(303);
  response.header("Location", path);
}

void post_offer(const MoneyParts& parts, const http::Request& request, http::Response& response) {
  const auto connector = parse_connector(request.params.text("code"));
  const auto fields = http::parse_form(request.body, 4);
  const std::string_view method =
      fields ? http::form_field(*fields, "payment_method") : std::string_view{};
  if (!connector || method.empty() || method.size() > 200 || !http::is_from_here(request)) {
    return answer_error_page(response, LedgerErrc::not_found);
  }
  begin_visit(parts, *connector, std::string{method}, request.at,
              [reply = MoneyReply{response}](Result<Begun> begun) mutable {
                reply.give_with([begun = std::move(begun)](http::Response& late) {
                  if (begun.has_error()) return answer_error_page(late, begun.error());
                  see_other(late, "/charging/s/" + begun->token);
                });
              });
}

std::string visit_page(const VisitView& view) {
  std::string out;
  const std::string_view state = state_of(view);
  if (state == "failed") {
    return "<h1>Not charging</h1><p>" + templates::html_escaped(view.visit.failure) +
           "<p>Nothing is paid.";
  }
  if (state == "starting") {
    return "<meta http-equiv=refresh content=3><h1>Starting</h1><p>Plug in "
           "your vehicle.";
  }
  if (view.charge->record) {
    return receipt_page(*view.charge->record, view.invoice ? &*view.invoice : nullptr);
  }
  return "<meta http-equiv=refresh content=5>" + charge_page(*view.charge) +
         "<form method=post><button>Stop</button></form>";
}

void get_visit_page(const MoneyParts& parts, const http::Request& request,
                    http::Response& response) {
  parts.desk.ask([reply = MoneyReply{response}, token = std::string{request.params.text("token")},
                  now = request.at](MoneyOffice& office) mutable {
    auto view = view_visit(office, token, now);
    reply.give_with([view = std::move(view)](http::Response& late) {
      if (view.has_error()) return answer_error_page(late, view.error());
      answer_page(late, "Charging", visit_page(*view));
    });
  });
}

void post_visit_page(const MoneyParts& parts, const http::Request& request,
                     http::Response& response) {
  if (!http::is_from_here(request)) return answer_error_page(response, LedgerErrc::not_found);
  const std::string page = "/charging/s/" + std::string{request.params.text("token")};
  stop_visit(parts, request, [reply = MoneyReply{response}, page](Result<> done) mutable {
    reply.give_with([done = std::move(done), page](http::Response& late) {
      if (done.has_error()) return answer_error_page(late, done.error());
      see_other(late, page);
    });
  });
}

// --- codes
// ---------------------------------------------------------------------------------------

void get_qr(const MoneyParts& parts, const http::Request& request, http::Response& response) {
  const auto connector = connector_in(request.params.text("connector"));
  if (!connector) return http::refuse_problem(response, connector.error());
  std::string base = parts.public_url;
  if (base.empty()) {
    base = (request.tls ? "https://" : "http://") + std::string{request.header("Host")};
  }
  std::string svg = auth::qr_code_svg(base + "/charging/q/" + to_text(*connector));
  constexpr std::string_view element = "<svg ";
  if (!svg.starts_with(element)) {
    return http::refuse_problem(response, member_invalid("Host", "is too long for a code"));
  }
  svg.insert(element.size(), "xmlns=\"http://www.w3.org/2000/svg\" ");
  response.promise_nothing();
  response.content_type("image/svg+xml");
  response.header_block("X-Content-Type-Options: nosniff\r\n");
  response.body() = std::move(svg);
}

}  // namespace

void register_visit_routes(http::Router& router, const MoneyParts& parts) {
  using Route = void (*)(const MoneyParts&, const http::Request&, http::Response&);
  const auto add = [&](Method method, std::string_view pattern, Route route) {
    router.add(method, pattern,
               [parts, route](const http::Request& request, http::Response& response) {
                 route(parts, request, response);
               });
  };
  add(Method::get, "/charging/v1/connectors/{connector}/qr.svg", get_qr);
  add(Method::get, "/charging/q/{code}", get_offer);
  add(Method::post, "/charging/q/{code}", post_offer);
  add(Method::get, "/charging/s/{token}", get_visit_page);
  add(Method::post, "/charging/s/{token}", post_visit_page);
  add(Method::post, "/charging/v1/visits", post_visit);
  add(Method::get, "/charging/v1/visits/{token}", get_visit);
  add(Method::post, "/charging/v1/visits/{token}/stop", post_stop);
  add(Method::get, "/charging/v1/visits/{token}/stream", stream_visit);
}

}  // namespace mainstay::charging
