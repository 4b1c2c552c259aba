#include "apps/charging/commands/plots.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "apps/charging/app_plots.hpp"
#include "apps/charging/commands/listing.hpp"
#include "apps/charging/domain/plots/plot_table.hpp"
#include "apps/charging/inbound/http/network_json.hpp"
#include "apps/charging/inbound/http/plot_answer.hpp"
#include "apps/charging/ports/plot_store.hpp"
#include "apps/charging/waiting.hpp"

namespace mainstay::charging {
namespace {

/// What stations tell is in a server's memory only.
void drop_live(json::Value& value) {
  std::erase_if(*value.if_object(), [](const json::Member& member) {
    return member.name == "availability" || member.name == "state";
  });
}

/// As over HTTP, and whose it is.
Result<json::Value> plot_json(const PlotStore::Stored& stored) {
  std::string text;
  append_details(text, PlotRow{stored.plot, stored.rating, nullptr});
  MS_TRY(auto out, json::parse(text));
  drop_live(out);
  for (json::Member& member : *out.if_object()) {
    if (member.name != "connectors") continue;
    for (json::Value& connector : *member.value.if_array()) drop_live(connector);
  }
  out.if_object()->push_back({"host", text_or_null(stored.plot.host)});
  out.if_object()->push_back({"manager", text_or_null(stored.plot.manager)});
  return out;
}

std::string power_cell(const Plot& plot) {
  std::int32_t most = 0;
  for (const ConnectorOffer& offer : plot.offers) most = std::max(most, offer.power_w);
  std::string out;
  if (most > 0) append_thousandths(out, most);
  return out;
}

int run_plots(const Call& call) {
  return with_store(call, [&](store::Store& store) -> Result<> {
    PlotFilter filter;
    filter.words = call.text("--text");
    filter.city = call.text("--city");
    filter.country = call.text("--country");
    filter.source = call.text("--source");
    filter.limit = limit_of(call);
    MS_TRY(const auto found, make_plot_store(store)->list(filter));
    Listing listing{{"id", "name", "city", "country", "connectors", "kW", "source", "changed"}};
    for (const PlotStore::Stored& one : found) {
      const Plot& plot = one.plot;
      std::size_t connectors = 0;
      for (const ConnectorOffer& offer : plot.offers) connectors += offer.count;
      MS_TRY(auto shown, plot_json(one));
      listing.add(std::move(shown), {std::to_string(plot.id.get()), plot.name, plot.city,
                                     plot.country, std::to_string(connectors), power_cell(plot),
                                     plot.source, time_cell(plot.modified_at)});
    }
    listing.print(call);
    return {};
  });
}

int run_plot(const Call& call) {
  const auto id = id_of(call, "charging plots list");
  if (id.has_error()) return call.fail(id.error(), exit_usage);
  return with_store(call, [&](store::Store& store) -> Result<> {
    MS_TRY(const auto found, make_plot_store(store)->list({.id = PlotId{*id}}));
    if (found.empty() || *id == 0) {
      return Error{PlotErrc::plot_unknown, "`charging plots list` has those there are"};
    }
    MS_TRY(const auto shown, plot_json(found.front()));
    print_json(shown);
    return {};
  });
}

int run_remove_plot(const Call& call) {
  const auto id = id_of(call, "charging plots list");
  if (id.has_error()) return call.fail(id.error(), exit_usage);
  return with_change(call, "removed plot " + std::to_string(*id), [&](store::Store& store) {
    return wait_for<void>(
        [&](auto done) { make_plot_store(store)->remove(PlotId{*id}, std::move(done)); });
  });
}

}  // namespace

std::vector<Command> plot_commands() {
  const std::string id_help = "its id, as `charging plots list` shows it";
  return {
      {.name = "charging plots", .help = "the sites where one charges"},
      {.name = "charging plots list",
       .help = "list plots by their ids; what is free now a server tells: /charging/v1/plots",
       .arguments = {text("--text", "with that in name, address or operator"),
                     text("--city", "in that city only"),
                     text("--country", "in that country only, by its code, as CH"),
                     text("--source", "of that import only: ocm or afdc"), limit_argument()},
       .run = run_plots},
      {.name = "charging plots show",
       .help = "show a plot with its connectors, as JSON",
       .arguments = {required_text("id", id_help)},
       .run = run_plot},
      {.name = "charging plots remove",
       .help =
           "remove a plot with its comments, check-ins, photos and favourites; stations and what "
           "was charged there stay. A server that runs sees it within ten seconds",
       .arguments = {required_text("id", id_help), dry_run_flag()},
       .run = run_remove_plot},
  };
}

}  // namespace mainstay::charging
