#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <vector>

#include "apps/charging/domain/plots/area.hpp"
#include "apps/charging/plots_desk.hpp"
#include "platform/http/router.hpp"
#include "platform/lane/ticker.hpp"
#include "platform/ws/endpoint.hpp"

namespace mainstay::charging {

/// Changes of availability within a box, for whoever listens. Five times a second a thread of its
/// own looks which rows changed and sends each listener those of its box; who is too slow is sent
/// the newest of each plot once it has caught up, so that nothing piles up.
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

  void on_open(ws::Connection& connection) override;
  void on_message(ws::Connection& connection, std::string_view payload, ws::Kind kind) override;
  void on_close(ws::Connection& connection, const ws::Closed& closed) override;

 private:
  struct Watching;  // what a connection looks at
  struct Listener {
    ws::Peer peer;
    GeoBox box;
    std::set<PlotId> missed{};  // that changed, and it was not told
  };
  void enter(const http::Request& request, http::Response& response);
  void tick();
  void send_missed(Listener& listener);

  PlotsDesk& desk_;
  Locked<std::vector<Listener>> listeners_;
  Ticker ticker_;  // last: its thread uses all of this
};

}  // namespace mainstay::charging
