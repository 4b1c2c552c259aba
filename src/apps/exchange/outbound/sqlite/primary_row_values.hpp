#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/exchange/ports/primary_store.hpp"
#include "platform/store/store.hpp"

namespace mainstay::exchange {

// Rows of the primary market's tables, both ways.

template <class Id>
store::Value value_of(Id id) {
  return static_cast<std::int64_t>(id.get());
}
inline store::Value value_of(std::uint64_t number) { return static_cast<std::int64_t>(number); }
inline store::Value value_of(SystemTime at) { return std::int64_t{at.time_since_epoch().count()}; }
inline store::Value value_of(Payment::State state) { return static_cast<std::int64_t>(state); }
/// NULL when it is empty.
store::Value key_value(const std::string& key);

/// Numbers behind one another, exact.
std::string history_text(const std::vector<double>& history);
std::vector<double> parse_history(const std::string& text);

extern const std::string select_investor;  // columns and tables; a condition behind it
InvestorRecord investor_in(const store::Row& row);
extern const std::string select_artist;
ArtistRecord artist_in(const store::Row& row);
extern const std::string select_artist_with_history;
ArtistRecord artist_with_history_in(const store::Row& row);
extern const std::string select_allocation;
AllocationRecord allocation_in(const store::Row& row);
MatchRecord match_in(
    const store::Row& row);  // allocation, id, investor, artist, amount, units, state
Payment payment_in(const store::Row& row);  // in the order of the table's columns

std::string_view method_name(models::AllocationMethod method);

template <class Record>
std::vector<Record> records_in(const std::vector<store::Row>& rows,
                               Record (*record_in)(const store::Row&)) {
  std::vector<Record> out;
  out.reserve(rows.size());
  for (const store::Row& row : rows) out.push_back(record_in(row));
  return out;
}

}  // namespace mainstay::exchange
