#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/charging/domain/money/bill.hpp"
#include "apps/charging/domain/money/pricing.hpp"
#include "apps/charging/domain/money/tariff.hpp"
#include "platform/json/json.hpp"

namespace mainstay::charging {

// Tariffs and costs as JSON: what the API speaks, and what is stored.

/// An OCPI 2.2.1 Tariff (module Tariffs 11.3.1) that passes check(). Numbers may be texts too
/// ("0.2500"). Refused are what it would mean to leave out: a `type` other than REGULAR, a
/// min_price or max_price without incl_vat where components have VAT, unknown members, numbers of
/// more than four decimals (kWh of three). Left out are tariff_alt_url, energy_mix, country_code,
/// party_id and last_updated; of tariff_alt_text the first is kept. `id`: what the document must
/// name, or may leave out; empty: it must name one.
Result<Tariff> read_tariff(const json::Value& document, std::string_view id);
/// At most 256 kB of text.
Result<Tariff> parse_tariff(std::string_view text, std::string_view id);
json::Value to_json(const Tariff& tariff);

/// One object a line of the cost: type, used, billed (Wh, seconds, or 1), price, vat, and its cost.
json::Value lines_json(const Cost& cost);
/// One object a rate: {"vat": "20", "net": "1.00", "tax": "0.20"}.
json::Value rates_json(const Bill& bill, Currency currency);
/// The same with smallest units, for rows.
std::string rates_row(const Bill& bill);
/// What rates_row() wrote; its sums are the totals.
Bill bill_in_row(std::string_view text);

/// Exact, to four decimals: {"excl_vat": "9", "incl_vat": "10.3"}.
json::Value exact_json(Price without_vat, Price with_vat);

}  // namespace mainstay::charging
