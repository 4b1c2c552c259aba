#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <unordered_set>
#include <utility>
#include <vector>

#include "apps/exchange/inbound/ws/stream_json.hpp"
#include "apps/exchange/venue.hpp"
#include "base/locked.hpp"
#include "base/unique_function.hpp"

namespace mainstay::exchange {

/// What somebody listens to: of all else the feed takes no notice.
struct Interest {
  std::unordered_set<SymbolId> trades;
  std::unordered_set<SymbolId> tops;     // best bid and ask
  std::unordered_set<SymbolId> touched;  // whether anything happened
  std::unordered_set<AccountId> accounts;
};

/// What happened since somebody took it. Trades and what accounts are told cannot be conflated:
/// when too many wait they are dropped, and `lost` says so.
struct Gathered {
  struct Top {
    TickerView view;
    Sequence sequence = 0;
  };
  struct AccountNews {
    AccountId account{};
    std::vector<Execution> executions;
    struct Deposit {
      AssetId asset{};
      Amount by = 0;
    };
    std::vector<Deposit> deposits;
    std::vector<std::pair<AssetId, Balance>> balances;  // behind them
    Time at{};
  };

  std::vector<std::pair<SymbolId, TradeRecord>> trades;
  std::vector<AccountNews> accounts;
  std::map<SymbolId, Top> tops;  // the newest
  std::set<SymbolId> touched;
  bool lost = false;
};

/// The streams' end on the venue's lane: copies what somebody listens to, and says that there is
/// something. It renders nothing and waits for nobody.
class Feed final : public Listener {
 public:
  /// `wake` is called on the lane when there is something, until it is taken; it must not wait.
  explicit Feed(UniqueFunction<void()> wake) : wake_(std::move(wake)) {}

  /// From now on. Any thread. `begun`: all begun up to that is in it, or over.
  void want(std::shared_ptr<const Interest> interest, std::uint64_t begun);
  /// On the venue's lane: this too, at once, until want() knows its number.
  std::uint64_t begin(Interest interest);
  /// Any thread.
  Gathered take();

  void on_outcome(const Outcome& outcome) override;
  void on_batch_end(const Views& views) override;

 private:
  struct Wanted {
    std::shared_ptr<const Interest> interest;
    std::uint64_t begun = 0;
  };
  struct Begun {
    std::uint64_t number = 0;
    Interest interest;
  };

  void refresh();
  template <class Id>
  [[nodiscard]] bool wants(std::unordered_set<Id> Interest::*kind, Id id) const;
  void on_event(const Outcome& outcome, const Event& event);
  void on_owner_event(const Outcome& outcome, const Event& event);
  void on_busted(const Outcome& outcome, const Event& event);
  void on_refused(const Outcome& outcome, const Event& event);
  void tell(const Outcome& outcome, const Event& event, AccountId account, OrderId order,
            std::string_view type);
  Gathered::AccountNews& news_of(AccountId account, Time at);
  void finish_accounts(const Views& views);
  void finish_tops(const Views& views);
  void hand_over();

  const UniqueFunction<void()> wake_;
  Locked<Wanted> wanted_;
  std::atomic<std::uint64_t> wanted_version_{0};

  struct Shared {
    Gathered gathered;
    bool announced = false;
  };
  Locked<Shared> shared_;

  // The lane's own.
  std::shared_ptr<const Interest> interest_;
  std::vector<Begun> begun_;  // that interest_ does not have; few
  std::uint64_t begun_last_ = 0;
  std::uint64_t version_ = 0;
  Gathered batch_;
  std::set<std::pair<AccountId, AssetId>> changed_balances_;
  std::set<SymbolId> touched_tops_;
  std::map<SymbolId, TickerView> last_tops_;  // told since somebody began to listen
  std::vector<DepthLevel> room_;
};

}  // namespace mainstay::exchange
