// How a loss turns its terms into its value.
#pragma once

#include <string>

#include "base/error.h"

namespace deepcore {

enum class Reduction : std::uint8_t { none, mean, sum };

inline Reduction to_reduction(const char* op, const std::string& name) {
  if (name == "mean") return Reduction::mean;
  if (name == "sum") return Reduction::sum;
  if (name == "none") return Reduction::none;
  throw ValueError(op, "reduction must be 'mean', 'sum' or 'none', got '", name, "'.");
}

// In double and in the order of the terms, so that a term of zero changes no bit.
template <class T>
double add_up(const T* terms, std::int64_t n) noexcept {
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += terms[i];
  return sum;
}

}  // namespace deepcore
