#pragma once

#include <vector>

#include "apps/exchange/domain/performance.hpp"
#include "apps/exchange/ports/primary_store.hpp"
#include "apps/exchange/venue.hpp"
#include "platform/json/json.hpp"

namespace mainstay::exchange {

// The primary market's answers. Amounts are in the smallest units of the quote asset, times in
// milliseconds since 1970.

json::Value to_json(const InvestorRecord& investor);
json::Value to_json(const ArtistRecord& artist);
json::Value to_json(const AllocationRecord& allocation);
json::Value to_json(const MatchRecord& match);

/// {name: [..], "next": ".."}; `next`, the cursor of what comes behind, only when the page is full.
template <class Record, class IdOf>
json::Value page_json(std::string_view name, const std::vector<Record>& records, std::size_t limit,
                      IdOf id_of) {
  json::Array rows;
  for (const Record& one : records) rows.push_back(to_json(one));
  json::Object out{{std::string{name}, std::move(rows)}};
  if (records.size() == limit) {
    out.push_back({"next", std::to_string(std::uint64_t{id_of(records.back())})});
  }
  return out;
}

// With what the market knows: on its lane.

/// Units of each asset that was issued to it, and the cash in its account.
json::Value holdings_json(const InvestorRecord& investor, const std::vector<IssuedUnits>& issued,
                          const Views& views);
/// Each asset's value by the last price in the book against what was paid, and the sums of all.
json::Value performance_json(const InvestorRecord& investor, const std::vector<IssuedUnits>& issued,
                             const Views& views);
json::Value performance_json(const ArtistRecord& artist, const Views& views);

}  // namespace mainstay::exchange
