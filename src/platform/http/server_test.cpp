#include "platform/http/server.hpp"

#include <algorithm>
#include <atomic>
#include <fcntl.h>
#include <future>
#include <memory>
#include <mutex>
#include <netinet/in.h>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "platform/http/body_stream.hpp"
#include "platform/http/test_client.hpp"

namespace mainstay::http::server_test {
namespace {

using test::Answer;
using test::Client;
using test::eventually;
using test::get_root;

/// A server with one plain listener, and a few routes.
struct Fixture {
  Router router;
  ServerOptions options;
  MachineClock clock;
  std::optional<Server> server;
  std::vector<Deferred> deferred;  // of /later; touched by the I/O thread, then by the test
  std::promise<void> deferred_once;

  Fixture() {
    options.threads = 1;
    router.add(Method::get, "/", [](const Request&, Response& response) {
      response.content_type("text/plain");
      response.body() = "root";
    });
    router.add(Method::get, "/n/{number}", [](const Request& request, Response& response) {
      response.body() = request.params.text("number");
    });
    router.add(Method::post, "/echo",
               [](const Request& request, Response& response) { response.body() = request.body; });
    router.add(Method::get, "/status/{code:u64}", [](const Request& request, Response& response) {
      response.status(static_cast<int>(request.params.number("code")));
      response.body() = "ignored where it may not be";
    });
    router.add(Method::get, "/bytes/{count:u64}", [](const Request& request, Response& response) {
      response.body().assign(request.params.number("count"), 'b');
    });
    router.add(Method::get, "/last", [](const Request&, Response& response) {
      response.header("X-Split", "a\r\nb");
      response.close_connection();
    });
    router.add(Method::get, "/later", [this](const Request&, Response& response) {
      deferred.push_back(response.defer());
      deferred_once.set_value();
    });
  }

  Server& start() {
    if (options.listeners.empty()) {
      Listener listener;
      listener.port = 0;
      listener.router = &router;
      options.listeners.push_back(listener);
    }
    server.emplace(options, clock);
    const auto started = server->start();
    REQUIRE(started.has_value());
    return *server;
  }
  std::uint16_t port() { return server->port(); }
  Deferred take_deferred() {
    deferred_once.get_future().wait();
    deferred_once = {};
    auto taken = std::move(deferred.back());
    deferred.pop_back();
    return taken;
  }
};

}  // namespace

TEST_CASE("server: GET and HEAD, answered with date and length, HEAD without the body") {
  Fixture f;
  f.start();
  Client client{f.port()};
  client.send(get_root);
  const auto answer = client.read();
  CHECK(answer.status == 200);
  CHECK(answer.body == "root");
  CHECK(answer.has("Content-Type: text/plain\r\n"));
  CHECK(answer.has("Content-Length: 4\r\n"));
  CHECK(answer.has("Date: "));
  CHECK(answer.has(" GMT\r\n"));
  CHECK_FALSE(answer.has("Connection:"));
  CHECK_FALSE(answer.has("Server:"));

  client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + std::string{get_root});
  const auto head = client.read(true);
  CHECK(head.has("Content-Length: 4\r\n"));
  CHECK(client.read().body == "root");
  CHECK(f.server->stats().requests == 3);
  CHECK(f.server->stats().connections_accepted == 1);
  CHECK(f.server->stats().connections_open == 1);
}

TEST_CASE("server: a drain ends bodies that are told bit by bit") {
  Fixture f;
  std::promise<std::shared_ptr<BodyStream>> begun;
  f.router.add(Method::get, "/news", [&](const Request& request, Response& response) {
    begun.set_value(BodyStream::begin(request, response, {}));
  });
  f.start();
  Client client{f.port()};
  client.send("GET /news HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto stream = begun.get_future().get();
  CHECK(client.read().status == 200);
  f.server->drain(Millis{10'000});
  CHECK(client.read_some() == "0\r\n\r\n");
  CHECK_FALSE(stream->send("nobody hears"));
}

TEST_CASE("server: 204 and 304, without body and length") {
  Fixture f;
  f.start();
  Client client{f.port()};
  for (const auto* code : {"204", "304"}) {
    client.send("GET /status/" + std::string{code} + " HTTP/1.1\r\nHost: a\r\n\r\n" +
                std::string{get_root});
    CHECK_FALSE(client.read().has("Content-"));
    CHECK(client.read().body == "root");
  }
}

TEST_CASE("server: keep-alive, close and HTTP/1.0, as the client asked") {
  Fixture f;
  f.start();
  Client old{f.port()};
  old.send("GET / HTTP/1.0\r\n\r\n");
  CHECK(old.read().has("Connection: close\r\n"));
  CHECK(old.at_end());
  Client kept{f.port()};
  kept.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(kept.read().has("Connection: keep-alive\r\n"));
  kept.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + std::string{get_root});
  CHECK(kept.read().has("Connection: close\r\n"));
  CHECK(kept.at_end());  // what follows the last request is not answered
}

TEST_CASE("server: a handler may close, and cannot split the head") {
  Fixture f;
  f.start();
  Client client{f.port()};
  client.send("GET /last HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto answer = client.read();
  CHECK(answer.has("X-Split: a  b\r\n"));
  CHECK(answer.has("Connection: close\r\n"));
  CHECK(client.at_end());
}

TEST_CASE("server: pipelined requests, answered in order, whatever a wake-up takes") {
  for (const std::size_t per_wakeup : {1, 7, 512}) {
    Fixture f;
    f.options.limits.requests_per_wakeup_max = per_wakeup;
    f.start();
    Client client{f.port()};
    std::string requests;
    for (int i = 0; i < 2'000; ++i) {
      requests += "GET /n/" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
    }
    client.send(requests);
    for (int i = 0; i < 2'000; ++i) REQUIRE(client.read().body == std::to_string(i));
  }
}

TEST_CASE("server: more answers than a connection may hold unsent, all delivered in order") {
  Fixture f;
  f.options.limits.output_bytes_max = 100'000;
  f.start();
  Client client{f.port(), {4'096}};
  std::string requests;
  for (int i = 0; i < 100; ++i) {
    requests += "GET /bytes/200000 HTTP/1.1\r\nHost: a\r\n\r\nGET /n/" + std::to_string(i) +
                " HTTP/1.1\r\nHost: a\r\n\r\n";
  }
  client.send(requests);
  for (int i = 0; i < 100; ++i) {
    REQUIRE(client.read().body.size() == 200'000);
    REQUIRE(client.read().body == std::to_string(i));
  }
}

TEST_CASE("server: a body in chunks or cut in pieces, handed over whole") {
  Fixture f;
  f.start();
  Client client{f.port()};
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  client.send("6\r\n world\r\n0\r\n\r\n");
  CHECK(client.read().body == "hello world");
  const std::string body(3'000'000, 'x');
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n" + body);
  CHECK(client.read().body == body);
}

TEST_CASE("server: refusals, sent as problems before the connection ends") {
  struct Case {
    std::string_view input;
    int status;
    std::string_view code;
  };
  constexpr Case cases[] = {
      {"GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa HTTP/1.1\r\nHost: a\r\n\r\n", 414,
       "target_too_long"},
      {"GET / HTTP/1.1\r\nA: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\n\r\n", 431, "too_many_headers"},
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET / HTTP/1.1\r\nA:b\r\n\r\n", 400, "host_missing"},
      {"GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505, "version_not_supported"},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n", 413, "body_too_large"},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: br\r\n\r\n", 501,
       "transfer_coding_unknown"},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: more\r\nContent-Length: 1\r\n\r\n", 417,
       "expectation_unknown"},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
       400, "bad_framing"},
  };
  Fixture f;
  f.options.limits.target_bytes_max = 40;
  f.options.limits.headers_max = 3;
  f.options.limits.body_bytes_max = 1'000;
  f.start();
  std::uint64_t refused = 0;
  for (const auto& [input, status, code] : cases) {
    CAPTURE(input);
    Client client{f.port()};
    client.send(input);
    auto answer = client.read();
    if (answer.body == "root") answer = client.read();
    CHECK(answer.status == status);
    CHECK(answer.has("Content-Type: application/problem+json\r\n"));
    CHECK(answer.has("\"code\":\"" + std::string{code} + "\""));
    CHECK(answer.has("Connection: close\r\n"));
    CHECK(client.at_end());
    CHECK(f.server->stats().refusals == ++refused);
  }
}

TEST_CASE("server: a refused body that is sent all the same, does not cost the client the answer") {
  Fixture f;
  f.options.limits.body_bytes_max = 1'000;
  f.start();
  Client client{f.port()};
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n" +
              std::string(500'000, 'x'));
  CHECK(client.read().status == 413);
  CHECK(client.at_end());
}

TEST_CASE("server: Expect 100-continue, told to go on unless the body is on its way") {
  Fixture f;
  f.start();
  const std::string head =
      "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
  Client client{f.port()};
  client.send(std::string{get_root} + head);
  CHECK(client.read().body == "root");
  CHECK(client.read().status == 100);
  client.send("hello");
  CHECK(client.read().body == "hello");
  client.send(head + "world");
  const auto answer = client.read();
  CHECK(answer.status == 200);
  CHECK(answer.body == "world");
}

TEST_CASE("server: X-Request-ID, echoed when it is valid") {
  Fixture f;
  f.start();
  Client client{f.port()};
  client.send("GET / HTTP/1.1\r\nHost: a\r\nx-request-id: Abc-1._\r\n\r\n");
  CHECK(client.read().has("X-Request-ID: Abc-1._\r\n"));
  client.send("GET / HTTP/1.1\r\nHost: a\r\nX-Request-ID: a b\r\n\r\n");
  CHECK_FALSE(client.read().has("X-Request-ID"));
}

TEST_CASE("server: slow heads and bodies, 408; idle connections, closed without a word") {
  Fixture f;
  f.options.limits.head_timeout = f.options.limits.body_timeout = Millis{60};
  f.options.limits.idle_timeout = Millis{300};
  f.start();
  Client head{f.port()};
  Client body{f.port()};
  Client idle{f.port()};
  Client later{f.port()};
  head.send("GET / HT");
  body.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");
  later.send(std::string{get_root} + "GET / ");
  CHECK(head.read().has("\"code\":\"request_timeout\""));
  CHECK(head.at_end());
  CHECK(body.read().status == 408);
  CHECK(later.read().status == 200);
  CHECK(later.read().status == 408);
  CHECK(idle.at_end());
}

TEST_CASE("server: a client that does not read, closed when sending makes no progress") {
  Fixture f;
  f.options.limits.send_timeout = Millis{60};
  f.start();
  Client client{f.port(), {4'096}};
  client.send("GET /bytes/50000000 HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(eventually([&] { return f.server->stats().requests == 1; }));
  CHECK(eventually([&] { return f.server->stats().connections_open == 0; }));
}

TEST_CASE("server: a client that ends its output after the request, still answered") {
  Fixture f;
  f.start();
  Client client{f.port()};
  client.send(get_root);
  client.end_output();
  CHECK(client.read().body == "root");
  CHECK(client.at_end());
  CHECK(eventually([&] { return f.server->stats().connections_open == 0; }));
}

TEST_CASE("server: more clients than allowed, 503 until one leaves") {
  Fixture f;
  f.options.limits.connections_max = 2;
  f.start();
  Client first{f.port()};
  Client second{f.port()};
  first.send(get_root);
  second.send(get_root);
  CHECK(first.read().status == 200);
  CHECK(second.read().status == 200);
  {
    Client third{f.port()};
    const auto answer = third.read();
    CHECK(answer.status == 503);
    CHECK(answer.has("too_many_connections"));
    CHECK(third.at_end());
  }
  first.close();
  CHECK(eventually([&] { return f.server->stats().connections_open == 1; }));
  Client fourth{f.port()};
  fourth.send(get_root);
  CHECK(fourth.read().status == 200);
}

TEST_CASE("server: out of descriptors, accepting pauses and goes on when there are some") {
  Fixture f;
  f.start();
  Client waits{f.port()};  // proves that the server serves; its descriptors are open
  waits.send(get_root);
  CHECK(waits.read().status == 200);
  Client client;
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const int lowest_free = ::dup(0);
  REQUIRE(lowest_free >= 0);
  ::close(lowest_free);
  const rlimit none_left{static_cast<rlim_t>(lowest_free), before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none_left) == 0);
  client.connect(f.port());
  client.send(get_root);
  waits.send(get_root);
  const bool others_served = waits.read().status == 200;
  const auto accepted = f.server->stats().connections_accepted;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(others_served);
  CHECK(accepted == 1);
  CHECK(client.read().status == 200);
}

TEST_CASE("server: a deferred answer from another thread, sent in the request's turn") {
  Fixture f;
  f.start();
  Client client{f.port()};
  client.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\nGET /n/2 HTTP/1.1\r\nHost: a\r\n\r\n");
  auto deferred = f.take_deferred();
  Client other{f.port()};
  other.send(get_root);
  CHECK(other.read().status == 200);  // the thread is free meanwhile
  CHECK(client.nothing_to_read());
  deferred.complete([](Response& response) { response.body() = "at last"; });
  CHECK(client.read().body == "at last");
  CHECK(client.read().body == "2");
}

TEST_CASE("server: deferred answers that are given together, nobody is woken before the last") {
  Fixture f;
  f.start();
  Client first{f.port()};
  first.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  auto one = f.take_deferred();
  Client second{f.port()};
  second.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  auto two = f.take_deferred();
  {
    const AnswersTogether together;
    one.complete([](Response& response) { response.body() = "one"; });
    two.complete([](Response& response) { response.body() = "two"; });
    CHECK(first.nothing_to_read());
  }
  CHECK(first.read().body == "one");
  CHECK(second.read().body == "two");
}

TEST_CASE("server: what handlers want done behind them, done once for a wake-up") {
  struct Behind final : AfterHandlers {
    void after_handlers() override {
      seen = handled;
      ++calls;
    }
    int handled = 0;
    int seen = 0;
    int calls = 0;
  };
  Fixture f;
  Behind behind;
  f.router.add(Method::get, "/behind", [&](const Request&, Response& response) {
    ++behind.handled;
    response.after_handlers(behind);
  });
  f.start();
  Client client{f.port()};
  std::string requests;
  for (int i = 0; i < 3; ++i) requests += "GET /behind HTTP/1.1\r\nHost: a\r\n\r\n";
  client.send(requests);
  for (int i = 0; i < 3; ++i) CHECK(client.read().status == 200);
  f.server.reset();  // its thread has ended
  CHECK(behind.seen == 3);
  CHECK(behind.calls <= 3);

  Response alone;
  alone.after_handlers(behind);
  CHECK(behind.seen == 3);
}

TEST_CASE("server: a deferred answer that is dropped or fails, 500") {
  Fixture f;
  f.start();
  Client client{f.port()};
  client.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  { const auto dropped = f.take_deferred(); }
  CHECK(client.read().has("\"code\":\"unanswered\""));
  client.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  f.take_deferred().complete([](Response&) { throw std::runtime_error{"no"}; });
  CHECK(client.read().has("\"code\":\"internal_error\""));
  f.router.scope("/later", {{}, {}, {}, [](const Request&, Response& response) {
                              response.status(500);
                              response.body() = "sorry";
                            }});
  client.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  f.take_deferred().complete([](Response&) { throw std::runtime_error{"no"}; });
  CHECK(client.read().body == "sorry");
  client.send(get_root);
  CHECK(client.read().status == 200);
}

TEST_CASE("server: a deferred answer to a client or a server that has gone, dropped") {
  Fixture f;
  f.start();
  Client client{f.port()};
  client.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  auto to_client = f.take_deferred();
  client.close();
  to_client.complete([](Response& response) { response.body() = "nobody reads this"; });
  CHECK(eventually([&] { return f.server->stats().connections_open == 0; }));

  Client second{f.port()};
  second.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  auto to_server = f.take_deferred();
  f.server->stop();
  CHECK(second.gone());
  bool filled = false;
  to_server.complete([&](Response&) { filled = true; });
  CHECK_FALSE(filled);
}

namespace {

/// Holds every batch until the test lets it go.
class HeldBarrier final : public CommitBarrier {
 public:
  bool commit(UniqueFunction<void()> when_durable) override {
    const std::lock_guard lock{mutex_};
    ++commits_;
    if (open_) return true;
    if (!when_durable) return false;
    waiting_.push_back(std::move(when_durable));
    return false;
  }
  void open(bool on) {
    const std::lock_guard lock{mutex_};
    open_ = on;
  }
  /// Waits until so many batches are held, then lets the last one of them go.
  void let_go(std::size_t held) {
    CHECK(eventually([&] { return waiting() == held; }));
    UniqueFunction<void()> callback;
    {
      const std::lock_guard lock{mutex_};
      callback = std::move(waiting_.back());
      waiting_.pop_back();
    }
    callback();
  }
  std::size_t waiting() {
    const std::lock_guard lock{mutex_};
    return waiting_.size();
  }
  int commits() {
    const std::lock_guard lock{mutex_};
    return commits_;
  }

 private:
  std::mutex mutex_;
  bool open_ = false;
  int commits_ = 0;
  std::vector<UniqueFunction<void()>> waiting_;
};

}  // namespace

TEST_CASE("server: answers held by the barrier, sent in order once it lets them go") {
  HeldBarrier barrier;
  Fixture f;
  f.options.barrier = &barrier;
  f.start();
  Client client{f.port()};
  client.send("GET /n/1 HTTP/1.1\r\nHost: a\r\n\r\nGET /n/2 HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(eventually([&] { return barrier.waiting() == 1; }));
  CHECK(barrier.commits() == 1);  // one wake-up, one commit
  client.send("GET /n/3 HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(eventually([&] { return barrier.waiting() == 2; }));

  // A later batch does not overtake: neither one let go first, nor one that was never held.
  barrier.let_go(2);
  barrier.open(true);
  client.send("GET /n/4 HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(eventually([&] { return f.server->stats().requests == 4 && barrier.commits() == 3; }));
  CHECK(client.nothing_to_read());
  barrier.let_go(1);
  for (const auto* expected : {"1", "2", "3", "4"}) CHECK(client.read().body == expected);
}

TEST_CASE("server: answers that promise nothing leave while others are held, never out of turn") {
  HeldBarrier barrier;
  Fixture f;
  f.options.barrier = &barrier;
  f.router.add(Method::get, "/read", [](const Request&, Response& response) {
    response.promise_nothing();
    response.body().append("read");
  });
  f.start();
  Client writes{f.port()};
  writes.send("GET /n/1 HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(eventually([&] { return barrier.waiting() == 1; }));
  Client reads{f.port()};
  reads.send("GET /read HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(reads.read().body == "read");
  // Behind an answer that is held, on the same connection, it waits too.
  writes.send("GET /read HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(eventually([&] { return f.server->stats().requests == 3; }));
  CHECK(writes.nothing_to_read());
  barrier.open(true);
  while (barrier.waiting() > 0) barrier.let_go(barrier.waiting());
  CHECK(writes.read().body == "1");
  CHECK(writes.read().body == "read");
}

TEST_CASE("server: an answer that is held too long is never sent, the connection closes") {
  HeldBarrier barrier;
  Fixture f;
  f.options.barrier = &barrier;
  f.options.limits.commit_timeout = Millis{50};
  f.options.limits.idle_timeout = Millis{400};  // makes the ticks short
  f.start();
  Client client{f.port()};
  client.send("GET /n/1 HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.gone());
  barrier.let_go(1);
}

TEST_CASE("server: clients and server that go while answers are held, nothing breaks") {
  HeldBarrier barrier;
  {
    Fixture f;
    f.options.barrier = &barrier;
    f.start();
    Client leaves{f.port()};
    leaves.send(get_root);
    CHECK(eventually([&] { return barrier.waiting() == 1; }));
    leaves.close();
    Client stays{f.port()};
    stays.send(get_root);
    CHECK(eventually([&] { return barrier.waiting() == 2; }));
  }
  barrier.let_go(2);
  barrier.let_go(1);
}

TEST_CASE(
    "server: drain, what has begun is answered and said to be the last, the idle are closed") {
  Fixture f;
  f.start();
  const auto port = f.port();
  Client idle{port};
  idle.send(get_root);
  CHECK(idle.read().status == 200);
  Client begun{port};
  begun.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");
  Client waits{port};
  waits.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  auto deferred = f.take_deferred();
  CHECK(eventually([&] { return f.server->stats().connections_accepted == 3; }));
  // The half request must have been read, or it would count as idle: a request behind it proves
  // that.
  begun.send("l");
  Client proof{port};
  proof.send(get_root);
  CHECK(proof.read().status == 200);

  auto drained = std::async(std::launch::async, [&] { f.server->drain(Millis{10'000}); });
  CHECK(idle.at_end());
  begun.send("o");
  const auto answer = begun.read();
  CHECK(answer.body == "hello");
  CHECK(answer.has("Connection: close\r\n"));
  CHECK(begun.at_end());
  deferred.complete([](Response& response) { response.body() = "done"; });
  CHECK(waits.read().has("Connection: close\r\n"));
  begun.close();
  waits.close();
  drained.wait();
  CHECK(f.server->stats().connections_open == 0);
  CHECK_FALSE(Client{port}.connected);
}

TEST_CASE("server: drain, over at its deadline when a client holds on") {
  Fixture f;
  f.start();
  Client waits{f.port()};
  waits.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto deferred = f.take_deferred();
  f.server->drain(Millis{20});
  CHECK(f.server->stats().connections_open == 1);
  f.server->stop();
  CHECK(waits.gone());
}

TEST_CASE("server: a client that reads too slowly to ever end, closed in time all the same") {
  Fixture f;
  f.options.limits.send_timeout = Millis{10'000};
  f.options.limits.send_total_timeout = Millis{40};
  f.start();
  Client client{f.port(), {4'096}};
  constexpr std::size_t size = 50'000'000;
  client.send("GET /bytes/" + std::to_string(size) + " HTTP/1.1\r\nHost: a\r\n\r\n");
  // Progress at every moment, but the answer cannot be through by then.
  std::size_t read = 0;
  while (f.server->stats().connections_open == 1 || f.server->stats().requests == 0) {
    read += client.drop_some();
    REQUIRE(read < size);
    std::this_thread::yield();
  }
  CHECK(f.server->stats().requests == 1);
}

TEST_CASE("server: retired, those that were open leave, and new ones are served meanwhile") {
  Fixture f;
  f.start();
  Client idle{f.port()};
  idle.send(get_root);
  CHECK(idle.read().status == 200);
  Client waits{f.port()};
  waits.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  auto deferred = f.take_deferred();

  auto retired = std::async(std::launch::async, [&] { f.server->retire(Millis{10'000}); });
  CHECK(idle.at_end());
  Client later{f.port()};
  later.send(get_root);
  const auto answer = later.read();
  CHECK(answer.status == 200);
  CHECK_FALSE(answer.has("Connection: close"));
  deferred.complete([](Response& response) { response.body() = "done"; });
  CHECK(waits.read().has("Connection: close\r\n"));
  waits.close();
  retired.wait();
  later.send(get_root);
  CHECK(later.read().status == 200);
  CHECK(f.server->stats().connections_open == 1);
}

TEST_CASE("server: handed over, clients that come meanwhile are served by whoever is next") {
  for (const auto& [before, after] : {std::pair{2U, 2U}, {1U, 4U}, {4U, 1U}, {3U, 2U}}) {
    CAPTURE(before);
    CAPTURE(after);
    Fixture f;
    f.options.threads = before;
    const auto port = f.start().port();
    Client kept{port};
    kept.send(get_root);
    CHECK(kept.read().status == 200);
    auto bindings = f.server->hand_over(Millis{10'000});
    CHECK(kept.at_end());
    REQUIRE(bindings.size() == 1);
    CHECK(bindings[0].port == port);
    CHECK(bindings[0].sockets.size() == before);

    std::vector<std::unique_ptr<Client>> clients;  // enough that every queue has some
    for (int i = 0; i < 32; ++i) {
      clients.push_back(std::make_unique<Client>(port));
      CHECK(clients.back()->connected);
      clients.back()->send(get_root);
    }
    f.options.threads = after;
    f.server.emplace(f.options, f.clock);
    REQUIRE(f.server->start(std::move(bindings)).has_value());
    CHECK(f.port() == port);
    for (auto& client : clients) CHECK(client->read().status == 200);
  }
}

TEST_CASE("server: started on what is no bound socket, fails and says so") {
  Fixture f;
  f.options.listeners.resize(1);
  f.options.listeners[0].router = &f.router;
  std::vector<Binding> bindings(1);
  bindings[0].sockets.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  Server server{f.options, f.clock};
  const auto started = server.start(std::move(bindings));
  REQUIRE(started.has_error());
  CHECK(started.error().is(ServerErrc::listen_failed));
}

TEST_CASE("server: several threads on one port, every connection answered") {
  Fixture f;
  f.options.threads = 4;
  std::atomic<std::size_t> highest{0};
  f.router.add(Method::get, "/thread", [&](const Request& request, Response&) {
    auto seen = highest.load();
    while (request.thread > seen && !highest.compare_exchange_weak(seen, request.thread)) {
    }
  });
  f.start();
  for (int i = 0; i < 64; ++i) {
    Client client{f.port()};
    client.send("GET /thread HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(client.read().status == 200);
  }
  CHECK(highest > 0);
  CHECK(highest < 4);
  CHECK(f.server->stats().requests == 64);
}

TEST_CASE("server: a port in use or a bad address, start fails and says which") {
  Fixture f;
  f.start();
  ServerOptions options;
  options.listeners.resize(1);
  options.listeners[0].router = &f.router;
  options.listeners[0].port = f.port();
  Server second{options, f.clock};
  const auto taken = second.start();
  REQUIRE_FALSE(taken.has_value());
  CHECK(taken.error().is(ServerErrc::listen_failed));
  CHECK(taken.error().detail().find(std::to_string(f.port())) != std::string::npos);

  options.listeners[0].address = "localhost";
  Server third{options, f.clock};
  const auto invalid = third.start();
  REQUIRE_FALSE(invalid.has_value());
  CHECK(invalid.error().is(ServerErrc::address_invalid));
}

TEST_CASE("server: the observer, told of answers and refusals") {
  struct Recorder final : Observer {
    void answered(const Request& request, const Answer& answer) override {
      const std::lock_guard lock{mutex};
      lines.push_back(std::string{request.target} + " " + std::to_string(answer.status) + " " +
                      std::to_string(answer.body_bytes) + " " + std::string{request.peer});
    }
    void refused(std::string_view peer, int status, std::string_view code) override {
      const std::lock_guard lock{mutex};
      lines.push_back(std::string{peer} + " " + std::to_string(status) + " " + std::string{code});
    }
    std::mutex mutex;
    std::vector<std::string> lines;
  };
  Recorder recorder;
  Fixture f;
  f.options.observer = &recorder;
  f.start();
  Client client{f.port()};
  client.send(std::string{get_root} + "nonsense\r\n\r\n");
  CHECK(client.read().status == 200);
  CHECK(client.read().status == 400);
  const std::lock_guard lock{recorder.mutex};
  CHECK(recorder.lines ==
        std::vector<std::string>{"/ 200 4 127.0.0.1", "127.0.0.1 400 bad_request_line"});
}

}  // namespace mainstay::http::server_test
