#pragma once

#include <memory>

#include "apps/exchange/domain/listing.hpp"
#include "apps/exchange/venue.hpp"
#include "base/locked.hpp"

namespace mainstay::exchange {

/// The symbols and assets as doors show them: a snapshot, replaced when something is defined or a
/// phase changes. Read from any thread.
class Directory final : public Listener {
 public:
  [[nodiscard]] std::shared_ptr<const Listings> current() const;

  /// On the venue's lane: takes what there is, as after the start.
  void refresh(const Views& views);

  void on_outcome(const Outcome& outcome) override;
  void on_batch_end(const Views& views) override;

 private:
  Locked<std::shared_ptr<const Listings>> listings_{std::make_shared<const Listings>()};
  // The lane's:
  bool is_new_ = true;        // has taken nothing yet
  bool is_of_batch_ = false;  // what was taken is behind all of this batch
};

}  // namespace mainstay::exchange
