#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "apps/clusters/outbound/prices/instance_type_reader.hpp"
#include "apps/clusters/ports/price_source.hpp"

namespace mainstay::clusters {

/// A file of whatever shape: an AWS offer file, pricing-list.json, DescribeInstanceTypes, or a
/// snapshot of ours, which tells its origin itself. In constant memory; a snapshot has at most
/// 8 MiB.
Result<InstanceTypeSet> read_price_file(const std::filesystem::path& path,
                                        InstanceTypeOrigin origin,
                                        InstanceTypesLeftOut* left_out = nullptr);

/// The same types, with what the set itself says and otherwise `origin`: a snapshot tells where it
/// came from once, not where it was found.
InstanceTypeSet with_origin(InstanceTypeSet set, InstanceTypeOrigin origin);

/// A file that somebody else writes: read again when its size or time has changed.
class FilePriceSource final : public PriceSource {
 public:
  explicit FilePriceSource(std::filesystem::path path) : path_(std::move(path)) {}

  Result<std::optional<InstanceTypeSet>> fetch(const InstanceTypeOrigin& known,
                                               SystemTime now) override;
  void cancel() override {}  // it waits for nobody

 private:
  std::filesystem::path path_;
};

/// The snapshot in a folder of ours, which is made when something is saved.
class FilePriceKeep final : public PriceKeep {
 public:
  explicit FilePriceKeep(const std::filesystem::path& folder);

  Result<std::optional<InstanceTypeSet>> load() override;
  Result<> save(const InstanceTypeSet& set) override;
  bool has_news() override;

 private:
  std::filesystem::path folder_;
  std::filesystem::path path_;
  std::string seen_;  // of the file, when it was loaded or saved
};

}  // namespace mainstay::clusters
