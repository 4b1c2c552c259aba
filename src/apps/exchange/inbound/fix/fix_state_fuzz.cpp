#include "apps/exchange/inbound/fix/door_state.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  namespace fix = mainstay::exchange::fix;
  fix::DoorState state;
  if (state.apply({reinterpret_cast<const std::byte*>(data), size}).has_error()) return 0;
  std::string saved;
  state.save(saved);
  fix::DoorState again;
  if (again.apply(mainstay::as_bytes(saved)).has_error()) __builtin_trap();
  return 0;
}
