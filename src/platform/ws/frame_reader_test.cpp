#include "platform/ws/frame_reader.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/random.hpp"
#include "base/text.hpp"

namespace mainstay::ws::frame_reader_test {
namespace {

constexpr MaskKey mask{0xde, 0xad, 0xbe, 0xef};

struct Seen {
  FrameReader::Event event;
  std::string payload;
  bool binary = false;
  bool compressed = false;
  CloseCode code = CloseCode::normal;
  bool operator==(const Seen&) const = default;
};

/// Feeds the bytes in the pieces that `cuts` begin; each piece is memory of its own.
std::vector<Seen> read(std::string_view bytes, const std::vector<std::size_t>& cuts,
                       const FrameReader::Rules& rules = {}) {
  FrameReader reader;
  std::vector<Seen> seen;
  std::size_t from = 0;
  auto ends = cuts;
  ends.push_back(bytes.size());
  for (const auto end : ends) {
    std::string piece{bytes.substr(from, end - from)};
    from = end;
    std::span<char> input{piece};
    for (;;) {
      const auto event = reader.next(input, rules);
      if (event == FrameReader::Event::need_more) break;
      if (event == FrameReader::Event::violation) {
        seen.push_back({event, {}, false, false, reader.code()});
        return seen;
      }
      const bool message = event == FrameReader::Event::message;
      seen.push_back({event, std::string{reader.payload()},
                      message && reader.kind() == Kind::binary, message && reader.compressed()});
    }
  }
  if (reader.idle()) return seen;
  seen.push_back({FrameReader::Event::need_more, {}});
  return seen;
}

std::string frame(Opcode opcode, std::string_view payload, bool final = true,
                  bool compressed = false, std::optional<MaskKey> key = mask) {
  std::string out;
  append_frame(out, {opcode, final, compressed, key}, payload);
  return out;
}

std::string hex(std::string_view digits) {
  std::string out;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    out.push_back(static_cast<char>(std::stoi(std::string{digits.substr(i, 2)}, nullptr, 16)));
  }
  return out;
}

std::optional<CloseCode> violation(std::string_view bytes, const FrameReader::Rules& rules = {}) {
  const auto seen = read(bytes, {}, rules);
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    CHECK(read(bytes, {cut}, rules).back() == seen.back());
  }
  if (seen.empty() || seen.back().event != FrameReader::Event::violation) return std::nullopt;
  return seen.back().code;
}

}  // namespace

TEST_CASE("frame reader: messages, fragments and what lies between them, at every split") {
  const auto bytes = frame(Opcode::text, "h\u00fcllo") + frame(Opcode::binary, "") +
                     frame(Opcode::text, "one \xe2\x82", false) + frame(Opcode::ping, "p") +
                     frame(Opcode::continuation, "", false) + frame(Opcode::pong, "") +
                     frame(Opcode::continuation, "\xac two") +
                     frame(Opcode::binary, std::string(130, '\xff'), true, true) +
                     frame(Opcode::close,
                           "\x03\xe8"
                           "bye");
  FrameReader::Rules rules;
  rules.compression = true;
  using enum FrameReader::Event;
  const std::vector<Seen> expected{{message, "h\u00fcllo"},
                                   {message, "", true},
                                   {ping, "p"},
                                   {pong, ""},
                                   {message, "one \u20ac two"},
                                   {message, std::string(130, '\xff'), true, true},
                                   {close,
                                    "\x03\xe8"
                                    "bye"}};
  CHECK(read(bytes, {}, rules) == expected);
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    CHECK(read(bytes, {cut}, rules) == expected);
  }
  std::vector<std::size_t> every;
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) every.push_back(cut);
  CHECK(read(bytes, every, rules) == expected);
}

TEST_CASE("frame reader: what RFC 6455 5 forbids, refused with its code at every split") {
  FrameReader::Rules deflate;
  deflate.compression = true;
  FrameReader::Rules server;
  server.sender = Sender::server;
  const auto error = CloseCode::protocol_error;
  CHECK(violation(frame(Opcode::text, "a", true, false, std::nullopt)) == error);
  CHECK(violation(frame(Opcode::text, "a"), server) == error);
  CHECK(violation(frame(Opcode::text, "a", true, true)) == error);           // RSV1
  CHECK(violation(frame(Opcode::ping, "a", true, true), deflate) == error);  // RSV1 of a control
  CHECK(violation(
            frame(Opcode::text, "a", false, true) + frame(Opcode::continuation, "b", true, true),
            deflate) == error);
  CHECK(violation(hex("a180000000")) == error);  // RSV2
  CHECK(violation(hex("9180000000")) == error);  // RSV3
  for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    CHECK(violation(frame(static_cast<Opcode>(opcode), "")) == error);
  }
  CHECK(violation(frame(Opcode::ping, "a", false)) == error);
  CHECK(violation(frame(Opcode::close, std::string(126, 'a'))) == error);
  CHECK(violation(frame(Opcode::continuation, "a")) == error);
  CHECK(violation(frame(Opcode::text, "a", false) + frame(Opcode::text, "b")) == error);
  CHECK(violation(hex("82fe007d00000000")) == error);              // 125 in two bytes
  CHECK(violation(hex("82ff000000000000ffff00000000")) == error);  // 65535 in eight
  CHECK(violation(hex("82ff800000000000000000000000")) == error);  // below zero
}

TEST_CASE("frame reader: text that is not UTF-8, refused as soon as it shows") {
  const auto invalid = CloseCode::invalid_payload;
  CHECK(violation(frame(Opcode::text, "a\xff")) == invalid);
  CHECK(violation(frame(Opcode::text, "a\xc3")) == invalid);  // ends within a character
  CHECK(violation(frame(Opcode::text, "\xe2\x82", false) + frame(Opcode::continuation, "x")) ==
        invalid);
  // Before the frame is there whole: its head promises more.
  auto head = frame(Opcode::text, std::string(100, 'a'));
  auto bad = frame(Opcode::text, "\xf5" + std::string(99, 'a')).substr(0, 10);
  CHECK(violation(bad) == invalid);
  CHECK_FALSE(violation(frame(Opcode::binary, "a\xff")));
  CHECK_FALSE(violation(head.substr(0, 10)));
}

TEST_CASE("frame reader: a message that is too big, refused by its head") {
  FrameReader::Rules rules;
  rules.message_bytes_max = 200;
  CHECK_FALSE(violation(frame(Opcode::binary, std::string(200, 'a')), rules));
  CHECK(violation(frame(Opcode::binary, std::string(201, 'a')).substr(0, 8), rules) ==
        CloseCode::message_too_big);
  CHECK(violation(hex("82ff7fffffffffffffff00000000"), rules) == CloseCode::message_too_big);
  CHECK(violation(
            frame(Opcode::binary, std::string(199, 'a'), false) + frame(Opcode::continuation, "bc"),
            rules) == CloseCode::message_too_big);
  CHECK_FALSE(violation(frame(Opcode::binary, std::string(199, 'a'), false) +
                            frame(Opcode::ping, "bc") + frame(Opcode::continuation, "b"),
                        rules));
  rules.compression = true;  // what cannot be compressed grows
  CHECK_FALSE(violation(frame(Opcode::binary, std::string(205, 'a'), true, true), rules));
  CHECK(violation(frame(Opcode::binary, std::string(300, 'a'), true, true), rules) ==
        CloseCode::message_too_big);
}

TEST_CASE("frame reader: random messages in random fragments and pieces, as they were sent") {
  Random random{7};
  for (int round = 0; round < 300; ++round) {
    std::string bytes;
    std::vector<Seen> expected;
    for (auto left = 1 + random.below(4); left > 0; --left) {
      std::string payload(random.below(3) == 0 ? random.below(70'000) : random.below(300), ' ');
      for (auto& c : payload) c = static_cast<char>(random.below(256));
      auto opcode = Opcode::binary;
      std::string_view rest{payload};
      while (random.below(2) == 0) {
        const auto part = rest.substr(0, random.below(rest.size() + 1));
        rest.remove_prefix(part.size());
        bytes += frame(std::exchange(opcode, Opcode::continuation), part, false);
        if (random.below(3) > 0) continue;
        bytes += frame(Opcode::ping, "in between");
        expected.push_back({FrameReader::Event::ping, "in between"});
      }
      bytes += frame(opcode, rest);
      expected.push_back({FrameReader::Event::message, payload, true});
    }
    std::vector<std::size_t> cuts;
    for (auto left = random.below(20); left > 0; --left) cuts.push_back(random.below(bytes.size()));
    std::ranges::sort(cuts);
    CHECK(read(bytes, cuts) == expected);
  }
}

}  // namespace mainstay::ws::frame_reader_test
