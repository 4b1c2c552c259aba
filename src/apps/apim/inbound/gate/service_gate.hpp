#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "apps/apim/catalog_service.hpp"
#include "apps/apim/domain/authorize.hpp"
#include "apps/apim/domain/notices.hpp"
#include "apps/apim/inbound/gate/known_callers.hpp"
#include "apps/apim/ports/counters.hpp"
#include "apps/apim/ports/events.hpp"
#include "apps/apim/ports/record_log.hpp"
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
  const RecordLog& log;  // while it does not accept, nobody is admitted
  ReferrerMatch referrer_match = ReferrerMatch::whole;
  std::size_t threads = 1;  // I/O threads; a request's `thread` is below it
};

/// Lets requests of other applications in this process pass as authrep would: the same rules, the
/// same counters, alerts and error list, on the I/O thread that read the request. Master metering
/// does not see them: they are no calls of a provider.
class ServiceGate final : public gate::Authority {
 public:
  ServiceGate(const ServiceGateParts& parts, ServiceId service);

  /// A Route: gate_route.hpp.
  std::unique_ptr<gate::Admission> admission(std::span<const gate::Charge> charges) override;
  /// What its routes need and the catalog lacks, for people; empty when all is there.
  [[nodiscard]] std::string missing() const;

 private:
  class Route;

  /// What one I/O thread works with, kept from request to request.
  struct Workspace {
    explicit Workspace(CatalogService& catalog) : reader(catalog) {}

    CatalogReader reader;
    WindowsOfNow windows_of_now;
    KnownCallers known;
  };

  ServiceGateParts parts_;
  ServiceId service_id_;
  Authorizer authorizer_;
  std::vector<std::string> metrics_;  // that its routes charge; some of them twice
  std::vector<std::unique_ptr<Workspace>> workspaces_;
};

}  // namespace mainstay::apim
