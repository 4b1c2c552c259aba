#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "apps/charging/inbound/http/money_routes.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"
#include "platform/json/member_reader.hpp"

namespace mainstay::charging {
namespace {

using http::Method;
using json::member_invalid;
using json::MemberReader;

constexpr std::size_t tags_of_a_user_max = 50;
constexpr std::size_t reservations_read_max = 100;  // the newest ones
constexpr std::int64_t reservation_minutes_max = 24 * 60;

enum class DriverErrc : std::uint8_t {
  tag_taken = 1,
  tags_too_many,
  connector_unknown,
  tag_blocked,
};
const ErrorRow& error_row(DriverErrc code) {
  static constexpr std::array rows{
      ErrorRow{"tag_taken", "somebody has registered this tag", 409},
      ErrorRow{"too_many", "50 tags are the most of one driver", 422},
      ErrorRow{"connector_unknown", "there is no such connector", 404},
      ErrorRow{"tag_blocked", "an operator has blocked this tag: only operators remove it", 409},
  };
  return rows.at(static_cast<std::size_t>(code) - 1);
}

Result<std::int64_t> id_in(const http::Request& request, std::string_view name) {
  const std::uint64_t id = request.params.number(name);
  if (id == 0 || !std::in_range<std::int32_t>(id)) return LedgerErrc::not_found;
  return static_cast<std::int64_t>(id);
}

/// What is somebody else's is not there.
bool is_seen(const auth::Caller& caller, const std::string& owner) {
  return owner == caller.user_id || may(caller, support_role) || may(caller, operator_role);
}

// --- vehicles, payment method
// --------------------------------------------------------------------

/// As plots name them.
bool is_plug(std::string_view name) {
  return !name.empty() && name.size() <= 20 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

Result<> read_connectors(MemberReader& in, std::string& out) {
  const json::Value* const found = in.find("connectors");
  if (found == nullptr) return {};
  const json::Array* const list = found->if_array();
  if (list == nullptr || list->size() > 8) {
    return member_invalid("connectors", "a list of at most 8 names is wanted, as type2");
  }
  for (const json::Value& one : *list) {
    const std::string* const name = one.if_string();
    if (name == nullptr || !is_plug(*name)) {
      return member_invalid("connectors", "names of plugs are wanted, as type2 or ccs2");
    }
    if (!out.empty()) out += ",";
    out += *name;
  }
  return {};
}

Result<VehicleRecord> read_vehicle(const http::Request& request, const auth::Caller& caller) {
  VehicleRecord out;
  out.user = caller.user_id;
  out.made_at = request.at;
  MS_TRY(const auto document, json::parse(request.body));
  MS_TRY(auto in, MemberReader::of(document));
  MS_TRY_VOID(in.require("name"));
  MS_TRY_VOID(in.text("name", out.name));
  MS_TRY_VOID(read_connectors(in, out.connectors));
  MS_TRY_VOID(in.number("battery_wh", out.battery));
  MS_TRY_VOID(in.number("ac_watts_max", out.ac_max));
  MS_TRY_VOID(in.number("dc_watts_max", out.dc_max));
  MS_TRY_VOID(in.text("contract", out.contract));
  MS_TRY_VOID(in.all_known());
  if (out.name.empty() || out.name.size() > 100) {
    return member_invalid("name", "1 to 100 bytes are wanted");
  }
  if (out.contract.size() > 40) return member_invalid("contract", "at most 40 bytes are wanted");
  for (const std::int64_t one : {out.battery, out.ac_max, out.dc_max}) {
    if (one < 0 || one > 10'000'000) {
      return member_invalid("battery_wh, ac_watts_max, dc_watts_max", "0 to 10000000 is wanted");
    }
  }
  return out;
}

void post_vehicle(const MoneyParts& parts, const http::Request& request, http::Response& response,
                  const auth::Caller& caller) {
  auto wanted = read_vehicle(request, caller);
  if (!wanted) return http::refuse_problem(response, wanted.error());
  answer_office(
      parts, response,
      [wanted = *wanted](MoneyOffice& office) -> Result<json::Value> {
        MS_TRY(const auto kept, office.store().add_vehicle(wanted));
        return vehicle_json(kept);
      },
      201);
}

void put_vehicle(const MoneyParts& parts, const http::Request& request, http::Response& response,
                 const auth::Caller& caller) {
  auto wanted = read_vehicle(request, caller);
  if (!wanted) return http::refuse_problem(response, wanted.error());
  const auto id = id_in(request, "vehicle");
  if (!id) return http::refuse_problem(response, id.error());
  wanted->id = *id;
  answer_office(parts, response, [wanted = *wanted](MoneyOffice& office) -> Result<json::Value> {
    MS_TRY(const auto kept, office.store().change_vehicle(wanted));
    return vehicle_json(kept);
  });
}

void delete_vehicle(const MoneyParts& parts, const http::Request& request, http::Response& response,
                    const auth::Caller& caller) {
  const auto id = id_in(request, "vehicle");
  if (!id) return http::refuse_problem(response, id.error());
  answer_office(parts, response,
                [id = *id, user = caller.user_id](MoneyOffice& office) -> Result<json::Value> {
                  MS_TRY_VOID(office.store().remove_vehicle(user, id));
                  return json::Object{{"removed", id}};
                });
}

void get_vehicles(const MoneyParts& parts, const http::Request&, http::Response& response,
                  const auth::Caller& caller) {
  answer_office(parts, response,
                [user = caller.user_id](MoneyOffice& office) -> Result<json::Value> {
                  MS_TRY(const auto found, office.store().vehicles(user));
                  json::Array rows;
                  for (const VehicleRecord& one : found) rows.push_back(vehicle_json(one));
                  return json::Object{{"vehicles", std::move(rows)}};
                });
}

Result<std::string> read_method(std::string_view body) {
  std::string out;
  MS_TRY(const auto document, json::parse(body));
  MS_TRY(auto in, MemberReader::of(document));
  MS_TRY_VOID(in.require("method"));
  MS_TRY_VOID(in.text("method", out));
  MS_TRY_VOID(in.all_known());
  if (out.empty() || out.size() > 200) {
    return member_invalid("method", "the payment provider's token is wanted, at most 200 bytes");
  }
  return out;
}

void set_method(const MoneyParts& parts, http::Response& response, const auth::Caller& caller,
                std::string method, SystemTime now) {
  answer_office(parts, response,
                [user = caller.user_id, method = std::move(method),
                 now](MoneyOffice& office) -> Result<json::Value> {
                  MS_TRY_VOID(office.store().set_payment_method(user, method, now));
                  return json::Object{{"has_method", !method.empty()}};
                });
}

void put_method(const MoneyParts& parts, const http::Request& request, http::Response& response,
                const auth::Caller& caller) {
  auto method = read_method(request.body);
  if (!method) return http::refuse_problem(response, method.error());
  set_method(parts, response, caller, std::move(*method), request.at);
}

void delete_method(const MoneyParts& parts, const http::Request& request, http::Response& response,
                   const auth::Caller& caller) {
  set_method(parts, response, caller, {}, request.at);
}

void get_method(const MoneyParts& parts, const http::Request&, http::Response& response,
                const auth::Caller& caller) {
  answer_office(parts, response,
                [user = caller.user_id](MoneyOffice& office) -> Result<json::Value> {
                  MS_TRY(const auto method, office.store().payment_method(user));
                  return json::Object{{"has_method", !method.empty()}};
                });
}

// --- tags
// ----------------------------------------------------------------------------------------

json::Value tag_json(const TagRow& tag) {
  return json::Object{{"tag", tag.tag},
                      {"kind", is_made_tag(tag.tag) ? "app" : "rfid"},
                      {"label", tag.label},
                      {"blocked", tag.is_blocked},
                      {"made_at", moment_json(tag.made_at)}};
}

void get_tags(const MoneyParts& parts, const http::Request&, http::Response& response,
              const auth::Caller& caller) {
  (void)parts.network.look(
      [reply = MoneyReply{response}, owner = caller.user_id](const Network& network) mutable {
        json::Array rows;
        for (const TagRow& one : network.tags_of(owner)) rows.push_back(tag_json(one));
        reply.give(json::Object{{"tags", std::move(rows)}});
      });
}

Result<TagRow> read_tag(const http::Request& request, const auth::Caller& caller) {
  TagRow out;
  std::string kind;
  std::string tag;
  MS_TRY(const auto document, json::parse(request.body));
  MS_TRY(auto in, MemberReader::of(document));
  MS_TRY_VOID(in.require("kind"));
  MS_TRY_VOID(in.text("kind", kind));
  MS_TRY_VOID(in.text("tag", tag));
  MS_TRY_VOID(in.text("label", out.label));
  MS_TRY_VOID(in.all_known());
  if (out.label.size() > 100) return member_invalid("label", "at most 100 bytes are wanted");
  if (kind == "app") {
    if (!tag.empty()) return member_invalid("tag", "an app's tag is made here");
    tag = new_tag(app_tag);
  } else if (kind != "rfid") {
    return member_invalid("kind", "rfid or app is wanted");
  }
  if (!is_tag(tag) || (kind == "rfid" && is_made_tag(tag))) {
    return member_invalid("tag", "a card's number is wanted, of 1 to 20 characters");
  }
  out.tag = tag_key(tag);
  out.owner = caller.user_id;
  out.transactions_max = kind == "app" ? 0 : 1;
  out.made_at = request.at;
  return out;
}

/// Puts a tag that is nobody else's. Of one's own only the label: what operators have decided on it
/// stays.
void keep_tag(NetworkService& network, TagRow wanted, NetworkService::Done<TagRow> done) {
  auto kept = std::make_shared<TagRow>(std::move(wanted));
  network.change(
      [kept](Network& state, SystemTime now, Batch& batch) -> Result<> {
        const TagRow* const there = state.tag(kept->tag);
        if (there != nullptr && there->owner != kept->owner) return DriverErrc::tag_taken;
        if (there == nullptr && state.tags_of(kept->owner).size() >= tags_of_a_user_max) {
          return DriverErrc::tags_too_many;
        }
        if (there != nullptr) {
          std::string label = std::move(kept->label);
          *kept = *there;
          kept->label = std::move(label);
        }
        return state.put_tag(*kept, now, batch);
      },
      [kept, done = std::move(done)](Result<> stored) {
        if (stored.has_error()) return done(std::move(stored).error());
        done(std::move(*kept));
      });
}

void post_tag(const MoneyParts& parts, const http::Request& request, http::Response& response,
              const auth::Caller& caller) {
  auto wanted = read_tag(request, caller);
  if (!wanted) return http::refuse_problem(response, wanted.error());
  keep_tag(parts.network, *wanted, [reply = MoneyReply{response}](Result<TagRow> kept) mutable {
    if (kept.has_error()) return reply.give(std::move(kept).error());
    reply.give(tag_json(*kept), 201);
  });
}

void delete_tag(const MoneyParts& parts, const http::Request& request, http::Response& response,
                const auth::Caller& caller) {
  const std::string tag = tag_key(request.params.text("tag"));
  parts.network.change(
      [tag, owner = caller.user_id](Network& state, SystemTime, Batch& batch) -> Result<> {
        const TagRow* const there = state.tag(tag);
        if (there == nullptr || there->owner != owner) return LedgerErrc::not_found;
        if (there->is_blocked) return DriverErrc::tag_blocked;  // else it came back without that
        return state.remove_tag(tag, batch);
      },
      [reply = MoneyReply{response}, tag](Result<> done) mutable {
        if (done.has_error()) return reply.give(std::move(done).error());
        reply.give(json::Object{{"removed", tag}});
      });
}

// --- charges
// -------------------------------------------------------------------------------------

struct Wanted {
  ConnectorName connector{};
  std::string tag{};  // empty: any of the caller's
  Seconds reserved{};
};

Result<Wanted> read_wanted(std::string_view body, bool with_minutes) {
  Wanted out;
  std::string connector;
  MS_TRY(const auto document, json::parse(body));
  MS_TRY(auto in, MemberReader::of(document));
  MS_TRY_VOID(in.require("connector"));
  MS_TRY_VOID(in.text("connector", connector));
  MS_TRY_VOID(in.text("tag", out.tag));
  if (with_minutes) {
    std::int64_t minutes = 30;
    MS_TRY_VOID(in.number("minutes", minutes));
    if (minutes < 1 || minutes > reservation_minutes_max) {
      return member_invalid("minutes", "1 to 1440 is wanted");
    }
    out.reserved = Seconds{minutes * 60};
  }
  MS_TRY_VOID(in.all_known());
  const auto name = parse_connector(connector);
  if (!name) return member_invalid("connector", "STATION-CONNECTOR is wanted, as 12-1");
  out.connector = *name;
  out.tag = tag_key(out.tag);
  return out;
}

/// Finds the tag that the caller means: the one named, an app's, any; one is
/// made where there is none. Then goes on with it.
void with_tag(NetworkService& network, const auth::Caller& caller, SystemTime now,
              const Wanted& wanted, MoneyReply reply,
              UniqueFunction<void(std::string, MoneyReply)> then) {
  auto held = std::make_shared<MoneyReply>(std::move(reply));
  auto next = std::make_shared<UniqueFunction<void(std::string, MoneyReply)>>(std::move(then));
  (void)network.look(
      [&network, owner = caller.user_id, now, wanted, held, next](const Network& state) {
        const Station* const station = state.station(wanted.connector.station);
        if (station == nullptr || station->connector(wanted.connector.connector) == nullptr) {
          return held->give(DriverErrc::connector_unknown);
        }
        const std::vector<TagRow> own = state.tags_of(owner);
        const auto named = std::ranges::find(own, wanted.tag, &TagRow::tag);
        if (named != own.end()) return (*next)(wanted.tag, std::move(*held));
        if (!wanted.tag.empty())
          return held->give(Error{LedgerErrc::not_found, "tag " + wanted.tag});
        const auto made =
            std::ranges::find_if(own, [](const TagRow& one) { return is_made_tag(one.tag); });
        if (made != own.end()) return (*next)(made->tag, std::move(*held));
        TagRow row;
        row.tag = new_tag(app_tag);
        row.owner = owner;
        row.label = "app";
        row.transactions_max = 0;
        row.made_at = now;
        keep_tag(network, row, [held, next](Result<TagRow> kept) {
          if (kept.has_error()) return held->give(std::move(kept).error());
          (*next)(kept->tag, std::move(*held));
        });
      });
}

void post_charge(const MoneyParts& parts, const http::Request& request, http::Response& response,
                 const auth::Caller& caller) {
  const auto wanted = read_wanted(request.body, false);
  if (!wanted) return http::refuse_problem(response, wanted.error());
  with_tag(parts.network, caller, request.at, *wanted, MoneyReply{response},
           [&network = parts.network, at = wanted->connector](std::string tag, MoneyReply reply) {
             NetworkService::StartCharge start;
             start.station = at.station;
             start.connector = at.connector;
             start.tag = tag;
             auto held = std::make_shared<MoneyReply>(std::move(reply));
             network.start_charge(start, [held, tag, at](Result<> done) {
               if (done.has_error()) return held->give(std::move(done).error());
               held->give(json::Object{{"state", "starting"},
                                       {"connector", to_text(at)},
                                       {"tag", tag},
                                       {"watch", "/charging/v1/me/charges?active=true"}},
                          202);
             });
           });
}

/// Those of the caller that are under way, from the network's memory; then what they cost.
void get_active(const MoneyParts& parts, http::Response& response, const auth::Caller& caller,
                SystemTime now) {
  auto held = std::make_shared<MoneyReply>(response);
  (void)parts.network.look(
      [&desk = parts.desk, held, owner = caller.user_id, now](const Network& network) {
        std::vector<TransactionRow> own;
        for (const auto& [id, row] : network.active()) {
          if (row.owner == owner) own.push_back(row);
        }
        desk.ask([held, own = std::move(own), now](MoneyOffice& office) {
          json::Array rows;
          for (const TransactionRow& one : own) {
            const auto charge = office.charge(one, now);
            if (charge.has_error()) return held->give(charge.error());
            rows.push_back(charge_json(*charge));
          }
          held->give(json::Object{{"charges", std::move(rows)}});
        });
      });
}

void get_charges(const MoneyParts& parts, const http::Request& request, http::Response& response,
                 const auth::Caller& caller) {
  const auto query = read_list_query(request.query, {"active"});
  if (!query) return http::refuse_problem(response, query.error());
  if (query->text("active") == "true") return get_active(parts, response, caller, request.at);
  answer_office(parts, response,
                [page = LedgerPage{caller.user_id, query->before, query->limit}](
                    MoneyOffice& office) -> Result<json::Value> {
                  MS_TRY(const auto found, office.settled(page));
                  json::Array rows;
                  for (const Charge& one : found) rows.push_back(charge_json(one));
                  return list_json("charges", std::move(rows), page.limit,
                                   found.empty() ? 0 : found.back().record->id);
                });
}

/// Finds a charge that the caller may see.
Result<Charge> seen_charge(MoneyOffice& office, const auth::Caller& caller, std::int64_t id,
                           SystemTime now) {
  MS_TRY(auto charge, office.charge(TransactionId{static_cast<std::int32_t>(id)}, now));
  if (!is_seen(caller, charge.transaction.owner)) return LedgerErrc::not_found;
  return charge;
}

void get_charge(const MoneyParts& parts, const http::Request& request, http::Response& response,
                const auth::Caller& caller) {
  const auto id = id_in(request, "transaction");
  if (!id) return http::refuse_problem(response, id.error());
  answer_office(parts, response,
                [id = *id, caller, now = request.at](MoneyOffice& office) -> Result<json::Value> {
                  MS_TRY(const auto charge, seen_charge(office, caller, id, now));
                  return charge_json(charge);
                });
}

void stop_charge(const MoneyParts& parts, const http::Request& request, http::Response& response,
                 const auth::Caller& caller) {
  const auto id = id_in(request, "transaction");
  if (!id) return http::refuse_problem(response, id.error());
  const TransactionId transaction{static_cast<std::int32_t>(*id)};
  auto held = std::make_shared<MoneyReply>(response);
  (void)parts.network.look(
      [&network = parts.network, transaction, caller, held](const Network& state) {
        const TransactionRow* const row = state.active(transaction);
        if (row == nullptr || !is_seen(caller, row->owner)) {
          return held->give(Error{LedgerErrc::not_found, "no such charge is under way"});
        }
        network.stop_charge(transaction, [held, transaction](Result<> done) {
          if (done.has_error()) return held->give(std::move(done).error());
          held->give(
              json::Object{{"state", "stopping"}, {"transaction", std::int64_t{transaction.get()}}},
              202);
        });
      });
}

void stream_charge(const MoneyParts& parts, const http::Request& request, http::Response& response,
                   const auth::Caller& caller) {
  const auto id = id_in(request, "transaction");
  if (!id) return http::refuse_problem(response, id.error());
  auto held = std::make_shared<MoneyReply>(response);
  parts.desk.ask([id = *id, caller, now = request.at, held, &request,
                  &stream = parts.stream](MoneyOffice& office) {
    auto charge = seen_charge(office, caller, id, now);
    if (charge.has_error()) return held->give(std::move(charge).error());
    held->give_with([&request, &stream, id](http::Response& late) {
      stream.enter(request, late, TransactionId{static_cast<std::int32_t>(id)});
    });
  });
}

// --- receipts and invoices
// -----------------------------------------------------------------------

Result<CdrRecord> seen_record(MoneyOffice& office, const auth::Caller& caller, std::int64_t id) {
  MS_TRY(auto record, office.store().cdr("t" + std::to_string(id)));
  if (!is_seen(caller, record.user)) return LedgerErrc::not_found;
  return record;
}

void get_receipt(const MoneyParts& parts, const http::Request& request, http::Response& response,
                 const auth::Caller& caller) {
  const auto id = id_in(request, "transaction");
  if (!id) return http::refuse_problem(response, id.error());
  answer_office(parts, response, [id = *id, caller](MoneyOffice& office) -> Result<json::Value> {
    MS_TRY(const auto record, seen_record(office, caller, id));
    return record_json(record);
  });
}

/// A page made on the lane.
template <class Make>
void answer_page_later(const MoneyParts& parts, http::Response& response, std::string_view title,
                       Make make) {
  parts.desk.ask(
      [reply = MoneyReply{response}, title, make = std::move(make)](MoneyOffice& office) mutable {
        Result<std::string> body = make(office);
        if (body.has_error()) return reply.give(std::move(body).error());
        reply.give_with([title, text = std::move(*body)](http::Response& late) {
          answer_page(late, title, text);
        });
      });
}

void get_receipt_page(const MoneyParts& parts, const http::Request& request,
                      http::Response& response, const auth::Caller& caller) {
  const auto id = id_in(request, "transaction");
  if (!id) return http::refuse_problem(response, id.error());
  answer_page_later(parts, response, "Receipt",
                    [id = *id, caller](MoneyOffice& office) -> Result<std::string> {
                      MS_TRY(const auto record, seen_record(office, caller, id));
                      if (record.invoice == 0) return receipt_page(record, nullptr);
                      MS_TRY(const auto invoice, office.store().invoice(record.invoice));
                      return receipt_page(record, &invoice);
                    });
}

Result<InvoiceRecord> seen_invoice(MoneyOffice& office, const auth::Caller& caller,
                                   std::int64_t id) {
  MS_TRY(auto invoice, office.store().invoice(id));
  if (!is_seen(caller, invoice.user)) return LedgerErrc::not_found;
  return invoice;
}

void get_own_invoices(const MoneyParts& parts, const http::Request& request,
                      http::Response& response, const auth::Caller& caller) {
  const auto query = read_list_query(request.query);
  if (!query) return http::refuse_problem(response, query.error());
  answer_office(parts, response,
                [page = LedgerPage{caller.user_id, query->before, query->limit}](
                    MoneyOffice& office) { return invoice_list(office, page); });
}

void get_invoice(const MoneyParts& parts, const http::Request& request, http::Response& response,
                 const auth::Caller& caller) {
  const auto id = id_in(request, "invoice");
  if (!id) return http::refuse_problem(response, id.error());
  answer_office(parts, response, [id = *id, caller](MoneyOffice& office) -> Result<json::Value> {
    MS_TRY(const auto invoice, seen_invoice(office, caller, id));
    MS_TRY(auto out, invoice_with_payment(office, invoice));
    MS_TRY(const auto records, office.store().cdrs_of(id));
    json::Array rows;
    for (const CdrRecord& one : records) rows.push_back(record_json(one));
    out.if_object()->push_back({"records", std::move(rows)});
    return out;
  });
}

void get_invoice_page(const MoneyParts& parts, const http::Request& request,
                      http::Response& response, const auth::Caller& caller) {
  const auto id = id_in(request, "invoice");
  if (!id) return http::refuse_problem(response, id.error());
  answer_page_later(parts, response, "Invoice",
                    [id = *id, caller](MoneyOffice& office) -> Result<std::string> {
                      MS_TRY(const auto invoice, seen_invoice(office, caller, id));
                      MS_TRY(const auto records, office.store().cdrs_of(id));
                      return invoice_page(invoice, records);
                    });
}

void pay_invoice(const MoneyParts& parts, const http::Request& request, http::Response& response,
                 const auth::Caller& caller) {
  const auto id = id_in(request, "invoice");
  if (!id) return http::refuse_problem(response, id.error());
  auto method = read_method(request.body);
  if (!method) return http::refuse_problem(response, method.error());
  answer_office(parts, response,
                [id = *id, caller, method = *method,
                 now = request.at](MoneyOffice& office) -> Result<json::Value> {
                  MS_TRY([[maybe_unused]] const auto seen, seen_invoice(office, caller, id));
                  MS_TRY([[maybe_unused]] const auto paid, office.store().pay(id, method, now));
                  MS_TRY_VOID(office.tick(now));
                  MS_TRY(const auto invoice, office.store().invoice(id));
                  return invoice_with_payment(office, invoice);
                });
}

// --- reservations
// --------------------------------------------------------------------------------

void post_reservation(const MoneyParts& parts, const http::Request& request,
                      http::Response& response, const auth::Caller& caller) {
  const auto wanted = read_wanted(request.body, true);
  if (!wanted) return http::refuse_problem(response, wanted.error());
  with_tag(parts.network, caller, request.at, *wanted, MoneyReply{response},
           [&network = parts.network, wanted = *wanted, owner = caller.user_id, now = request.at](
               std::string tag, MoneyReply reply) {
             ReservationRow row;
             row.station = wanted.connector.station;
             row.connector = wanted.connector.connector;
             row.tag = std::move(tag);
             row.owner = owner;
             row.made_at = now;
             row.expires_at = now + wanted.reserved;
             auto held = std::make_shared<MoneyReply>(std::move(reply));
             network.reserve(row, [held](Result<ReservationRow> done) {
               if (done.has_error()) return held->give(std::move(done).error());
               held->give(reservation_json(*done), 201);
             });
           });
}

void get_reservations(const MoneyParts& parts, const http::Request&, http::Response& response,
                      const auth::Caller& caller) {
  answer_office(parts, response,
                [owner = caller.user_id](MoneyOffice& office) -> Result<json::Value> {
                  MS_TRY(const auto found, office.reservations({0, reservations_read_max, owner}));
                  json::Array rows;
                  for (const ReservationRow& one : found) rows.push_back(reservation_json(one));
                  return json::Object{{"reservations", std::move(rows)}};
                });
}

void delete_reservation(const MoneyParts& parts, const http::Request& request,
                        http::Response& response, const auth::Caller& caller) {
  const auto id = id_in(request, "reservation");
  if (!id) return http::refuse_problem(response, id.error());
  auto held = std::make_shared<MoneyReply>(response);
  parts.network.cancel_reservation(ReservationId{static_cast<std::int32_t>(*id)}, caller.user_id,
                                   [held, id = *id](Result<> done) {
                                     if (done.has_error()) {
                                       return held->give(std::move(done).error());
                                     }
                                     held->give(json::Object{{"cancelled", id}});
                                   });
}

}  // namespace

void register_driver_routes(http::Router& router, const MoneyParts& parts, auth::Guard& guard) {
  const auto add = [&](Method method, std::string_view below, MoneyRoute route) {
    add_money_route(router, parts, guard, method, "/charging/v1/me/" + std::string{below}, route);
  };
  add(Method::get, "vehicles", get_vehicles);
  add(Method::post, "vehicles", post_vehicle);
  add(Method::put, "vehicles/{vehicle:u64}", put_vehicle);
  add(Method::delete_, "vehicles/{vehicle:u64}", delete_vehicle);
  add(Method::get, "payment_method", get_method);
  add(Method::put, "payment_method", put_method);
  add(Method::delete_, "payment_method", delete_method);
  add(Method::get, "tags", get_tags);
  add(Method::post, "tags", post_tag);
  add(Method::delete_, "tags/{tag}", delete_tag);
  add(Method::get, "charges", get_charges);
  add(Method::post, "charges", post_charge);
  add(Method::get, "charges/{transaction:u64}", get_charge);
  add(Method::post, "charges/{transaction:u64}/stop", stop_charge);
  add(Method::get, "charges/{transaction:u64}/stream", stream_charge);
  add(Method::get, "charges/{transaction:u64}/receipt", get_receipt);
  add(Method::get, "charges/{transaction:u64}/receipt.html", get_receipt_page);
  add(Method::get, "invoices", get_own_invoices);
  add(Method::get, "invoices/{invoice:u64}", get_invoice);
  add(Method::get, "invoices/{invoice:u64}/page.html", get_invoice_page);
  add(Method::post, "invoices/{invoice:u64}/pay", pay_invoice);
  add(Method::get, "reservations", get_reservations);
  add(Method::post, "reservations", post_reservation);
  add(Method::delete_, "reservations/{reservation:u64}", delete_reservation);
}

}  // namespace mainstay::charging
