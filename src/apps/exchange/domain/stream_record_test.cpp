#include "apps/exchange/domain/stream_record.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace mainstay::exchange::stream_record_test {

namespace {

/// What the error says of records that `change` made wrong; "" for none.
std::string refusal(void (*change)(std::string& bytes)) {
  std::string bytes;
  for (std::uint64_t id = 0; id < 3; ++id) {
    write_record({.symbol = 1, .id = id, .price = 2, .quantity = 3, .account = 4}, bytes);
  }
  change(bytes);
  const auto view = as_bytes(bytes);
  const std::vector<std::byte> aligned(view.begin(), view.end());
  const auto records = parse_stream(aligned);
  return records.has_value() ? "" : records.error().detail();
}

}  // namespace

TEST_CASE("stream record: its bytes are those of the format") {
  std::string bytes;
  write_record({.op = StreamOp::move,
                .side = 1,
                .tif = 0,
                .symbol = 0x04030201,
                .id = 0x0C0B0A0908070605,
                .price = 0x100F0E0D,
                .quantity = 0x14131211,
                .account = 0x1C1B1A1918171615},
               bytes);
  std::string expected{"\x04\x01\x00\x00", 4};
  for (char byte = 1; byte <= 0x1C; ++byte) expected.push_back(byte);
  CHECK(bytes == expected);
  const auto view = as_bytes(bytes);
  const std::vector<std::byte> aligned(view.begin(), view.end());
  const auto records = parse_stream(aligned);
  REQUIRE(records.has_value());
  REQUIRE(records->size() == 1);
  CHECK(records->front().op == StreamOp::move);
  CHECK(records->front().account == 0x1C1B1A1918171615U);
}

TEST_CASE("stream: what is malformed is refused, with the record and the byte") {
  CHECK(refusal([](std::string& /*bytes*/) {}).empty());
  CHECK(refusal([](std::string& bytes) { bytes.clear(); }).empty());
  CHECK(refusal([](std::string& bytes) { bytes[64] = 0; }) ==
        "record 3, byte 64: op 0 is none of 1 new, 2 cancel, 3 reduce, 4 move");
  CHECK(refusal([](std::string& bytes) { bytes[0] = 5; }) ==
        "record 1, byte 0: op 5 is none of 1 new, 2 cancel, 3 reduce, 4 move");
  CHECK(refusal([](std::string& bytes) { bytes[33] = 2; }) ==
        "record 2, byte 33: side 2 is neither 0 buy nor 1 sell");
  CHECK(refusal([](std::string& bytes) { bytes[34] = '\xFF'; }) ==
        "record 2, byte 34: tif 255 is neither 0 GTC nor 1 IOC");
  CHECK(refusal([](std::string& bytes) { bytes[35] = 1; }) ==
        "record 2, byte 35: is 1 and must be 0");
  CHECK(refusal([](std::string& bytes) { bytes.pop_back(); }) ==
        "it has 95 bytes, which is not a multiple of 32: record 3 at byte 64 is cut off");
}

TEST_CASE("stream record: whether ids go up") {
  std::vector<StreamRecord> records(100);
  for (std::size_t i = 0; i < records.size(); ++i) records[i].id = 7 + i * 2;
  CHECK(do_ids_go_up(records));
  for (std::size_t i = 0; i < records.size(); i += 2) records[i].id = 3;
  CHECK_FALSE(do_ids_go_up(records));
  CHECK_FALSE(do_ids_go_up(Stream{records}.first(1)));
  CHECK_FALSE(do_ids_go_up({}));
}

}  // namespace mainstay::exchange::stream_record_test
