#include "base/crc32c.hpp"

#include <vector>

#include <doctest/doctest.h>

#include "base/bytes.hpp"
#include "base/random.hpp"

namespace mainstay::internal {
std::uint32_t crc32c_by_table(std::span<const std::byte> data, std::uint32_t sum);
}

namespace mainstay::crc32c_test {

TEST_CASE("crc32c: the vectors of RFC 3720 B.4") {
  CHECK(crc32c(as_bytes("123456789")) == 0xE3069283U);
  CHECK(crc32c({}) == 0U);
  std::vector<std::byte> data(32);
  CHECK(crc32c(data) == 0x8A9136AAU);
  for (auto& byte : data) byte = std::byte{0xFF};
  CHECK(crc32c(data) == 0x62A8AB43U);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::byte>(i);
  CHECK(crc32c(data) == 0x46DD794EU);
}

TEST_CASE("crc32c: instruction and table agree at every length, start and split") {
  Random random{1};
  std::vector<std::byte> data(80);
  for (auto& byte : data) byte = static_cast<std::byte>(random.next());
  for (std::size_t start = 0; start < 9; ++start) {
    for (std::size_t length = 0; length + start <= data.size(); ++length) {
      const Bytes part = Bytes{data}.subspan(start, length);
      const std::uint32_t sum = crc32c(part);
      CHECK(sum == ~internal::crc32c_by_table(part, ~0U));
      CHECK(crc32c(part.subspan(length / 3), crc32c(part.first(length / 3))) == sum);
    }
  }
}

}  // namespace mainstay::crc32c_test
