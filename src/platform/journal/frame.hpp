#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.hpp"
#include "platform/journal/journal.hpp"

// The bytes of the journal's files; no I/O. All numbers are little-endian.
namespace mainstay::journal {

/// {u32 length, u32 crc32c of everything else in the frame, u64 sequence}, then the payload.
constexpr std::size_t frame_header_bytes = 16;

/// Equal records that follow one another share a frame: `repeated_bit` in its length, the first
/// one's sequence, and behind the payload how many they are (u32, 2 to `repeats_max`).
constexpr std::uint32_t repeated_bit = 1U << 30U;
constexpr std::uint32_t repeats_max = 0xFFFF;

/// A mark is a frame header alone: "every record up to this sequence was on disk before I was
/// written". It is no record and takes no sequence. With it recovery knows a torn tail, whose
/// records nobody was promised, from damage to records that had been safe.
constexpr std::size_t mark_bytes = frame_header_bytes;
constexpr std::uint32_t mark_length = 0xFFFFFFFF;  // in place of a length

/// A gap is a frame header alone too: "the records up to this sequence were lost". Only
/// `mainstay journal repair` writes it, in their place.
constexpr std::uint32_t gap_length = 0xFFFFFFFE;

/// {8 bytes of magic, u32 version, u32 crc32c of everything else in the header, u64 sequence}. It
/// keeps this shape in all versions. Version 1 had no frames of several records.
constexpr std::size_t file_header_bytes = 24;
constexpr std::uint32_t format_version = 2;
constexpr bool is_readable(std::uint32_t version) {
  return version >= 1 && version <= format_version;
}

struct Frame {
  Sequence sequence = 0;  // of its first record
  Sequence last = 0;      // of its last one
  Bytes payload;
  bool mark = false;
  bool gap = false;
  std::size_t bytes = 0;  // header and payload
};

/// Adds a frame whose sum is yet to come: see seal_frame().
void append_frame(std::string& out, Sequence sequence, Bytes payload);
/// One more of the same record, whose frame begins at `at` and is the last of `out`. False, and
/// nothing done, when the payload is another one or the frame holds all that one may.
bool repeat_frame(std::string& out, std::size_t at, Bytes payload);
/// A sealed frame with what is left of another behind its first records.
std::string frame_from(Sequence sequence, const Frame& frame);

/// Bytes of the frame that begins here, as its own header says: only for frames from
/// append_frame() and repeat_frame().
std::size_t frame_bytes(std::span<const char> frame);
Sequence frame_sequence(std::span<const char> frame);

/// Fills in the sum of a frame from append_frame().
void seal_frame(std::span<char> frame);

/// The frame that `bytes` begins with; nothing when it is cut short or its sum is wrong. The
/// payload is a view.
std::optional<Frame> decode_frame(Bytes bytes);

std::string encode_mark(Sequence synced);
std::string encode_gap(Sequence lost_to);

/// The highest mark anywhere in `bytes`, at whatever offset; 0 when there is none.
Sequence highest_mark(Bytes bytes);

/// Where a sound frame with a record (or note) `first` or later begins in `bytes`, at whatever
/// offset. One whose sequence is so high that the records between had no room, however equal, does
/// not count.
std::optional<std::size_t> find_frame(Bytes bytes, Sequence first);

enum class FileKind : std::uint8_t { segment, snapshot };

struct FileHeader {
  std::uint32_t version = 0;
  Sequence sequence = 0;  // of a segment's first record, or what a snapshot reaches to
};
std::string encode_file_header(FileKind kind, Sequence sequence);
/// Nothing when it is short, of another kind or damaged. The version may be a newer one.
std::optional<FileHeader> decode_file_header(FileKind kind, Bytes bytes);

}  // namespace mainstay::journal
