#pragma once

#include <memory>

#include "apps/exchange/accounts.hpp"
#include "apps/exchange/directory.hpp"
#include "apps/exchange/ports/account_owners.hpp"
#include "apps/exchange/venue.hpp"
#include "base/result.hpp"
#include "platform/core/platform.hpp"
#include "platform/http/router.hpp"

namespace mainstay::exchange {

/// The REST and WebSocket doors with what all doors share: symbols as people see them, and the
/// accounts of users. One thread calls the life cycle.
class Doors {
 public:
  /// Before the venue starts: listens to it.
  Doors(Platform& platform, Venue& venue, AccountOwners& owners);
  ~Doors();

  /// Behind the venue's start.
  Result<> start();
  void register_routes(http::Router& router);
  /// Before the venue's stop.
  void stop();

  [[nodiscard]] const Directory& directory() const;
  [[nodiscard]] Accounts& accounts();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::exchange
