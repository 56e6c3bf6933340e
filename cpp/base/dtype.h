// The element types of tensors, and the step from a run-time dtype to a compile-time type.
#pragma once

#include <cstdint>
#include <type_traits>

#include "base/error.h"

namespace deepcore {

enum class Dtype : std::uint8_t { boolean, uint8, int64, float32, float64 };

constexpr std::int64_t size_of(Dtype dtype) {
  constexpr std::int64_t sizes[] = {1, 1, 8, 4, 8};
  return sizes[static_cast<int>(dtype)];
}

constexpr const char* name_of(Dtype dtype) {
  constexpr const char* names[] = {"bool", "uint8", "int64", "float32", "float64"};
  return names[static_cast<int>(dtype)];
}

constexpr bool is_floating(Dtype dtype) {
  return dtype >= Dtype::float32;
}

inline std::ostream& operator<<(std::ostream& out, Dtype dtype) {
  return out << name_of(dtype);
}

template <class T>
struct TypeTag {
  using type = T;
};

template <class T>
constexpr Dtype dtype_of() {
  if constexpr (std::is_same_v<T, float>) return Dtype::float32;
  if constexpr (std::is_same_v<T, double>) return Dtype::float64;
  if constexpr (std::is_same_v<T, std::int64_t>) return Dtype::int64;
  if constexpr (std::is_same_v<T, std::uint8_t>) return Dtype::uint8;
  if constexpr (std::is_same_v<T, bool>) return Dtype::boolean;
}

// Calls f(TypeTag<T>{}) with the element type of dtype: auto f = [&]<class T>(TypeTag<T>) {...}.
template <class F>
decltype(auto) visit(Dtype dtype, F&& f) {
  switch (dtype) {
    case Dtype::boolean:
      return f(TypeTag<bool>{});
    case Dtype::uint8:
      return f(TypeTag<std::uint8_t>{});
    case Dtype::int64:
      return f(TypeTag<std::int64_t>{});
    case Dtype::float32:
      return f(TypeTag<float>{});
    default:
      return f(TypeTag<double>{});
  }
}

// The same for ops that are defined on float32 and float64 alone.
template <class F>
decltype(auto) visit_floating(const char* op, Dtype dtype, F&& f) {
  if (dtype == Dtype::float32) return f(TypeTag<float>{});
  if (dtype == Dtype::float64) return f(TypeTag<double>{});
  throw TypeError(op, "input must be float32 or float64, got ", dtype,
                  "; convert it with .float() or .double().");
}

}  // namespace deepcore
