#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "apps/apim/domain/catalog.hpp"
#include "apps/apim/domain/usage.hpp"
#include "apps/apim/ports/counters.hpp"
#include "base/result.hpp"

namespace mainstay::apim {

/// One transaction of a report. Views live as long as the request; empty means absent.
struct ReportedTransaction {
  std::string_view app_id;
  std::string_view user_key;
  std::vector<UsageParameter> usage;
  std::string_view timestamp;
  int response_code = 0;
};

/// A transaction that was counted, for the notices that follow.
struct CountedTransaction {
  const Application* application = nullptr;
  Traffic traffic;
};

/// Counts a batch of transactions: all of them, or, when one is wrong, none; the error says why.
/// States and limits are not looked at; spike limits fill up, at most to a full burst. Either
/// credential is taken, whatever the service's version. Errors: authentication_error,
/// user_key_invalid, application_not_found, metric_invalid, usage_value_invalid,
/// transaction_timestamp_too_old and _too_new, usage_too_large.
Result<std::vector<CountedTransaction>> count_report(Counters& counters, const Service& service,
                                                     std::span<const ReportedTransaction> batch,
                                                     Hierarchy hierarchy, SystemTime now);

}  // namespace mainstay::apim
