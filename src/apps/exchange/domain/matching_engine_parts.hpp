#pragma once

// All of MatchingEngine, for those who make one.
#include "apps/exchange/domain/matching_engine.hpp"
#include "apps/exchange/domain/matching_engine_apply.hpp"
#include "apps/exchange/domain/matching_engine_change.hpp"
#include "apps/exchange/domain/matching_engine_match.hpp"
#include "apps/exchange/domain/matching_engine_operate.hpp"
#include "apps/exchange/domain/matching_engine_phases.hpp"
#include "apps/exchange/domain/matching_engine_place.hpp"
#include "apps/exchange/domain/matching_engine_state.hpp"
#include "apps/exchange/domain/matching_engine_stops.hpp"
#include "apps/exchange/domain/matching_engine_views.hpp"
