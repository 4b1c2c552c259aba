#pragma once

#include <span>
#include <string>
#include <string_view>

#include "apps/apim/domain/authorize.hpp"
#include "apps/apim/domain/report.hpp"
#include "apps/apim/ports/counters.hpp"
#include "base/result.hpp"

namespace mainstay::apim {

/// Error: idempotency_key_invalid when it is empty or longer than
/// Limits::idempotency_key_bytes_max.
Result<> check_idempotency_key(std::string_view key);

/// What a call says, for CallKey::request: the same text for the same call, whatever the order of
/// its parameters and transactions. Credentials are not in it, so that one may be replaced between
/// two tries of an authrep.
std::string request_text(const AuthorizeCommand& command, std::string_view application_id);
std::string request_text(std::span<const ReportedTransaction> batch, Hierarchy hierarchy);

/// Errors: idempotency_key_reused, idempotency_store_full; none for the other outcomes.
Result<> refused_key(Keyed outcome);

}  // namespace mainstay::apim
