#pragma once

#include "apps/charging/ports/security_store.hpp"
#include "platform/store/store.hpp"

namespace mainstay::charging {

/// In the relational store, whichever engine that is.
class SqlSecurityStore final : public SecurityStore {
 public:
  /// The store outlives it.
  explicit SqlSecurityStore(store::Store& store) : store_(store) {}

  Result<std::vector<StationKeyRow>> load_keys() override;
  void put_key(StationKeyRow row, Done done) override;
  Result<> leave_key(LeftKey key) override;
  Result<std::vector<LeftKey>> left_keys() override;
  void take_up_key(StationKeyRow row, Done done) override;
  void add_event(SecurityEventRow row, Done done) override;
  void events(std::int64_t after, StationId station, std::size_t limit,
              UniqueFunction<void(Result<std::vector<SecurityEventRow>>)> done) override;
  Result<> add_certificate(CertificateRow row) override;
  void certificates(const CertificateFilter& filter,
                    UniqueFunction<void(Result<std::vector<CertificateRow>>)> done) override;
  void revoke(Revocation wanted,
              UniqueFunction<void(Result<std::vector<std::string>>)> done) override;
  Result<std::vector<RevokedSerial>> revoked(std::int64_t after) override;

 private:
  store::Store& store_;
};

}  // namespace mainstay::charging
