#pragma once

#include "platform/auth/guard.hpp"
#include "platform/http/router.hpp"

namespace mainstay::charging {

class PowerDesk;

/// Smart charging for operators: circuits of sites and what they allocate, profiles and composite
/// schedules of stations. Profiles are set, cleared and asked for by commands
/// (register_commands()). Callers need the role charging_operator.
void register_power(http::Router& router, PowerDesk& desk, auth::Guard& guard);

}  // namespace mainstay::charging
