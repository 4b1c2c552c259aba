#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace mainstay::exchange::models {

/// A symmetric matrix, all of it, row by row.
class Symmetric {
 public:
  explicit Symmetric(std::size_t size) : size_(size), values_(size * size) {}
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::span<const double> row(std::size_t i) const {
    return {values_.data() + i * size_, size_};
  }
  [[nodiscard]] double at(std::size_t i, std::size_t j) const { return values_[i * size_ + j]; }
  void set(std::size_t i, std::size_t j, double value) {
    values_[i * size_ + j] = value;
    values_[j * size_ + i] = value;
  }

 private:
  std::size_t size_;
  std::vector<double> values_;
};

struct Shrunk {
  Symmetric covariance;
  double shrinkage = 0;  // 0: the sample's own correlations, 1: none at all
};

/// Covariance of series that end at the same time (the newest value last); the longer ones are cut
/// at the front. Correlations are shrunk towards none as Ledoit and Wolf do ("A well-conditioned
/// estimator for large-dimensional covariance matrices", 2004, lemma 3.2 ff., on standardised
/// series), so that the result is positive definite with fewer values than series, too; variances
/// are the samples'. Refuses fewer than two common values, and a series that does not vary in them.
Result<Shrunk> shrunk_covariance(std::span<const std::vector<double>* const> series);

struct GenreCorrelation {
  double same = 0.6;   // between two of one genre
  double other = 0.2;  // 0 <= other <= same < 1 keeps the matrix positive definite
};

/// Covariance of names that are known by their standard deviation and genre alone.
Symmetric genre_covariance(std::span<const double> sigma, std::span<const std::string> genre,
                           GenreCorrelation correlation);

}  // namespace mainstay::exchange::models
