#pragma once

#include <memory>

#include "platform/core/platform.hpp"

namespace mainstay::charging {

/// Tariffs, bills and drivers: what money needs, put together.
class MoneyApp {
 public:
  explicit MoneyApp(Platform& platform);
  ~MoneyApp();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::charging
