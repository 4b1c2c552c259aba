#include "platform/http/client.hpp"

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>

#include "platform/tls/context.hpp"
#include "platform/tls/test_certificates.hpp"

namespace mainstay::http::client_test {
namespace {

/// One connection, as the server's script sees it.
class Peer {
 public:
  explicit Peer(int socket) : socket_(socket) {}
  ~Peer() { ::close(socket_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  /// Empty at the end.
  std::string read_some() {
    std::array<char, 4096> buffer;
    const auto size = ::recv(socket_, buffer.data(), buffer.size(), 0);
    return size <= 0 ? std::string{} : std::string{buffer.data(), static_cast<std::size_t>(size)};
  }
  std::string read_until(std::string_view end) {
    std::string text;
    while (text.find(end) == std::string::npos) {
      const std::string more = read_some();
      if (more.empty()) break;
      text += more;
    }
    return text;
  }
  void read_to_end() {
    while (!read_some().empty()) {
    }
  }
  /// False when the client has gone.
  bool write(std::string_view text) {
    while (!text.empty()) {
      const auto size = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (size <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
  }

 private:
  int socket_;
};

/// A loopback server that runs the script for one connection after another, on a thread of its own,
/// until it is destroyed. The client must have let go of its connections by then.
class RawServer {
 public:
  explicit RawServer(std::function<void(Peer&)> script)
      : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::socklen_t size = sizeof address;
    REQUIRE(::bind(socket_, reinterpret_cast<::sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(socket_, 64) == 0);
    REQUIRE(::getsockname(socket_, reinterpret_cast<::sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this, script = std::move(script)] {
      for (;;) {
        const int accepted = ::accept(socket_, nullptr, nullptr);
        if (accepted < 0) return;
        ++connections_;
        Peer peer{accepted};
        script(peer);
      }
    }};
  }
  ~RawServer() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  [[nodiscard]] std::string url(std::string_view path = "/", std::string_view host = "127.0.0.1",
                                std::string_view scheme = "http") const {
    return std::string{scheme}
        .append("://")
        .append(host)
        .append(":")
        .append(std::to_string(port_))
        .append(path);
  }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  int socket_;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::thread thread_;
};

/// Answers every request, once its head has come, with this text.
auto answers(std::string text) {
  return [text = std::move(text)](Peer& peer) {
    peer.read_until("\r\n\r\n");
    peer.write(text);
  };
}

void never_answers(Peer& peer) { peer.read_to_end(); }

ClientRequest request_to(std::string url) {
  ClientRequest request;
  request.url = std::move(url);
  request.trust = Trust::operator_address;
  return request;
}

std::future<Result<ClientResponse>> begin(Client& client, ClientRequest request) {
  std::promise<Result<ClientResponse>> promise;
  auto future = promise.get_future();
  // A second call would throw from set_value and end the process.
  client.send(std::move(request),
              [promise = std::move(promise)](Result<ClientResponse> result) mutable {
                promise.set_value(std::move(result));
              });
  return future;
}

Result<ClientResponse> wait(std::future<Result<ClientResponse>> future) {
  REQUIRE(future.wait_for(std::chrono::seconds{30}) == std::future_status::ready);
  return future.get();
}

Result<ClientResponse> ask(Client& client, ClientRequest request) {
  return wait(begin(client, std::move(request)));
}

Result<ClientResponse> ask(ClientRequest request) {
  Client client{{}};
  return ask(client, std::move(request));
}

}  // namespace

TEST_CASE("client: a request with a body, sent whole and its answer taken") {
  std::promise<std::string> seen;
  const RawServer server{[&seen](Peer& peer) {
    seen.set_value(peer.read_until("payload"));
    peer.write("HTTP/1.1 201 Created\r\nX-One: 1\r\nContent-Length: 4\r\n\r\ndone");
  }};
  ClientRequest request = request_to(server.url("/hook?a=b"));
  request.method = Method::post;
  request.headers = {{"X-Two", "2"}};
  request.content_type = "text/plain";
  request.body = "payload";
  const auto response = ask(std::move(request));
  REQUIRE(response.has_value());
  CHECK(response->status == 201);
  CHECK(response->body == "done");
  CHECK(response->headers.front() == std::pair<std::string, std::string>{"X-One", "1"});
  const std::string text = seen.get_future().get();
  CHECK(text.starts_with("POST /hook?a=b HTTP/1.1\r\nHost: 127.0.0.1:"));
  CHECK(text.find("\r\nX-Two: 2\r\n") != std::string::npos);
  CHECK(text.ends_with("\r\nContent-Length: 7\r\n\r\npayload"));
}

TEST_CASE("client: chunked, until the end and HEAD, each complete") {
  Client client{{}};
  const RawServer chunked{
      answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")};
  CHECK(ask(client, request_to(chunked.url()))->body == "abc");
  const RawServer unsized{answers("HTTP/1.1 200 OK\r\n\r\nall of it")};
  CHECK(ask(client, request_to(unsized.url()))->body == "all of it");
  const RawServer head{answers("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")};
  ClientRequest request = request_to(head.url());
  request.method = Method::head;
  CHECK(ask(client, std::move(request))->status == 200);
}

TEST_CASE("client: a redirect, answered and not followed") {
  const RawServer other{never_answers};
  const RawServer server{
      answers("HTTP/1.1 302 Found\r\nLocation: " + other.url() + "\r\nContent-Length: 0\r\n\r\n")};
  CHECK(ask(request_to(server.url()))->status == 302);
  CHECK(other.connections() == 0);
}

TEST_CASE("client: an answer before the request is read, taken while sending") {
  const RawServer server{[](Peer& peer) {
    peer.write("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
    peer.read_to_end();
  }};
  ClientRequest request = request_to(server.url());
  request.method = Method::post;
  request.body.assign(32U << 20U, 'x');
  CHECK(ask(std::move(request))->status == 413);
}

TEST_CASE("client: the server never answers, deadline_passed") {
  const RawServer server{never_answers};
  ClientRequest request = request_to(server.url());
  request.deadline = Millis{30};
  const auto response = ask(std::move(request));
  REQUIRE(response.has_error());
  CHECK(response.error().is(ClientErrc::deadline_passed));
  CHECK(response.error().detail() == "waiting for the answer");
}

TEST_CASE("client: the server answers byte after byte without end, the deadline still passes") {
  const RawServer server{[](Peer& peer) {
    peer.read_until("\r\n\r\n");
    peer.write("HTTP/1.1 200 OK\r\n\r\n");
    while (peer.write("x")) {
    }
  }};
  ClientRequest request = request_to(server.url());
  request.deadline = Millis{30};
  request.response_bytes_max = 1U << 30U;
  CHECK(ask(std::move(request)).error().is(ClientErrc::deadline_passed));
}

TEST_CASE("client: the answer is too large, response_too_large") {
  const RawServer server{answers("HTTP/1.1 200 OK\r\n\r\n" + std::string(2000, 'x'))};
  ClientRequest request = request_to(server.url());
  request.response_bytes_max = 1999;
  CHECK(ask(request).error().is(ClientErrc::response_too_large));
  request.response_bytes_max = 2000;
  CHECK(ask(request)->body.size() == 2000);
}

TEST_CASE("client: closed or broken answers, response_invalid") {
  Client client{{}};
  for (const std::string_view text :
       {"", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", "220 mail.example ESMTP\r\n"}) {
    const RawServer server{answers(std::string{text})};
    CHECK(ask(client, request_to(server.url())).error().is(ClientErrc::response_invalid));
  }
}

TEST_CASE("client: nobody listens, connect_failed with the address") {
  std::string url;
  {
    const RawServer server{never_answers};
    url = server.url();
  }
  const auto response = ask(request_to(url));
  REQUIRE(response.has_error());
  CHECK(response.error().is(ClientErrc::connect_failed));
  CHECK(response.error().detail().starts_with("127.0.0.1:"));
  CHECK(response.error().retryable());
}

TEST_CASE("client: a name that cannot exist, resolve_failed") {
  CHECK(ask(request_to("http://" + std::string(70, 'a') + ".invalid/"))
            .error()
            .is(ClientErrc::resolve_failed));
}

TEST_CASE("client: what cannot be requested, refused without a connection") {
  const RawServer server{never_answers};
  Client client{{}};
  CHECK(ask(client, request_to("ftp://127.0.0.1/")).error().is(ClientErrc::url_invalid));
  CHECK(ask(client, request_to("")).error().is(ClientErrc::url_invalid));
  ClientRequest request = request_to(server.url());
  request.headers = {{"X-One", "1\r\nX-Evil: 1"}};
  CHECK(ask(client, request).error().is(ClientErrc::request_invalid));
  CHECK(server.connections() == 0);
}

TEST_CASE("client: a user's address inside the operator's network, refused however it is written") {
  const RawServer server{never_answers};
  Client client{{}};
  for (const std::string_view host :
       {"127.0.0.1", "127.1", "2130706433", "0x7f.1", "0", "localhost", "LOCALHOST", "[::1]",
        "[::ffff:127.0.0.1]", "[::]", "10.0.0.1", "169.254.169.254", "[fd00::1]"}) {
    CAPTURE(host);
    ClientRequest request = request_to(server.url("/", host));
    request.trust = Trust::user_address;
    const auto response = ask(client, std::move(request));
    REQUIRE(response.has_error());
    CHECK(response.error().is(ClientErrc::address_refused));
  }
  CHECK(server.connections() == 0);
}

TEST_CASE("client: more requests than the bound, queue_full and place again afterwards") {
  const RawServer server{never_answers};
  Client client{{.requests_max = 2, .ca_file = {}}};
  ClientRequest request = request_to(server.url());
  request.deadline = Millis{200};
  auto first = begin(client, request);
  auto second = begin(client, request);
  CHECK(ask(client, request).error().is(ClientErrc::queue_full));
  CHECK(wait(std::move(first)).error().is(ClientErrc::deadline_passed));
  CHECK(wait(std::move(second)).error().is(ClientErrc::deadline_passed));
  request.url = "ftp://a/";
  CHECK(ask(client, request).error().is(ClientErrc::url_invalid));
}

TEST_CASE("client: stop, every request is told once and later ones at once") {
  const RawServer server{never_answers};
  Client client{{}};
  std::vector<std::future<Result<ClientResponse>>> running;
  for (int i = 0; i < 20; ++i) running.push_back(begin(client, request_to(server.url())));
  client.stop();
  for (auto& future : running) CHECK(wait(std::move(future)).error().is(ClientErrc::stopped));
  CHECK(ask(client, request_to(server.url())).error().is(ClientErrc::stopped));
  client.stop();
}

TEST_CASE("client: threads send while it stops, every request is told once") {
  const RawServer server{answers("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")};
  for (int round = 0; round < 10; ++round) {
    Client client{{.requests_max = 20, .ca_file = {}}};
    std::atomic<int> told{0};
    std::atomic<int> sent{0};
    std::vector<std::thread> senders;
    for (int t = 0; t < 3; ++t) {
      senders.emplace_back([&] {
        for (int i = 0; i < 50; ++i) {
          ++sent;
          // Each answer sends once more from the client's own thread.
          client.send(request_to(server.url()), [&](const Result<ClientResponse>&) {
            ++sent;
            client.send(request_to(server.url()), [&](const Result<ClientResponse>&) { ++told; });
            ++told;
          });
        }
      });
    }
    while (told < 5) std::this_thread::yield();
    client.stop();
    for (std::thread& sender : senders) sender.join();
    CHECK(told == sent);
  }
}

namespace {

/// Serves one TLS connection: answers once the request's head has come, then closes in the way
/// asked.
auto answers_with_tls(std::shared_ptr<tls::ServerContext> context, std::string text,
                      bool close_notify = true) {
  return [context = std::move(context), text = std::move(text), close_notify](Peer& peer) {
    tls::Channel channel = context->accept();
    std::string plain;
    while (plain.find("\r\n\r\n") == std::string::npos) {
      std::string wire;
      const std::string received = peer.read_some();
      const bool ok = channel.receive(as_bytes(received), plain, wire).has_value();
      peer.write(wire);
      if (!ok || received.empty()) return;
    }
    std::string wire;
    if (channel.send(text, wire).has_error()) return;
    if (close_notify) channel.close(wire);
    peer.write(wire);
  };
}

std::shared_ptr<tls::ServerContext> server_context(const tls::test::Issued& issued) {
  const tls::test::TemporaryFile certificate{issued.certificate};
  const tls::test::TemporaryFile key{issued.key};
  auto context = tls::ServerContext::load({certificate.path(), key.path()});
  REQUIRE(context.has_value());
  return *std::move(context);
}

}  // namespace

TEST_CASE("client: https to a trusted server, by name and by address") {
  const tls::test::Authority authority;
  const tls::test::TemporaryFile roots{authority.pem()};
  const RawServer server{answers_with_tls(server_context(authority.issue()),
                                          "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")};
  Client client{{.requests_max = 10, .ca_file = roots.path()}};
  for (const std::string_view host : {"localhost", "127.0.0.1"}) {
    const auto response = ask(client, request_to(server.url("/", host, "https")));
    if (response.has_error()) FAIL(response.error().message());
    CHECK(response->body == "secret");
  }
}

TEST_CASE("client: https to a wrong host or an unknown authority, tls_failed") {
  const tls::test::Authority authority;
  const tls::test::TemporaryFile roots{authority.pem()};
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  const RawServer elsewhere{answers_with_tls(
      server_context(authority.issue({.alternative_names = "DNS:a.example"})), answer)};
  Client client{{.requests_max = 10, .ca_file = roots.path()}};
  const auto mismatch = ask(client, request_to(elsewhere.url("/", "localhost", "https")));
  REQUIRE(mismatch.has_error());
  CHECK(mismatch.error().is(ClientErrc::tls_failed));
  CHECK(mismatch.error().detail().find("hostname mismatch") != std::string::npos);

  const RawServer server{answers_with_tls(server_context(authority.issue()), answer)};
  CHECK(ask(request_to(server.url("/", "localhost", "https"))).error().is(ClientErrc::tls_failed));
}

TEST_CASE("client: https to a server without TLS, tls_failed") {
  const RawServer server{[](Peer& peer) {
    peer.read_some();
    peer.write("HTTP/1.1 400 Bad Request\r\n\r\n");
  }};
  CHECK(ask(request_to(server.url("/", "127.0.0.1", "https"))).error().is(ClientErrc::tls_failed));
}

TEST_CASE("client: https answer until the end, complete only with close_notify") {
  const tls::test::Authority authority;
  const tls::test::TemporaryFile roots{authority.pem()};
  Client client{{.requests_max = 10, .ca_file = roots.path()}};
  const auto context = server_context(authority.issue());
  const std::string answer = "HTTP/1.1 200 OK\r\n\r\nall";
  const RawServer closing{answers_with_tls(context, answer)};
  CHECK(ask(client, request_to(closing.url("/", "localhost", "https")))->body == "all");
  const RawServer cut{answers_with_tls(context, answer, false)};
  CHECK(ask(client, request_to(cut.url("/", "localhost", "https")))
            .error()
            .is(ClientErrc::response_invalid));
}

TEST_CASE("client: extra roots cannot be read, https fails with the file's name and http works") {
  const RawServer server{answers("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")};
  Client client{{.requests_max = 10, .ca_file = "/nowhere/roots.pem"}};
  CHECK(ask(client, request_to(server.url()))->status == 200);
  const auto response = ask(client, request_to(server.url("/", "localhost", "https")));
  REQUIRE(response.has_error());
  CHECK(response.error().is(ClientErrc::tls_failed));
  CHECK(response.error().detail().find("/nowhere/roots.pem") != std::string::npos);
}

TEST_CASE("client: https with roots and a name of the request's own, answered") {
  const tls::test::Authority authority;
  const RawServer server{
      answers_with_tls(server_context(authority.issue({.alternative_names = "DNS:api.internal"})),
                       "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")};
  ClientRequest request = request_to(server.url("/", "127.0.0.1", "https"));
  request.tls = *tls::ClientContext::load({.ca_file = {}, .ca_pem = authority.pem()});
  CHECK(ask(request).error().is(ClientErrc::tls_failed));
  request.server_name = "api.internal";
  CHECK(ask(request)->body == "secret");
  request.tls = *tls::ClientContext::load({.ca_file = {}, .verify = false});
  request.server_name = "another";
  CHECK(ask(request)->body == "secret");
}

namespace {

/// What a stream told, in order.
struct Told {
  std::string parts;
  int count = 0;
};

ClientStream stream_into(Told& told, Millis idle_max = Millis{10'000}) {
  return {.on_part = [&told](std::string_view part) -> Result<> {
            told.parts.append(part).push_back('|');
            ++told.count;
            return {};
          },
          .idle_max = idle_max};
}

struct Started {
  TransferId id = 0;
  std::future<Result<ClientResponse>> ended;
};

Started begin_stream(Client& client, ClientRequest request, ClientStream stream) {
  std::promise<Result<ClientResponse>> promise;
  Started started{0, promise.get_future()};
  started.id = client.stream(std::move(request), std::move(stream),
                             [promise = std::move(promise)](Result<ClientResponse> r) mutable {
                               promise.set_value(std::move(r));
                             });
  return started;
}

}  // namespace

TEST_CASE("client: a stream, its parts told as they come and its end without a body") {
  std::promise<void> first_seen;
  const RawServer server{[&first_seen](Peer& peer) {
    peer.read_until("\r\n\r\n");
    peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    first_seen.get_future().wait();
    peer.write("2\r\nde\r\n0\r\n\r\n");
  }};
  Client client{{}};
  std::string parts;
  ClientStream stream;
  stream.on_part = [&](std::string_view part) -> Result<> {
    if (parts.empty()) first_seen.set_value();  // before the rest is sent
    parts.append(part);
    return {};
  };
  ClientRequest request = request_to(server.url());
  request.response_bytes_max = 1;  // of other answers
  const auto response = wait(begin_stream(client, std::move(request), std::move(stream)).ended);
  REQUIRE(response.has_value());
  CHECK(response->status == 200);
  CHECK(response->body.empty());
  CHECK(parts == "abcde");
}

TEST_CASE("client: a stream that is refused, its answer whole and bounded") {
  Client client{{}};
  Told told;
  for (const std::string_view frame :
       {"Content-Length: 4\r\n\r\ngone", "Transfer-Encoding: chunked\r\n\r\n4\r\ngone\r\n0\r\n\r\n",
        "\r\ngone"}) {
    const RawServer server{answers(std::string{"HTTP/1.1 410 Gone\r\n"}.append(frame))};
    ClientRequest request = request_to(server.url());
    request.response_bytes_max = 4;
    const auto response = wait(begin_stream(client, request, stream_into(told)).ended);
    REQUIRE(response.has_value());
    CHECK(response->status == 410);
    CHECK(response->body == "gone");
    request.response_bytes_max = 3;
    CHECK(wait(begin_stream(client, request, stream_into(told)).ended)
              .error()
              .is(ClientErrc::response_too_large));
  }
  CHECK(told.count == 0);
}

TEST_CASE("client: a stream falls silent, is refused by its taker or cancelled; each ends it") {
  Client client{{}};
  const RawServer server{[](Peer& peer) {
    peer.read_until("\r\n\r\n");
    peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n");
    peer.read_to_end();
  }};
  Told told;
  auto silent = begin_stream(client, request_to(server.url()), stream_into(told, Millis{20}));
  const auto ended = wait(std::move(silent.ended));
  CHECK(ended.error().is(ClientErrc::deadline_passed));
  CHECK(ended.error().detail() == "waiting for news");
  CHECK(told.parts == "x|");

  ClientStream refusing;
  refusing.on_part = [](std::string_view) -> Result<> { return ClientErrc::response_invalid; };
  CHECK(wait(begin_stream(client, request_to(server.url()), std::move(refusing)).ended)
            .error()
            .is(ClientErrc::response_invalid));

  std::promise<void> there;
  ClientStream waiting;
  waiting.on_part = [&there](std::string_view) -> Result<> {
    there.set_value();
    return {};
  };
  auto cancelled = begin_stream(client, request_to(server.url()), std::move(waiting));
  there.get_future().wait();
  client.cancel(cancelled.id);
  CHECK(wait(std::move(cancelled.ended)).error().is(ClientErrc::stopped));
  client.cancel(cancelled.id);  // nothing to do
}

TEST_CASE("client: posted work runs in its order on the client's thread, later when told so") {
  Client client{{}};
  std::promise<std::string> all;
  std::string order;
  client.post(
      [&] {
        order += "c";
        all.set_value(order);
      },
      Millis{5});
  client.post([&order] { order += "a"; });
  client.post([&order] { order += "b"; });
  CHECK(all.get_future().get() == "abc");
  client.post([] { FAIL("not behind its stop"); }, Millis{60'000});
}

}  // namespace mainstay::http::client_test
