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

using Count = std::uint32_t;  // of the records that share a frame

template <class Number>
Number load(const void* from) {
  Number value{};
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <class Number>
void store(void* to, Number value) {
  std::memcpy(to, &value, sizeof value);
}

struct Sizes {
  std::size_t payload;
  std::size_t count;  // bytes of it; 0: one record
};
Sizes sizes_of(std::uint32_t length) {
  return {length & ~repeated_bit, (length & repeated_bit) != 0 ? sizeof(Count) : 0};
}

/// The sum over everything but the four bytes where it is kept.
std::uint32_t sum_around(Bytes bytes, std::size_t at) {
  return crc32c(bytes.subspan(at + sizeof(std::uint32_t)), crc32c(bytes.first(at)));
}

void store_sum(std::span<char> bytes, std::size_t at) {
  store(bytes.data() + at, sum_around(std::as_bytes(bytes), at));
}

std::string_view magic(FileKind kind) {
  return kind == FileKind::segment ? "mainjrnl" : "mainsnap";
}

}  // namespace

void append_frame(std::string& out, Sequence sequence, Bytes payload) {
  char header[frame_header_bytes] = {};
  store(header + length_at, static_cast<std::uint32_t>(payload.size()));
  store(header + sequence_at, sequence);
  out.append(header, sizeof header).append(as_text(payload));
}

bool repeat_frame(std::string& out, std::size_t at, Bytes payload) {
  const char* const frame = out.data() + at;
  const auto length = load<std::uint32_t>(frame + length_at);
  const Sizes sizes = sizes_of(length);
  if (sizes.payload != payload.size()) return false;
  if (std::memcmp(frame + frame_header_bytes, payload.data(), payload.size()) != 0) return false;
  if (sizes.count == 0) {
    constexpr Count two = 2;
    out.append(reinterpret_cast<const char*>(&two), sizeof two);
    store(out.data() + at + length_at, length | repeated_bit);
    return true;
  }
  char* const counted = out.data() + out.size() - sizeof(Count);
  const auto count = load<Count>(counted);
  if (count == repeats_max) return false;
  store(counted, count + 1);
  return true;
}

std::string frame_from(Sequence sequence, const Frame& frame) {
  std::string out;
  append_frame(out, sequence, frame.payload);
  const Sequence count = frame.last - sequence + 1;
  if (count > 1 && repeat_frame(out, 0, frame.payload)) {
    store(out.data() + out.size() - sizeof(Count), static_cast<Count>(count));
  }
  seal_frame(out);
  return out;
}

std::size_t frame_bytes(std::span<const char> frame) {
  const Sizes sizes = sizes_of(load<std::uint32_t>(frame.data() + length_at));
  return frame_header_bytes + sizes.payload + sizes.count;
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
  const Sizes sizes = mark || gap ? Sizes{0, 0} : sizes_of(length);
  const std::size_t behind = sizes.payload + sizes.count;
  if (behind > bytes.size() - frame_header_bytes) return std::nullopt;
  bytes = bytes.first(frame_header_bytes + behind);
  if (sum_around(bytes, sum_at) != load<std::uint32_t>(bytes.data() + sum_at)) return std::nullopt;
  Frame frame;
  frame.sequence = frame.last = load<Sequence>(bytes.data() + sequence_at);
  frame.payload = bytes.subspan(frame_header_bytes, sizes.payload);
  frame.mark = mark;
  frame.gap = gap;
  frame.bytes = bytes.size();
  if (sizes.count == 0) return frame;
  const auto count = load<Count>(frame.payload.data() + sizes.payload);
  if (count < 2 || count > repeats_max) return std::nullopt;
  if (__builtin_add_overflow(frame.sequence, count - 1, &frame.last)) return std::nullopt;
  return frame;
}

namespace {

/// A header alone that says what it is where others say how long they are.
std::string encode_note(std::uint32_t kind, Sequence sequence) {
  std::string out;
  append_frame(out, sequence, {});
  store(out.data() + length_at, kind);
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
  // The first of a frame's records may be that much earlier.
  const Sequence from = first - std::min<Sequence>(first, repeats_max);
  const std::uint64_t count_max = (bytes.size() / frame_header_bytes + 1) * repeats_max;
  for (std::size_t at = 0; at + frame_header_bytes <= bytes.size(); ++at) {
    // Only where the sequence fits is it worth while to sum, which is hardly anywhere by chance.
    if (load<Sequence>(bytes.data() + at + sequence_at) - from > count_max) continue;
    const auto frame = decode_frame(bytes.subspan(at));
    if (frame && frame->last >= first) return at;
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
