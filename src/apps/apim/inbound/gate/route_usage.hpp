#pragma once

#include <span>
#include <string>
#include <vector>

#include "apps/apim/domain/usage.hpp"

namespace mainstay::gate {
struct Charge;
}

namespace mainstay::apim {

/// A route's charges as an authrep's usage, whose views point into it.
class RouteUsage {
 public:
  explicit RouteUsage(std::span<const gate::Charge> charges);
  RouteUsage(const RouteUsage&) = delete;
  RouteUsage& operator=(const RouteUsage&) = delete;

  [[nodiscard]] std::span<const UsageParameter> parameters() const { return parameters_; }

 private:
  std::vector<std::string> texts_;
  std::vector<UsageParameter> parameters_;
};

}  // namespace mainstay::apim
