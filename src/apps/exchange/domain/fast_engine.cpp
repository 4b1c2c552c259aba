#include "apps/exchange/domain/fast_ladder.hpp"
#include "apps/exchange/domain/matching_engine_parts.hpp"

namespace mainstay::exchange {

std::unique_ptr<Engine::Impl> make_fast_engine(const EngineOptions& options) {
  return std::make_unique<MatchingEngine<FastLadder>>(options);
}

}  // namespace mainstay::exchange
