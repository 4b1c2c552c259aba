#include "apps/exchange/primary_desk.hpp"

#include <utility>
#include <vector>

#include "apps/exchange/definitions.hpp"
#include "apps/exchange/domain/primary_run.hpp"
#include "apps/exchange/primary_payments.hpp"
#include "platform/lane/lane.hpp"

namespace mainstay::exchange {
namespace {

constexpr int tries_max = 3;  // of a run that another one was quicker than

}  // namespace

struct PrimaryDesk::Impl : std::enable_shared_from_this<Impl> {
  Impl(PrimaryStore& the_store, AccountOwners& the_owners, Venue& the_venue, const Clock& the_clock,
       UniqueFunction<void(const Error&)> failed, DeskOptions wanted)
      : store(the_store),
        owners(the_owners),
        venue(the_venue),
        clock(the_clock),
        options(wanted),
        desk(std::make_shared<Lane>("exchange.desk", wanted.jobs_max)),
        runs("exchange.runs", wanted.runs_max),
        payments(the_store, the_venue, desk, std::move(failed)) {}

  struct Run {
    AllocationRecord wanted;
    std::string investors_of;
    Answer<AllocationRecord> answer;
    int tries = 0;
    RunInput input;
  };
  using RunPtr = std::shared_ptr<Run>;

  // On the desk's lane.
  void store_investor(InvestorRecord wanted, bool or_own, bool bounded,
                      Answer<InvestorRecord> answer);
  void store_artist(const ArtistRecord& wanted, bool bounded, Answer<ArtistRecord> answer);
  // On the lane of runs.
  void begin_run(RunPtr run);
  void plan(const RunPtr& run, const std::vector<Amount>& cash);

  PrimaryStore& store;
  AccountOwners& owners;
  Venue& venue;
  const Clock& clock;
  const DeskOptions options;
  const std::shared_ptr<Lane> desk;
  Lane runs;
  PrimaryPayments payments;
};

// --- creating ------------------------------------------------------------------------------------

void PrimaryDesk::Impl::store_investor(InvestorRecord wanted, bool or_own, bool bounded,
                                       Answer<InvestorRecord> answer) {
  auto made = store.add_investor(wanted, bounded);
  if (or_own && made.has_error() && made.error().is(PrimaryErrc::account_taken)) {
    wanted.account = {};
    made = store.add_investor(wanted, bounded);
  }
  if (made.has_error()) return answer(std::move(made).error());
  payments.work(
      [this, id = made->user.id, answer = std::move(answer)] { answer(store.investor(id)); });
}

void PrimaryDesk::Impl::store_artist(const ArtistRecord& wanted, bool bounded,
                                     Answer<ArtistRecord> answer) {
  auto made = store.add_artist(wanted, bounded);
  if (made.has_error()) return answer(std::move(made).error());
  payments.work(
      [this, id = made->user.id, answer = std::move(answer)] { answer(store.artist(id)); });
}

void PrimaryDesk::add_investor(InvestorRecord wanted, InvestorAccount account, bool bounded,
                               Answer<InvestorRecord> answer) {
  auto user = models::new_investor(std::move(wanted.user));
  if (user.has_error()) return answer(std::move(user).error());
  wanted.user = std::move(*user);
  const auto impl = impl_;
  const std::string owner = wanted.owner;
  const bool or_own = account == InvestorAccount::natural;
  auto store = [impl, bounded, or_own, wanted = std::move(wanted),
                answer = std::move(answer)](AccountId stands_on) mutable {
    wanted.account = stands_on;
    (void)impl->desk->try_post(
        [impl, bounded, or_own, wanted = std::move(wanted), answer = std::move(answer)]() mutable {
          impl->store_investor(std::move(wanted), or_own, bounded, std::move(answer));
        });
  };
  if (account == InvestorAccount::own) return store(AccountId{});
  impl_->owners.account_of(owner, impl_->clock.wall(),
                           [store = std::move(store)](Result<AccountId> found) mutable {
                             if (found.has_value()) store(*found);
                           });
}

void PrimaryDesk::add_artist(ArtistRecord wanted, bool bounded, Answer<ArtistRecord> answer) {
  auto user = models::new_asset(std::move(wanted.user));
  if (user.has_error()) return answer(std::move(user).error());
  wanted.user = std::move(*user);
  (void)impl_->venue.look([impl = impl_, bounded, wanted = std::move(wanted),
                           answer = std::move(answer)](const Views& views) mutable {
    const std::string symbol = wanted.ticker + std::string{primary_quote};
    const bool taken = wanted.ticker == primary_quote ||
                       find_asset(views.engine.assets(), wanted.ticker) != nullptr ||
                       find_symbol(views.engine.symbols(), symbol) != nullptr;
    (void)impl->desk->try_post(
        [impl, bounded, taken, wanted = std::move(wanted), answer = std::move(answer)]() mutable {
          if (taken) return answer(Error{PrimaryErrc::ticker_taken, wanted.ticker});
          impl->store_artist(wanted, bounded, std::move(answer));
        });
  });
}

// --- allocating ----------------------------------------------------------------------------------

void PrimaryDesk::allocate(AllocationRecord wanted, std::string investors_of,
                           Answer<AllocationRecord> answer) {
  auto run = std::make_shared<Impl::Run>();
  run->wanted = std::move(wanted);
  run->investors_of = std::move(investors_of);
  run->answer = std::move(answer);
  (void)impl_->runs.try_post([impl = impl_, run] { impl->begin_run(run); });
}

/// What the store has; then, on the venue's lane, what is in the accounts; then the model.
void PrimaryDesk::Impl::begin_run(RunPtr run) {
  if (!run->wanted.request_key.empty()) {
    auto before = store.allocation(run->wanted.owner, run->wanted.request_key);
    if (before.has_error()) return run->answer(std::move(before).error());
    if (before->has_value()) return run->answer(std::move(**before));
  }
  auto input =
      store.run_input(run->investors_of, options.investors_a_run_max, run->wanted.created_at);
  if (input.has_error()) return run->answer(std::move(input).error());
  run->input = std::move(*input);
  (void)venue.look([self = shared_from_this(), run](const Views& views) {
    std::vector<Amount> cash;
    const auto assets = views.engine.assets();
    const DefineAsset* const quote = find_asset(assets, primary_quote);
    for (const InvestorRecord& one : run->input.investors) {
      cash.push_back(quote == nullptr ? 0 : views.engine.balance(one.account, quote->id).free);
    }
    (void)self->runs.try_post([self, run, cash = std::move(cash)] { self->plan(run, cash); });
  });
}

void PrimaryDesk::Impl::plan(const RunPtr& run, const std::vector<Amount>& cash) {
  auto output = plan_run(std::move(run->input), cash, run->wanted);
  if (output.has_error()) return run->answer(std::move(output).error());
  auto done = store.commit_run(*output);
  if (done.has_error()) {
    if (!done.error().is(PrimaryErrc::changed_meanwhile) || ++run->tries == tries_max) {
      return run->answer(std::move(done).error());
    }
    return begin_run(run);
  }
  const std::uint64_t id = done->id;
  (void)desk->try_post([self = shared_from_this(), run, id] {
    self->payments.work([self, run, id] { run->answer(self->store.allocation(id)); });
  });
}

// --- life ----------------------------------------------------------------------------------------

PrimaryDesk::PrimaryDesk(PrimaryStore& store, AccountOwners& owners, Venue& venue,
                         const Clock& clock, UniqueFunction<void(const Error&)> failed,
                         DeskOptions options)
    : impl_(std::make_shared<Impl>(store, owners, venue, clock, std::move(failed), options)) {}

PrimaryDesk::~PrimaryDesk() { stop(); }

void PrimaryDesk::start() {
  impl_->desk->start();
  impl_->runs.start();
  (void)impl_->desk->try_post([impl = impl_] { impl->payments.begin(); });
}

void PrimaryDesk::stop() {
  impl_->runs.stop();
  impl_->desk->stop();
}

void PrimaryDesk::tick() {
  if (!impl_->payments.owes()) return;
  (void)impl_->desk->try_post([impl = impl_] { impl->payments.work({}); });
}

void PrimaryDesk::ask(UniqueFunction<void(PrimaryStore&)> ask) {
  (void)impl_->desk->try_post([impl = impl_, ask = std::move(ask)] { ask(impl->store); });
}

}  // namespace mainstay::exchange
