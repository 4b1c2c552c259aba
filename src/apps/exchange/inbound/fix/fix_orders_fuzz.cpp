#include "apps/exchange/inbound/fix/desk.hpp"
#include "apps/exchange/inbound/fix/test_market.hpp"

// Arbitrary fields as an application message: answered, or made a command.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  using namespace mainstay::exchange;
  static const Listings listings = fix::test::listings();
  fix::DoorState door;
  fix::Desk desk{door, door.add(1, "ada", "C", AccountId{1'000})};
  const fix::test::TestMessage message{{reinterpret_cast<const char*>(data), size}};
  fix::DeskOutput output;
  if (!(*message).defect()) desk.take(*message, listings, {}, output);
  return 0;
}
