#pragma once

#include "apps/charging/ports/power_store.hpp"
#include "platform/store/store.hpp"

namespace mainstay::charging {

/// PowerStore in the relational store, on either engine.
class SqlPowerStore final : public PowerStore {
 public:
  explicit SqlPowerStore(store::Store& store) : store_(store) {}

  Result<PowerRows> load() override;
  void save(std::vector<PowerChange> changes, UniqueFunction<void(Result<>)> done) override;

 private:
  store::Store& store_;
};

}  // namespace mainstay::charging
