#include "apps/exchange/inbound/fix/session_memory.hpp"

#include <string>

#include <doctest/doctest.h>

namespace mainstay::exchange::fix::session_memory_test {
namespace {

TEST_CASE("fix memory: kept messages are numbered and found from a number on") {
  SessionMemory memory;
  memory.keep("8", "a", {});
  ++memory.next_out;  // an administrative one
  memory.keep("8", "b", {});
  CHECK(memory.next_out == 4);
  CHECK(memory.find_from(1)->body == "a");
  CHECK(memory.find_from(2)->body == "b");
  CHECK(memory.find_from(4) == nullptr);
}

TEST_CASE("fix memory: the oldest go when there are too many or they are too large") {
  SessionMemory few{{.messages_max = 2, .bytes_max = 1'000}};
  for (const char* body : {"a", "b", "c"}) few.keep("8", body, {});
  CHECK(few.find_from(1)->body == "b");
  CHECK(few.dropped_up_to() == 1);

  SessionMemory small{{.messages_max = 100, .bytes_max = 10}};
  small.keep("8", "12345", {});
  small.keep("8", "12345", {});
  CHECK(small.kept().size() == 2);
  CHECK(small.dropped_up_to() == 0);
  small.keep("8", "1234567890123", {});
  CHECK(small.kept().size() == 1);
  CHECK(small.find_from(1)->number == 3);
}

TEST_CASE("fix memory: is brought back, and begins anew") {
  SessionMemory memory;
  memory.restore({7, {}, "8", "x"});
  memory.restore_dropped(6);
  CHECK(memory.dropped_up_to() == 6);
  CHECK(memory.next_out == 8);
  CHECK(memory.keep("8", "y", {}).number == 8);
  memory.next_in = 5;
  memory.reset();
  CHECK(memory.next_in == 1);
  CHECK(memory.next_out == 1);
  CHECK(memory.kept().empty());
  CHECK(memory.dropped_up_to() == 0);
  CHECK(memory.resets() == 1);
}

}  // namespace
}  // namespace mainstay::exchange::fix::session_memory_test
