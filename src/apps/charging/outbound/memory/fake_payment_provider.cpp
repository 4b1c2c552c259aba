#include "apps/charging/outbound/memory/fake_payment_provider.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.hpp"

namespace mainstay::charging {
namespace {

constexpr std::array<std::string_view, 4> methods{"fake:ok", "fake:unavailable", "fake:slow",
                                                  "fake:capture_declined"};

Error declined(std::string_view why) { return {ProviderErrc::declined, std::string{why}}; }

}  // namespace

Result<bool> FakePaymentProvider::begin(Ledger& ledger, const std::string& key,
                                        const std::string& method) {
  if (method == "fake:unavailable") return ProviderErrc::unavailable;
  const auto [at, is_new] = ledger.requests.emplace(key, false);
  if (at->second) return false;
  if (is_new && method == "fake:slow") return ProviderErrc::unavailable;
  at->second = true;
  return true;
}

FakePaymentProvider::Hold* FakePaymentProvider::find(Ledger& ledger, const std::string& reference) {
  if (const auto at = ledger.holds.find(reference); at != ledger.holds.end()) return &at->second;
  const auto parts = split(reference, '/');  // fake/METHOD/AMOUNT/KEY
  if (parts.size() < 4 || parts[0] != "fake") return nullptr;
  const auto amount = parse_i64(parts[2]);
  if (!amount) return nullptr;
  return &ledger.holds.emplace(reference, Hold{std::string{parts[1]}, *amount, 0, true, false})
              .first->second;
}

Result<std::string> FakePaymentProvider::authorise(const std::string& key,
                                                   const std::string& method, Minor amount,
                                                   Currency currency) {
  if (amount <= 0 || currency == Currency{}) return declined("no amount");
  if (std::ranges::find(methods, method) == methods.end()) return declined("by the fake's rules");
  auto ledger = ledger_.lock();
  const std::string reference = "fake/" + method + "/" + std::to_string(amount) + "/" + key;
  MS_TRY(const bool now, begin(*ledger, key, method));
  if (now) ledger->holds.emplace(reference, Hold{method, amount, 0, true, true});
  return reference;
}

Result<> FakePaymentProvider::capture(const std::string& key, const std::string& reference,
                                      Minor amount) {
  auto ledger = ledger_.lock();
  Hold* const hold = find(*ledger, reference);
  if (hold == nullptr) return declined("no such authorisation");
  if (hold->method == "fake:capture_declined") return declined("by the fake's rules");
  if (!ledger->requests.contains(key) && (!hold->is_open || amount <= 0 || amount > hold->held)) {
    return declined("more than is held");
  }
  MS_TRY(const bool now, begin(*ledger, key, hold->method));
  if (now) {
    hold->taken = amount;
    hold->is_open = false;
  }
  return {};
}

Result<> FakePaymentProvider::cancel(const std::string& key, const std::string& reference) {
  auto ledger = ledger_.lock();
  Hold* const hold = find(*ledger, reference);
  if (hold == nullptr) return declined("no such authorisation");
  MS_TRY(const bool now, begin(*ledger, key, hold->method));
  if (now) hold->is_open = false;
  return {};
}

Result<> FakePaymentProvider::refund(const std::string& key, const std::string& reference,
                                     Minor amount) {
  auto ledger = ledger_.lock();
  Hold* const hold = find(*ledger, reference);
  if (hold == nullptr) return declined("no such authorisation");
  if (!ledger->requests.contains(key)) {
    // Of an earlier process: what it took is not known.
    if (hold->is_open && hold->taken == 0 && !hold->was_ours) hold->taken = hold->held;
    if (amount <= 0 || amount > hold->taken) return declined("more than was taken");
  }
  MS_TRY(const bool now, begin(*ledger, key, hold->method));
  if (now) hold->taken -= amount;
  return {};
}

Minor FakePaymentProvider::taken() const {
  auto ledger = ledger_.lock();
  Minor sum = 0;
  for (const auto& [reference, hold] : ledger->holds) sum += hold.taken;
  return sum;
}

}  // namespace mainstay::charging
