#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "apps/clusters/domain/instance_type.hpp"
#include "base/result.hpp"
#include "platform/json/pull_reader.hpp"

namespace mainstay::clusters {

enum class PricesErrc : std::uint8_t {
  not_instance_types = 1,
  too_many_types,
  order,
  incomplete,
  snapshot_invalid,
  file_failed,
  url_failed,
};
const ErrorRow& error_row(PricesErrc code);

/// What a file held beside the types that were taken.
struct InstanceTypesLeftOut {
  static constexpr std::size_t examples_max = 10;
  std::size_t unreadable = 0;           // products whose name, memory or vCPU is none
  std::vector<std::string> examples{};  // `m5.large: memory "lots"`
};

/// Reads JSON of either shape in constant memory:
/// - an AWS offer file of AmazonEC2 and one region (AWS Price List, formatVersion v1.0): types of
///   products with the operating system Linux, the first product of a type counts; prices of
///   OnDemand terms for shared tenancy without further software, the latest that holds at the
///   file's publication. Without `terms` that is also the source's pricing-list.json.
/// - the answer of EC2 DescribeInstanceTypes as the AWS CLI prints it: exact sizes, no prices.
///
/// `origin`: source, etag and taken_at of what is read; the rest comes from the file.
Result<InstanceTypeSet> read_instance_types(json::PullReader::Source text,
                                            InstanceTypeOrigin origin,
                                            InstanceTypesLeftOut* left_out = nullptr);

}  // namespace mainstay::clusters
