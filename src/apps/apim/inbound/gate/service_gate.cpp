#include "apps/apim/inbound/gate/service_gate.hpp"

#include <string>
#include <utility>

namespace mainstay::apim {

ServiceGate::ServiceGate(const ServiceGateParts& parts, ServiceId service)
    : parts_(parts),
      service_id_(std::move(service)),
      authorizer_(parts.counters, parts.referrer_match) {
  for (std::size_t i = 0; i < parts.threads; ++i) {
    workspaces_.push_back(std::make_unique<Workspace>(parts.catalog));
  }
}

std::string ServiceGate::missing() const {
  const auto catalog = parts_.catalog.current();
  const Service* service = catalog->services.find(service_id_.get());
  if (service == nullptr) {
    return "there is no service \"" + service_id_.get() + "\" in API management";
  }
  for (const std::string& metric : metrics_) {
    if (service->metrics->find_name(metric)) continue;
    return "service \"" + service_id_.get() + "\" has no metric \"" + metric + "\"";
  }
  return {};
}

}  // namespace mainstay::apim
