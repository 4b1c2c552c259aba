// What reads as a frame must be JSON to the platform's parser too (but for numbers that are none
// of a double's), and its payload must be read, as any action's, without harm.
#include "apps/charging/inbound/ocpp/check_frame.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mainstay::charging::ocpp::check_frame({reinterpret_cast<const char*>(data), size});
  return 0;
}
