// The mean of a set and the sum of the squared deviations from it, and how those of two sets join.
//
// Reference: T. F. Chan, G. H. Golub, R. J. LeVeque, "Algorithms for computing the sample variance:
// analysis and recommendations", The American Statistician 37 (1983).
#pragma once

namespace deepcore {

template <class T>
struct Moments {
  T mean, squares, count;

  void merge(const Moments& other) noexcept {
    const T total = count + other.count, delta = other.mean - mean;
    mean += delta * (other.count / total);
    squares += other.squares + delta * delta * (count * other.count / total);
    count = total;
  }
};

}  // namespace deepcore
