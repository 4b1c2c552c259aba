#pragma once

#include "apps/notes/outbound/note_rows.hpp"
#include "platform/http/router.hpp"

namespace mainstay::jobs {
class Runner;
}

namespace @{name}::notes {

/// The list, one of it, and a way to add one. `rows` and `jobs` outlive the router.
void register_routes(mainstay::http::Router& router, NoteRows& rows, mainstay::jobs::Runner& jobs);

}  // namespace @{name}::notes
