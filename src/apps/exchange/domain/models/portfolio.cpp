#include "apps/exchange/domain/models/portfolio.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "base/check.hpp"

namespace mainstay::exchange::models {
namespace {

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

class Descent {
 public:
  explicit Descent(const PortfolioProblem& problem)
      : problem_(problem), size_(problem.mu.size()), weights_(size_), slope_(size_) {
    const double room = std::accumulate(problem.cap.begin(), problem.cap.end(), 0.0);
    for (std::size_t i = 0; i < size_; ++i) {
      weights_[i] = std::min(problem.cap[i], problem.cap[i] / room);
      widest_ = std::max(widest_, problem.covariance.at(i, i));
      highest_ = std::max(highest_, std::abs(problem.mu[i]));
    }
  }

  /// Least w'Cw / 2 - price * mu'w, from the last weights on.
  const std::vector<double>& minimise(double price) {
    for (std::size_t i = 0; i < size_; ++i) {
      slope_[i] = dot(problem_.covariance.row(i), weights_) - price * problem_.mu[i];
    }
    const double enough = 1e-11 * (widest_ + price * highest_);
    for (int round = 0; round < 1'000 && !exchange_pairs(enough); ++round) solve_inside();
    return weights_;
  }

 private:
  /// Some exchanges; true when no pair gains any more.
  bool exchange_pairs(double enough) {
    for (std::size_t step = 0; step < size_ + 20; ++step) {
      const std::size_t from = steepest();
      if (from == size_) return true;
      const std::size_t to = best_partner(from, enough);
      if (to == size_) return true;
      exchange(from, to);
    }
    return false;
  }

  /// To the minimum over the names between their bounds, or to the first bound on the way there.
  void solve_inside() {
    std::vector<std::size_t> inside;
    for (std::size_t i = 0; i < size_; ++i) {
      if (weights_[i] > 0 && weights_[i] < problem_.cap[i]) inside.push_back(i);
    }
    if (inside.size() < 2) return;
    std::vector<double> along(inside.size());
    std::vector<double> ones(inside.size(), 1);
    for (std::size_t i = 0; i < inside.size(); ++i) along[i] = slope_[inside[i]];
    solve(inside, along, ones);
    const double level = std::accumulate(along.begin(), along.end(), 0.0) /
                         std::accumulate(ones.begin(), ones.end(), 0.0);
    double share = 1;
    std::size_t first = inside.size();  // that meets its bound
    for (std::size_t i = 0; i < inside.size(); ++i) {
      along[i] = level * ones[i] - along[i];
      const double weight = weights_[inside[i]];
      const double room = along[i] < 0 ? weight : problem_.cap[inside[i]] - weight;
      if (room < share * std::abs(along[i])) {
        share = room / std::abs(along[i]);
        first = i;
      }
    }
    for (std::size_t i = 0; i < inside.size(); ++i) {
      const std::size_t name = inside[i];
      const double bound = along[i] < 0 ? 0 : problem_.cap[name];
      weights_[name] = i == first
                           ? bound
                           : std::clamp(weights_[name] + share * along[i], 0.0, problem_.cap[name]);
      const auto row = problem_.covariance.row(name);
      for (std::size_t k = 0; k < size_; ++k) slope_[k] += share * along[i] * row[k];
    }
  }

  /// Both right sides become solutions, by Cholesky of the names' covariance (and a breath more on
  /// its diagonal, so that a singular one gives a direction too).
  void solve(const std::vector<std::size_t>& names, std::vector<double>& one,
             std::vector<double>& other) const {
    const std::size_t n = names.size();
    std::vector<double> lower(n * n);
    for (std::size_t i = 0; i < n; ++i) {
      const auto row = problem_.covariance.row(names[i]);
      double* const low_i = &lower[i * n];
      for (std::size_t j = 0; j <= i; ++j) {
        const double* const low_j = &lower[j * n];
        const double sum = row[names[j]] + (i == j ? 1e-12 * widest_ : 0) -
                           std::inner_product(low_i, low_i + j, low_j, 0.0);
        low_i[j] = i == j ? std::sqrt(std::max(sum, 1e-13 * widest_)) : sum / low_j[j];
      }
    }
    for (auto* side : {&one, &other}) {
      for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t k = 0; k < i; ++k) (*side)[i] -= lower[i * n + k] * (*side)[k];
        (*side)[i] /= lower[i * n + i];
      }
      for (std::size_t i = n; i-- > 0;) {
        for (std::size_t k = i + 1; k < n; ++k) (*side)[i] -= lower[k * n + i] * (*side)[k];
        (*side)[i] /= lower[i * n + i];
      }
    }
  }

  /// The name that has weight to give and whose slope is highest.
  [[nodiscard]] std::size_t steepest() const {
    std::size_t best = size_;
    for (std::size_t i = 0; i < size_; ++i) {
      if (weights_[i] > 0 && (best == size_ || slope_[i] > slope_[best])) best = i;
    }
    return best;
  }

  [[nodiscard]] double curvature(std::size_t i, std::size_t j) const {
    const auto& matrix = problem_.covariance;
    return std::max(matrix.at(i, i) + matrix.at(j, j) - 2 * matrix.at(i, j), 1e-14 * widest_);
  }

  /// The name with room to which moving weight gains most.
  [[nodiscard]] std::size_t best_partner(std::size_t from, double enough) const {
    std::size_t best = size_;
    double most = 0;
    for (std::size_t j = 0; j < size_; ++j) {
      const double fall = slope_[from] - slope_[j];
      if (weights_[j] >= problem_.cap[j] || fall <= enough) continue;
      const double gain = fall * fall / curvature(from, j);
      if (gain > most) {
        most = gain;
        best = j;
      }
    }
    return best;
  }

  void exchange(std::size_t from, std::size_t to) {
    const double wanted = (slope_[from] - slope_[to]) / curvature(from, to);
    const double room = problem_.cap[to] - weights_[to];
    const double moved = std::min({wanted, weights_[from], room});
    // Bounds are met exactly, so that a name at one is known to be there.
    weights_[from] = moved == weights_[from] ? 0 : weights_[from] - moved;
    weights_[to] = moved == room ? problem_.cap[to] : weights_[to] + moved;
    const auto row_from = problem_.covariance.row(from);
    const auto row_to = problem_.covariance.row(to);
    for (std::size_t k = 0; k < size_; ++k) slope_[k] += moved * (row_to[k] - row_from[k]);
  }

  const PortfolioProblem& problem_;
  std::size_t size_;
  std::vector<double> weights_;
  std::vector<double> slope_;
  double widest_ = 0;
  double highest_ = 0;
};

/// The weights of the highest return: the best names to their caps.
std::vector<double> highest_return(const PortfolioProblem& problem) {
  std::vector<std::size_t> order(problem.mu.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return problem.mu[a] > problem.mu[b]; });
  std::vector<double> weights(problem.mu.size());
  double left = 1;
  for (const std::size_t i : order) {
    weights[i] = std::min(left, problem.cap[i]);
    left -= weights[i];
  }
  return weights;
}

struct Bracket {
  double price = 0;
  std::vector<double> weights;
  double expected_return = 0;
};

/// Between `low`, which misses the return, and `high`, which has it.
std::vector<double> mixed(const Bracket& low, const Bracket& high, double wanted) {
  const double gap = high.expected_return - low.expected_return;
  const double share = gap > 0 ? std::clamp((wanted - low.expected_return) / gap, 0.0, 1.0) : 1;
  std::vector<double> weights(low.weights.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    weights[i] = (1 - share) * low.weights[i] + share * high.weights[i];
  }
  return weights;
}

/// The weights at the price at which the return is just the wanted one.
std::vector<double> at_return(const PortfolioProblem& problem, Descent& descent, Bracket low) {
  const auto bracket_at = [&](double price) {
    const auto& weights = descent.minimise(price);
    return Bracket{price, weights, dot(problem.mu, weights)};
  };
  const double wanted = problem.return_min;
  double price = problem.covariance.at(0, 0) / (std::abs(wanted) + 1e-3);
  Bracket high = bracket_at(price);
  for (int doubling = 0; high.expected_return < wanted; ++doubling) {
    if (doubling == 60) {  // only the best names to their caps reach it
      high.weights = highest_return(problem);
      high.expected_return = dot(problem.mu, high.weights);
      return mixed(low, high, wanted);
    }
    low = std::move(high);
    high = bracket_at(price *= 2);
  }
  const double enough = 1e-13 * (std::abs(wanted) + 1e-3);
  for (int round = 0; round < 80; ++round) {
    if (wanted - low.expected_return <= enough || high.expected_return - wanted <= enough) break;
    if (high.price - low.price <= 1e-13 * high.price) break;
    // The return is piecewise linear in the price: a chord often hits it; halving always ends.
    const double chord =
        (wanted - low.expected_return) / (high.expected_return - low.expected_return);
    const double share = round % 2 == 0 ? std::clamp(chord, 0.01, 0.99) : 0.5;
    Bracket middle = bracket_at(low.price + share * (high.price - low.price));
    (middle.expected_return < wanted ? low : high) = std::move(middle);
  }
  return mixed(low, high, wanted);
}

}  // namespace

std::optional<Portfolio> minimum_variance(const PortfolioProblem& problem) {
  const std::size_t size = problem.mu.size();
  MS_CHECK(problem.cap.size() == size && problem.covariance.size() == size);
  const double room = std::accumulate(problem.cap.begin(), problem.cap.end(), 0.0);
  if (size == 0 || room < 1 - 1e-12) return std::nullopt;

  Descent descent{problem};
  Bracket least{0, descent.minimise(0), 0};
  least.expected_return = dot(problem.mu, least.weights);
  Portfolio out;
  // The return is met up to rounding: sums of weights are not exactly 1.
  const double slack = 1e-12 * (std::abs(problem.return_min) + 1e-3);
  if (least.expected_return >= problem.return_min - slack) {
    out.weights = std::move(least.weights);
  } else {
    const double reachable = dot(problem.mu, highest_return(problem));
    if (reachable < problem.return_min - slack) return std::nullopt;
    out.weights = at_return(problem, descent, std::move(least));
  }
  out.expected_return = dot(problem.mu, out.weights);
  for (std::size_t i = 0; i < size; ++i) {
    out.variance += out.weights[i] * dot(problem.covariance.row(i), out.weights);
  }
  return out;
}

}  // namespace mainstay::exchange::models
