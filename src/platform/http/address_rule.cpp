#include "platform/http/address_rule.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <span>

namespace mainstay::http {
namespace {

template <class Bytes>
struct Range {
  Bytes first;
  unsigned bits;
};

template <class Bytes>
bool covers(const Range<Bytes>& range, const Bytes& address) {
  const unsigned whole = range.bits / 8;
  if (!std::equal(address.begin(), address.begin() + whole, range.first.begin())) return false;
  const unsigned rest = range.bits % 8;
  return rest == 0 || (address[whole] ^ range.first[whole]) >> (8 - rest) == 0;
}

template <class Bytes>
bool is_in(std::span<const Range<Bytes>> ranges, const Bytes& address) {
  return std::ranges::any_of(ranges, [&](const auto& range) { return covers(range, address); });
}

// IANA's special-purpose registries of IPv4 and IPv6, as far as they are not globally reachable.
constexpr Range<Ipv4Bytes> special_ipv4[] = {
    {{0, 0, 0, 0}, 8},        // this network
    {{10, 0, 0, 0}, 8},       // private
    {{100, 64, 0, 0}, 10},    // shared by carriers
    {{127, 0, 0, 0}, 8},      // loopback
    {{169, 254, 0, 0}, 16},   // link-local, clouds' metadata services
    {{172, 16, 0, 0}, 12},    // private
    {{192, 0, 0, 0}, 24},     // protocol assignments
    {{192, 0, 2, 0}, 24},     // documentation
    {{192, 88, 99, 0}, 24},   // 6to4 relays
    {{192, 168, 0, 0}, 16},   // private
    {{198, 18, 0, 0}, 15},    // benchmarks
    {{198, 51, 100, 0}, 24},  // documentation
    {{203, 0, 113, 0}, 24},   // documentation
    {{224, 0, 0, 0}, 4},      // multicast
    {{240, 0, 0, 0}, 4},      // reserved, broadcast
};
constexpr Range<Ipv6Bytes> global_ipv6 = {{0x20}, 3};
constexpr Range<Ipv6Bytes> special_ipv6[] = {
    {{0x20, 0x01}, 23},              // protocol assignments, Teredo
    {{0x20, 0x01, 0x0D, 0xB8}, 32},  // documentation
    {{0x3F, 0xFF}, 20},              // documentation
};

/// IPv6 ranges whose addresses stand for an IPv4 address.
struct Carrier {
  Range<Ipv6Bytes> range;
  std::size_t offset;  // of the four bytes
};
constexpr Carrier carriers[] = {
    {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 96}, 12},  // mapped
    {{{0x00, 0x64, 0xFF, 0x9B}, 96}, 12},                    // NAT64
    {{{0x20, 0x02}, 16}, 2},                                 // 6to4
};

}  // namespace

bool is_public_address(const Ipv4Bytes& address) {
  return !is_in<Ipv4Bytes>(special_ipv4, address);
}

bool is_public_address(const Ipv6Bytes& address) {
  for (const Carrier& carrier : carriers) {
    if (!covers(carrier.range, address)) continue;
    Ipv4Bytes inner;
    std::copy_n(std::next(address.begin(), static_cast<std::ptrdiff_t>(carrier.offset)),
                inner.size(), inner.begin());
    return is_public_address(inner);
  }
  return covers(global_ipv6, address) && !is_in<Ipv6Bytes>(special_ipv6, address);
}

}  // namespace mainstay::http
