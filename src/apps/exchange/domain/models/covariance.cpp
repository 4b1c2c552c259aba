#include "apps/exchange/domain/models/covariance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "apps/exchange/domain/models/model_errc.hpp"

namespace mainstay::exchange::models {
namespace {

using Columns = std::vector<std::vector<double>>;

double product_mean(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t t = 0; t < a.size(); ++t) sum += a[t] * b[t];
  return sum / static_cast<double>(a.size());
}

/// To mean 0 and variance 1 (by count); returns the sample's standard deviation (by count - 1).
double standardise(std::vector<double>& column) {
  const auto count = static_cast<double>(column.size());
  double mean = 0;
  for (const double x : column) mean += x / count;
  for (double& x : column) x -= mean;
  const double variance = product_mean(column, column);
  if (!(variance > 0)) return 0;
  for (double& x : column) x /= std::sqrt(variance);
  return std::sqrt(variance * count / (count - 1));
}

/// Ledoit and Wolf's b^2 / d^2 for the target m * identity; m is 1 here.
double shrinkage_of(const Columns& columns, const Symmetric& correlation) {
  const std::size_t names = columns.size();
  const std::size_t count = columns[0].size();
  double distance = 0;  // of the sample from the target
  double squares = 0;   // of the sample itself
  for (std::size_t i = 0; i < names; ++i) {
    for (std::size_t j = 0; j < names; ++j) {
      const double off = correlation.at(i, j) - (i == j ? 1 : 0);
      distance += off * off;
      squares += correlation.at(i, j) * correlation.at(i, j);
    }
  }
  if (distance <= 0) return 1;
  // The mean distance of one observation's outer product from the sample's correlation.
  double spread = 0;
  for (std::size_t t = 0; t < count; ++t) {
    double norm = 0;
    for (const auto& column : columns) norm += column[t] * column[t];
    spread += norm * norm;
  }
  const auto n = static_cast<double>(count);
  const double error = (spread / n - squares) / n;
  return std::clamp(error / distance, 0.0, 1.0);
}

}  // namespace

Result<Shrunk> shrunk_covariance(std::span<const std::vector<double>* const> series) {
  std::size_t count = std::numeric_limits<std::size_t>::max();
  for (const auto* one : series) count = std::min(count, one->size());
  if (series.empty() || count < 2) {
    return Error{ModelErrc::parameters_invalid, "fewer than two common values of the histories"};
  }
  Columns columns;
  std::vector<double> sigma;
  for (const auto* one : series) {
    columns.emplace_back(one->end() - static_cast<std::ptrdiff_t>(count), one->end());
    sigma.push_back(standardise(columns.back()));
    if (sigma.back() == 0) {
      return Error{ModelErrc::parameters_invalid, "a history that does not vary"};
    }
  }
  Symmetric matrix{columns.size()};
  for (std::size_t i = 0; i < columns.size(); ++i) {
    for (std::size_t j = 0; j <= i; ++j) matrix.set(i, j, product_mean(columns[i], columns[j]));
  }
  const double shrinkage = shrinkage_of(columns, matrix);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      matrix.set(i, j, matrix.at(i, j) * (1 - shrinkage) * sigma[i] * sigma[j]);
    }
    matrix.set(i, i, sigma[i] * sigma[i]);
  }
  return Shrunk{std::move(matrix), shrinkage};
}

Symmetric genre_covariance(std::span<const double> sigma, std::span<const std::string> genre,
                           GenreCorrelation correlation) {
  Symmetric matrix{sigma.size()};
  for (std::size_t i = 0; i < sigma.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double rho = genre[i] == genre[j] ? correlation.same : correlation.other;
      matrix.set(i, j, rho * sigma[i] * sigma[j]);
    }
    matrix.set(i, i, sigma[i] * sigma[i]);
  }
  return matrix;
}

}  // namespace mainstay::exchange::models
