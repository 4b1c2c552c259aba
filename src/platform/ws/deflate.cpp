#include "platform/ws/deflate.hpp"

#include <algorithm>
#include <limits>

#include <zlib.h>

#include "base/check.hpp"

namespace mainstay::ws {

namespace {

constexpr int raw_window_bits = -MAX_WBITS;  // negative: no zlib header
constexpr int level = 3;                     // messages are short lived: speed before size
constexpr int memory_level = 8;
constexpr std::size_t piece_bytes = 16U << 10U;
constexpr int at_block_boundary = 128;  // of z_stream::data_type, see inflate() in zlib.h
constexpr std::string_view tail{"\0\0\xff\xff", 4};

Bytef* bytes_of(std::string_view text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // NOLINT: zlib reads it only
}

uInt count_of(std::size_t bytes) {
  return static_cast<uInt>(std::min<std::size_t>(bytes, std::numeric_limits<uInt>::max()));
}

}  // namespace

struct Deflater::Stream {
  z_stream z{};
};

struct Inflater::Stream {
  z_stream z{};
};

Deflater::Deflater() : stream_(std::make_unique<Stream>()) {
  MS_CHECK(deflateInit2(&stream_->z, level, Z_DEFLATED, raw_window_bits, memory_level,
                        Z_DEFAULT_STRATEGY) == Z_OK);
}

Deflater::~Deflater() { deflateEnd(&stream_->z); }

void Deflater::deflate(std::string_view message, std::string& out) {
  auto& z = stream_->z;
  MS_CHECK(deflateReset(&z) == Z_OK && message.size() <= std::numeric_limits<uInt>::max());
  z.next_in = bytes_of(message);
  z.avail_in = count_of(message.size());
  auto end = out.size();
  do {
    out.resize(end + std::clamp(message.size() / 2, std::size_t{256}, piece_bytes));
    z.next_out = bytes_of(out) + end;
    z.avail_out = count_of(out.size() - end);
    const auto result = ::deflate(&z, Z_SYNC_FLUSH);
    MS_CHECK(result == Z_OK || result == Z_BUF_ERROR);
    end = out.size() - z.avail_out;
  } while (z.avail_out == 0);
  out.erase(end - tail.size());
}

Inflater::Inflater() : stream_(std::make_unique<Stream>()) {
  MS_CHECK(inflateInit2(&stream_->z, raw_window_bits) == Z_OK);
}

Inflater::~Inflater() { inflateEnd(&stream_->z); }

Inflater::Outcome Inflater::inflate(std::string_view compressed, std::size_t bytes_max,
                                    std::string& out) {
  out.clear();
  MS_CHECK(inflateReset(&stream_->z) == Z_OK);
  auto outcome = feed(compressed, bytes_max, out);
  if (outcome == Outcome::ok) outcome = feed(tail, bytes_max, out);
  if (outcome != Outcome::ok) return outcome;
  return (stream_->z.data_type & at_block_boundary) != 0 ? Outcome::ok : Outcome::broken;
}

/// A sender may end its stream (BFINAL) within the message: another one follows (7.2.3.4).
Inflater::Outcome Inflater::feed(std::string_view input, std::size_t bytes_max, std::string& out) {
  auto& z = stream_->z;
  MS_CHECK(input.size() <= std::numeric_limits<uInt>::max());
  z.next_in = bytes_of(input);
  z.avail_in = count_of(input.size());
  for (;;) {
    const auto end = out.size();
    if (end > bytes_max) return Outcome::too_big;
    out.resize(end + piece_bytes);
    z.next_out = bytes_of(out) + end;
    z.avail_out = static_cast<uInt>(piece_bytes);
    const auto result = ::inflate(&z, Z_SYNC_FLUSH);
    out.erase(end + (piece_bytes - z.avail_out));
    if (result == Z_STREAM_END) {
      inflateReset(&z);
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      return Outcome::broken;
    } else if (z.avail_in == 0 && z.avail_out > 0) {
      return out.size() > bytes_max ? Outcome::too_big : Outcome::ok;
    }
  }
}

}  // namespace mainstay::ws
