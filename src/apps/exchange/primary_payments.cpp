#include "apps/exchange/primary_payments.hpp"

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "apps/exchange/definitions.hpp"

namespace mainstay::exchange {
namespace {

constexpr std::size_t batch_max = 256;
constexpr std::size_t repeated_at_start = 1'000;
constexpr std::uint8_t quote_decimals = 2;

enum class Leg : std::uint64_t { debit, credit, issue };

/// Beyond what operators can say in JSON, so that theirs never meet ours.
std::uint64_t reference_of(const Payment& payment, Leg leg) {
  return (std::uint64_t{1} << 63U) | (payment.id << 2U) | static_cast<std::uint64_t>(leg);
}

bool is_taken(Reject reject) {
  return reject == Reject::none || reject == Reject::reference_repeated;
}

/// Of a debit: it will not come to that.
bool is_final(Reject reject) {
  return reject == Reject::balance_insufficient || reject == Reject::account_unknown;
}

enum class PaymentErrc : std::uint8_t { refused = 1 };
const ErrorRow& error_row(PaymentErrc) {
  static constexpr ErrorRow row{"primary_payment_refused", "the market does not take a payment"};
  return row;
}

}  // namespace

struct PrimaryPayments::Impl : std::enable_shared_from_this<Impl> {
  Impl(PrimaryStore& the_store, Venue& the_venue, std::shared_ptr<Lane> the_lane,
       UniqueFunction<void(const Error&)> on_failure)
      : store(the_store),
        venue(the_venue),
        lane(std::move(the_lane)),
        failed(std::move(on_failure)) {}

  void run();
  void finish(const std::vector<PaymentStep>& steps, bool moved, const std::string& refusal);
  void settle();

  PrimaryStore& store;
  Venue& venue;
  const std::shared_ptr<Lane> lane;
  const UniqueFunction<void(const Error&)> failed;
  std::atomic<bool> busy{false};
  std::atomic<bool> owes{true};
  std::vector<UniqueFunction<void()>> settled;
};

namespace {

/// Payments under way. Touched by one thread after the other: the lane, then the venue's. When the
/// last of the commands made of it is gone, done or dropped, it tells the lane what came of them.
template <class Office>
struct Batch {
  explicit Batch(std::shared_ptr<Office> of) : office(std::move(of)) {}
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;
  ~Batch() {
    const bool told =
        office->lane->try_post([to = office, done = std::move(steps), any = moved,
                                why = std::move(refusal)] { to->finish(done, any, why); });
    if (told) return;
    office->owes = true;
    office->busy = false;
  }

  std::shared_ptr<Office> office;
  std::vector<Payment> payments;
  std::vector<unsigned> open_legs;  // by payment
  std::vector<PaymentStep> steps;
  bool moved = false;   // something was defined
  std::string refusal;  // one that should not be
};

/// On the venue's lane: makes commands of a batch.
template <class Office>
class Submission {
 public:
  using BatchPtr = std::shared_ptr<Batch<Office>>;
  Submission(BatchPtr batch, const Engine& engine)
      : batch_(std::move(batch)),
        assets_(engine.assets()),
        symbols_(engine.symbols()),
        all_assets_(assets_),
        all_symbols_(symbols_) {}

  void submit_all() {
    if (find_asset(assets_, primary_quote) == nullptr)
      return define_asset(primary_quote, quote_decimals);
    quote_ = find_asset(assets_, primary_quote)->id;
    batch_->open_legs.resize(batch_->payments.size());
    for (std::size_t i = 0; i < batch_->payments.size(); ++i) submit_one(i);
  }

 private:
  void submit_one(std::size_t index) {
    const Payment& payment = batch_->payments[index];
    AssetId issued{};
    if (!payment.ticker.empty()) {
      const DefineAsset* const asset = find_asset(assets_, payment.ticker);
      if (asset == nullptr) return define_asset(payment.ticker, 0);
      const std::string symbol = payment.ticker + std::string{primary_quote};
      if (find_symbol(symbols_, symbol) == nullptr) return define_symbol(symbol, *asset, payment);
      issued = asset->id;
    }
    if (payment.state == Payment::State::due && payment.from != AccountId{}) return debit(index);
    unsigned& open = batch_->open_legs[index];
    open = (payment.to != AccountId{} ? 1U : 0U) + (payment.units > 0 ? 1U : 0U);
    if (open == 0) batch_->steps.push_back({payment.id, Payment::State::done});
    if (payment.to != AccountId{}) {
      give(index, payment.to, {quote_, payment.amount, reference_of(payment, Leg::credit)});
    }
    if (payment.units > 0) {
      give(index, payment.from, {issued, payment.units, reference_of(payment, Leg::issue)});
    }
  }

  void debit(std::size_t index) {
    const Payment& payment = batch_->payments[index];
    const AdjustBalance taken{quote_, -payment.amount, reference_of(payment, Leg::debit)};
    submit(payment.from, taken, [id = payment.id](Batch<Office>& batch, Reject reject) {
      if (is_taken(reject)) {
        batch.steps.push_back({id, Payment::State::debited});
      } else if (is_final(reject)) {
        batch.steps.push_back({id, Payment::State::refused});
      } else {
        batch.refusal = name(reject);
      }
    });
  }

  /// One of the legs behind the debit; with the last one the payment is done.
  void give(std::size_t index, AccountId account, const AdjustBalance& given) {
    submit(account, given, [index](Batch<Office>& batch, Reject reject) {
      if (!is_taken(reject)) {
        batch.refusal = name(reject);
      } else if (--batch.open_legs[index] == 0) {
        batch.steps.push_back({batch.payments[index].id, Payment::State::done});
      }
    });
  }

  /// What is defined is there for the next batch, under the id that it then has.
  void define_asset(std::string_view name, std::uint8_t decimals) {
    if (find_asset(all_assets_, name) != nullptr) return;
    DefineAsset asset;
    asset.id = next_id(all_assets_);
    asset.name = Name{name};
    asset.decimals = decimals;
    all_assets_.push_back(asset);
    define(asset);
  }

  void define_symbol(const std::string& name, const DefineAsset& base, const Payment& payment) {
    if (find_symbol(all_symbols_, name) != nullptr) return;
    SymbolView made;
    made.definition.id = next_id(all_symbols_);
    made.definition.name = Name{name};
    made.definition.base = base.id;
    made.definition.quote = quote_;
    made.definition.reference = Price{static_cast<std::uint32_t>(payment.unit_price)};
    all_symbols_.push_back(made);
    define(made.definition);
  }

  void define(CommandBody body) {
    submit(AccountId{}, std::move(body), [](Batch<Office>& batch, Reject reject) {
      // Somebody else took the id that was free: the next batch finds another.
      const bool again = reject == Reject::none || reject == Reject::id_taken;
      if (again) batch.moved = true;
      if (!again) batch.refusal = name(reject);
    });
  }

  template <class Then>
  void submit(AccountId account, CommandBody body, Then then) {
    (void)batch_->office->venue.submit(
        account, std::move(body),
        [batch = batch_, then](const Outcome& outcome) { then(*batch, outcome.reject()); });
  }

  BatchPtr batch_;
  std::vector<DefineAsset> assets_;
  std::vector<SymbolView> symbols_;
  std::vector<DefineAsset> all_assets_;  // with those that this batch defines
  std::vector<SymbolView> all_symbols_;
  AssetId quote_{};
};

}  // namespace

void PrimaryPayments::Impl::run() {
  auto due = store.due(batch_max);
  if (due.has_error()) {
    owes = true;
    failed(due.error());
    return settle();
  }
  owes = !due->empty();
  if (due->empty()) return settle();
  busy = true;
  auto batch = std::make_shared<Batch<Impl>>(shared_from_this());
  batch->payments = std::move(*due);
  // Too much waits there: the batch goes, and says that nothing came of it.
  (void)venue.look([batch = std::move(batch)](const Views& views) {
    Submission<Impl>{batch, views.engine}.submit_all();
  });
}

void PrimaryPayments::Impl::finish(const std::vector<PaymentStep>& steps, bool moved,
                                   const std::string& refusal) {
  busy = false;
  if (!refusal.empty()) failed(Error{PaymentErrc::refused, refusal});
  Result<> recorded;
  if (!steps.empty()) recorded = store.record(steps);
  if (recorded.has_error()) failed(recorded.error());
  if (recorded.has_error() || (steps.empty() && !moved)) return settle();
  run();
}

void PrimaryPayments::Impl::settle() {
  for (auto& one : std::exchange(settled, {})) one();
}

PrimaryPayments::PrimaryPayments(PrimaryStore& store, Venue& venue, std::shared_ptr<Lane> lane,
                                 UniqueFunction<void(const Error&)> failed)
    : impl_(std::make_shared<Impl>(store, venue, std::move(lane), std::move(failed))) {}

PrimaryPayments::~PrimaryPayments() = default;

void PrimaryPayments::begin() {
  const auto done = impl_->store.repeat_newest(repeated_at_start);
  if (done.has_error()) impl_->failed(done.error());
  work({});
}

void PrimaryPayments::work(UniqueFunction<void()> settled) {
  if (settled) impl_->settled.push_back(std::move(settled));
  if (!impl_->busy) impl_->run();
}

bool PrimaryPayments::owes() const { return impl_->owes && !impl_->busy; }

}  // namespace mainstay::exchange
