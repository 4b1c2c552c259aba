#include "platform/redis/reply.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  mainstay::redis::ReplyParser parser{{.line_bytes_max = 256, .text_bytes_max = 1024}};
  parser.feed({reinterpret_cast<const char*>(data), size});
  for (;;) {
    const auto reply = parser.next();
    if (reply.has_error() || !*reply) return 0;
  }
}
