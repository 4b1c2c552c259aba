#pragma once

#include "apps/notes/outbound/note_rows.hpp"
#include "platform/http/router.hpp"

namespace @{name}::notes {

/// The list, one of it, and a way to add one. `rows` outlives the router.
void register_routes(mainstay::http::Router& router, NoteRows& rows);

}  // namespace @{name}::notes
