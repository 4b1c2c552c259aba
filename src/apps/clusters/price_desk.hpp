#pragma once

#include <memory>
#include <string>

#include "apps/clusters/domain/refresh_schedule.hpp"
#include "apps/clusters/ports/instance_catalogue.hpp"
#include "apps/clusters/ports/price_source.hpp"
#include "base/clock.hpp"
#include "base/locked.hpp"
#include "base/random.hpp"
#include "base/unique_function.hpp"

namespace mainstay::clusters {

/// Keeps the catalogue fresh: the set that was kept, or the one that ships, is in force from the
/// start; a refresh puts a new one in its place whole, and one that fails leaves it, with its age.
///
/// Life: construct, load(), then tick() every second or so from one thread. Readers: any thread.
class PriceDesk final : public InstanceCatalogue {
 public:
  struct Parts {
    PriceKeep& keep;
    PriceSource* source = nullptr;  // null: nothing to refresh from
    const Clock& clock;
    /// Every outcome of a refresh, and of a set that somebody else has saved.
    UniqueFunction<void(const Status&)> on_outcome = [](const Status&) {};
  };
  /// `shipped`: what there is when nothing was kept. `source_name`: as in origins of what comes
  /// from the source.
  PriceDesk(Parts parts, const RefreshSchedule& schedule, InstanceTypeSet shipped,
            std::string source_name, std::uint64_t seed);

  /// The kept set, or the shipped one: also when what was kept is damaged, which status() tells.
  void load();
  /// Looks at what is due.
  void tick();

  [[nodiscard]] std::shared_ptr<const InstanceTypeSet> current() const override;
  [[nodiscard]] Status status() const override;

 private:
  struct State {
    std::shared_ptr<const InstanceTypeSet> set;
    Status status;
  };
  void take_news();
  void refresh(SystemTime now);
  void put_in_force(InstanceTypeSet set);
  void finish_refresh(std::string error, SystemTime now);

  Parts parts_;
  RefreshSchedule schedule_;
  std::string source_name_;
  Random random_;
  SystemTime next_at_{};
  Locked<State> state_;
};

}  // namespace mainstay::clusters
