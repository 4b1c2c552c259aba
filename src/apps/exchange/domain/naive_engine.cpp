#include "apps/exchange/domain/matching_engine_parts.hpp"
#include "apps/exchange/domain/naive_ladder.hpp"

namespace mainstay::exchange {

std::unique_ptr<Engine::Impl> make_naive_engine(const EngineOptions& options) {
  return std::make_unique<MatchingEngine<NaiveLadder>>(options);
}

}  // namespace mainstay::exchange
