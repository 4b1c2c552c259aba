#include "platform/http/response.hpp"

#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "platform/http/response_writer.hpp"

namespace mainstay::http::response_test {
namespace {

std::string write(const Response& response, const Framing& framing) {
  ResponseWriter writer;
  std::string out;
  writer.write(out, response, framing, SystemTime{Seconds{784'111'777}});
  return out;
}

}  // namespace

TEST_CASE(
    "response writer: a whole answer, in the order status, date, framing, handler's lines, body") {
  Response response;
  response.status(409);
  response.content_type("text/xml");
  response.header("A", "b");
  response.header_block("C: d\r\n");
  response.body() = "body";
  Framing framing;
  framing.says_keep_alive = true;
  framing.request_id = "id-1";
  CHECK(write(response, framing) ==
        "HTTP/1.1 409 Conflict\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: text/xml\r\n"
        "Content-Length: 4\r\nConnection: keep-alive\r\nX-Request-ID: id-1\r\nA: b\r\nC: "
        "d\r\n\r\nbody");
}

TEST_CASE("response writer: HEAD and 204, without a body") {
  Response response;
  response.body() = "body";
  Framing framing;
  framing.head_only = true;
  framing.close = true;
  CHECK(write(response, framing).ends_with("Content-Length: 4\r\nConnection: close\r\n\r\n"));
  response.status(204);
  CHECK(write(response, {}).ends_with("GMT\r\n\r\n"));
}

TEST_CASE("response writer: the date, renewed with the second") {
  ResponseWriter writer;
  std::string out;
  writer.write(out, {}, {}, SystemTime{Seconds{951'782'399}});
  CHECK(out.find("Date: Mon, 28 Feb 2000 23:59:59 GMT\r\n") != std::string::npos);
  out.clear();
  writer.write(out, {}, {}, SystemTime{Seconds{951'782'400}});
  CHECK(out.find("Date: Tue, 29 Feb 2000 00:00:00 GMT\r\n") != std::string::npos);
}

TEST_CASE("response writer: an answer like the one before or unlike it, as a new writer has it") {
  std::vector<Response> all(6);
  for (Response& usual : all) {
    usual.content_type("text/xml");
    usual.header("A", "b");
    usual.body() = "body";
  }
  all[1].status(409);
  all[2].body() = "longer body";
  all[3].content_type("text/plain");
  all[4].header("C", "d");
  all[5].body() = "four";
  std::vector<Framing> framings(5);
  framings[1].close = true;
  framings[2].says_keep_alive = true;
  framings[3].request_id = "id-1";
  framings[4].head_only = true;
  ResponseWriter writer;
  const auto written = [&](const Response& response, const Framing& framing) {
    std::string out;
    writer.write(out, response, framing, SystemTime{Seconds{784'111'777}});
    return out;
  };
  for (const Response& first : all) {
    for (const Response& second : all) {
      for (const Framing& framing : framings) {
        CHECK(written(first, framing) == write(first, framing));
        CHECK(written(second, {}) == write(second, {}));
        CHECK(written(second, {}) == write(second, {}));
      }
    }
  }
}

TEST_CASE("response: problem, written as JSON whatever the detail holds") {
  Response response;
  problem(response, 404, "not_found", "no \"such\"\n\\thing");
  CHECK(response.status() == 404);
  CHECK(response.content_type() == "application/problem+json");
  CHECK(response.body() ==
        R"({"type":"about:blank","title":"Not Found","status":404,"code":"not_found",)"
        R"("detail":"no \"such\"\u000a\\thing"})");
}

TEST_CASE("response: clear, everything forgotten") {
  Response response;
  problem(response, 500, "a", "b");
  response.header("A", "b");
  response.close_connection();
  response.clear();
  CHECK(write(response, {}).ends_with("GMT\r\nContent-Length: 0\r\n\r\n"));
  CHECK_FALSE(response.closes_connection());
}

TEST_CASE("deferred: completed once, or answered with 500 when dropped; nothing after a move") {
  struct Sink final : Deferred::Sink {
    explicit Sink(int& count) : calls(count) {}
    void complete(UniqueFunction<void(Response&)> fill) override {
      ++calls;
      fill(response);
    }
    int& calls;
    Response response;
  };
  int calls = 0;
  auto sink = std::make_shared<Sink>(calls);
  {
    Deferred first{sink};
    Deferred second{std::move(first)};
    second.complete([](Response& response) { response.status(201); });
  }
  CHECK(calls == 1);
  CHECK(sink->response.status() == 201);
  { const Deferred dropped{sink}; }
  CHECK(calls == 2);
  CHECK(sink->response.status() == 500);
}

}  // namespace mainstay::http::response_test
