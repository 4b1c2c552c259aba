#pragma once

#include <cstddef>
#include <vector>

#include "apps/apim/domain/report.hpp"
#include "apps/apim/inbound/http/parameters.hpp"
#include "base/result.hpp"

namespace mainstay::http {
struct Request;
}

namespace mainstay::apim {

/// Adds the body's parameters as its type says: a form, or form data in parts; without a type a
/// form. Errors: content_type_invalid, and those of a malformed body.
Result<> read_report_body(Parameters& parameters, const http::Request& request);

/// The parameter `transactions` must be a map of maps. Errors: transactions_is_blank,
/// transactions_format_invalid, transactions_has_nil_transaction.
Result<> check_transactions(const Parameters& parameters, const Parameters::Node* transactions);

/// The transactions of a map that was checked, as the first `count` of `batch`, whose room is used
/// anew. Views point into the parameters. On an error (usage_format_invalid) the last of them is
/// the one at fault.
Result<> read_transactions(const Parameters& parameters, const Parameters::Node& transactions,
                           std::vector<ReportedTransaction>& batch, std::size_t& count);

}  // namespace mainstay::apim
