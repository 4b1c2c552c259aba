#pragma once

#include <optional>
#include <vector>

#include "apps/exchange/domain/models/covariance.hpp"

namespace mainstay::exchange::models {

/// Which weights w have the least variance w'Cw, with sum(w) = 1, 0 <= w_i <= cap_i and
/// mu'w >= return_min.
struct PortfolioProblem {
  Symmetric covariance;  // positive semidefinite, positive on the diagonal
  std::vector<double> mu;
  std::vector<double> cap;  // may exceed 1
  double return_min = 0;
};

struct Portfolio {
  std::vector<double> weights;
  double expected_return = 0;
  double variance = 0;
};

/// Nothing when there are no such weights. At most some hundred names: a step costs O(names).
///
/// For a given price of return (the multiplier of its constraint) the pair of names whose exchange
/// gains most is moved until no pair gains: sequential minimal optimisation (Platt 1998; the choice
/// of the pair is Fan, Chen and Lin's of 2005). Now and then
/// the names between their bounds are solved for at once, which ends what pairs only approach. The
/// price is found between two brackets; the mix of
/// the two portfolios that meets the return is optimal when they are.
std::optional<Portfolio> minimum_variance(const PortfolioProblem& problem);

}  // namespace mainstay::exchange::models
