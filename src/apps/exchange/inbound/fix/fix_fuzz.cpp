#include "apps/exchange/inbound/fix/reader.hpp"
#include "apps/exchange/inbound/fix/session.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  namespace fix = mainstay::exchange::fix;
  fix::SessionMemory memory;
  fix::Session session{{.sender = "M", .target = "C"}, memory, {}};
  fix::Output out;
  fix::MessageReader reader;
  for (reader.feed({reinterpret_cast<const char*>(data), size});;) {
    const auto found = reader.next();
    if (found == decltype(found)::message) (void)session.receive(reader.message(), {}, out);
    if (found != decltype(found)::message && found != decltype(found)::garbled) return 0;
  }
}
