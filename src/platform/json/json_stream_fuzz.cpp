// Cut in two anywhere, a text that parses whole gives the same value.
#include "base/check.hpp"
#include "platform/json/stream_reader.hpp"
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace mainstay;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto whole = json::parse(text, {.depth_max = 64});
  json::Array got;
  const auto take = [&](json::Value value) { return got.push_back(std::move(value)), Result<>{}; };
  json::StreamReader reader{{}, take, take};
  const std::size_t cut = size == 0 ? 0 : data[size / 2] % (size + 1);
  const bool good = reader.receive(text.substr(0, cut)) && reader.receive(text.substr(cut));
  MS_CHECK(whole.has_error() || (good && reader.end() && got.size() == 1 && got[0] == *whole));
  return 0;
}
