#pragma once

#include <string>
#include <string_view>

#include "apps/clusters/domain/instance_type.hpp"
#include "base/result.hpp"

namespace mainstay::clusters {

// A set of instance types as a text of our own: what the program ships, what is kept between
// starts, and what `clusters prices export` writes.
//
//     mainstay-instance-types 1
//     version 20261101000000
//     source https://...
//     etag "abc"
//     region eu-west-1
//     currency USD
//     taken 1795000000000000            (microseconds since 1970)
//     types 1
//     m5.large<TAB>General purpose<TAB>8589934592<TAB>2<TAB>0<TAB>x86_64<TAB>current<TAB>0.107
//     crc32c 1a2b3c4d                   (of all lines above)
//
// Columns: name, family, memory in bytes, vCPU, GPU, architecture, current or old, and the price of
// an hour, or - where it is not known. Values behind the first word of a line may be empty.

/// What a file of them begins with.
inline constexpr std::string_view price_snapshot_magic = "mainstay-instance-types ";

std::string write_price_snapshot(const InstanceTypeSet& set);
/// PricesErrc::snapshot_invalid: cut, changed, or of a later version of this format.
Result<InstanceTypeSet> read_price_snapshot(std::string_view text);

}  // namespace mainstay::clusters
