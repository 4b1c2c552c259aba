#pragma once

#include "apps/notes/outbound/note_rows.hpp"
#include "platform/http/router.hpp"

namespace mainstay::auth {
class Guard;
}
namespace mainstay::jobs {
class Runner;
}

namespace @{name}::notes {

/// The list, one of it, a way to add one, and for people with an account to remove one (without
/// `guard`, when auth.enabled is false: for nobody). All of them outlive the router.
void register_routes(mainstay::http::Router& router, NoteRows& rows, mainstay::jobs::Runner& jobs,
                     mainstay::auth::Guard* guard);

}  // namespace @{name}::notes
