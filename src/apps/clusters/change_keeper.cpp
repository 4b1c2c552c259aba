#include "apps/clusters/change_keeper.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include "apps/clusters/errc.hpp"
#include "apps/clusters/limits.hpp"
#include "base/text.hpp"

namespace mainstay::clusters {
namespace {

constexpr std::size_t jobs_max = 2'000;  // of the lane: proposals, waits, news
constexpr std::string_view ourselves = "mainstay";

/// Whether there is something to tell whoever proposed it.
bool is_shown(const ChangeRequest& request) {
  return request.state > ChangeState::branch_pushed || request.attempts > 0;
}

StepFailed failure(const Error& error) {
  const bool may_pass = error.retryable() || error.is(Errc::conflict);
  return {error.message(), !may_pass};
}

}  // namespace

ChangeKeeper::ChangeKeeper(Ports ports, ChangeKeeperOptions options)
    : ports_(std::move(ports)),
      options_(std::move(options)),
      lane_("clusters.changes", jobs_max),
      ticker_("clusters.changes", options_.round_every, [this] {
        if (lane_.queued() == 0) static_cast<void>(lane_.try_post([this] { round(); }));
      }) {}

ChangeKeeper::~ChangeKeeper() { stop(); }

Result<> ChangeKeeper::start() {
  MS_TRY(auto open, ports_.store.load_open());
  for (ChangeRequest& request : open) {
    const ChangeId id = request.id;
    all_open_.emplace(id, Open{std::move(request)});
  }
  open_count_ = all_open_.size();
  lane_.start();
  ticker_.start();
  return {};
}

void ChangeKeeper::stop() {
  ticker_.stop();
  lane_.stop();
  for (Waiting& waiting : waiting_) {
    const auto found = all_open_.find(waiting.id);
    if (found == all_open_.end()) {
      waiting.done(Errc::change_not_found);
    } else {
      waiting.done(found->second.request);
    }
  }
  waiting_.clear();
}

// --- from any thread -----------------------------------------------------------------------------

Result<> ChangeKeeper::check(const Change& change) const {
  if (change.files.empty()) return Error{Errc::field_invalid, "a change needs files"};
  if (change.files.size() > Limits::change_files_max) {
    return Error{Errc::too_large,
                 "a change has at most " + std::to_string(Limits::change_files_max) + " files"};
  }
  std::size_t bytes = change.body.size() + change.facts.diff.size();
  // A reseal goes to wherever sealed secrets are.
  const bool is_anywhere = change.kind == ChangeKind::reseal;
  const std::string_view folder = is_anywhere ? std::string_view{} : options_.folder;
  for (const FileChange& file : change.files) {
    MS_TRY_VOID(check_repository_path(file.path, folder));
    if (!file.content) continue;
    bytes += file.content->size();
    if (!is_valid_utf8(*file.content)) {
      return Error{Errc::field_invalid, file.path + " would hold what is no UTF-8"};
    }
  }
  if (bytes > Limits::change_bytes_max) {
    return Error{Errc::too_large,
                 "a change has at most " + std::to_string(Limits::change_bytes_max) + " bytes"};
  }
  if (change.idempotency_key.size() > Limits::idempotency_key_bytes_max) {
    return Errc::idempotency_key_invalid;
  }
  if (ports_.forge == nullptr && !change.skip_pull_request) {
    return Error{Errc::forge_refused,
                 "there is no forge to make pull requests at; set "
                 "apps.clusters.forge"};
  }
  if (open() >= options_.open_max) {
    return Error{Errc::busy, std::to_string(options_.open_max) + " requests are open already"};
  }
  return {};
}

ChangeRequest ChangeKeeper::made(Change change, std::vector<ChangeStep> before) const {
  ChangeRequest out;
  out.id = ChangeId{ports_.make_id()};
  out.created_at = out.updated_at = ports_.clock.wall();
  out.branch = change.skip_pull_request ? ports_.repository.base_branch()
                                        : branch_of(change, options_.branch_prefix,
                                                    ports_.repository.base_branch(), ports_.sha256);
  out.change = std::move(change);
  out.timeline = std::move(before);
  out.timeline.push_back({ChangeState::rendered, out.created_at});
  return out;
}

void ChangeKeeper::propose(Change change, std::vector<ChangeStep> before,
                           Done<ChangeRequest> done) {
  if (auto checked = check(change); checked.has_error()) return done(checked.error());
  ChangeRequest request = made(std::move(change), std::move(before));
  AuditEntry entry = audit_of(request, request.change.requested_by, ports_.sha256);
  ports_.store.add(std::move(request), std::move(entry),
                   [this, done = std::move(done)](Result<ChangeStore::Added> added) mutable {
                     // A store that fails may have it all the same.
                     if (added.has_error() || !added->is_new) reload_ = true;
                     if (added.has_error()) return done(added.error());
                     if (!added->is_new) return done(std::move(added->request));
                     ++arriving_;
                     tell(added->request);
                     const bool is_taken = lane_.try_post([this, request = added->request] {
                       take_up(request);
                       --arriving_;
                     });
                     if (!is_taken) {
                       reload_ = true;
                       --arriving_;
                     }
                     done(std::move(added->request));
                   });
}

void ChangeKeeper::when_proposed(ChangeId id, Millis patience, Done<ChangeRequest> done) {
  auto waiting = std::make_shared<Waiting>(
      Waiting{std::move(id), ports_.clock.steady() + patience, std::move(done)});
  const bool is_taken = lane_.try_post([this, waiting] { wait_for(std::move(*waiting)); });
  if (!is_taken) ports_.store.find(std::move(waiting->id), std::move(waiting->done));
}

void ChangeKeeper::find(ChangeId id, Done<ChangeRequest> done) {
  ports_.store.find(std::move(id), std::move(done));
}

void ChangeKeeper::find_by_key(std::string requested_by, std::string idempotency_key,
                               Done<std::optional<ChangeRequest>> done) {
  ports_.store.find_by_key(std::move(requested_by), std::move(idempotency_key), std::move(done));
}

void ChangeKeeper::list(Query query, Done<std::vector<Listed>> done) {
  ports_.store.list(std::move(query), std::move(done));
}

void ChangeKeeper::try_again(ChangeId id, std::string by, Done<ChangeRequest> done) {
  ports_.store.find(std::move(id), [this, by = std::move(by),
                                    done = std::move(done)](Result<ChangeRequest> found) mutable {
    if (found.has_error()) return done(found.error());
    auto job = std::make_shared<std::pair<ChangeRequest, Done<ChangeRequest>>>(std::move(*found),
                                                                               std::move(done));
    const bool is_taken = lane_.try_post([this, job, by = std::move(by)] {
      try_again_here(std::move(job->first), by, std::move(job->second));
    });
    if (!is_taken) job->second(Errc::busy);
  });
}

Proposals::Subscription ChangeKeeper::subscribe(Listener listener) {
  auto made = std::make_shared<const Listener>(std::move(listener));
  auto all = listeners_.lock();
  std::erase_if(*all, [](const auto& one) { return one.expired(); });
  all->emplace_back(made);
  return made;
}

void ChangeKeeper::tell(const ChangeRequest& request) {
  std::vector<Subscription> alive;
  {
    auto all = listeners_.lock();
    for (const auto& one : *all) {
      if (auto listener = one.lock()) alive.push_back(std::move(listener));
    }
  }
  for (const Subscription& listener : alive) (*listener)(request);
  if (ports_.log) ports_.log(request);
}

void ChangeKeeper::look_now(std::int64_t pull_request_number) {
  static_cast<void>(lane_.try_post([this, pull_request_number] {
    for (auto& [id, open] : all_open_) {
      const std::int64_t number = open.request.pull_request.number;
      if (pull_request_number == 0 || number == pull_request_number) open.look_at = {};
    }
    round();
  }));
}

void ChangeKeeper::round_now() {
  std::promise<void> done;
  if (lane_.try_post([this, &done] {
        round();
        done.set_value();
      })) {
    done.get_future().wait();
  }
}

// --- on the lane ---------------------------------------------------------------------------------

void ChangeKeeper::take_up(ChangeRequest request) {
  const ChangeId id = request.id;
  all_open_.try_emplace(id, Open{std::move(request)});
  open_count_ = all_open_.size();
  std::size_t polls = options_.polls_a_round;
  if (!carry_on(all_open_.at(id), polls)) all_open_.erase(id);
  open_count_ = all_open_.size();
}

void ChangeKeeper::wait_for(Waiting waiting) {
  const auto found = all_open_.find(waiting.id);
  if (found == all_open_.end()) {
    return ports_.store.find(std::move(waiting.id), std::move(waiting.done));
  }
  if (is_shown(found->second.request) || waiting_.size() >= options_.waiting_max) {
    return waiting.done(found->second.request);
  }
  waiting_.push_back(std::move(waiting));
}

void ChangeKeeper::try_again_here(ChangeRequest request, const std::string& by,
                                  Done<ChangeRequest> done) {
  if (all_open_.contains(request.id) || request.state != ChangeState::failed) {
    return done(
        Error{Errc::conflict, "it has not failed: it is " + std::string{name_of(request.state)}});
  }
  if (enter(request, TryAgain{by}, by) != Entered::stored) return done(Errc::store_failed);
  done(request);
  take_up(std::move(request));
}

void ChangeKeeper::load() {
  auto open = ports_.store.load_open();
  if (open.has_error()) {
    reload_ = true;
    return;
  }
  for (ChangeRequest& request : *open) {
    const ChangeId id = request.id;
    all_open_.try_emplace(id, Open{std::move(request)});
  }
}

void ChangeKeeper::round() {
  if (reload_.exchange(false)) load();
  std::vector<Open*> in_turn;  // the one that was looked at longest ago first
  for (auto& [id, open] : all_open_) in_turn.push_back(&open);
  std::ranges::stable_sort(in_turn, {}, &Open::look_at);
  std::size_t polls = options_.polls_a_round;
  std::vector<ChangeId> over;
  for (Open* open : in_turn) {
    if (!carry_on(*open, polls)) over.push_back(open->request.id);
  }
  for (const ChangeId& id : over) all_open_.erase(id);
  open_count_ = all_open_.size();
  answer_late();
}

bool ChangeKeeper::carry_on(Open& open, std::size_t& polls_left) {
  ChangeRequest& request = open.request;
  while (true) {
    const SystemTime now = ports_.clock.wall();
    if (!is_open(request, now, options_.patience)) {
      // Over by its state was stored with it; one that came of age is put away now.
      return is_over(request.state) && request.state != ChangeState::closed
                 ? false
                 : ports_.store.save(request, false, nullptr).has_error();
    }
    const ChangeAction action = next_action(request, now, options_.patience);
    if (action == ChangeAction::none || ports_.clock.steady() < open.look_at) return true;
    if (action == ChangeAction::watch_pull_request) {
      if (polls_left == 0) return true;
      --polls_left;
      open.look_at = ports_.clock.steady() + options_.poll_every;
    }
    const auto event = act(open, action);
    if (!event) return true;
    const Entered entered = enter(request, *event, std::string{ourselves});
    if (entered == Entered::unknown) return false;
    if (entered == Entered::no_news) {
      open.look_at = std::max(open.look_at, ports_.clock.steady() + options_.poll_every);
      return true;
    }
    const bool is_watched =
        request.state == ChangeState::pull_request_open || request.state == ChangeState::closed;
    open.look_at = is_watched ? ports_.clock.steady() + options_.poll_every : SteadyTime{};
  }
}

ChangeKeeper::Entered ChangeKeeper::enter(ChangeRequest& request, const ChangeEvent& event,
                                          const std::string& actor) {
  ChangeRequest next = request;
  const SystemTime now = ports_.clock.wall();
  if (!step(next, event, now, options_.patience)) return Entered::no_news;
  AuditEntry entry = audit_of(next, actor, ports_.sha256);
  const auto* const merged = std::get_if<PullRequestMerged>(&event);
  if (merged != nullptr && !merged->by.empty()) entry.more.emplace_back("merged_by", merged->by);
  const bool is_news = next.state != request.state;
  const auto saved =
      ports_.store.save(next, is_open(next, now, options_.patience), is_news ? &entry : nullptr);
  if (saved.has_error()) {
    reload_ = true;
    return Entered::unknown;
  }
  request = std::move(next);
  tell(request);
  answer_waiting(request);
  return Entered::stored;
}

void ChangeKeeper::answer_waiting(const ChangeRequest& request) {
  if (!is_shown(request)) return;
  const auto rest = std::stable_partition(waiting_.begin(), waiting_.end(),
                                          [&](const Waiting& one) { return one.id != request.id; });
  std::vector<Waiting> answered(std::make_move_iterator(rest),
                                std::make_move_iterator(waiting_.end()));
  waiting_.erase(rest, waiting_.end());
  for (Waiting& one : answered) one.done(request);
}

void ChangeKeeper::answer_late() {
  const SteadyTime now = ports_.clock.steady();
  std::vector<Waiting> still;
  for (Waiting& one : std::exchange(waiting_, {})) {
    const auto found = all_open_.find(one.id);
    if (found != all_open_.end() && one.until > now) {
      still.push_back(std::move(one));
    } else if (found != all_open_.end()) {
      one.done(found->second.request);
    } else {
      ports_.store.find(std::move(one.id), std::move(one.done));
    }
  }
  waiting_ = std::move(still);
}

std::optional<ChangeEvent> ChangeKeeper::act(Open& open, ChangeAction action) {
  const ChangeRequest& request = open.request;
  switch (action) {
    case ChangeAction::push_branch:
      open.is_pushed = true;
      return push(request);
    case ChangeAction::open_pull_request:
      // Its pull request may have been opened, unheard of, and merged since.
      if (!std::exchange(open.is_pushed, false)) {
        const auto again = push(request);
        if (again && !std::holds_alternative<BranchPushed>(*again)) return again;
      }
      return open_pull_request(request);
    case ChangeAction::watch_pull_request:
      return look_at_pull_request(request);
    case ChangeAction::watch_sync:
      return look_at_cluster(request);
    case ChangeAction::none:
      break;
  }
  return std::nullopt;
}

std::optional<ChangeEvent> ChangeKeeper::push(const ChangeRequest& request) {
  auto pushed = ports_.repository.push(request, request.branch);
  if (pushed.has_error()) return failure(pushed.error());
  if (request.change.skip_pull_request || pushed->was_there) {
    return PullRequestMerged{pushed->commit};
  }
  return BranchPushed{pushed->commit};
}

std::optional<ChangeEvent> ChangeKeeper::open_pull_request(const ChangeRequest& request) {
  if (ports_.forge == nullptr) return StepFailed{"there is no forge any more", true};
  auto opened = ports_.forge->open({.head = request.branch,
                                    .base = ports_.repository.base_branch(),
                                    .title = request.change.title,
                                    .body = request.change.body});
  if (opened.has_error()) return failure(opened.error());
  return PullRequestOpened{opened->pull_request};
}

std::optional<ChangeEvent> ChangeKeeper::look_at_pull_request(const ChangeRequest& request) {
  if (ports_.forge == nullptr) return std::nullopt;
  auto found = ports_.forge->find(request.pull_request.number);
  if (found.has_error()) return failure(found.error());
  const bool is_closed = request.state == ChangeState::closed;
  switch (found->state) {
    case PullRequestState::merged:
      return PullRequestMerged{found->merge_commit, found->merged_by};
    case PullRequestState::closed:
      if (is_closed) return std::nullopt;
      return PullRequestClosed{};
    case PullRequestState::open:
      if (!is_closed) return std::nullopt;
      return PullRequestReopened{};
  }
  return std::nullopt;
}

std::optional<ChangeEvent> ChangeKeeper::look_at_cluster(const ChangeRequest& request) {
  if (ports_.sync == nullptr) return std::nullopt;
  const SyncStatus status = ports_.sync->look(request);
  if (status.state == SyncState::unknown) return std::nullopt;
  if (request.state == ChangeState::merged) return SyncStarted{status.note};
  if (status.state == SyncState::ready) return BecameReady{status.note};
  const bool is_news =
      status.state == SyncState::degraded && request.state != ChangeState::degraded;
  if (!is_news) return std::nullopt;
  return BecameDegraded{status.note};
}

}  // namespace mainstay::clusters
