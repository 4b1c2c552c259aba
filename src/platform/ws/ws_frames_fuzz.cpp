#include "platform/ws/frame_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using Reader = mainstay::ws::FrameReader;
  std::string input{reinterpret_cast<const char*>(data), size};
  Reader reader;
  const Reader::Rules rules{.compression = size % 2 == 0, .message_bytes_max = 1'000};
  for (auto piece : {std::span{input}.first(size / 2), std::span{input}.subspan(size / 2)}) {
    for (auto event = Reader::Event::ping; event != Reader::Event::need_more;) {
      event = reader.next(piece, rules);
      if (event == Reader::Event::violation) return 0;
    }
  }
  return 0;
}
