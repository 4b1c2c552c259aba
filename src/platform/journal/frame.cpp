#include "platform/journal/frame.hpp"

#include <algorithm>
#include <cstring>

#include "base/crc32c.hpp"

namespace mainstay::journal {
namespace {

constexpr std::size_t length_at = 0;
constexpr std::size_t sum_at = 4;
constexpr std::size_t sequence_at = 8;

constexpr std::size_t version_at = 8;
constexpr std::size_t header_sum_at = 12;
constexpr std::size_t header_sequence_at = 16;

template <class Number>
Number load(const void* from) {
  Number value{};
  std::memcpy(&value, from, sizeof value);
  return value;
}

/// The sum over everything but the four bytes where it is kept.
std::uint32_t sum_around(Bytes bytes, std::size_t at) {
  return crc32c(bytes.subspan(at + sizeof(std::uint32_t)), crc32c(bytes.first(at)));
}

void store_sum(std::span<char> bytes, std::size_t at) {
  const std::uint32_t sum = sum_around(std::as_bytes(bytes), at);
  std::memcpy(bytes.data() + at, &sum, sizeof sum);
}

std::string_view magic(FileKind kind) {
  return kind == FileKind::segment ? "mainjrnl" : "mainsnap";
}

}  // namespace

void append_frame(std::string& out, Sequence sequence, Bytes payload) {
  const auto length = static_cast<std::uint32_t>(payload.size());
  char header[frame_header_bytes] = {};
  std::memcpy(header + length_at, &length, sizeof length);
  std::memcpy(header + sequence_at, &sequence, sizeof sequence);
  out.append(header, sizeof header).append(as_text(payload));
}

std::size_t frame_bytes(std::span<const char> frame) {
  return frame_header_bytes + load<std::uint32_t>(frame.data() + length_at);
}

Sequence frame_sequence(std::span<const char> frame) {
  return load<Sequence>(frame.data() + sequence_at);
}

void seal_frame(std::span<char> frame) { store_sum(frame, sum_at); }

std::optional<Frame> decode_frame(Bytes bytes) {
  if (bytes.size() < frame_header_bytes) return std::nullopt;
  const auto length = load<std::uint32_t>(bytes.data() + length_at);
  const bool mark = length == mark_length;
  const bool gap = length == gap_length;
  const std::size_t payload_bytes = mark || gap ? 0 : length;
  if (payload_bytes > bytes.size() - frame_header_bytes) return std::nullopt;
  bytes = bytes.first(frame_header_bytes + payload_bytes);
  if (sum_around(bytes, sum_at) != load<std::uint32_t>(bytes.data() + sum_at)) return std::nullopt;
  return Frame{load<Sequence>(bytes.data() + sequence_at), bytes.subspan(frame_header_bytes), mark,
               gap, bytes.size()};
}

namespace {

/// A header alone that says what it is where others say how long they are.
std::string encode_note(std::uint32_t kind, Sequence sequence) {
  std::string out;
  append_frame(out, sequence, {});
  std::memcpy(out.data() + length_at, &kind, sizeof kind);
  seal_frame(out);
  return out;
}

}  // namespace

std::string encode_mark(Sequence synced) { return encode_note(mark_length, synced); }
std::string encode_gap(Sequence lost_to) { return encode_note(gap_length, lost_to); }

Sequence highest_mark(Bytes bytes) {
  Sequence highest = 0;
  const std::string_view text = as_text(bytes);
  constexpr std::string_view lead{"\xFF\xFF\xFF\xFF", 4};
  for (std::size_t at = text.find(lead); at != text.npos; at = text.find(lead, at + 1)) {
    const auto frame = decode_frame(bytes.subspan(at));
    if (frame) highest = std::max(highest, frame->sequence);
  }
  return highest;
}

std::optional<std::size_t> find_frame(Bytes bytes, Sequence first) {
  const std::uint64_t count_max = bytes.size() / frame_header_bytes;
  for (std::size_t at = 0; at + frame_header_bytes <= bytes.size(); ++at) {
    // Only where the sequence fits is it worth while to sum, which is hardly anywhere by chance.
    if (load<Sequence>(bytes.data() + at + sequence_at) - first > count_max) continue;
    if (decode_frame(bytes.subspan(at))) return at;
  }
  return std::nullopt;
}

std::string encode_file_header(FileKind kind, Sequence sequence) {
  std::string out{magic(kind)};
  ByteWriter writer{out};
  writer.u32(format_version);
  writer.u32(0);
  writer.u64(sequence);
  store_sum(out, header_sum_at);
  return out;
}

std::optional<FileHeader> decode_file_header(FileKind kind, Bytes bytes) {
  if (bytes.size() < file_header_bytes) return std::nullopt;
  bytes = bytes.first(file_header_bytes);
  if (!as_text(bytes).starts_with(magic(kind))) return std::nullopt;
  if (sum_around(bytes, header_sum_at) != load<std::uint32_t>(bytes.data() + header_sum_at)) {
    return std::nullopt;
  }
  return FileHeader{load<std::uint32_t>(bytes.data() + version_at),
                    load<Sequence>(bytes.data() + header_sequence_at)};
}

}  // namespace mainstay::journal
