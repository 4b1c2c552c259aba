#include "platform/http/request_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using mainstay::http::RequestReader;
  const mainstay::http::Limits limits;
  RequestReader reader{limits};
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  for (const auto piece : {input.substr(0, size / 2), input.substr(size / 2)}) {
    reader.append(piece);
    while (reader.next() == RequestReader::Outcome::complete) reader.finish();
  }
  return 0;
}
