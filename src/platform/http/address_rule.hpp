#pragma once

#include <array>
#include <cstdint>

namespace mainstay::http {

using Ipv4Bytes = std::array<std::uint8_t, 4>;  // network order
using Ipv6Bytes = std::array<std::uint8_t, 16>;

/// Whether an address belongs to the public internet, so that users may have us connect to it.
/// Loopback, private, shared, link-local, multicast, documentation and reserved addresses do not,
/// nor IPv6 forms that carry such an IPv4 address or tunnel to one. Of IPv6 only what is known to
/// be global is public.
bool is_public_address(const Ipv4Bytes& address);
bool is_public_address(const Ipv6Bytes& address);

}  // namespace mainstay::http
