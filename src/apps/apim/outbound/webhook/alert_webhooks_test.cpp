#include "apps/apim/outbound/webhook/alert_webhooks.hpp"

#include <arpa/inet.h>
#include <memory>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include <doctest/doctest.h>

#include "apps/apim/domain/application_edit.hpp"
#include "apps/apim/domain/service_edit.hpp"
#include "apps/apim/domain/test_catalog.hpp"
#include "apps/apim/domain/webhook_edit.hpp"
#include "apps/apim/limits.hpp"
#include "apps/apim/outbound/memory/memory_catalog_store.hpp"
#include "apps/apim/outbound/memory/notice_queue.hpp"
#include "apps/apim/ports/record_log.hpp"
#include "platform/tls/webhook_signature.hpp"

namespace mainstay::apim::alert_webhooks_test {
namespace {

constexpr SteadyTime start{Seconds{1'000}};
constexpr SystemTime wall{Seconds{1'795'000'100}};
const std::string secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3";

/// A consumer that takes one request at a time and answers what it is told to.
class Consumer {
 public:
  Consumer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener_, 64) == 0);
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/hook";
  }
  ~Consumer() { ::close(listener_); }
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  [[nodiscard]] const std::string& url() const { return url_; }

  std::string serve_one(std::string_view status) {
    const int link = ::accept(listener_, nullptr, nullptr);
    std::string text;
    char part[1024];
    while (!text.ends_with("}")) {
      const ssize_t size = ::read(link, part, sizeof part);
      if (size <= 0) break;
      text.append(part, static_cast<std::size_t>(size));
    }
    const std::string line = "HTTP/1.1 " + std::string{status};
    const std::string answer = line + "\r\nLocation: " + url_ + "\r\nContent-Length: 0\r\n\r\n";
    CHECK(::write(link, answer.data(), answer.size()) == static_cast<ssize_t>(answer.size()));
    ::close(link);
    return text;
  }

 private:
  int listener_;
  std::string url_;
};

struct Fixture {
  explicit Fixture(http::Trust trust = http::Trust::operator_address)
      : webhooks(queue, catalog, client, trust, *log, probe) {
    REQUIRE(catalog.start().has_value());
    catalog.edit(
        [](const Catalog& from) -> Result<CatalogEdit> {
          ServiceChange service;
          service.provider_key = ProviderKey{"p"};
          MS_TRY(auto made, put_service(from, ServiceId{"1"}, service));
          MS_TRY(auto application, put_application(made.next, ServiceId{"1"}, ApplicationId{"a"},
                                                   {"active", {}, {}, {}}));
          made.then(std::move(application));
          return made;
        },
        [](Result<> done) { REQUIRE(done.has_value()); });
    point_to(consumer.url());
  }
  ~Fixture() { client.stop(); }

  void point_to(const std::string& url) {
    catalog.edit(
        [&](const Catalog& from) {
          return put_alert_webhook(from, ServiceId{"1"}, ApplicationId{"a"}, {url, secret});
        },
        [](Result<> done) { REQUIRE(done.has_value()); });
  }
  void add() { queue.add("1", "a", 1'795'000'000, R"({"type":"alert"})"); }
  std::uint64_t count(std::string_view what) {
    return registry.counter("apim_alert_webhook" + std::string{what} + "_total", "").value();
  }
  /// Until the answers of all that was sent are in.
  void settle(std::uint64_t failed_or_gone) {
    while (count("_failures") + (added - queue.size()) < failed_or_gone) std::this_thread::yield();
  }

  NoLog record_log;
  NoticeQueue queue{record_log};
  std::uint64_t added = 1;
  Consumer consumer;
  MemoryCatalogStore store;
  CatalogService catalog{store};
  metrics::Registry registry;
  Probe probe{registry};
  std::unique_ptr<log::Log> log = std::move(*log::Log::open({.level = log::Level::error}));
  http::Client client{http::ClientOptions{}};
  AlertWebhooks webhooks;
};

struct Untrusting : Fixture {
  Untrusting() : Fixture(http::Trust::user_address) {}
};

std::string header(const std::string& request, const std::string& name) {
  const auto at = request.find("\r\n" + name + ": ");
  REQUIRE(at != std::string::npos);
  const auto begin = at + name.size() + 4;
  return request.substr(begin, request.find("\r\n", begin) - begin);
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "alert webhooks: delivered once, signed, and gone with the receipt") {
  add();
  webhooks.tick(start, wall);
  webhooks.tick(start, wall);  // one is under way: no second
  const std::string request = consumer.serve_one("204 No Content");
  CHECK(request.starts_with("POST /hook HTTP/1.1\r\n"));
  CHECK(request.ends_with(R"({"type":"alert"})"));
  CHECK(header(request, "webhook-id") == "msg_1795000000_1");
  CHECK(header(request, "webhook-timestamp") == "1795000100");
  CHECK(header(request, "webhook-signature") ==
        tls::webhook_signature("0123456789abcdef01234567", "msg_1795000000_1",
                               Seconds{1'795'000'100}, R"({"type":"alert"})"));
  CHECK(request.find("whsec") == std::string::npos);
  settle(1);
  CHECK(queue.size() == 0);
  webhooks.tick(start + Seconds{60}, wall);
  CHECK(count("s") == 1);
  CHECK(count("s_lost") == 0);
}

TEST_CASE_FIXTURE(Fixture, "alert webhooks: refused, tried again later and later, then given up") {
  add();
  SteadyTime now = start;
  std::string first_id;
  for (int attempt = 1; attempt <= Limits::webhook_attempts_max; ++attempt) {
    CAPTURE(attempt);
    webhooks.tick(now, wall);
    const std::string request =
        consumer.serve_one(attempt % 2 == 0 ? "302 Found" : "500 Internal Server Error");
    if (first_id.empty()) first_id = header(request, "webhook-id");
    CHECK(header(request, "webhook-id") == first_id);
    while (count("_failures") < static_cast<std::uint64_t>(attempt)) std::this_thread::yield();
    const auto pause = std::min<Seconds>(Limits::webhook_retry_min * (1 << (attempt - 1)),
                                         Limits::webhook_retry_max);
    webhooks.tick(now + pause - Seconds{1}, wall);
    CHECK(count("s") == static_cast<std::uint64_t>(attempt));
    now += pause;
  }
  while (queue.size() != 0) std::this_thread::yield();
  CHECK(count("s_lost") == 1);
  webhooks.tick(now + Seconds{86'400}, wall);
  CHECK(count("s") == static_cast<std::uint64_t>(Limits::webhook_attempts_max));
}

TEST_CASE_FIXTURE(Untrusting, "alert webhooks: an address in the operator's own network, refused") {
  add();
  webhooks.tick(start, wall);
  settle(1);
  CHECK(count("_failures") == 1);
  CHECK(queue.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "alert webhooks: a slow service, holds no more than its share") {
  for (int i = 0; i < 30; ++i) add();
  webhooks.tick(start, wall);
  CHECK(count("s") == Limits::webhook_running_per_service_max);
}

TEST_CASE_FIXTURE(Fixture, "alert webhooks: no webhook any more, the notice goes and is counted") {
  queue.add("1", "nobody", 1, "{}");
  queue.add("2", "a", 1, "{}");
  webhooks.tick(start, wall);
  CHECK(queue.size() == 0);
  CHECK(count("s") == 0);
  CHECK(count("s_lost") == 2);
}

TEST_CASE_FIXTURE(Fixture, "alert webhooks: stopped, a receipt that comes late changes nothing") {
  add();
  webhooks.tick(start, wall);
  webhooks.stop();
  consumer.serve_one("200 OK");
  client.stop();
  CHECK(queue.size() == 1);
}

}  // namespace mainstay::apim::alert_webhooks_test
