#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace mainstay {

/// CRC-32C (Castagnoli, reflected, as in RFC 3720 appendix B.4): crc32c("123456789") == 0xE3069283.
/// Continue a sum by passing the former result. Uses the processor's instruction where it has one.
std::uint32_t crc32c(std::span<const std::byte> data, std::uint32_t sum = 0);

}  // namespace mainstay
