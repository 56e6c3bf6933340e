#include <cmath>

#include "kernels/map.h"
#include "kernels/maps.h"
#include "kernels/math.h"

namespace deepcore {
namespace {

// Ops that whole numbers have too.
template <class T>
Map exact_map(Unary op) {
  using U = Wrapping<T>;
  switch (op) {
    case Unary::neg:
      return element_map<T, T>([](T x) { return static_cast<T>(U(0) - U(x)); });
    case Unary::abs:
      return element_map<T, T>([](T x) { return x < 0 ? static_cast<T>(U(0) - U(x)) : x; });
    case Unary::sign:
      return element_map<T, T>([](T x) { return (x > 0) - (x < 0); });
    case Unary::square:
      return element_map<T, T>([](T x) { return static_cast<T>(U(x) * U(x)); });
    case Unary::floor:
    case Unary::ceil:
    case Unary::round:
    case Unary::trunc:
      return element_map<T, T>([](T x) { return x; });
    case Unary::isnan:
    case Unary::isinf:
      return element_map<bool, T>([](T) { return false; });
    case Unary::isfinite:
      return element_map<bool, T>([](T) { return true; });
    case Unary::logical_not:
      return element_map<bool, T>([](T x) { return x == T(0); });
    default:
      return nullptr;
  }
}

template <class T>
Map rounding_map(Unary op) {
  switch (op) {
    case Unary::abs:
      return element_map<T, T>([](T x) { return std::abs(x); });
    case Unary::sign:  // NaN stays NaN
      return element_map<T, T>([](T x) { return x > 0 ? T(1) : x < 0 ? T(-1) : x * T(0); });
    case Unary::reciprocal:
      return element_map<T, T>([](T x) { return T(1) / x; });
    case Unary::floor:
      return element_map<T, T>([](T x) { return std::floor(x); });
    case Unary::ceil:
      return element_map<T, T>([](T x) { return std::ceil(x); });
    case Unary::round:  // half to even, as Python's
      return element_map<T, T>([](T x) { return std::nearbyint(x); });
    case Unary::trunc:
      return element_map<T, T>([](T x) { return std::trunc(x); });
    case Unary::isnan:
      return element_map<bool, T>([](T x) { return x != x; });
    case Unary::isinf:
      return element_map<bool, T>([](T x) { return std::abs(x) == T(INFINITY); });
    case Unary::isfinite:
      return element_map<bool, T>([](T x) { return std::abs(x) < T(INFINITY); });
    default:
      return exact_map<T>(op);
  }
}

template <class T>
Map floating_map(Unary op) {
  switch (op) {
    case Unary::sqrt:
      return vector_map<T, 1>([](Vec<T> x) { return sqrt(x); });
    case Unary::rsqrt:
      return vector_map<T, 1>([](Vec<T> x) { return splat(T(1)) / sqrt(x); });
    case Unary::exp:
      return vector_map<T, 1>([](Vec<T> x) { return math::exp<T>(x); });
    case Unary::expm1:
      return vector_map<T, 1>([](Vec<T> x) { return math::expm1<T>(x); });
    case Unary::log:
      return vector_map<T, 1>([](Vec<T> x) { return math::log<T>(x); });
    case Unary::log1p:
      return vector_map<T, 1>([](Vec<T> x) { return math::log1p<T>(x); });
    case Unary::sin:
      return vector_map<T, 1>([](Vec<T> x) { return math::sin<T>(x); });
    case Unary::cos:
      return vector_map<T, 1>([](Vec<T> x) { return math::cos<T>(x); });
    case Unary::erf:
      return vector_map<T, 1>([](Vec<T> x) { return math::erf<T>(x); });
    default:
      return rounding_map<T>(op);
  }
}

// From dy, and the input x or the output y as saves(op) says.
template <class T>
Map gradient_map(Unary op) {
  switch (op) {
    case Unary::neg:
      return element_map<T, T>([](T dy) { return -dy; });
    case Unary::abs:
      return element_map<T, T, T>([](T dy, T x) { return x > 0 ? dy : x < 0 ? -dy : x * T(0); });
    case Unary::square:
      return element_map<T, T, T>([](T dy, T x) { return T(2) * x * dy; });
    case Unary::sqrt:
      return element_map<T, T, T>([](T dy, T y) { return dy / (T(2) * y); });
    case Unary::rsqrt:
      return element_map<T, T, T>([](T dy, T y) { return T(-0.5) * dy * (y * y * y); });
    case Unary::reciprocal:
      return element_map<T, T, T>([](T dy, T y) { return -dy * (y * y); });
    case Unary::exp:
      return element_map<T, T, T>([](T dy, T y) { return dy * y; });
    case Unary::expm1:
      return element_map<T, T, T>([](T dy, T y) { return dy * (y + T(1)); });
    case Unary::log:
      return element_map<T, T, T>([](T dy, T x) { return dy / x; });
    case Unary::log1p:
      return element_map<T, T, T>([](T dy, T x) { return dy / (x + T(1)); });
    case Unary::sin:
      return vector_map<T, 2>([](Vec<T> dy, Vec<T> x) { return dy * math::cos<T>(x); });
    case Unary::cos:
      return vector_map<T, 2>([](Vec<T> dy, Vec<T> x) { return -dy * math::sin<T>(x); });
    case Unary::erf:
      return vector_map<T, 2>([](Vec<T> dy, Vec<T> x) {
        return dy * (splat(T(1.1283791670955126)) * math::exp<T>(-x * x));  // 2 / sqrt pi
      });
    default:  // constant almost everywhere
      return element_map<T, T>([](T) { return T(0); });
  }
}

}  // namespace

Map unary_map(Unary op, Dtype dtype) {
  switch (dtype) {
    case Dtype::float32:
      return floating_map<float>(op);
    case Dtype::float64:
      return floating_map<double>(op);
    case Dtype::int64:
      return exact_map<std::int64_t>(op);
    case Dtype::uint8:
      return exact_map<std::uint8_t>(op);
    default:  // bool: not a number, but finite
      return op >= Unary::isnan ? exact_map<std::uint8_t>(op) : nullptr;
  }
}

Map unary_gradient_map(Unary op, Dtype dtype) {
  return dtype == Dtype::float32 ? gradient_map<float>(op) : gradient_map<double>(op);
}

}  // namespace deepcore
