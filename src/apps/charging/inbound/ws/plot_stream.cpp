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

Result<GeoBox> box_of(std::string_view query) {
  const auto fields = http::parse_form(query, 4);
  if (!fields || fields->size() != 1 || fields->front().first != "bbox") {
    return Error{QueryErrc::parameter_invalid,
                 "bbox: west,south,east,north is wanted, and no more"};
  }
  return parse_box(fields->front().second);
}

}  // namespace

struct PlotStream::Watching final : ws::Context {
  explicit Watching(GeoBox of) : box(of) {}
  GeoBox box;
};

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
  const auto box = box_of(request.query);
  if (box.has_error()) return http::refuse_problem(response, box.error());
  const bool too_many = desk_.read([&](const PlotTable& table) {
    return table.in_box(*box, plots_in_a_box_max + 1).size() > plots_in_a_box_max;
  });
  if (too_many) {
    return http::refuse_problem(
        response, Error{QueryErrc::area_too_large, "narrow the box to 2000 plots at most"});
  }
  if (listeners() >= listeners_max) {
    return http::problem(response, 503, "charging_busy", "Too many listen. Try again later.");
  }
  ws::upgrade(request, response, *this, {.context = std::make_unique<Watching>(*box)});
}

void PlotStream::on_open(ws::Connection& connection) {
  const GeoBox box = connection.context_as<Watching>().box;
  {
    // From here on changes are told; what is sent now may be told again.
    auto listeners = listeners_.lock();
    listeners->push_back(std::make_shared<Listener>(connection.peer(), box));
    desk_.watch(true);  // in here: the last one that leaves says false
  }
  const std::string all = desk_.read(
      [&](const PlotTable& table) { return rows_message(table.in_box(box, plots_in_a_box_max)); });
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
  struct Moved {
    PlotId id;
    std::optional<Position> at;  // none: it is gone
  };
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
    for (const Moved& place : places) {
      if (!place.at || listener->box.contains(*place.at)) listener->missed.insert(place.id);
    }
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
