#pragma once

#include <memory>
#include <string>

#include "apps/charging/ports/security_store.hpp"
#include "apps/charging/ports/station_host.hpp"
#include "apps/charging/ports/station_link.hpp"
#include "apps/charging/station_keys.hpp"
#include "base/clock.hpp"

namespace mainstay::tls {
class RootAuthority;
}

namespace mainstay::charging {

struct SecurityDeskOptions {
  std::shared_ptr<const tls::RootAuthority> authority;  // null: SignCertificate is refused
  std::string organization;                             // O of what it signs
  std::chrono::days certificate_valid{365};
};

/// What of OCPP is about security, between the door and the network; the rest passes through.
///
/// From stations: SecurityEventNotification is stored before it is answered; SignCertificate is
/// signed by our own authority, and CertificateSigned follows. To stations: ChangeConfiguration of
/// AuthorizationKey changes the key that we admit (Accepted: the old one stops; Rejected and
/// NotSupported: it stays; no answer: whichever the station uses), and of SecurityProfile may only
/// raise it.
///
/// Life: construct, start(), stop(). Any thread.
class SecurityDesk final : public StationHost, public StationLink {
 public:
  /// All of it outlives the desk; `link` (the door) is set before the first station.
  SecurityDesk(StationHost& network, SecurityStore& store, StationKeys& keys, const Clock& clock,
               SecurityDeskOptions options);
  ~SecurityDesk() override;
  void use_link(StationLink& link);

  void start();
  void stop();

  [[nodiscard]] std::optional<KnownStation> find(std::string_view identity) const override;
  void connected(StationId station, LinkNumber link, LinkFacts facts) override;
  void disconnected(StationId station, LinkNumber link) override;
  void handle(StationId station, StationRequest request, SystemTime received_at,
              Reply reply) override;

  void call(StationId station, BackendRequest request, CallDone done) override;
  void close(StationId station, std::string_view why) override;
  [[nodiscard]] bool is_online(StationId station) const override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::charging
