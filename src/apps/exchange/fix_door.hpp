#pragma once

#include <memory>
#include <vector>

#include "apps/exchange/accounts.hpp"
#include "apps/exchange/directory.hpp"
#include "apps/exchange/venue.hpp"
#include "base/result.hpp"
#include "platform/core/platform.hpp"
#include "platform/program/module.hpp"

namespace mainstay::exchange {

/// The FIX door as the settings want it. Life: open() before the venue's start(), start() behind
/// it, stop() before the venue's; one thread.
class FixDoor {
 public:
  /// What the program binds for it.
  static std::vector<MoreListener> listeners();
  /// Null without `apps.exchange.fix_listen`, and where nothing was bound for it. Refuses what
  /// would not be safe: plain text beyond loopback, a door without users.
  static Result<std::unique_ptr<FixDoor>> make(Platform& platform, Venue& venue,
                                               const Directory& directory, Accounts& accounts);
  ~FixDoor();

  /// Takes the socket, brings back what the door knows, and listens to the venue.
  Result<> open();
  Result<> start();
  void stop();

  struct Impl;
  explicit FixDoor(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::exchange
