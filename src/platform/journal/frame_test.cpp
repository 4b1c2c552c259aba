#include "platform/journal/frame.hpp"

#include <doctest/doctest.h>

namespace mainstay::journal::frame_test {
namespace {

std::string frame(Sequence sequence, std::string_view payload) {
  std::string out;
  append_frame(out, sequence, as_bytes(payload));
  seal_frame(out);
  return out;
}

std::string repeated(Sequence sequence, std::string_view payload, int count) {
  std::string out;
  append_frame(out, sequence, as_bytes(payload));
  for (int i = 1; i < count; ++i) CHECK(repeat_frame(out, 0, as_bytes(payload)));
  seal_frame(out);
  return out;
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto value = static_cast<unsigned char>(c);
    out.push_back(digits[value / 16]);
    out.push_back(digits[value % 16]);
  }
  return out;
}

}  // namespace

TEST_CASE("frame: golden bytes of a record, an empty record, a mark and the file headers") {
  CHECK(hex(frame(0x0102030405060708, "hello")) == "050000006ffecb9a080706050403020168656c6c6f");
  CHECK(hex(frame(1, "")) == "000000007ac85c620100000000000000");
  CHECK(hex(repeated(2, "hello", 3)) == "05000040be73abb6020000000000000068656c6c6f03000000");
  CHECK(hex(encode_mark(2)) == "ffffffffb105876d0200000000000000");
  CHECK(hex(encode_file_header(FileKind::segment, 3)) ==
        "6d61696e6a726e6c020000005013c6560300000000000000");
  CHECK(hex(encode_file_header(FileKind::snapshot, 4)) ==
        "6d61696e736e61700200000015d97a4d0400000000000000");
}

TEST_CASE("frame: what was sealed is decoded, with what follows left alone") {
  const std::string bytes = frame(7, "payload") + "rest";
  const auto decoded = decode_frame(as_bytes(bytes));
  REQUIRE(decoded);
  CHECK(decoded->sequence == 7);
  CHECK(as_text(decoded->payload) == "payload");
  CHECK_FALSE(decoded->mark);
  CHECK(decoded->bytes == bytes.size() - 4);
  CHECK(frame_bytes(bytes) == decoded->bytes);
  CHECK(frame_sequence(bytes) == 7);

  const std::string mark = encode_mark(9);
  const auto decoded_mark = decode_frame(as_bytes(mark));
  REQUIRE(decoded_mark);
  CHECK(decoded_mark->mark);
  CHECK(decoded_mark->sequence == 9);
  CHECK(decoded_mark->bytes == mark_bytes);
}

TEST_CASE("frame: cut anywhere or with any bit turned, nothing") {
  for (const std::string& whole :
       {frame(7, "payload"), encode_mark(7), repeated(7, "payload", 3)}) {
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
      CHECK_FALSE(decode_frame(as_bytes(whole).first(cut)));
    }
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
      std::string turned = whole + std::string(300, 'x');
      turned[bit / 8] = static_cast<char>(turned[bit / 8] ^ (1 << (bit % 8)));
      CHECK_FALSE(decode_frame(as_bytes(turned)));
    }
  }
  CHECK_FALSE(decode_frame(as_bytes(std::string(64, '\0'))));
  CHECK_FALSE(decode_frame(as_bytes(std::string(64, '\xFF'))));
}

TEST_CASE("highest mark: found at any offset; unsound ones do not count") {
  CHECK(highest_mark({}) == 0);
  const std::string marks = "x" + encode_mark(5) + "\xFF\xFF\xFF" + encode_mark(3) + frame(9, "p");
  CHECK(highest_mark(as_bytes(marks)) == 5);
  std::string damaged = encode_mark(5);
  damaged[10] = 'x';
  CHECK(highest_mark(as_bytes(damaged)) == 0);
  CHECK(highest_mark(as_bytes(std::string(100, '\xFF'))) == 0);
}

TEST_CASE("find frame: at any offset, from the given sequence on, none out of reach") {
  CHECK_FALSE(find_frame({}, 1).has_value());
  const std::string bytes = "xyz" + frame(2, "payload") + encode_mark(3) + std::string(32, '\0');
  const std::size_t mark_at = 3 + frame(2, "payload").size();
  CHECK(find_frame(as_bytes(bytes), 1) == 3);
  CHECK(find_frame(as_bytes(bytes), 2) == 3);
  CHECK(find_frame(as_bytes(bytes), 3) == mark_at);
  CHECK_FALSE(find_frame(as_bytes(bytes), 4).has_value());
  for (std::size_t i = 3; i < mark_at; ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    CHECK(find_frame(as_bytes(damaged), 1) == mark_at);
  }
  CHECK(find_frame(as_bytes(frame(9, "")), 9) == 0);
  CHECK_FALSE(find_frame(as_bytes(frame(9, "")).first(frame_header_bytes - 1), 9).has_value());
  CHECK_FALSE(find_frame(as_bytes(frame(999'999, "")), 7).has_value());  // no room for all between
  CHECK(find_frame(as_bytes(repeated(9, "", 3)), 11) == 0);
  CHECK_FALSE(find_frame(as_bytes(repeated(9, "", 3)), 12).has_value());
}

TEST_CASE("frame: equal records that follow one another share one, up to a bound") {
  std::string frames = frame(6, "other");
  const std::size_t at = frames.size();
  append_frame(frames, 7, as_bytes("payload"));
  CHECK_FALSE(repeat_frame(frames, at, as_bytes("payloae")));
  CHECK_FALSE(repeat_frame(frames, at, as_bytes("payloa")));
  CHECK(frames.size() == at + frame_header_bytes + 7);
  for (std::uint32_t count = 2; count <= repeats_max; ++count) {
    REQUIRE(repeat_frame(frames, at, as_bytes("payload")));
  }
  const std::string full = frames;
  CHECK_FALSE(repeat_frame(frames, at, as_bytes("payload")));
  CHECK(frames == full);
  const auto last = std::span{frames}.subspan(at);
  CHECK(frame_bytes(last) == last.size());
  CHECK(frame_sequence(last) == 7);
  seal_frame(last);
  const auto decoded = decode_frame(std::as_bytes(last));
  REQUIRE(decoded);
  CHECK(decoded->sequence == 7);
  CHECK(decoded->last == 6 + repeats_max);
  CHECK(as_text(decoded->payload) == "payload");
  CHECK(decoded->bytes == last.size());
}

TEST_CASE("frame: a count of one, of none, and one past the last sequence are not decoded") {
  for (const std::string& count :
       {std::string{"\0\0\0\0", 4}, std::string{"\1\0\0\0", 4}, std::string{"\0\0\1\0", 4}}) {
    std::string bytes = repeated(7, "payload", 2);
    bytes.replace(bytes.size() - 4, 4, count);
    seal_frame(bytes);
    CHECK_FALSE(decode_frame(as_bytes(bytes)));
  }
  CHECK(decode_frame(as_bytes(repeated(UINT64_MAX - 1, "payload", 2))));
  CHECK_FALSE(decode_frame(as_bytes(repeated(UINT64_MAX, "payload", 2))));
}

TEST_CASE("frame: what is left of one behind its first records") {
  const std::string whole = repeated(7, "payload", 3);
  const auto decoded = decode_frame(as_bytes(whole));
  REQUIRE(decoded);
  CHECK(frame_from(7, *decoded) == whole);
  CHECK(frame_from(8, *decoded) == repeated(8, "payload", 2));
  CHECK(frame_from(9, *decoded) == frame(9, "payload"));
}

TEST_CASE("gap: a header alone, told from records and marks") {
  const auto gap = decode_frame(as_bytes(encode_gap(7) + frame(8, "x")));
  REQUIRE(gap.has_value());
  CHECK(gap->gap);
  CHECK_FALSE(gap->mark);
  CHECK(gap->sequence == 7);
  CHECK(gap->bytes == frame_header_bytes);
}

TEST_CASE("file header: kind and sum must fit; a newer version is told") {
  const std::string header = encode_file_header(FileKind::segment, 12);
  const auto decoded = decode_file_header(FileKind::segment, as_bytes(header));
  REQUIRE(decoded);
  CHECK(decoded->version == format_version);
  CHECK(decoded->sequence == 12);
  CHECK_FALSE(decode_file_header(FileKind::snapshot, as_bytes(header)));
  for (std::size_t i = 0; i < header.size(); ++i) {
    std::string damaged = header;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    CHECK_FALSE(decode_file_header(FileKind::segment, as_bytes(damaged)));
    CHECK_FALSE(decode_file_header(FileKind::segment, as_bytes(header).first(i)));
  }
}

}  // namespace mainstay::journal::frame_test
