#pragma once

#include <optional>
#include <string_view>

#include "apps/apim/domain/authorize.hpp"
#include "platform/gate/gate.hpp"

namespace mainstay::apim {

/// What the gate tells a caller: no more than the caller may know.

/// The catalog lacks what the route needs.
gate::Decision gate_unavailable();
/// Nothing can be recorded at the moment.
gate::Decision gate_unrecorded();
gate::Decision gate_decision(const Error& error);
gate::Decision gate_decision(Errc rejection, const std::optional<gate::RateLimit>& rate);

/// Of the tightest limit of what the call uses; nothing when none limits it.
std::optional<gate::RateLimit> rate_limit(const Status& status, const AuthorizeCommand& command,
                                          SystemTime now);

/// The host of `Referer`, which is what filters are about; empty when there is none. Clients say
/// what they like there: the gateway's word for "let it pass" is not theirs to use.
std::string_view referring_host(std::string_view referer);

}  // namespace mainstay::apim
