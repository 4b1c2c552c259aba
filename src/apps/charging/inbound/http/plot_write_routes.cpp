#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/charging/inbound/http/plot_answer.hpp"
#include "apps/charging/inbound/http/plot_input.hpp"
#include "apps/charging/inbound/http/plot_routes.hpp"
#include "apps/charging/roles.hpp"
#include "base/text.hpp"
#include "platform/http/form.hpp"
#include "platform/http/json_reply.hpp"

namespace mainstay::charging {
namespace {

using auth::Caller;
using http::JsonReply;
using http::refuse_problem;
using http::Request;
using http::Response;

void busy(Response& response) {
  response.header("Retry-After", "1");
  http::problem(response, 503, "charging_busy", "Too much waits. Try again in a second.");
}

// --- who may -------------------------------------------------------------------------------------

bool is_staff(const Caller& caller) {
  return caller.has_role(admin_role) || caller.has_role(support_role);
}

bool may_edit(const Caller& caller, const Plot& plot) {
  if (is_staff(caller) || (!plot.host.empty() && plot.host == caller.user_id)) return true;
  const bool nobodys = plot.host.empty() && plot.manager.empty();
  return caller.has_role(operator_role) && (nobodys || plot.manager == caller.user_id);
}

/// The stations that a plot shows are an operator's business.
Result<> check_links(const Caller& caller, const Plot& before, const Plot& after) {
  if (is_staff(caller) || caller.has_role(operator_role)) return {};
  for (const ConnectorOffer& offer : after.offers) {
    if (offer.station.get() == 0) continue;
    bool was_there = false;
    for (const ConnectorOffer& old : before.offers) {
      was_there = was_there || (old.station == offer.station && old.connector == offer.connector);
    }
    if (!was_there) {
      return Error{PlotErrc::not_yours, "only an operator says which stations a plot shows"};
    }
  }
  return {};
}

PlotId plot_of(const Request& request) {
  return PlotId{static_cast<std::int64_t>(request.params.number("plot") & INT64_MAX)};
}
NoteId note_of(const Request& request) {
  return NoteId{static_cast<std::int64_t>(request.params.number("note") & INT64_MAX)};
}

Result<Plot> known_plot(const PlotsDesk& desk, PlotId id) {
  return desk.read([&](const PlotTable& table) -> Result<Plot> {
    const PlotRow* row = table.find(id);
    if (row == nullptr) return PlotErrc::plot_unknown;
    return row->plot;
  });
}

Result<Plot> editable_plot(const PlotsDesk& desk, const Request& request, const Caller& caller) {
  MS_TRY(auto plot, known_plot(desk, plot_of(request)));
  if (!may_edit(caller, plot)) return PlotErrc::not_yours;
  return plot;
}

// --- plots ---------------------------------------------------------------------------------------

/// Stores it and answers with what is shown of it then.
void save(PlotsDesk& desk, Plot plot, int status, Response& response) {
  auto reply = std::make_shared<JsonReply>(response, busy);
  desk.save(std::move(plot), [&desk, reply, status](Result<Plot> saved) {
    if (saved.has_error()) return reply->give(std::move(saved).error());
    std::string body;
    desk.read([&](const PlotTable& table) {
      if (const PlotRow* row = table.find(saved->id)) append_details(body, *row);
    });
    reply->give_with([body = std::move(body), status](Response& answer) {
      answer.status(status);
      answer.content_type("application/json");
      answer.body() = body + "\n";
    });
  });
}

Result<Plot> new_plot(const Request& request, const Caller& caller) {
  const bool is_operator = caller.has_role(operator_role);
  if (!is_operator && !caller.has_role(host_role) && !is_staff(caller)) {
    return Error{PlotErrc::not_yours, "hosts and operators make plots"};
  }
  Plot plot;
  MS_TRY_VOID(require_members(request.body));
  MS_TRY_VOID(apply_members(request.body, plot));
  MS_TRY_VOID(check_links(caller, Plot{}, plot));
  if (is_operator) plot.manager = caller.user_id;
  if (caller.has_role(host_role)) plot.host = caller.user_id;
  plot.created_at = plot.modified_at = request.at;
  return plot;
}

void post_plot(PlotsDesk& desk, const Request& request, Response& response, const Caller& caller) {
  auto plot = new_plot(request, caller);
  if (plot.has_error()) return refuse_problem(response, plot.error());
  save(desk, std::move(*plot), 201, response);
}

/// `whole`: what is not said is as if it were new; else it stays.
Result<Plot> changed_plot(const PlotsDesk& desk, const Request& request, const Caller& caller,
                          bool whole) {
  MS_TRY(const auto before, editable_plot(desk, request, caller));
  Plot after = before;
  if (whole) {
    MS_TRY_VOID(require_members(request.body));
    after = Plot{};
    after.id = before.id;
    after.version = before.version;
    after.host = before.host;
    after.manager = before.manager;
    after.source = before.source;
    after.source_id = before.source_id;
    after.attribution = before.attribution;
    after.created_at = before.created_at;
  }
  MS_TRY_VOID(apply_members(request.body, after));
  MS_TRY_VOID(check_links(caller, before, after));
  after.modified_at = request.at;
  return after;
}

void put_plot(PlotsDesk& desk, const Request& request, Response& response, const Caller& caller) {
  auto plot = changed_plot(desk, request, caller, true);
  if (plot.has_error()) return refuse_problem(response, plot.error());
  save(desk, std::move(*plot), 200, response);
}

void patch_plot(PlotsDesk& desk, const Request& request, Response& response, const Caller& caller) {
  auto plot = changed_plot(desk, request, caller, false);
  if (plot.has_error()) return refuse_problem(response, plot.error());
  save(desk, std::move(*plot), 200, response);
}

/// 204, or why not.
auto done_with(Response& response) {
  auto reply = std::make_shared<JsonReply>(response, busy);
  return [reply](Result<> done) {
    if (done.has_error()) return reply->give(std::move(done).error());
    reply->give_with([](Response& answer) { answer.status(204); });
  };
}

void delete_plot(PlotsDesk& desk, const Request& request, Response& response,
                 const Caller& caller) {
  const auto plot = editable_plot(desk, request, caller);
  if (plot.has_error()) return refuse_problem(response, plot.error());
  desk.remove(plot->id, done_with(response));
}

// --- notes ---------------------------------------------------------------------------------------

struct Paging {
  std::int64_t from = 0;
  std::size_t limit = 50;
};
Result<Paging> read_paging(std::string_view query) {
  Paging out;
  const auto fields = http::parse_form(query, 4);
  if (!fields) return Error{QueryErrc::parameter_invalid, "cursor and limit are taken"};
  for (const auto& [name, value] : *fields) {
    const auto number = parse_u64(value);
    const bool is_limit = name == "limit";
    if (!is_limit && name != "cursor") return Error{QueryErrc::parameter_unknown, name};
    if (!number || *number < 1 || *number > (is_limit ? NoteLimits::page_max : INT64_MAX)) {
      return Error{
          QueryErrc::parameter_invalid,
          name + (is_limit ? ": 1 to 200 is wanted" : ": the `next` of the page before is wanted")};
    }
    if (is_limit) {
      out.limit = *number;
    } else {
      out.from = static_cast<std::int64_t>(*number);
    }
  }
  return out;
}

std::string_view plural(NoteKind kind) {
  return kind == NoteKind::comment    ? "comments"
         : kind == NoteKind::check_in ? "check_ins"
         : kind == NoteKind::photo    ? "photos"
                                      : "edits";
}

void list_notes(const PlotsDesk& desk, const Request& request, Response& response, NoteKind kind) {
  const auto paging = read_paging(request.query);
  if (paging.has_error()) return refuse_problem(response, paging.error());
  const auto plot = known_plot(desk, plot_of(request));
  if (plot.has_error()) return refuse_problem(response, plot.error());
  auto reply = std::make_shared<JsonReply>(response, busy);
  desk.store().notes(plot->id, kind, NoteId{paging->from}, paging->limit,
                     [reply, kind, limit = paging->limit](Result<std::vector<PlotNote>> notes) {
                       if (notes.has_error()) return reply->give(std::move(notes).error());
                       json::Array list;
                       for (const PlotNote& note : *notes) list.emplace_back(note_json(note));
                       json::Object body{{std::string{plural(kind)}, std::move(list)}};
                       if (notes->size() == limit) {
                         body.push_back({"next", std::to_string(notes->back().id.get())});
                       }
                       reply->give(json::Value{std::move(body)});
                     });
}

void add_note(PlotsDesk& desk, const Request& request, Response& response, const Caller& caller,
              Result<PlotNote> read) {
  if (read.has_error()) return refuse_problem(response, read.error());
  PlotNote note = std::move(*read);
  note.plot = plot_of(request);
  note.author = caller.user_id;
  note.author_name = caller.name;
  note.created_at = request.at;
  auto reply = std::make_shared<JsonReply>(response, busy);
  desk.add_note(std::move(note), [reply](Result<PlotNote> added) {
    if (added.has_error()) return reply->give(std::move(added).error());
    reply->give(json::Value{note_json(*added)}, 201);
  });
}

/// Its author's, or anybody's for those who may edit the plot.
void remove_note(PlotsDesk& desk, const Request& request, Response& response, const Caller& caller,
                 NoteKind kind) {
  const auto plot = known_plot(desk, plot_of(request));
  if (plot.has_error()) return refuse_problem(response, plot.error());
  desk.remove_note(plot->id, kind, note_of(request),
                   may_edit(caller, *plot) ? std::string{} : caller.user_id, done_with(response));
}

void propose(PlotsDesk& desk, const Request& request, Response& response, const Caller& caller) {
  const auto plot = known_plot(desk, plot_of(request));
  if (plot.has_error()) return refuse_problem(response, plot.error());
  add_note(desk, request, response, caller, read_edit(request.body, *plot));
}

void list_edits(PlotsDesk& desk, const Request& request, Response& response, const Caller& caller) {
  const auto plot = editable_plot(desk, request, caller);
  if (plot.has_error()) return refuse_problem(response, plot.error());
  list_notes(desk, request, response, NoteKind::edit);
}

void decide(PlotsDesk& desk, const Request& request, Response& response, const Caller& caller,
            bool accept) {
  const auto plot = editable_plot(desk, request, caller);
  if (plot.has_error()) return refuse_problem(response, plot.error());
  auto done = done_with(response);
  const NoteId id = note_of(request);
  if (!accept) return desk.decide(plot->id, id, caller.user_id, std::nullopt, std::move(done));
  desk.store().note(plot->id, NoteKind::edit, id,
                    [&desk, id, caller, at = request.at, plot_id = plot->id,
                     done = std::move(done)](Result<PlotNote> note) {
                      if (note.has_error()) return done(std::move(note).error());
                      auto changed = known_plot(desk, plot_id);
                      if (changed.has_error()) return done(std::move(changed).error());
                      const Plot before = *changed;
                      auto applied = apply_members(note->body, *changed);
                      if (applied.has_value()) applied = check_links(caller, before, *changed);
                      if (applied.has_error()) return done(std::move(applied));
                      changed->modified_at = at;
                      desk.decide(plot_id, id, caller.user_id, std::move(*changed), done);
                    });
}

// --- favourites ----------------------------------------------------------------------------------

void list_favourites(PlotsDesk& desk, const Request& request, Response& response,
                     const Caller& caller) {
  const auto paging = read_paging(request.query);
  if (paging.has_error()) return refuse_problem(response, paging.error());
  auto reply = std::make_shared<JsonReply>(response, busy);
  desk.store().favourites(
      caller.user_id, PlotId{paging->from}, paging->limit,
      [&desk, reply, limit = paging->limit](Result<std::vector<PlotId>> found) {
        if (found.has_error()) return reply->give(std::move(found).error());
        std::string body = R"({"plots":[)";
        desk.read([&](const PlotTable& table) {
          for (const PlotId id : *found) {
            const PlotRow* row = table.find(id);
            if (row == nullptr) continue;
            if (body.back() != '[') body.push_back(',');
            append_row(body, {row}, all_fields);
          }
        });
        body.push_back(']');
        if (found->size() == limit) {
          body.append(",\"next\":\"" + std::to_string(found->back().get()) + "\"");
        }
        reply->give_with([body = body + "}\n"](Response& answer) {
          answer.content_type("application/json");
          answer.body() = body;
        });
      });
}

void set_favourite(PlotsDesk& desk, const Request& request, Response& response,
                   const Caller& caller, bool is_one) {
  desk.store().set_favourite(caller.user_id, plot_of(request), is_one, request.at,
                             done_with(response));
}

using PlotRoute = void (*)(PlotsDesk&, const Request&, Response&, const Caller&);

template <NoteKind kind, auto read>
void add(PlotsDesk& desk, const Request& request, Response& response, const Caller& caller) {
  add_note(desk, request, response, caller, read(request.body));
}
template <NoteKind kind>
void remove(PlotsDesk& desk, const Request& request, Response& response, const Caller& caller) {
  remove_note(desk, request, response, caller, kind);
}

}  // namespace

void register_plot_writing(http::Router& router, PlotsDesk& desk, auth::Guard& guard) {
  using http::Method;
  const std::string plots = "/charging/v1/plots";
  const std::string plot = plots + "/{plot:u64}";
  const auto signed_in = [&](Method method, const std::string& path, PlotRoute route) {
    router.add(method, path,
               guard.require({}, [&desk, route](const Request& request, Response& response,
                                                const Caller& caller) {
                 route(desk, request, response, caller);
               }));
  };
  const auto listed = [&](const std::string& path, NoteKind kind) {
    router.add(Method::get, path, [&desk, kind](const Request& request, Response& response) {
      list_notes(desk, request, response, kind);
    });
  };
  signed_in(Method::post, plots, post_plot);
  signed_in(Method::put, plot, put_plot);
  signed_in(Method::patch, plot, patch_plot);
  signed_in(Method::delete_, plot, delete_plot);
  listed(plot + "/comments", NoteKind::comment);
  listed(plot + "/check_ins", NoteKind::check_in);
  listed(plot + "/photos", NoteKind::photo);
  signed_in(Method::post, plot + "/comments", add<NoteKind::comment, read_comment>);
  signed_in(Method::post, plot + "/check_ins", add<NoteKind::check_in, read_check_in>);
  signed_in(Method::post, plot + "/photos", add<NoteKind::photo, read_photo>);
  signed_in(Method::delete_, plot + "/comments/{note:u64}", remove<NoteKind::comment>);
  signed_in(Method::delete_, plot + "/check_ins/{note:u64}", remove<NoteKind::check_in>);
  signed_in(Method::delete_, plot + "/photos/{note:u64}", remove<NoteKind::photo>);
  signed_in(Method::get, plot + "/edits", list_edits);
  signed_in(Method::post, plot + "/edits", propose);
  const std::string edit = plot + "/edits/{note:u64}";
  signed_in(Method::post, edit + "/accept",
            [](PlotsDesk& d, const Request& request, Response& response, const Caller& caller) {
              decide(d, request, response, caller, true);
            });
  signed_in(Method::post, edit + "/refuse",
            [](PlotsDesk& d, const Request& request, Response& response, const Caller& caller) {
              decide(d, request, response, caller, false);
            });
  signed_in(Method::get, "/charging/v1/favourites", list_favourites);
  signed_in(Method::put, "/charging/v1/favourites/{plot:u64}",
            [](PlotsDesk& d, const Request& request, Response& response, const Caller& caller) {
              set_favourite(d, request, response, caller, true);
            });
  signed_in(Method::delete_, "/charging/v1/favourites/{plot:u64}",
            [](PlotsDesk& d, const Request& request, Response& response, const Caller& caller) {
              set_favourite(d, request, response, caller, false);
            });
}

}  // namespace mainstay::charging
