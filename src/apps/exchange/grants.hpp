#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/exchange/directory.hpp"
#include "apps/exchange/venue.hpp"
#include "base/result.hpp"

namespace mainstay::exchange {

enum class GrantErrc : std::uint8_t { text_invalid = 1 };
const ErrorRow& error_row(GrantErrc code);

/// What a new account begins with: "USD:10000 ART:2.5", whole units of assets.
struct Grant {
  std::string asset;
  std::string amount;
};
/// The error says what the text should look like.
Result<std::vector<Grant>> parse_grants(std::string_view text);

/// Pays them once, before anything else that is submitted for the account from now on. Assets that
/// are not there are left out. False: the venue does not take all of it now. Any thread; `venue`
/// and `directory` live until the venue has stopped.
bool grant(Venue& venue, const Directory& directory, AccountId account,
           const std::vector<Grant>& grants);

}  // namespace mainstay::exchange
