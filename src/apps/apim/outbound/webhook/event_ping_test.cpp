#include "apps/apim/outbound/webhook/event_ping.hpp"

#include <arpa/inet.h>
#include <memory>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include <doctest/doctest.h>

#include "apps/apim/outbound/memory/event_queue.hpp"
#include "apps/apim/ports/record_log.hpp"

namespace mainstay::apim::event_ping_test {
namespace {

/// Takes one request and answers it; the consumer of events.
class Consumer {
 public:
  Consumer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener_, 4) == 0);
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/hook";
  }
  ~Consumer() { ::close(listener_); }
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  [[nodiscard]] const std::string& url() const { return url_; }

  /// The request's text, read up to its body's end.
  std::string serve_one(std::string_view body_end) {
    const int link = ::accept(listener_, nullptr, nullptr);
    std::string text;
    char part[1024];
    while (!text.ends_with(body_end)) {
      const ssize_t size = ::read(link, part, sizeof part);
      if (size <= 0) break;
      text.append(part, static_cast<std::size_t>(size));
    }
    constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    CHECK(::write(link, answer.data(), answer.size()) == static_cast<ssize_t>(answer.size()));
    ::close(link);
    return text;
  }

 private:
  int listener_;
  std::string url_;
};

struct Fixture {
  NoLog record_log;
  EventQueue events{record_log};
  Consumer consumer;
  metrics::Registry registry;
  Probe probe{registry};
  std::unique_ptr<log::Log> log = std::move(*log::Log::open({.level = log::Level::error}));
  http::Client client{http::ClientOptions{}};
  EventPing ping{{consumer.url(), "a&b"}, events, client, *log, probe};

  ~Fixture() { client.stop(); }
  std::uint64_t pings() { return registry.counter("apim_event_pings_total", "").value(); }
};

constexpr SteadyTime start{Seconds{1'000}};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "event ping: events wait, their consumer gets the secret as a form") {
  events.add("first_traffic", 1, "{}");
  ping.tick(start);
  const std::string request = consumer.serve_one("secret=a%26b");
  CHECK(request.starts_with("POST /hook HTTP/1.1\r\n"));
  CHECK(request.find("application/x-www-form-urlencoded") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "event ping: at most one a minute, and again while events wait") {
  events.add("first_traffic", 1, "{}");
  ping.tick(start);
  ping.tick(start + Seconds{59});
  CHECK(pings() == 1);
  ping.tick(start + Seconds{60});
  CHECK(pings() == 2);
}

TEST_CASE_FIXTURE(Fixture, "event ping: no events or no hook, nobody is told") {
  ping.tick(start);
  CHECK(pings() == 0);
  EventPing nowhere{{}, events, client, *log, probe};
  events.add("first_traffic", 1, "{}");
  nowhere.tick(start);
  CHECK(pings() == 0);
}

}  // namespace mainstay::apim::event_ping_test
