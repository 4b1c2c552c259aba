#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "apps/apim/domain/catalog.hpp"
#include "apps/apim/domain/notices.hpp"
#include "apps/apim/ports/counters.hpp"
#include "base/clock.hpp"

namespace mainstay::apim {

/// Counts a provider's own calls ("backend hits") on its application in the master service, which
/// is found by the user key that equals the provider key. Without a master service, or for a
/// provider without such an application, nothing is counted. Any thread.
class MasterMeter {
 public:
  struct Names {
    std::string service_id;  // empty: no metering
    std::string transactions = "transactions";
    std::string authorize = "transactions/authorize";
  };

  MasterMeter(Counters& counters, Notices& notices, Names names)
      : counters_(counters), notices_(notices), names_(std::move(names)) {}

  void count_authorize(const Catalog& catalog, std::string_view provider_key, SystemTime now) {
    count(catalog, provider_key, names_.authorize, 1, now);
  }
  void count_transactions(const Catalog& catalog, std::string_view provider_key,
                          std::int64_t transactions, SystemTime now) {
    count(catalog, provider_key, names_.transactions, transactions, now);
  }

 private:
  void count(const Catalog& catalog, std::string_view provider_key, std::string_view metric,
             std::int64_t amount, SystemTime now);

  Counters& counters_;
  Notices& notices_;
  Names names_;
};

}  // namespace mainstay::apim
