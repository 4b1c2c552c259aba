#include "base/bytes.hpp"

#include <limits>

#include <doctest/doctest.h>

namespace mainstay::bytes_test {
using namespace std::string_literals;

namespace {

std::string sample() {
  std::string out;
  ByteWriter writer{out};
  writer.u8(0x12);
  writer.u16(0x3456);
  writer.u32(0x789ABCDE);
  writer.u64(0x0123456789ABCDEF);
  writer.i64(-2);
  writer.varint(300);
  writer.text("abc");
  return out;
}

}  // namespace

TEST_CASE("bytes: numbers are little-endian, varints low group first, text has its length before") {
  CHECK(sample() ==
        "\x12\x56\x34\xDE\xBC\x9A\x78\xEF\xCD\xAB\x89\x67\x45\x23\x01"
        "\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xAC\x02\x03"
        "abc"s);
}

TEST_CASE("bytes: what was written is read back to the end") {
  const std::string in = sample();
  ByteReader reader{as_bytes(in)};
  CHECK(reader.u8() == 0x12);
  CHECK(reader.u16() == 0x3456);
  CHECK(reader.u32() == 0x789ABCDEU);
  CHECK(reader.u64() == 0x0123456789ABCDEFU);
  CHECK(reader.i64() == -2);
  CHECK(reader.varint() == 300U);
  CHECK(reader.left() == 4);
  CHECK(reader.text() == "abc");
  CHECK(reader.ok());
  CHECK(reader.at_end());
}

TEST_CASE("bytes: cut anywhere, the reader says so and gives zeros from there on") {
  const std::string in = sample();
  for (std::size_t cut = 0; cut < in.size(); ++cut) {
    ByteReader reader{as_bytes(in).first(cut)};
    (void)reader.u8();
    (void)reader.u16();
    (void)reader.u32();
    (void)reader.u64();
    (void)reader.i64();
    (void)reader.varint();
    CHECK(reader.text().empty());
    CHECK_FALSE(reader.ok());
    CHECK(reader.u64() == 0U);
    CHECK(reader.left() == 0);
  }
}

TEST_CASE("bytes: varints of every length; an endless one is refused") {
  for (const std::uint64_t value :
       {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, std::uint64_t{1} << 35U,
        std::numeric_limits<std::uint64_t>::max()}) {
    std::string out;
    ByteWriter{out}.varint(value);
    ByteReader reader{as_bytes(out)};
    CHECK(reader.varint() == value);
    CHECK(reader.ok());
  }
  const std::string endless(11, '\xFF');
  ByteReader reader{as_bytes(endless)};
  CHECK(reader.varint() == 0U);
  CHECK_FALSE(reader.ok());
}

TEST_CASE("bytes: a text longer than the input is refused") {
  std::string out;
  ByteWriter{out}.varint(std::numeric_limits<std::uint64_t>::max());
  ByteReader reader{as_bytes(out)};
  CHECK(reader.text().empty());
  CHECK_FALSE(reader.ok());
}

}  // namespace mainstay::bytes_test
