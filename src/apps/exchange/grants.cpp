#include "apps/exchange/grants.hpp"

#include <algorithm>
#include <limits>

#include "apps/exchange/domain/decimal.hpp"
#include "base/text.hpp"

namespace mainstay::exchange {
namespace {

/// So that it happens once, whoever asks.
std::uint64_t reference_of(AccountId account, AssetId asset) {
  return 1ULL << 63U | account.get() << 24U | asset.get();
}

}  // namespace

Result<std::vector<Grant>> parse_grants(std::string_view text) {
  std::vector<Grant> out;
  for (const std::string_view word : split(text, ' ')) {
    if (word.empty()) continue;
    const std::size_t colon = word.find(':');
    std::uint64_t units = 0;
    const bool is_amount =
        colon != std::string_view::npos && colon > 0 &&
        parse_decimal(word.substr(colon + 1), 0, units) != DecimalFault::malformed;
    if (!is_amount) {
      return Error{GrantErrc::text_invalid,
                   std::string{"\""}.append(word).append("\" should be like USD:10000")};
    }
    out.push_back({std::string{word.substr(0, colon)}, std::string{word.substr(colon + 1)}});
  }
  return out;
}

const ErrorRow& error_row(GrantErrc) {
  static constexpr ErrorRow row{"grants_invalid", "what new accounts begin with is not understood"};
  return row;
}

/// Submitted at once, before the account's owner can submit anything; the reference makes it happen
/// once, as long as the engine remembers it (EngineOptions::references_kept).
bool grant(Venue& venue, const Directory& directory, AccountId account,
           const std::vector<Grant>& grants) {
  const auto listings = directory.current();
  for (const Grant& one : grants) {
    const auto asset = std::ranges::find_if(listings->assets(), [&](const DefineAsset& known) {
      return known.name.text() == one.asset;
    });
    std::uint64_t units = 0;
    if (asset == listings->assets().end()) continue;
    if (parse_decimal(one.amount, asset->decimals, units) != DecimalFault::none) continue;
    if (units > std::numeric_limits<Amount>::max()) continue;
    const AdjustBalance deposit{asset->id, static_cast<Amount>(units),
                                reference_of(account, asset->id)};
    if (!venue.submit(account, deposit, {})) return false;
  }
  return true;
}

}  // namespace mainstay::exchange
