#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>

#include "apps/clusters/ports/price_source.hpp"

namespace mainstay::http {
class Client;
}

namespace mainstay::clusters {

/// What lies behind an URL of the operator's, as the AWS offer file of a region. It is asked for
/// with the ETag of what is known, comes into a file in `folder` (so that half of it is never read,
/// and a slow server holds no memory), is read from there and removed.
class UrlPriceSource final : public PriceSource {
 public:
  UrlPriceSource(http::Client& client, std::string url, std::filesystem::path folder);

  Result<std::optional<InstanceTypeSet>> fetch(const InstanceTypeOrigin& known,
                                               SystemTime now) override;
  void cancel() override;

 private:
  http::Client& client_;
  std::string url_;
  std::filesystem::path folder_;
  std::atomic<std::uint64_t> transfer_{0};
  std::atomic<bool> is_cancelled_{false};
};

}  // namespace mainstay::clusters
