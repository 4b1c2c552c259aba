#pragma once

#include <memory>

#include "base/result.hpp"

namespace mainstay {

struct Call;
struct Platform;

/// What modules are lent where no server runs: for commands that do some of a server's work here
/// and now (`jobs run`, `search rebuild`). Modules are not started.
class Foreground {
 public:
  /// `call` outlives it.
  explicit Foreground(const Call& call);
  ~Foreground();

  /// The log goes to standard error; the store's schema is current, or brought there, or refused.
  Result<> open();
  /// After open().
  [[nodiscard]] Platform& platform();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay
