#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "apps/apim/catalog_service.hpp"
#include "apps/apim/domain/authorize.hpp"
#include "apps/apim/domain/notices.hpp"
#include "apps/apim/ports/counters.hpp"
#include "apps/apim/ports/events.hpp"
#include "apps/apim/probe.hpp"
#include "platform/gate/gate.hpp"

namespace mainstay::apim {

/// Everything below is a reference to what the app owns and outlives the server.
struct ServiceGateParts {
  CatalogService& catalog;
  Counters& counters;
  ErrorLists& errors;
  Notices& notices;
  Probe& probe;
  ReferrerMatch referrer_match = ReferrerMatch::whole;
  std::size_t threads = 1;  // I/O threads; a request's `thread` is below it
};

/// Lets requests of other applications in this process pass as authrep would: the same rules, the
/// same counters, alerts and error list, on the I/O thread that read the request. Master metering
/// does not see them: they are no calls of a provider.
class ServiceGate final : public gate::Authority {
 public:
  ServiceGate(const ServiceGateParts& parts, ServiceId service);

  Result<std::unique_ptr<gate::Admission>> admission(
      std::span<const gate::Charge> charges) override;

 private:
  /// What one I/O thread works with, kept from request to request.
  struct Workspace {
    explicit Workspace(CatalogService& catalog) : reader(catalog) {}
    CatalogReader reader;
    Status status;
  };
  class Route;

  ServiceGateParts parts_;
  ServiceId service_id_;
  Authorizer authorizer_;
  std::vector<std::unique_ptr<Workspace>> workspaces_;
};

}  // namespace mainstay::apim
