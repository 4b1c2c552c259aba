#include "platform/redis/reply.hpp"

#include <string>

#include <doctest/doctest.h>

namespace mainstay::redis::reply_test {
namespace {

std::string shown(const Reply& reply) {
  switch (reply.kind) {
    case Reply::Kind::nil:
      return "nil";
    case Reply::Kind::text:
      return "\"" + reply.text + "\"";
    case Reply::Kind::integer:
      return std::to_string(reply.integer);
    case Reply::Kind::error:
      return "error " + reply.text;
    case Reply::Kind::array:
      break;
  }
  std::string out{"["};
  for (const Reply& item : reply.items) out.append(shown(item)).append(" ");
  return out.append("]");
}

/// Everything that comes of `bytes` when they arrive in two pieces.
std::string parsed(std::string_view bytes, std::size_t cut, ReplyLimits limits = {}) {
  ReplyParser parser{limits};
  std::string out;
  for (const std::string_view piece : {bytes.substr(0, cut), bytes.substr(cut)}) {
    parser.feed(piece);
    for (;;) {
      const auto reply = parser.next();
      if (reply.has_error()) return out.append("! ").append(reply.error().name());
      if (!*reply) break;
      out.append(shown(**reply)).append(";");
    }
  }
  return out;
}

constexpr std::string_view everything =
    "+OK\r\n-ERR no such thing\r\n:-42\r\n$5\r\nhe\r\nl\r\n$0\r\n\r\n$-1\r\n*-1\r\n*0\r\n"
    "*2\r\n$1\r\n0\r\n*3\r\n$1\r\na\r\n$-1\r\n*1\r\n:7\r\n+next\r\n";
constexpr std::string_view everything_shown =
    "\"OK\";error ERR no such thing;-42;\"he\r\nl\";\"\";nil;nil;[];"
    "[\"0\" [\"a\" nil [7 ] ] ];\"next\";";

}  // namespace

TEST_CASE("redis reply: every kind, cut at every place, is the same") {
  for (std::size_t cut = 0; cut <= everything.size(); ++cut) {
    CHECK(parsed(everything, cut) == everything_shown);
  }
}

TEST_CASE("redis reply: what is no protocol is refused") {
  for (const std::string_view bytes : {"HTTP/1.1 400\r\n", "\r\n", ":x\r\n", "$-2\r\n", "$x\r\n",
                                       "*x\r\n", "$1\r\nabc\r\n", ":99999999999999999999\r\n"}) {
    CHECK_MESSAGE(parsed(bytes, 0) == "! redis_malformed", bytes);
  }
}

TEST_CASE("redis reply: beyond its limits is refused before it is kept") {
  const ReplyLimits limits{
      .line_bytes_max = 16, .text_bytes_max = 4, .items_max = 2, .depth_max = 2};
  CHECK(parsed("$5\r\n", 0, limits) == "! redis_too_large");
  CHECK(parsed("*3\r\n", 0, limits) == "! redis_too_large");
  CHECK(parsed("*1\r\n*1\r\n*1\r\n", 0, limits) == "! redis_too_large");
  CHECK(parsed("+" + std::string(40, 'x'), 0, limits) == "! redis_too_large");
}

TEST_CASE("redis command: an array of bulk strings, whatever the bytes") {
  std::string out;
  append_command(out, {"GET", "a\r\nb"});
  CHECK(out == "*2\r\n$3\r\nGET\r\n$4\r\na\r\nb\r\n");
}

}  // namespace mainstay::redis::reply_test
