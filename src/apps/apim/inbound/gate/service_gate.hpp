#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "apps/apim/catalog_service.hpp"
#include "apps/apim/domain/authorize.hpp"
#include "apps/apim/domain/notices.hpp"
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

  std::unique_ptr<gate::Admission> admission(std::span<const gate::Charge> charges) override;
  /// What its routes need and the catalog lacks, for people; empty when all is there.
  [[nodiscard]] std::string missing() const;

 private:
  class Route;

  /// A caller's request to a route as far as credentials and catalog decide it, so that the next
  /// one like it goes straight to the counters.
  struct Known {
    const Route* route = nullptr;  // null: nothing is known
    std::uint64_t catalog_version = 0;
    std::string user_key;
    std::string app_id;
    std::optional<std::string> app_key;
    Status status;

    [[nodiscard]] bool is(const Route& asked, std::uint64_t version,
                          const gate::Credentials& credentials) const;
    void keep(const Route& asked, std::uint64_t version, const gate::Credentials& credentials);
  };
  /// What one I/O thread works with, kept from request to request.
  struct Workspace {
    static constexpr std::size_t known_count = 1024;
    static constexpr std::size_t credential_bytes_max = 512;  // longer ones are looked up each time

    explicit Workspace(CatalogService& catalog) : reader(catalog), known(known_count) {}
    Known& place_of(const Route& route, const gate::Credentials& credentials);

    CatalogReader reader;
    WindowsOfNow windows_of_now;
    std::vector<std::unique_ptr<Known>> known;  // by hash; null until used
  };

  ServiceGateParts parts_;
  ServiceId service_id_;
  Authorizer authorizer_;
  std::set<std::string> metrics_;  // that its routes charge
  std::vector<std::unique_ptr<Workspace>> workspaces_;
};

}  // namespace mainstay::apim
