#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/apim/domain/authorize.hpp"
#include "platform/gate/gate.hpp"

namespace mainstay::apim {

/// A caller's request to a route as far as credentials and catalog decide it, so that the next one
/// like it goes straight to the counters.
struct KnownCaller {
  const void* route = nullptr;  // null: nothing is known
  std::uint64_t catalog_version = 0;
  std::string user_key;
  std::string app_id;
  std::optional<std::string> app_key;
  Status status;

  [[nodiscard]] bool is(const void* asked, std::uint64_t version,
                        const gate::Credentials& credentials) const;
  /// Unless the credentials are so long that they are looked up each time.
  void keep(const void* asked, std::uint64_t version, const gate::Credentials& credentials);
};

/// The newest ones of one I/O thread.
class KnownCallers {
 public:
  static constexpr std::size_t kept = 1024;

  KnownCallers() : slots_(kept) {}
  /// Where it is, if it is here, and where it goes.
  KnownCaller& place_of(const void* route, const gate::Credentials& credentials);

 private:
  std::vector<std::unique_ptr<KnownCaller>> slots_;  // by hash; null until used
};

}  // namespace mainstay::apim
