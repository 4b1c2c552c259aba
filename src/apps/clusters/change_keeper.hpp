#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/clusters/domain/change.hpp"
#include "apps/clusters/ports/change_store.hpp"
#include "apps/clusters/ports/forge.hpp"
#include "apps/clusters/ports/proposals.hpp"
#include "apps/clusters/ports/repository.hpp"
#include "apps/clusters/ports/sync_watch.hpp"
#include "base/clock.hpp"
#include "base/locked.hpp"
#include "platform/lane/lane.hpp"
#include "platform/lane/ticker.hpp"

namespace mainstay::clusters {

struct ChangeKeeperOptions {
  std::string branch_prefix = "mainstay/";
  std::string folder = {};         // paths of changes lie below it; empty: anywhere
  std::size_t open_max = 1'000;    // requests on their way: Errc::busy beyond
  std::size_t waiting_max = 256;   // of when_proposed(): answered at once beyond
  Millis poll_every{30'000};       // of one open pull request
  std::size_t polls_a_round = 20;  // forges bound calls by the hour; the rest waits its turn
  Millis round_every{1'000};       // in which what is due is done
  ChangePatience patience = {};
};

/// Carries requests from one state to the next: each step is done, then stored, then the next one
/// begins; after a crash the last step is done again, and finds what it did before (branches,
/// commits and pull requests have names that follow from the change).
///
/// One lane does all that talks to git, the forge and the store. Life: construct, start() (blocks:
/// loads), stop() before the ports are destroyed. Any thread calls the rest.
class ChangeKeeper final : public Proposals {
 public:
  /// What it works with; `forge` null: without pull requests, what is proposed is refused unless it
  /// skips them; `sync` null: nobody knows what the cluster says.
  struct Ports {
    ChangeStore& store;
    Repository& repository;
    Forge* forge = nullptr;
    SyncWatch* sync = nullptr;
    const Clock& clock;
    Digest sha256;
    std::function<std::string()> make_id;                // 16 hexadecimal digits
    std::function<void(const ChangeRequest&)> log = {};  // every change of one
  };
  ChangeKeeper(Ports ports, ChangeKeeperOptions options);
  ~ChangeKeeper() override;

  Result<> start();
  void stop();

  void propose(Change change, std::vector<ChangeStep> before, Done<ChangeRequest> done) override;
  void when_proposed(ChangeId id, Millis patience, Done<ChangeRequest> done) override;
  void find(ChangeId id, Done<ChangeRequest> done) override;
  void find_by_key(std::string requested_by, std::string idempotency_key,
                   Done<std::optional<ChangeRequest>> done) override;
  void list(Query query, Done<std::vector<Listed>> done) override;
  void try_again(ChangeId id, std::string by, Done<ChangeRequest> done) override;
  Subscription subscribe(Listener listener) override;

  /// A forge or a cluster has news (a webhook, a watch): what waits for them is looked at now.
  /// Number 0: any pull request.
  void look_now(std::int64_t pull_request_number);

  /// One round as the ticker would start it, and what was posted before it; blocks. For tests.
  void round_now();

  [[nodiscard]] std::size_t open() const { return open_count_ + arriving_; }

 private:
  struct Open {
    ChangeRequest request;
    SteadyTime look_at{};    // the forge is asked again then
    bool is_pushed = false;  // just now: nobody can have merged it yet
  };
  struct Waiting {
    ChangeId id;
    SteadyTime until;
    Done<ChangeRequest> done;
  };

  [[nodiscard]] Result<> check(const Change& change) const;
  [[nodiscard]] ChangeRequest made(Change change, std::vector<ChangeStep> before) const;
  void tell(const ChangeRequest& request);

  // On the lane.
  void take_up(ChangeRequest request);
  void wait_for(Waiting waiting);
  void try_again_here(ChangeRequest request, const std::string& by, Done<ChangeRequest> done);
  void round();
  void load();
  /// Does what can be done now. False: it is over, or the store must be asked what it is.
  bool carry_on(Open& open, std::size_t& polls_left);
  enum class Entered : std::uint8_t {
    stored,   // and told
    no_news,  // as it was
    unknown,  // the store failed, and may have it all the same: it is read from there again
  };
  Entered enter(ChangeRequest& request, const ChangeEvent& event, const std::string& actor);
  void answer_waiting(const ChangeRequest& request);
  void answer_late();
  std::optional<ChangeEvent> act(Open& open, ChangeAction action);
  std::optional<ChangeEvent> push(const ChangeRequest& request);
  std::optional<ChangeEvent> open_pull_request(const ChangeRequest& request);
  std::optional<ChangeEvent> look_at_pull_request(const ChangeRequest& request);
  std::optional<ChangeEvent> look_at_cluster(const ChangeRequest& request);

  const Ports ports_;
  const ChangeKeeperOptions options_;
  std::atomic<std::size_t> open_count_{0};  // taken up
  std::atomic<std::size_t> arriving_{0};    // stored, and on their way to the lane
  std::map<ChangeId, Open> all_open_;       // the lane's
  std::vector<Waiting> waiting_;            // the lane's
  Locked<std::vector<std::weak_ptr<const Listener>>> listeners_;
  std::atomic<bool> reload_{false};  // the store may have open ones that are not in all_open_
  Lane lane_;
  Ticker ticker_;  // last: its thread uses all of this
};

}  // namespace mainstay::clusters
