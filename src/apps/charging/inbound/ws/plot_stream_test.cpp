#include "apps/charging/inbound/ws/plot_stream.hpp"

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/charging/domain/plots/test_plots.hpp"
#include "apps/charging/outbound/memory/linear_geo_index.hpp"
#include "apps/charging/outbound/sqlite/plot_rows.hpp"
#include "platform/http/server.hpp"
#include "platform/store/migrations.hpp"
#include "platform/store/test_databases.hpp"
#include "platform/ws/test_client.hpp"

namespace mainstay::charging {
std::span<const store::Migration> migrations();  // generated from migrations/
}

namespace mainstay::charging::plot_stream_test {

namespace {

using http::test::eventually;
using ws::test::Client;

constexpr std::int64_t plots_shown = 300;  // a message is less than makes a client a slow one
constexpr std::string_view path = "/charging/v1/plots/stream?bbox=7,46,9,48";

/// A web server with plots, each with one connector, the first of the station of its number.
struct Shown {
  Shown() {
    store::Migrator migrator{*database, migrations()};
    REQUIRE(migrator.up(test_time).has_value());
    std::vector<Plot> plots;
    for (std::int64_t id = 1; id <= plots_shown; ++id) {
      Plot plot = test_plot(0, 47, 8);
      plot.offers.resize(1);
      plot.offers[0].station = StationId{id};
      plot.offers[0].connector = ConnectorNumber{1};
      plots.push_back(std::move(plot));
    }
    REQUIRE(rows.save_all(plots).has_value());
    REQUIRE(desk.start().has_value());
    for (std::int64_t id = 1; id <= plots_shown; ++id) desk.tell_online(StationId{id}, true);
    stream.register_routes(router);
    http::ServerOptions with;
    with.listeners.push_back(
        {.name = "test", .address = "127.0.0.1", .port = 0, .router = &router, .tls = nullptr});
    with.threads = 1;
    server = std::make_unique<http::Server>(std::move(with), clock);
    REQUIRE(server->start().has_value());
  }
  ~Shown() { server->stop(); }

  /// All of them change, and that is told.
  void change(ConnectorState to) {
    for (std::int64_t id = 1; id <= plots_shown; ++id) {
      desk.tell(StationId{id}, ConnectorNumber{1}, to);
    }
    stream.tick();
  }

  ManualClock clock{test_time};
  store::SqliteOnFile file;
  std::unique_ptr<store::Store> database = file.open({});
  SqlPlotStore rows{*database};
  LinearGeoIndex index;
  PlotsDesk desk{rows, index, [](const Error& error) { FAIL_CHECK(error.message()); }};
  PlotStream stream{desk};
  http::Router router;
  std::unique_ptr<http::Server> server;
};

bool says(const ws::test::Received& message, std::string_view state) {
  return message.payload.find("\"state\":\"" + std::string{state}) != std::string::npos;
}

}  // namespace

TEST_CASE("plot stream: who reads slowly holds nobody up, and gets the newest in the end") {
  Shown shown;
  Client slow{shown.server->port(), http::test::ReceiveBuffer{4'096}};
  REQUIRE(slow.open(path).status == 101);
  Client quick{shown.server->port(), path};
  REQUIRE(quick.answer.status == 101);
  REQUIRE(eventually([&] { return shown.stream.listeners() == 2; }));
  CHECK(says(quick.read(), "unknown"));

  constexpr int rounds_max = 2'000;  // as much as no kernel keeps
  int rounds = 0;
  const auto round = [&] {
    const bool is_even = ++rounds % 2 == 0;
    shown.change(is_even ? ConnectorState::available : ConnectorState::occupied);
    REQUIRE(says(quick.read(), is_even ? "available" : "occupied"));
  };
  while (shown.stream.behind() == 0 && rounds < rounds_max) round();
  REQUIRE(shown.stream.behind() == 1);
  const int told = rounds;
  while (rounds < told + 10) round();
  shown.change(ConnectorState::out_of_order);
  CHECK(says(quick.read(), "out_of_order"));

  int read = 0;
  while (read <= rounds + 1) {
    const auto message = slow.read();
    ++read;
    if (says(message, "out_of_order")) break;
    REQUIRE(eventually([&] {
      shown.stream.tick();
      return shown.stream.behind() == 0 || !slow.socket.nothing_to_read();
    }));
  }
  CHECK(read <= told + 1);  // the first, and those it was told before it fell behind
  CHECK(shown.stream.behind() == 0);
}

TEST_CASE("plot stream: a plot that is no more is told") {
  Shown shown;
  Client client{shown.server->port(), path};
  REQUIRE(eventually([&] { return shown.stream.listeners() == 1; }));
  (void)client.read();
  shown.desk.remove(PlotId{7}, [](Result<> gone) { CHECK(gone.has_value()); });
  const auto heard = eventually([&] {
    shown.stream.tick();
    return !client.socket.nothing_to_read();
  });
  REQUIRE(heard);
  CHECK(client.read().is_text(R"({"removed":[7]})"));
  client.socket.close();
  CHECK(eventually([&] { return shown.stream.listeners() == 0; }));
}

TEST_CASE("plot stream: plots by their ids, wherever they are") {
  Shown shown;
  const std::string root = "/charging/v1/plots/stream?plots=";
  Client client{shown.server->port(), root + "7,3,999,7"};
  REQUIRE(client.answer.status == 101);
  REQUIRE(eventually([&] { return shown.stream.listeners() == 1; }));
  const auto rows = [](const ws::test::Received& message) {
    std::string out;
    for (std::size_t at = 0; (at = message.payload.find("\"plot\":", at)) != std::string::npos;) {
      at += std::string_view{"\"plot\":"}.size();
      out += message.payload.substr(at, message.payload.find(',', at) - at) + ' ';
    }
    return out;
  };
  CHECK(rows(client.read()) == "3 7 ");
  shown.change(ConnectorState::available);
  const auto told = client.read();
  CHECK(rows(told) == "3 7 ");
  CHECK(says(told, "available"));
  shown.desk.remove(PlotId{8}, [](Result<> gone) { CHECK(gone.has_value()); });
  shown.desk.remove(PlotId{7}, [](Result<> gone) { CHECK(gone.has_value()); });
  REQUIRE(eventually([&] {
    shown.stream.tick();
    return !client.socket.nothing_to_read();
  }));
  CHECK(client.read().is_text(R"({"removed":[7]})"));

  std::string many = "1";
  for (int id = 2; id <= 500; ++id) many += ',' + std::to_string(id);
  CHECK(Client{shown.server->port(), root + many}.answer.status == 101);
  for (const std::string& wrong : {many + ",501", std::string{""}, std::string{"1,,2"},
                                   std::string{"0"}, std::string{"1&bbox=7,46,9,48"}}) {
    CAPTURE(wrong);
    CHECK(Client{shown.server->port(), root + wrong}.answer.status == 400);
  }
}

}  // namespace mainstay::charging::plot_stream_test
