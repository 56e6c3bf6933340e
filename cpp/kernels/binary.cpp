#include <cmath>

#include "kernels/map.h"
#include "kernels/maps.h"
#include "kernels/math.h"

namespace deepcore {
namespace {

// By squaring; a negative exponent leaves the truncated fraction, as in PyTorch.
template <class T>
T whole_pow(T base, T exponent) {
  if (exponent < 0)
    return base == T(1) ? T(1) : base == T(-1) ? (exponent % 2 ? base : T(1)) : T(0);
  std::uint64_t result = 1, factor = static_cast<std::uint64_t>(base);
  for (auto bits = static_cast<std::uint64_t>(exponent); bits; bits >>= 1, factor *= factor) {
    if (bits & 1) result *= factor;
  }
  return static_cast<T>(result);
}

// bool counts as 0 and 1: its sum is "or", its product "and". Whole numbers wrap.
template <class T>
Map exact_map(Binary op) {
  using U = Wrapping<T>;
  switch (op) {
    case Binary::add:
      return element_map<T, T, T>([](T a, T b) { return static_cast<T>(U(a) + U(b)); });
    case Binary::sub:
      return element_map<T, T, T>([](T a, T b) { return static_cast<T>(U(a) - U(b)); });
    case Binary::mul:
      return element_map<T, T, T>([](T a, T b) { return static_cast<T>(U(a) * U(b)); });
    case Binary::maximum:  // NaN when either is
      return element_map<T, T, T>([](T a, T b) { return ((a > b) | (a != a)) ? a : b; });
    case Binary::minimum:
      return element_map<T, T, T>([](T a, T b) { return ((a < b) | (a != a)) ? a : b; });
    default:
      return nullptr;
  }
}

template <class T>
Map floating_map(Binary op) {
  switch (op) {
    case Binary::div:
      return element_map<T, T, T>([](T a, T b) { return a / b; });
    case Binary::pow:
      return vector_map<T, 2>([](Vec<T> a, Vec<T> b) { return math::pow(a, b); });
    default:
      return exact_map<T>(op);
  }
}

template <class T>
Map whole_map(Binary op) {
  switch (op) {
    case Binary::pow:
      return element_map<T, T, T>([](T a, T b) { return whole_pow(a, b); });
    case Binary::bit_and:
      return element_map<T, T, T>([](T a, T b) { return a & b; });
    case Binary::bit_or:
      return element_map<T, T, T>([](T a, T b) { return a | b; });
    case Binary::bit_xor:
      return element_map<T, T, T>([](T a, T b) { return a ^ b; });
    default:
      return exact_map<T>(op);
  }
}

// A bool is a byte of 0 or 1, and vectorizes as one.
Map bool_map(Binary op) {
  switch (op) {
    case Binary::add:
    case Binary::maximum:
    case Binary::bit_or:
      return whole_map<std::uint8_t>(Binary::bit_or);
    case Binary::mul:
    case Binary::minimum:
    case Binary::bit_and:
      return whole_map<std::uint8_t>(Binary::bit_and);
    case Binary::bit_xor:
      return whole_map<std::uint8_t>(op);
    default:
      return nullptr;
  }
}

// From dy, and a and b as uses(op, operand) says.
template <class T>
Map first_gradient(Binary op) {
  switch (op) {
    case Binary::mul:
      return element_map<T, T, T>([](T dy, T b) { return dy * b; });
    case Binary::div:
      return element_map<T, T, T>([](T dy, T b) { return dy / b; });
    case Binary::pow:
      return vector_map<T, 3>([](Vec<T> dy, Vec<T> a, Vec<T> b) {
        const auto zero = splat(T(0));
        const auto gradient = dy * (b * math::pow(a, b - splat(T(1))));
        return select<T>(b == zero, zero, gradient);
      });
    case Binary::maximum:  // a tie is shared
      return element_map<T, T, T, T>([](T dy, T a, T b) {
        return a < b ? T(0) : a == b ? dy / 2 : dy;
      });
    case Binary::minimum:
      return element_map<T, T, T, T>([](T dy, T a, T b) {
        return a > b ? T(0) : a == b ? dy / 2 : dy;
      });
    default:
      return nullptr;
  }
}

template <class T>
Map second_gradient(Binary op) {
  switch (op) {
    case Binary::sub:
      return element_map<T, T>([](T dy) { return -dy; });
    case Binary::mul:
      return element_map<T, T, T>([](T dy, T a) { return dy * a; });
    case Binary::div:
      return element_map<T, T, T, T>([](T dy, T a, T b) { return -dy * (a / b / b); });
    case Binary::pow:
      return vector_map<T, 3>([](Vec<T> dy, Vec<T> a, Vec<T> b) {
        const auto zero = splat(T(0));
        const auto gradient = dy * (math::pow(a, b) * math::log<T>(a));
        return select<T>((a == zero) & (b >= zero), zero, gradient);
      });
    case Binary::maximum:
      return element_map<T, T, T, T>([](T dy, T a, T b) {
        return b < a ? T(0) : a == b ? dy / 2 : dy;
      });
    case Binary::minimum:
      return element_map<T, T, T, T>([](T dy, T a, T b) {
        return b > a ? T(0) : a == b ? dy / 2 : dy;
      });
    default:
      return nullptr;
  }
}

template <class T>
Map compare(Comparison op) {
  switch (op) {
    case Comparison::eq:
      return element_map<bool, T, T>([](T a, T b) { return a == b; });
    case Comparison::ne:
      return element_map<bool, T, T>([](T a, T b) { return a != b; });
    case Comparison::lt:
      return element_map<bool, T, T>([](T a, T b) { return a < b; });
    case Comparison::le:
      return element_map<bool, T, T>([](T a, T b) { return a <= b; });
    case Comparison::gt:
      return element_map<bool, T, T>([](T a, T b) { return a > b; });
    default:
      return element_map<bool, T, T>([](T a, T b) { return a >= b; });
  }
}

}  // namespace

Map binary_map(Binary op, Dtype dtype) {
  switch (dtype) {
    case Dtype::float32:
      return floating_map<float>(op);
    case Dtype::float64:
      return floating_map<double>(op);
    case Dtype::int64:
      return whole_map<std::int64_t>(op);
    case Dtype::uint8:
      return whole_map<std::uint8_t>(op);
    default:
      return bool_map(op);
  }
}

Map binary_gradient_map(Binary op, int operand, Dtype dtype) {
  if (dtype == Dtype::float32) {
    return operand == 0 ? first_gradient<float>(op) : second_gradient<float>(op);
  }
  return operand == 0 ? first_gradient<double>(op) : second_gradient<double>(op);
}

Map comparison_map(Comparison op, Dtype dtype) {
  return visit(dtype, [&]<class T>(TypeTag<T>) { return compare<T>(op); });
}

}  // namespace deepcore
