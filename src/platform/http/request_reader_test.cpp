#include "platform/http/request_reader.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <doctest/doctest.h>

#include "base/random.hpp"

namespace mainstay::http::request_reader_test {
namespace {

/// What came out of a reader, as text, so that two runs can be compared.
struct Transcript {
  std::vector<std::string> lines;
  bool operator==(const Transcript&) const = default;
};

void feed(RequestReader& reader, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto space = reader.space();
    const auto count = std::min(space.size(), bytes.size());
    std::memcpy(space.data(), bytes.data(), count);
    reader.received(count);
    bytes.remove_prefix(count);
  }
}

std::string describe(const RequestReader& reader, const Request& request) {
  std::string text{to_text(request.method)};
  text.append(" ").append(request.target).append(" path=").append(request.path);
  text.append(" query=").append(request.query);
  text.append(request.keep_alive ? " keep" : " close");
  text.append(reader.message().http_1_1 ? " 1.1" : " 1.0");
  for (const auto& header : request.headers) {
    text.append(" [").append(header.name).append("=").append(header.value).append("]");
  }
  return text.append(" body=").append(request.body);
}

/// Everything that can be read now. False after a refusal.
bool collect(RequestReader& reader, Transcript& out) {
  for (;;) {
    switch (reader.next()) {
      case RequestReader::Outcome::need_more:
        return true;
      case RequestReader::Outcome::refused:
        out.lines.push_back(std::to_string(reader.refusal().status) + " " +
                            std::string{reader.refusal().code});
        return false;
      case RequestReader::Outcome::complete:
        out.lines.push_back(describe(reader, reader.request()));
        reader.finish();
    }
  }
}

Transcript read_pieces(const std::vector<std::string_view>& pieces, const Limits& limits = {}) {
  RequestReader reader{limits};
  Transcript out;
  for (const auto piece : pieces) {
    feed(reader, piece);
    if (!collect(reader, out)) return out;
  }
  if (reader.begun()) out.lines.emplace_back("unfinished");
  return out;
}

Transcript read_whole(std::string_view text, const Limits& limits = {}) {
  return read_pieces({text}, limits);
}

std::string refusal_of(std::string_view text, const Limits& limits = {}) {
  const auto out = read_whole(text, limits);
  return out.lines.empty() ? "nothing" : out.lines.back();
}

const std::vector<std::string> samples = {
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "\r\n\r\nGET /a/b?x=1&y=%20 HTTP/1.1\r\nHost: a\r\nX-Request-ID: abc-1\r\nEmpty:\r\n\r\n",
    "GET http://h.example/p?q HTTP/1.1\r\nHost: h.example\r\n\r\n",
    "GET http://h.example?q HTTP/1.1\r\nHost: h.example\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "CONNECT h.example:443 HTTP/1.1\r\nHost: h.example\r\n\r\n",
    "HEAD / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\nhello\r\nworldGET / "
    "HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n",
    "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
    "chunked\r\n\r\n5;ext=\"a;b\"\r\nhello\r\n6\r\n "
    "world\r\n0\r\nTrailer: x\r\n\r\nDELETE /d HTTP/1.1\r\nHost: b\r\nContent-Length: 0\r\n\r\n",
    "PUT /e HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n",
    "GET / HTTP/1.1\nHost: a\n\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n",
    "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost",
};

}  // namespace

TEST_CASE("request reader: a request is the same wherever the input is cut in two") {
  for (const auto& text : samples) {
    CAPTURE(text);
    const auto whole = read_whole(text);
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
      CAPTURE(cut);
      const std::string_view view{text};
      CHECK(read_pieces({view.substr(0, cut), view.substr(cut)}) == whole);
    }
    std::vector<std::string_view> bytes;
    for (std::size_t i = 0; i < text.size(); ++i)
      bytes.push_back(std::string_view{text}.substr(i, 1));
    CHECK(read_pieces(bytes) == whole);
  }
}

TEST_CASE(
    "request reader: targets in origin, absolute, authority and asterisk form, path and query "
    "found") {
  CHECK(read_whole(samples[1]).lines ==
        std::vector<std::string>{"GET /a/b?x=1&y=%20 path=/a/b query=x=1&y=%20 keep 1.1 [Host=a] "
                                 "[X-Request-ID=abc-1] [Empty=] body="});
  CHECK(read_whole(samples[2]).lines.at(0).find("path=/p query=q") != std::string::npos);
  CHECK(read_whole(samples[3]).lines.at(0).find("path=/ query=q") != std::string::npos);
  CHECK(read_whole(samples[4]).lines.at(0).starts_with("OPTIONS * path=* query= "));
  CHECK(read_whole(samples[5]).lines.at(0).starts_with("OTHER h.example:443 path=h.example:443"));
  CHECK(refusal_of("GET * HTTP/1.1\r\nHost: a\r\n\r\n") == "400 bad_target");
  CHECK(refusal_of("GET a HTTP/1.1\r\nHost: a\r\n\r\n") == "400 bad_target");
  CHECK(refusal_of("GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n") == "400 bad_target");
}

TEST_CASE("request reader: chunked and sized bodies and pipelined requests, read in order") {
  const auto chunked = read_whole(samples[8]).lines;
  REQUIRE(chunked.size() == 2);
  CHECK(chunked[0].ends_with("body=hello world"));
  CHECK(chunked[0].find("Trailer") == std::string::npos);
  CHECK(chunked[1].starts_with("DELETE /d"));
  const auto sized = read_whole(samples[7]).lines;
  REQUIRE(sized.size() == 2);
  CHECK(sized[0].ends_with("body=hello\r\nworld"));
  CHECK(sized[1].find(" close ") != std::string::npos);
}

TEST_CASE(
    "request reader: keep-alive is the default of HTTP/1.1 and must be asked for in HTTP/1.0") {
  const auto lines = read_whole(samples[6]).lines;
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].find(" close 1.0") != std::string::npos);
  CHECK(lines[1].find(" keep 1.0") != std::string::npos);
}

TEST_CASE("request reader: malformed and smuggling shapes, refused with a stable code") {
  const auto with = [](std::string_view headers) {
    return refusal_of("POST / HTTP/1.1\r\n" + std::string{headers} + "\r\n");
  };
  CHECK(with("Host: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n") ==
        "400 bad_framing");
  CHECK(with("Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n") ==
        "400 bad_framing");
  CHECK(with("Host: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n") == "400 bad_framing");
  CHECK(with("Host: a\r\nContent-Length: 1, 2\r\n") == "400 bad_framing");
  CHECK(with("Host: a\r\nContent-Length: -1\r\n") == "400 bad_framing");
  CHECK(with("Host: a\r\nContent-Length: +1\r\n") == "400 bad_framing");
  CHECK(with("Host: a\r\nContent-Length: 18446744073709551616\r\n") == "400 bad_framing");
  CHECK(with("Host: a\r\nContent-Length:\r\n") == "400 bad_framing");
  CHECK(with("Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") ==
        "400 bad_framing");
  CHECK(with("Host: a\r\nTransfer-Encoding: gzip\r\n") == "501 transfer_coding_unknown");
  CHECK(with("Host: a\r\nTransfer-Encoding: chunked, gzip\r\n") == "501 transfer_coding_unknown");
  CHECK(with("Host: a\r\nTransfer-Encoding: gzip, chunked\r\n") == "501 transfer_coding_unknown");
  CHECK(with("Host: a\r\nTransfer-Encoding:\r\n") == "501 transfer_coding_unknown");
  CHECK(with("Host: a\r\nExpect: cake\r\n") == "417 expectation_unknown");
  CHECK(with("") == "400 host_missing");
  CHECK(with("Host: a\r\nHost: a\r\n") == "400 host_repeated");
  CHECK(with("Host: a, b\r\n") == "400 bad_host");
  CHECK(with("Host: a\r\nA: b\r\n c\r\n") == "400 bad_header");
  CHECK(with(" Host: a\r\n") == "400 bad_header");
  CHECK(with("Host : a\r\n") == "400 bad_header");
  CHECK(with("Host: a\r\nA: b\x01\r\n") == "400 bad_header");
  CHECK(with("Host: a\r\nA\r\n") == "400 bad_header");
  CHECK(refusal_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == "400 bad_framing");
  CHECK(refusal_of("GET  / HTTP/1.1\r\nHost: a\r\n\r\n") == "400 bad_request_line");
  CHECK(refusal_of("GET / HTTP/1.1 \r\nHost: a\r\n\r\n") == "400 bad_request_line");
  CHECK(refusal_of("GET /\r\n\r\n") == "400 bad_request_line");
  CHECK(refusal_of("GET / HTTX/1.1\r\nHost: a\r\n\r\n") == "400 bad_request_line");
  CHECK(refusal_of("GET / HTTP/1.2\r\nHost: a\r\n\r\n") == "505 version_not_supported");
  CHECK(refusal_of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").starts_with("505"));
  CHECK(refusal_of("GET / HTTP/0.9\r\n\r\n") == "505 version_not_supported");
  CHECK(refusal_of("\x16\x03\x01\x02\n") == "400 bad_line_ending");
  CHECK(refusal_of(std::string(100, 'A')) == "400 bad_request_line");
}

TEST_CASE("request reader: bad chunks, refused") {
  const auto chunks = [](std::string_view body) {
    return refusal_of("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
                      std::string{body});
  };
  CHECK(chunks("\r\n\r\n\r\n") == "400 bad_chunk");
  CHECK(chunks("x\r\n\r\n\r\n") == "400 bad_chunk");
  CHECK(chunks("1;a=\"\n\"\r\nx\r\n0\r\n\r\n") == "400 bad_chunk");
  CHECK(chunks("-1\r\n\r\n\r\n") == "400 bad_chunk");
  CHECK(chunks("5 5\r\n") == "400 bad_chunk");
  CHECK(chunks("10000000000000000\r\n") == "400 bad_chunk");
  CHECK(chunks("5\r\nhello!\r\n0\r\n") == "400 bad_chunk");
  CHECK(chunks("0\r\nContent-Length: 5\r\n\r\n") == "400 bad_framing");
}

TEST_CASE("request reader: each limit, taken at the limit and refused beyond it") {
  Limits limits;
  limits.target_bytes_max = 100;
  limits.head_bytes_max = 200;
  limits.headers_max = 3;
  limits.body_bytes_max = 10;

  const auto target = [&](std::size_t bytes) {
    return refusal_of("GET /" + std::string(bytes - 1, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n",
                      limits);
  };
  CHECK(target(100).starts_with("GET /aaa"));
  CHECK(target(101) == "414 target_too_long");
  CHECK(target(10'000) == "414 target_too_long");
  CHECK(refusal_of("GET /" + std::string(1'000, 'a'), limits) == "414 target_too_long");

  const auto head = [&](std::size_t bytes) {  // header lines with the empty one
    const std::string fixed = "Host: a\r\nA: \r\n\r\n";
    return refusal_of(
        "GET / HTTP/1.1\r\nHost: a\r\nA: " + std::string(bytes - fixed.size(), 'b') + "\r\n\r\n",
        limits);
  };
  CHECK(head(200).starts_with("GET / "));
  CHECK(head(201) == "431 head_too_large");
  CHECK(head(50'000) == "431 head_too_large");
  CHECK(refusal_of("GET / HTTP/1.1\r\nA: " + std::string(300, 'b'), limits) ==
        "431 head_too_large");

  CHECK(refusal_of("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\n\r\n", limits).starts_with("GET"));
  CHECK(refusal_of("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\nC: 3\r\n", limits) ==
        "431 too_many_headers");

  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
  CHECK(refusal_of(post + "Content-Length: 10\r\n\r\n0123456789", limits).starts_with("POST"));
  CHECK(refusal_of(post + "Content-Length: 11\r\n\r\n", limits) == "413 body_too_large");
  CHECK(refusal_of(post + "Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n5\r\n01234\r\n0\r\n\r\n",
                   limits)
            .starts_with("POST"));
  CHECK(refusal_of(post + "Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n6\r\n", limits) ==
        "413 body_too_large");
  CHECK(refusal_of(post + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(300, 'x'), limits) ==
        "431 head_too_large");
}

TEST_CASE("request reader: 100-continue, wanted once and only before the body begins") {
  const std::string head =
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
  const Limits limits;
  RequestReader waits{limits};
  feed(waits, head);
  CHECK(waits.next() == RequestReader::Outcome::need_more);
  CHECK(waits.take_expectation());
  CHECK_FALSE(waits.take_expectation());
  feed(waits, "hello");
  CHECK(waits.next() == RequestReader::Outcome::complete);
  CHECK(waits.request().body == "hello");

  RequestReader hasty{limits};
  feed(hasty, head + "he");
  CHECK(hasty.next() == RequestReader::Outcome::need_more);
  CHECK_FALSE(hasty.take_expectation());
}

TEST_CASE(
    "request reader: heads and bodies longer than the buffer, whole, and pooled readers start "
    "clean") {
  const Limits limits;
  RequestReader reader{limits};
  const std::string target = "/" + std::string(600'000, 't');
  const std::string body(1'000'000, 'b');
  for (int round = 0; round < 2; ++round) {
    Transcript out;
    const auto text =
        "POST " + target + " HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + body;
    for (std::size_t at = 0; at < text.size(); at += 10'000) {
      feed(reader, std::string_view{text}.substr(at, 10'000));
      REQUIRE(collect(reader, out));
    }
    REQUIRE(out.lines.size() == 1);
    CHECK(out.lines[0].starts_with("POST " + target));
    CHECK(out.lines[0].ends_with(" body=" + body));
    CHECK_FALSE(reader.begun());
    feed(reader, "GET /left over");
    CHECK(reader.next() == RequestReader::Outcome::need_more);
    reader.clear();
    CHECK_FALSE(reader.begun());
  }
}

// --- Against Beast's own message parser

namespace {

/// Valid input of one to four requests, made from a seed.
std::string random_input(Random& random) {
  std::string text;
  const auto requests = 1 + random.below(4);
  for (std::uint64_t i = 0; i < requests; ++i) {
    const auto kind = random.below(3);
    text += kind == 0 ? "GET /" : "POST /";
    text += std::string(random.below(30), 'p') + (random.below(2) ? "?q=1" : "") +
            " HTTP/1.1\r\nHost: a\r\n";
    for (auto count = random.below(4); count > 0; --count) {
      text += "X-" + std::to_string(random.below(100)) + ": " + std::string(random.below(40), 'v') +
              "\r\n";
    }
    std::string body;
    for (auto count = random.below(60); count > 0; --count) {
      body += static_cast<char>(random.below(256));
    }
    if (kind == 1) text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    if (kind == 0) text += "\r\n";
    if (kind != 2) continue;
    text += "Transfer-Encoding: chunked\r\n\r\n";
    while (!body.empty()) {
      const auto size = 1 + random.below(body.size());
      char digits[20];
      std::snprintf(digits, sizeof digits, "%llx", static_cast<unsigned long long>(size));
      text += digits + std::string(random.below(2) ? ";e=1" : "") + "\r\n" + body.substr(0, size) +
              "\r\n";
      body.erase(0, size);
    }
    text += "0\r\n\r\n";
  }
  return text;
}

/// Changes, drops or doubles one byte.
void damage(std::string& text, Random& random) {
  const auto at = random.below(text.size());
  switch (random.below(3)) {
    case 0:
      text[at] = static_cast<char>(random.below(256));
      break;
    case 1:
      text.erase(at, 1);
      break;
    default:
      text.insert(at, 1, text[at]);
  }
}

struct BeastRead {
  std::vector<std::string> requests;  // target and body
  bool refused = false;
};

BeastRead read_with_beast(std::string_view text) {
  namespace http = boost::beast::http;
  BeastRead out;
  while (!text.empty()) {
    while (text.starts_with("\r\n")) text.remove_prefix(2);
    if (text.empty()) break;
    http::request_parser<http::string_body> parser;
    parser.eager(true);
    parser.header_limit(1U << 20U);
    boost::beast::error_code error;
    while (!parser.is_done()) {
      const auto used = parser.put(boost::asio::const_buffer{text.data(), text.size()}, error);
      text.remove_prefix(used);
      if (error || text.empty()) break;
    }
    if (error && error != http::error::need_more) {
      out.refused = true;
      return out;
    }
    if (!parser.is_done()) return out;
    const auto& message = parser.get();
    out.requests.push_back(std::string{message.target().data(), message.target().size()} + "\n" +
                           message.body());
  }
  return out;
}

BeastRead read_with_ours(std::string_view text, std::size_t piece) {
  const Limits limits;
  RequestReader reader{limits};
  BeastRead out;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    feed(reader, text.substr(at, piece));
    for (;;) {
      const auto outcome = reader.next();
      if (outcome == RequestReader::Outcome::need_more) break;
      if (outcome == RequestReader::Outcome::refused) {
        out.refused = true;
        return out;
      }
      out.requests.push_back(std::string{reader.request().target} + "\n" +
                             std::string{reader.request().body});
      reader.finish();
    }
  }
  return out;
}

}  // namespace

TEST_CASE(
    "request reader: sound sized, chunked and pipelined input, read as Beast's message parser "
    "does") {
  Random random{20261121};
  for (int round = 0; round < 2'000; ++round) {
    CAPTURE(round);
    const auto text = random_input(random);
    const auto theirs = read_with_beast(text);
    const auto ours = read_with_ours(text, 1 + random.below(text.size()));
    CHECK_FALSE(theirs.refused);
    CHECK_FALSE(ours.refused);
    CHECK(ours.requests == theirs.requests);
  }
}

TEST_CASE("request reader: damaged input, never read otherwise than by Beast unless refused") {
  Random random{7};
  for (int round = 0; round < 4'000; ++round) {
    CAPTURE(round);
    auto text = random_input(random);
    damage(text, random);
    const auto theirs = read_with_beast(text);
    const auto ours = read_with_ours(text, 1 + random.below(text.size()));
    // We are stricter: our requests are a beginning of theirs, and all of theirs when we refuse
    // nothing.
    REQUIRE(ours.requests.size() <= theirs.requests.size());
    CHECK(std::equal(ours.requests.begin(), ours.requests.end(), theirs.requests.begin()));
    if (theirs.refused) CHECK((ours.refused || ours.requests.size() == theirs.requests.size()));
    if (!ours.refused) CHECK(ours.requests.size() == theirs.requests.size());
  }
}

}  // namespace mainstay::http::request_reader_test
