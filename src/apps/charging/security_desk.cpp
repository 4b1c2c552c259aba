#include "apps/charging/security_desk.hpp"

#include <unordered_map>
#include <utility>

#include "apps/charging/domain/station_key.hpp"
#include "base/locked.hpp"
#include "base/text.hpp"
#include "platform/lane/lane.hpp"
#include "platform/tls/authority.hpp"

namespace mainstay::charging {

namespace {

constexpr std::size_t signatures_waiting_max = 256;

CallFailure invalid_call(std::string why) {
  return {CallFailure::Kind::invalid, {}, std::move(why)};
}

}  // namespace

struct SecurityDesk::Impl {
  Impl(StationHost& inner, SecurityStore& rows, StationKeys& ring, const Clock& time,
       SecurityDeskOptions with)
      : network(inner),
        store(rows),
        keys(ring),
        clock(time),
        options(std::move(with)),
        signing("charging.certificates", signatures_waiting_max) {}

  void note(StationId station, std::string kind, SystemTime at, SystemTime received_at,
            std::string detail, SecurityStore::Done done) {
    store.add_event({0, station, std::move(kind), at, received_at, std::move(detail)},
                    std::move(done));
  }
  void on_event(StationId station, ocpp::SecurityEventNotification event, SystemTime received_at,
                Reply reply);
  void on_request(StationId station, std::string request, Reply reply);
  void sign(StationId station, const std::string& identity, const std::string& request,
            const Reply& reply);
  void change_key(StationId station, BackendRequest request, CallDone done);
  void raise_profile(StationId station, BackendRequest request, CallDone done);

  StationHost& network;
  SecurityStore& store;
  StationKeys& keys;
  const Clock& clock;
  const SecurityDeskOptions options;
  StationLink* link = nullptr;
  Lane signing;
  Locked<std::unordered_map<StationId, std::string>> identities;  // of those connected
};

SecurityDesk::SecurityDesk(StationHost& network, SecurityStore& store, StationKeys& keys,
                           const Clock& clock, SecurityDeskOptions options)
    : impl_(std::make_unique<Impl>(network, store, keys, clock, std::move(options))) {}
SecurityDesk::~SecurityDesk() { stop(); }

void SecurityDesk::use_link(StationLink& link) { impl_->link = &link; }
void SecurityDesk::start() { impl_->signing.start(); }
void SecurityDesk::stop() { impl_->signing.stop(); }

// --- From stations

std::optional<KnownStation> SecurityDesk::find(std::string_view identity) const {
  return impl_->network.find(identity);
}

void SecurityDesk::connected(StationId station, LinkNumber link, LinkFacts facts) {
  if (impl_->options.authority) {
    auto identities = impl_->identities.lock();
    (*identities)[station] = facts.identity;
  }
  impl_->network.connected(station, link, std::move(facts));
}

void SecurityDesk::disconnected(StationId station, LinkNumber link) {
  impl_->network.disconnected(station, link);
}

void SecurityDesk::handle(StationId station, StationRequest request, SystemTime received_at,
                          Reply reply) {
  if (auto* const event = std::get_if<ocpp::SecurityEventNotification>(&request)) {
    return impl_->on_event(station, std::move(*event), received_at, std::move(reply));
  }
  if (auto* const asked = std::get_if<ocpp::SignCertificate>(&request)) {
    return impl_->on_request(station, std::move(asked->csr), std::move(reply));
  }
  impl_->network.handle(station, std::move(request), received_at, std::move(reply));
}

/// The network has it in its event log too, for webhooks, and answers.
void SecurityDesk::Impl::on_event(StationId station, ocpp::SecurityEventNotification event,
                                  SystemTime received_at, Reply reply) {
  const auto at = event.timestamp;
  auto kind = event.type;
  auto detail = event.tech_info.value_or(std::string{});
  note(station, std::move(kind), at, received_at, std::move(detail),
       [this, station, received_at, event = std::move(event),
        reply = std::move(reply)](Result<> stored) mutable {
         if (stored)
           return network.handle(station, std::move(event), received_at, std::move(reply));
         reply(ocpp::CallError{ocpp::CallErrorCode::internal_error,
                               "the event could not be stored: send it again"});
       });
}

void SecurityDesk::Impl::on_request(StationId station, std::string request, Reply reply) {
  const auto refuse = [&reply] {
    reply(StationAnswer{ocpp::SignCertificateAnswer{ocpp::Verdict::rejected}});
  };
  if (!options.authority) return refuse();
  std::string identity;
  {
    auto all = identities.lock();
    identity = (*all)[station];
  }
  auto shared = std::make_shared<Reply>(std::move(reply));
  const bool posted =
      signing.try_post([this, station, identity = std::move(identity), request = std::move(request),
                        shared] { sign(station, identity, request, *shared); });
  if (!posted) (*shared)(StationAnswer{ocpp::SignCertificateAnswer{ocpp::Verdict::rejected}});
}

/// On the lane. A certificate is a key to the door: what is signed is kept before it is given out,
/// so that it can be revoked.
void SecurityDesk::Impl::sign(StationId station, const std::string& identity,
                              const std::string& request, const Reply& reply) {
  const auto now = clock.wall();
  auto made = options.authority->sign(request, {identity, options.organization}, now,
                                      options.certificate_valid);
  if (made.has_error()) {
    note(station, "CertificateRefused", now, now, made.error().detail(), [](Result<>) {});
    return reply(StationAnswer{ocpp::SignCertificateAnswer{ocpp::Verdict::rejected}});
  }
  const auto stored =
      store.add_certificate({0, made->serial_number, station, now, made->expires_at, {}});
  if (stored.has_error()) {
    return reply(ocpp::CallError{ocpp::CallErrorCode::internal_error,
                                 "the certificate could not be stored: ask again"});
  }
  note(station, "CertificateIssued", now, now, made->serial_number, [](Result<>) {});
  reply(StationAnswer{ocpp::SignCertificateAnswer{ocpp::Verdict::accepted}});
  if (link == nullptr) return;
  link->call(station, ocpp::CertificateSigned{std::move(made->chain)},
             [this, station](CallOutcome outcome) {
               const auto* const answer = std::get_if<BackendAnswer>(&outcome);
               const auto* const said =
                   answer ? std::get_if<ocpp::CertificateSignedAnswer>(answer) : nullptr;
               if (said != nullptr && said->status == ocpp::Verdict::accepted) return;
               const auto at = clock.wall();
               note(station, "CertificateNotTaken", at, at, {}, [](Result<>) {});
             });
}

// --- To stations

void SecurityDesk::call(StationId station, BackendRequest request, CallDone done) {
  if (const auto* const change = std::get_if<ocpp::ChangeConfiguration>(&request)) {
    if (equals_ignoring_case(change->key, "AuthorizationKey")) {
      return impl_->change_key(station, std::move(request), std::move(done));
    }
    if (equals_ignoring_case(change->key, "SecurityProfile")) {
      return impl_->raise_profile(station, std::move(request), std::move(done));
    }
  }
  impl_->link->call(station, std::move(request), std::move(done));
}

/// The new key is stored before the station hears of it: whatever happens then, it is let in.
void SecurityDesk::Impl::change_key(StationId station, BackendRequest request, CallDone done) {
  const auto key = std::get<ocpp::ChangeConfiguration>(request).value;
  if (!is_station_key(key)) return done(invalid_call("a key must have 16 to 40 characters"));
  if (!link->is_online(station)) return done(CallFailure{});
  auto shared = std::make_shared<CallDone>(std::move(done));
  auto asked = std::make_shared<BackendRequest>(std::move(request));
  keys.propose(station, key, [this, station, shared, asked](Result<std::string> kept) {
    if (kept.has_error()) {
      const Error& error = kept.error();
      return (*shared)(
          CallFailure{CallFailure::Kind::busy, std::string{error.name()}, error.message()});
    }
    link->call(station, std::move(*asked),
               [this, station, shared, proposal = std::move(*kept)](CallOutcome outcome) {
                 const auto* const answer = std::get_if<BackendAnswer>(&outcome);
                 const auto* const said =
                     answer ? std::get_if<ocpp::ChangeConfigurationAnswer>(answer) : nullptr;
                 const auto* const failure = std::get_if<CallFailure>(&outcome);
                 using Status = ocpp::ConfigurationStatus;
                 if (said != nullptr && said->status == Status::accepted) {
                   keys.settle(station, proposal, StationKeys::Settled::taken);
                 } else if (said != nullptr ? said->status != Status::reboot_required
                                            : !failure->may_have_arrived() ||
                                                  failure->kind == CallFailure::Kind::refused) {
                   keys.settle(station, proposal, StationKeys::Settled::refused);
                 }
                 (*shared)(std::move(outcome));
               });
  });
}

void SecurityDesk::Impl::raise_profile(StationId station, BackendRequest request, CallDone done) {
  const auto wanted = parse_u64(std::get<ocpp::ChangeConfiguration>(request).value);
  if (!wanted || *wanted > 3)
    return done(invalid_call("a security profile is a number from 0 to 3"));
  if (*wanted < keys.summary(station).profile) {
    return done(invalid_call("a security profile may only rise"));
  }
  link->call(station, std::move(request), std::move(done));
}

void SecurityDesk::close(StationId station, std::string_view why) {
  impl_->link->close(station, why);
}

bool SecurityDesk::is_online(StationId station) const { return impl_->link->is_online(station); }

}  // namespace mainstay::charging
