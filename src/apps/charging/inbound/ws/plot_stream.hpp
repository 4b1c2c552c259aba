#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "apps/charging/domain/plots/area.hpp"
#include "apps/charging/plots_desk.hpp"
#include "platform/http/router.hpp"
#include "platform/lane/ticker.hpp"
#include "platform/ws/endpoint.hpp"

namespace mainstay::charging {

/// Changes of availability within a box or of some plots, for whoever listens. Five times a second
/// a thread of its own looks which rows changed and sends each listener those it looks at; who is
/// too slow is sent the newest of each plot once it has caught up, so that nothing piles up.
///
/// Life: construct, start(), stop() before the desk's. It outlives the server.
class PlotStream final : public ws::Endpoint {
 public:
  explicit PlotStream(PlotsDesk& desk);
  ~PlotStream() override;

  void register_routes(http::Router& router);
  void start();
  void stop();
  [[nodiscard]] std::size_t listeners() const;
  /// Of these, who was too slow for the newest changes.
  [[nodiscard]] std::size_t behind() const { return behind_; }

  /// What the thread does five times a second; one at a time. Sends under no lock, so that nobody
  /// who comes or goes waits for it.
  void tick();

  void on_open(ws::Connection& connection) override;
  void on_message(ws::Connection& connection, std::string_view payload, ws::Kind kind) override;
  void on_close(ws::Connection& connection, const ws::Closed& closed) override;

 private:
  /// What somebody looks at: a box, or plots by their ids, in order.
  using Watched = std::variant<GeoBox, std::vector<PlotId>>;
  struct Watching;  // a connection's
  struct Moved;     // a plot that changed
  struct Listener {
    Listener(ws::Peer to, Watched what) : peer(std::move(to)), watched(std::move(what)) {}
    ws::Peer peer;
    Watched watched;
    std::set<PlotId> missed{};  // that changed, and it was not told; tick()'s
  };
  static Result<Watched> watched_of(std::string_view query);
  static std::vector<const PlotRow*> rows_of(const PlotTable& table, const Watched& watched,
                                             std::size_t most);
  static void note_missed(Listener& listener, std::span<const Moved> moved);
  void enter(const http::Request& request, http::Response& response);
  void send_missed(Listener& listener);

  PlotsDesk& desk_;
  Locked<std::vector<std::shared_ptr<Listener>>> listeners_;
  std::atomic<std::size_t> behind_{0};
  Ticker ticker_;  // last: its thread uses all of this
};

}  // namespace mainstay::charging
