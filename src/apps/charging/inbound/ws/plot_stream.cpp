#include "apps/charging/inbound/ws/plot_stream.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "apps/charging/inbound/http/plot_answer.hpp"
#include "base/text.hpp"
#include "platform/http/form.hpp"
#include "platform/http/json_reply.hpp"

namespace mainstay::charging {
namespace {

constexpr Millis tick_every{200};
constexpr std::size_t plots_in_a_box_max = 2'000;
constexpr std::size_t plots_named_max = QueryLimits::rows_max;
constexpr std::size_t name_bytes_max = 20;  // of an id and its comma
constexpr std::size_t listeners_max = 2'000;
// A client with so much unsent is told later.
constexpr std::size_t slow_bytes = 64U << 10U;

ws::Settings stream_settings() {
  ws::Settings settings;
  settings.overflow = ws::Overflow::tell;
  return settings;
}

std::string rows_message(const std::vector<const PlotRow*>& rows) {
  std::string out = R"({"plots":[)";
  for (const PlotRow* row : rows) {
    if (out.back() != '[') out.push_back(',');
    append_availability(out, *row);
  }
  return out.append("]}");
}

/// In order, each once.
Result<std::vector<PlotId>> parse_plots(std::string_view text) {
  const Error invalid{
      QueryErrc::parameter_invalid,
      "plots: ids between commas are wanted, at most " + std::to_string(plots_named_max)};
  if (text.size() > plots_named_max * name_bytes_max) return invalid;
  std::vector<PlotId> out;
  for (const std::string_view part : split(text, ',')) {
    const auto id = parse_i64(part);
    if (!id || *id < 1 || out.size() == plots_named_max) return invalid;
    out.emplace_back(*id);
  }
  std::ranges::sort(out);
  const auto same = std::ranges::unique(out);
  out.erase(same.begin(), same.end());
  return out;
}

}  // namespace

struct PlotStream::Watching final : ws::Context {
  explicit Watching(Watched what) : watched(std::move(what)) {}
  Watched watched;
};

struct PlotStream::Moved {
  PlotId id;
  std::optional<Position> at;  // none: it is gone
};

Result<PlotStream::Watched> PlotStream::watched_of(std::string_view query) {
  const auto fields = http::parse_form(query, 4);
  if (fields && fields->size() == 1 && fields->front().first == "bbox") {
    MS_TRY(const GeoBox box, parse_box(fields->front().second));
    return Watched{box};
  }
  if (fields && fields->size() == 1 && fields->front().first == "plots") {
    MS_TRY(auto ids, parse_plots(fields->front().second));
    return Watched{std::move(ids)};
  }
  return Error{QueryErrc::parameter_invalid,
               "bbox: west,south,east,north, or plots: ids between commas is wanted, and no more"};
}

std::vector<const PlotRow*> PlotStream::rows_of(const PlotTable& table, const Watched& watched,
                                                std::size_t most) {
  if (const auto* box = std::get_if<GeoBox>(&watched)) return table.in_box(*box, most);
  std::vector<const PlotRow*> out;
  for (const PlotId id : std::get<std::vector<PlotId>>(watched)) {
    if (const PlotRow* row = table.find(id)) out.push_back(row);
  }
  return out;
}

/// `moved` is in the order of ids.
void PlotStream::note_missed(Listener& listener, std::span<const Moved> moved) {
  if (const auto* ids = std::get_if<std::vector<PlotId>>(&listener.watched)) {
    auto at = ids->begin();
    for (const Moved& one : moved) {
      at = std::lower_bound(at, ids->end(), one.id);
      if (at != ids->end() && *at == one.id) listener.missed.insert(one.id);
    }
    return;
  }
  const GeoBox& box = std::get<GeoBox>(listener.watched);
  for (const Moved& place : moved) {
    if (!place.at || box.contains(*place.at)) listener.missed.insert(place.id);
  }
}

PlotStream::PlotStream(PlotsDesk& desk)
    : ws::Endpoint(stream_settings()),
      desk_(desk),
      ticker_("charging.stream", tick_every, [this] { tick(); }) {}

PlotStream::~PlotStream() { stop(); }

void PlotStream::start() { ticker_.start(); }

void PlotStream::stop() { ticker_.stop(); }

std::size_t PlotStream::listeners() const {
  auto listeners = listeners_.lock();
  return listeners->size();
}

void PlotStream::register_routes(http::Router& router) {
  router.add(
      http::Method::get, "/charging/v1/plots/stream",
      [this](const http::Request& request, http::Response& response) { enter(request, response); });
}

void PlotStream::enter(const http::Request& request, http::Response& response) {
  response.promise_nothing();
  auto watched = watched_of(request.query);
  if (watched.has_error()) return http::refuse_problem(response, watched.error());
  const bool too_many = desk_.read([&](const PlotTable& table) {
    return rows_of(table, *watched, plots_in_a_box_max + 1).size() > plots_in_a_box_max;
  });
  if (too_many) {
    return http::refuse_problem(
        response, Error{QueryErrc::area_too_large, "narrow the box to 2000 plots at most"});
  }
  if (listeners() >= listeners_max) {
    return http::problem(response, 503, "charging_busy", "Too many listen. Try again later.");
  }
  ws::upgrade(request, response, *this,
              {.context = std::make_unique<Watching>(std::move(*watched))});
}

void PlotStream::on_open(ws::Connection& connection) {
  const Watched& watched = connection.context_as<Watching>().watched;
  {
    // From here on changes are told; what is sent now may be told again.
    auto listeners = listeners_.lock();
    listeners->push_back(std::make_shared<Listener>(connection.peer(), watched));
    desk_.watch(true);  // in here: the last one that leaves says false
  }
  const std::string all = desk_.read([&](const PlotTable& table) {
    return rows_message(rows_of(table, watched, plots_in_a_box_max));
  });
  connection.send(all);
}

void PlotStream::on_message(ws::Connection& connection, std::string_view, ws::Kind) {
  connection.close(ws::CloseCode::policy_violation, "nothing is taken here");
}

void PlotStream::on_close(ws::Connection& connection, const ws::Closed&) {
  auto listeners = listeners_.lock();
  const ws::Peer peer = connection.peer();
  std::erase_if(*listeners, [&](const auto& one) { return one->peer == peer; });
  if (listeners->empty()) desk_.watch(false);
}

void PlotStream::tick() {
  auto changed = desk_.take_changed();
  std::ranges::sort(changed);
  const auto same = std::ranges::unique(changed);
  changed.erase(same.begin(), same.end());
  std::vector<Moved> places;
  desk_.read([&](const PlotTable& table) {
    for (const PlotId id : changed) {
      const PlotRow* row = table.find(id);
      places.push_back({id, row == nullptr ? std::nullopt : std::optional{row->plot.at}});
    }
  });
  std::vector<std::shared_ptr<Listener>> all;
  {
    auto listeners = listeners_.lock();
    all = *listeners;
  }
  std::size_t behind = 0;
  for (const auto& listener : all) {
    note_missed(*listener, places);
    if (!listener->missed.empty() && listener->peer.queued_bytes() < slow_bytes) {
      send_missed(*listener);
    }
    if (!listener->missed.empty()) ++behind;
  }
  behind_ = behind;
}

void PlotStream::send_missed(Listener& listener) {
  std::string removed = R"({"removed":[)";
  const std::string rows = desk_.read([&](const PlotTable& table) {
    std::vector<const PlotRow*> found;
    for (const PlotId id : listener.missed) {
      if (const PlotRow* row = table.find(id)) {
        found.push_back(row);
        continue;
      }
      if (removed.back() != '[') removed.push_back(',');
      append_number(removed, id.get());
    }
    return found.empty() ? std::string{} : rows_message(found);
  });
  if (removed.back() != '[') {
    (void)listener.peer.send(ws::Message::text(removed.append("]}")));
  }
  if (!rows.empty() && listener.peer.send(ws::Message::text(rows)) == ws::Sent::full) return;
  listener.missed.clear();
}

}  // namespace mainstay::charging
