#include "platform/ws/frame.hpp"

#include <string>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "platform/ws/limits.hpp"

namespace mainstay::ws::frame_test {
namespace {

std::string head_of(std::uint64_t bytes) {
  std::string out;
  append_frame_head(out, {.opcode = Opcode::binary}, bytes);
  return hexadecimal(out);
}

std::string text_frame(FrameHead head, std::string_view payload) {
  std::string out;
  append_frame(out, head, payload);
  return hexadecimal(out);
}

}  // namespace

TEST_CASE("frame: the examples of RFC 6455 5.7") {
  CHECK(text_frame({}, "Hello") == "810548656c6c6f");
  const MaskKey mask{0x37, 0xfa, 0x21, 0x3d};
  CHECK(text_frame({.mask = mask}, "Hello") == "818537fa213d7f9f4d5158");
  CHECK(text_frame({.final = false}, "Hel") == "010348656c");
  CHECK(text_frame({.opcode = Opcode::continuation}, "lo") == "80026c6f");
  CHECK(text_frame({.opcode = Opcode::ping}, "Hello") == "890548656c6c6f");
  CHECK(head_of(256) == "827e0100");
  CHECK(head_of(65'536) == "827f0000000000010000");
}

TEST_CASE("frame: the shortest form of each length, and RSV1") {
  CHECK(head_of(0) == "8200");
  CHECK(head_of(125) == "827d");
  CHECK(head_of(126) == "827e007e");
  CHECK(head_of(65'535) == "827effff");
  CHECK(text_frame({.compressed = true}, "") == "c100");
}

TEST_CASE("frame: a mask applied in pieces, as in one") {
  const MaskKey mask{1, 2, 4, 128};
  std::string whole(41, 'x');
  apply_mask(whole, mask, 0);
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    std::string pieces(whole.size(), 'x');
    apply_mask(std::span{pieces}.first(cut), mask, 0);
    apply_mask(std::span{pieces}.subspan(cut), mask, cut);
    CHECK(pieces == whole);
  }
}

TEST_CASE("close payload: code and reason, the reason cut between characters") {
  CHECK(close_payload(CloseCode::normal, "") == "\x03\xe8");
  const auto cut = close_payload(CloseCode::normal, std::string(122, 'a') + "\u20ac");
  CHECK(cut == "\x03\xe8" + std::string(122, 'a'));
  CHECK(close_payload(CloseCode::normal, std::string(200, 'a')).size() == control_bytes_max);
}

TEST_CASE("close payload: which codes and reasons are taken") {
  CHECK(parse_close("").payload.code == CloseCode::no_status);
  CHECK(parse_close("\x03").refused == CloseCode::protocol_error);
  const auto parsed = parse_close("\x0b\xb8why");
  CHECK(static_cast<int>(parsed.payload.code) == 3000);
  CHECK(parsed.payload.reason == "why");
  CHECK(parse_close("\x03\xe8\xff").refused == CloseCode::invalid_payload);
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1011, 1014, 3000, 4999}) {
    CHECK_FALSE(parse_close(close_payload(static_cast<CloseCode>(code), "")).refused);
  }
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65'535}) {
    CHECK(parse_close(close_payload(static_cast<CloseCode>(code), "")).refused ==
          CloseCode::protocol_error);
  }
}

}  // namespace mainstay::ws::frame_test
