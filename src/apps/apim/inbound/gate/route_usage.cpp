#include "apps/apim/inbound/gate/route_usage.hpp"

#include "platform/gate/gate.hpp"

namespace mainstay::apim {

RouteUsage::RouteUsage(std::span<const gate::Charge> charges) {
  texts_.reserve(2 * charges.size());  // the parameters point into them
  for (const gate::Charge& charge : charges) {
    const std::string& name = texts_.emplace_back(charge.metric);
    parameters_.push_back({name, texts_.emplace_back(std::to_string(charge.cost))});
  }
}

}  // namespace mainstay::apim
