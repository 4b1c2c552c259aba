#include "platform/http/client_message.hpp"

#include <algorithm>

#include <doctest/doctest.h>

namespace mainstay::http::client_message_test {
namespace {

ClientUrl url_of(std::string_view text) {
  auto url = parse_client_url(text);
  REQUIRE(url.has_value());
  return *std::move(url);
}

std::string rendered(const ClientRequest& request) {
  auto text = render_client_request(request, url_of(request.url));
  if (text.has_error()) FAIL(text.error().message());
  return *std::move(text);
}

/// The answer, when it is complete with the last byte or with the end of the connection.
Result<ClientResponse> read(std::string_view text, std::size_t step, Method method = Method::get,
                            std::size_t body_bytes_max = 1000) {
  ResponseReader reader{method, body_bytes_max};
  for (; !text.empty(); text.remove_prefix(std::min(step, text.size()))) {
    MS_TRY(const bool complete, reader.receive(text.substr(0, step)));
    if (complete) return reader.take();
  }
  MS_TRY_VOID(reader.end());
  return reader.take();
}

/// The same in one piece, in pieces of every small size and cut in two at every byte.
ClientResponse read_in_every_way(std::string_view text, Method method = Method::get) {
  CAPTURE(text);
  const auto whole = read(text, text.size(), method);
  if (whole.has_error()) FAIL(whole.error().message());
  for (std::size_t step = 1; step < text.size(); ++step) {
    const auto stepped = read(text, step, method);
    REQUIRE(stepped.has_value());
    CHECK(stepped->status == whole->status);
    CHECK(stepped->headers == whole->headers);
    CHECK(stepped->body == whole->body);
  }
  return *whole;
}

Error refused(std::string_view text, Method method = Method::get) {
  CAPTURE(text);
  const auto answer = read(text, text.size(), method);
  REQUIRE(answer.has_error());
  for (std::size_t step = 1; step < std::min<std::size_t>(text.size(), 100); ++step) {
    CHECK(read(text, step, method).has_error());
  }
  return answer.error();
}

}  // namespace

TEST_CASE("client request: the least, complete") {
  ClientRequest request;
  request.url = "http://a.example:81/p?q=1";
  CHECK(rendered(request) ==
        "GET /p?q=1 HTTP/1.1\r\nHost: a.example:81\r\nConnection: close\r\nUser-Agent: "
        "mainstay/" MS_VERSION "\r\nAccept: */*\r\n\r\n");
  request.method = Method::put;
  CHECK(rendered(request).find("Content-Length: 0\r\n") != std::string::npos);
}

TEST_CASE("client request: a body and headers, all sent") {
  ClientRequest request;
  request.method = Method::post;
  request.url = "https://a.example/hook";
  request.headers = {{"X-One", "1\t2"}, {"user-agent", "u"}, {"Accept", "text/xml"}};
  request.body = "hello";
  request.content_type = "text/plain";
  CHECK(
      rendered(request) ==
      "POST /hook HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\nContent-Type: text/plain\r\n"
      "X-One: 1\t2\r\nuser-agent: u\r\nAccept: text/xml\r\nContent-Length: 5\r\n\r\nhello");
}

TEST_CASE("client request: what would break out of its header, refused") {
  const auto invalid = [](const ClientRequest& request) {
    const auto text = render_client_request(request, url_of("http://a/"));
    return text.has_error() && text.error().is(ClientErrc::request_invalid);
  };
  const auto invalid_header = [&](std::string name, std::string value) {
    ClientRequest request;
    request.headers.emplace_back(std::move(name), std::move(value));
    return invalid(request);
  };
  ClientRequest typed;
  for (const char* value : {"a\r\nX-Evil: 1", "a\nb", "a\rb", "a\x01", "a\x7F"}) {
    CHECK(invalid_header("X-One", value));
    typed.content_type = value;
    CHECK(invalid(typed));
  }
  CHECK(invalid_header("X-One", std::string{"a\0b", 3}));
  for (const char* name : {"", "X One", "X-One:", "X\r\n", "X\xC3\xA9"})
    CHECK(invalid_header(name, "1"));
  for (const char* name :
       {"host", "Connection", "content-length", "Transfer-Encoding", "Upgrade", "TE"}) {
    CHECK(invalid_header(name, "1"));
  }
  CHECK(!invalid_header("Content-Type", "a/b"));
  typed.content_type = "c/d";
  typed.headers = {{"Content-Type", "a/b"}};
  CHECK(invalid(typed));
  ClientRequest nameless;
  nameless.method = Method::other;
  CHECK(invalid(nameless));
}

TEST_CASE("client response: sized, chunked and until the end, at every split") {
  const ClientResponse sized = read_in_every_way(
      "HTTP/1.1 201 Created\r\nContent-Length: 5\r\nX-One: 1\r\nX-One: 2\r\n\r\nhello");
  CHECK(sized.status == 201);
  CHECK(sized.body == "hello");
  CHECK(std::ranges::count(sized.headers, std::pair<std::string, std::string>{"X-One", "2"}) == 1);
  CHECK(read_in_every_way("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                          "3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\nX-Trailer: 1\r\n\r\n")
            .body == "hello");
  CHECK(read_in_every_way("HTTP/1.0 200 OK\r\n\r\nhello").body == "hello");
  CHECK(read_in_every_way("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").body.empty());
}

TEST_CASE("client response: answers that never have a body, complete with the head") {
  CHECK(read_in_every_way("HTTP/1.1 204 No Content\r\n\r\n").status == 204);
  CHECK(read_in_every_way("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n").status == 304);
  CHECK(read_in_every_way("HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n", Method::head)
            .status == 200);
}

TEST_CASE("client response: interim answers, passed over up to a bound") {
  const std::string interim = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
  const std::string last = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  CHECK(read_in_every_way("HTTP/1.1 100 Continue\r\n\r\n" + interim + last).body == "ok");
  std::string many;
  for (int i = 0; i < 9; ++i) many += interim;
  CHECK(refused(many + last).is(ClientErrc::response_invalid));
  CHECK(refused("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")
            .is(ClientErrc::response_invalid));
}

TEST_CASE("client response: redirects, answers like others") {
  CHECK(read_in_every_way(
            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n")
            .status == 302);
}

TEST_CASE("client response: what follows the answer, ignored") {
  CHECK(read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more", 1000)->body == "ok");
}

TEST_CASE("client response: no HTTP or cut short, response_invalid") {
  for (const std::string_view text :
       {"SSH-2.0-OpenSSH_9.2\r\n", "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", "HTTP/1.1 200 OK\r\nContent-Le", "H",
        "HTTP/1.1 100 Continue\r\n\r\n"}) {
    CHECK(refused(text).is(ClientErrc::response_invalid));
  }
  CHECK(read("", 1).error().is(ClientErrc::response_invalid));
}

TEST_CASE("client response: larger than the limits, response_too_large") {
  const std::string body(1001, 'x');
  CHECK(refused("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n")
            .is(ClientErrc::response_too_large));
  CHECK(refused("HTTP/1.1 200 OK\r\n\r\n" + body).is(ClientErrc::response_too_large));
  CHECK(refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + body)
            .is(ClientErrc::response_too_large));
  CHECK(refused("HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x'))
            .is(ClientErrc::response_too_large));
  CHECK(
      refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(70'000, 'x'))
          .is(ClientErrc::response_too_large));
  CHECK(read("HTTP/1.1 200 OK\r\n\r\n" + std::string(1000, 'x'), 100)->body.size() == 1000);
}

}  // namespace mainstay::http::client_message_test
