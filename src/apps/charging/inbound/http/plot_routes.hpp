#pragma once

#include "apps/charging/plots_desk.hpp"
#include "platform/auth/guard.hpp"
#include "platform/http/router.hpp"

namespace mainstay::charging {

/// Searches and single plots, for anybody: answered from memory on the I/O thread.
void register_plot_reading(http::Router& router, PlotsDesk& desk);
/// Plots made and changed by their hosts and operators; comments, check-ins, photos, proposed
/// edits; favourites. All of it outlives the router.
void register_plot_writing(http::Router& router, PlotsDesk& desk, auth::Guard& guard);

}  // namespace mainstay::charging
