#include "platform/stream/server.hpp"

#include <atomic>
#include <fcntl.h>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "platform/http/test_client.hpp"
#include "platform/tls/test_certificates.hpp"

namespace mainstay::stream::server_test {
namespace {

using http::test::Client;
using http::test::eventually;

/// Does what lines say: "say N BYTE" sends so many, "bye" closes, "pause" reads no more; all else
/// comes back.
class Lines final : public Protocol {
 public:
  Lines(Connection& connection, std::atomic<int>& ended) : connection_(connection), ended_(ended) {}

  void on_bytes(std::string_view bytes) override {
    input_.append(bytes);
    for (std::size_t end = 0; (end = input_.find('\n')) != std::string::npos;) {
      on_line(input_.substr(0, end));
      input_.erase(0, end + 1);
    }
  }
  void on_sent() override {
    if (more_ > 0 && --more_ >= 0) connection_.send("more\n");
  }
  void on_tick() override { ++ticks; }
  void on_closed() override { ++ended_; }

  int ticks = 0;

 private:
  void on_line(const std::string& line) {
    if (line.starts_with("say "))
      return connection_.send(std::string(std::stoul(line.substr(4)), 'x'));
    if (line.starts_with("more ")) more_ = std::stoi(line.substr(5));
    connection_.send(line + "\n");
    if (line == "pause") connection_.pause(true);
    if (line == "bye") connection_.close();
  }

  Connection& connection_;
  std::atomic<int>& ended_;
  std::string input_;
  int more_ = 0;
};

struct Fixture {
  ServerOptions options;
  MachineClock clock;
  std::optional<Server> server;
  std::atomic<int> ended{0};
  Connection* newest = nullptr;  // on the server's thread

  void start() {
    options.open = [this](Connection& connection) {
      newest = &connection;
      return std::make_unique<Lines>(connection, ended);
    };
    server.emplace(std::move(options), clock);
    REQUIRE(server->bind().has_value());
    REQUIRE(server->start().has_value());
  }
};

std::string read_exactly(Client& client, std::size_t size) {
  std::string got;
  while (got.size() < size) {
    const std::string some = client.read_some();
    if (some.empty()) break;
    got += some;
  }
  return got;
}

}  // namespace

TEST_CASE("stream server: what comes is told, what is sent arrives, also a lot") {
  Fixture f;
  f.start();
  Client client{f.server->port()};
  client.send("hello\nsay 3000000\n");
  CHECK(read_exactly(client, 3'000'006).starts_with("hello\nxxx"));
  client.send("more 2\n");
  CHECK(read_exactly(client, 17) == "more 2\nmore\nmore\n");
  CHECK(f.server->stats().connections_accepted == 1);
  CHECK(f.server->stats().connections_open == 1);
}

TEST_CASE("stream server: its owner is told of every tick, also while nobody is connected") {
  std::atomic<int> ticks{0};
  Fixture f;
  f.options.tick = Millis{1};
  f.options.on_tick = [&] { ++ticks; };
  f.start();
  CHECK(eventually([&] { return ticks >= 2; }));
  CHECK(f.server->stats().connections_accepted == 0);
}

TEST_CASE("stream server: closing sends what waits first") {
  Fixture f;
  f.start();
  Client client{f.server->port()};
  client.send("say 1000000\nbye\nnot told\n");
  CHECK(read_exactly(client, 1'000'004).ends_with("xbye\n"));
  CHECK(client.at_end());
  client.close();
  CHECK(eventually([&] { return f.ended == 1 && f.server->stats().connections_open == 0; }));
}

TEST_CASE("stream server: who does not read is closed, and others go on") {
  Fixture f;
  f.options.limits.unsent_bytes_max = 1'000'000;
  f.start();
  Client slow{f.server->port(), {4'096}};
  Client other{f.server->port()};
  slow.send("say 50000000\n");
  CHECK(eventually([&] { return f.server->stats().slow_readers == 1; }));
  CHECK(slow.gone());
  other.send("hello\n");
  CHECK(other.read_some() == "hello\n");
}

TEST_CASE("stream server: more clients than allowed are closed, and a place comes back") {
  Fixture f;
  f.options.limits.connections_max = 1;
  f.start();
  {
    Client first{f.server->port()};
    first.send("hello\n");
    CHECK(first.read_some() == "hello\n");
    Client second{f.server->port()};
    CHECK(second.gone());
    CHECK(f.server->stats().connections_refused == 1);
  }
  CHECK(eventually([&] { return f.server->stats().connections_open == 0; }));
  Client third{f.server->port()};
  third.send("hello\n");
  CHECK(third.read_some() == "hello\n");
}

TEST_CASE("stream server: work is posted from other threads, reading paused and begun again") {
  Fixture f;
  f.start();
  std::atomic<int> done{0};
  f.server->post([&] { done = 1; });
  CHECK(eventually([&] { return done == 1; }));
  Client client{f.server->port()};
  client.send("a\n");
  CHECK(client.read_some() == "a\n");
  client.send("pause\n");
  CHECK(read_exactly(client, 6) == "pause\n");
  client.send("b\n");
  f.server->post([&] { f.newest->send("posted\n"); });
  CHECK(read_exactly(client, 7) == "posted\n");
  f.server->post([&] { f.newest->pause(false); });
  client.send("c\n");
  CHECK(read_exactly(client, 4) == "b\nc\n");
}

TEST_CASE("stream server: what was posted before it started is done, behind its end nothing is") {
  std::atomic<int> done{0};
  {
    Fixture f;
    f.options.open = {};
    f.server.emplace(std::move(f.options), f.clock);
    f.server->post([&] { ++done; });
    REQUIRE(f.server->bind().has_value());
    REQUIRE(f.server->start().has_value());
    CHECK(eventually([&] { return done == 1; }));
    f.server->stop();
    f.server->post([&] { ++done; });
  }
  CHECK(done == 1);
}

TEST_CASE("stream server: drains when its clients have gone, and ends those that stay") {
  Fixture f;
  f.start();
  Client client{f.server->port()};
  client.send("bye\n");
  CHECK(client.read_some() == "bye\n");
  client.close();
  f.server->drain(Millis{10'000});
  Client late{f.server->port()};
  CHECK_FALSE(late.connected);

  Fixture g;
  g.start();
  Client staying{g.server->port()};
  staying.send("a\n");
  CHECK(staying.read_some() == "a\n");
  g.server->drain(Millis{1});
  g.server->stop();
  CHECK(g.ended == 1);
  CHECK(staying.gone());
}

/// The server's ends of the connections to this port, as a child has them between fork and exec.
std::vector<http::Descriptor> duplicates_of_connections(std::uint16_t port) {
  constexpr int fds_max = 1'024;
  std::vector<int> found;
  for (int fd = 0; fd < fds_max; ++fd) {
    sockaddr_in end{};
    socklen_t size = sizeof end;
    const auto at = reinterpret_cast<sockaddr*>(&end);
    if (::getpeername(fd, at, &size) != 0 || ::getsockname(fd, at, &size) != 0) continue;
    if (ntohs(end.sin_port) == port) found.push_back(fd);
  }
  std::vector<http::Descriptor> all;
  for (const int fd : found) all.emplace_back(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  return all;
}

TEST_CASE("stream server: a connection that has ended is over, though a child still has it") {
  Fixture f;
  f.start();
  Client staying{f.server->port()};
  std::vector<std::vector<http::Descriptor>> kept;
  for (int i = 0; i < 5; ++i) {
    Client client{f.server->port()};
    client.send("a\n");
    CHECK(client.read_some() == "a\n");
    kept.push_back(duplicates_of_connections(f.server->port()));
    CHECK(kept.back().size() >= 2);
    client.close();
    CHECK(eventually([&] { return f.ended == i + 1; }));
    staying.send("b\n");
    CHECK(staying.read_some() == "b\n");
  }
}

TEST_CASE("stream server: a socket that others have too is taken, and left with its queue") {
  auto bound = http::bind_to("127.0.0.1", 0, http::Sharing::alone);
  REQUIRE(bound.has_value());
  const auto serve = [&bound](Fixture& f) {
    f.options.open = [&f](Connection& connection) {
      return std::make_unique<Lines>(connection, f.ended);
    };
    f.server.emplace(std::move(f.options), f.clock);
    f.server->take(http::duplicate(*bound));
    REQUIRE(f.server->start().has_value());
  };
  std::optional<Client> waiting;
  {
    Fixture former;
    serve(former);
    CHECK(former.server->port() == http::bound_port(*bound));
    Client begun{former.server->port()};
    begun.send("a\n");
    CHECK(begun.read_some() == "a\n");
    former.server->stop_accepting();
    std::atomic<bool> stopped{false};
    former.server->post([&] { stopped = true; });
    CHECK(eventually([&] { return stopped.load(); }));
    waiting.emplace(former.server->port());
    waiting->send("b\n");
    begun.send("c\n");
    CHECK(begun.read_some() == "c\n");  // it is served while nobody is accepted
    CHECK(former.server->stats().connections_accepted == 1);
  }
  Fixture successor;
  serve(successor);
  CHECK(waiting->read_some() == "b\n");
}

TEST_CASE("stream server: over TLS") {
  const tls::test::Authority authority;
  const auto issued = authority.issue();
  const tls::test::TemporaryFile certificate{issued.certificate};
  const tls::test::TemporaryFile key{issued.key};
  const tls::test::TemporaryFile roots{authority.pem()};
  auto context = tls::ServerContext::load({certificate.path(), key.path()});
  auto client_context = tls::ClientContext::load({roots.path()});
  REQUIRE((context.has_value() && client_context.has_value()));
  Fixture f;
  f.options.tls = *context;
  f.start();

  Client socket{f.server->port()};
  tls::Channel channel = (*client_context)->connect("localhost");
  std::string plain;
  std::string wire;
  REQUIRE(channel.start(wire).has_value());
  REQUIRE(channel.send("say 100000\nbye\n", wire).has_value());
  while (!channel.finished()) {
    socket.send(std::exchange(wire, {}));
    const std::string bytes = socket.read_some();
    if (bytes.empty() || channel.receive(as_bytes(bytes), plain, wire).has_error()) break;
  }
  CHECK(plain.size() == 100'004);
  CHECK(plain.ends_with("bye\n"));
  CHECK(channel.finished());

  Client noise{f.server->port()};
  noise.send("this is no handshake\n");
  CHECK(noise.gone());
}

}  // namespace mainstay::stream::server_test
