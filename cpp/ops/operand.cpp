#include "ops/operand.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace deepcore {
namespace {

enum Rank { with_axes, without_axes, number };

Rank rank_of(const Operand& x) {
  return !x.tensor ? number : x.tensor->rank() ? with_axes : without_axes;
}

Dtype dtype_of_operand(const Operand& x) {
  if (x.tensor) return x.tensor->dtype();
  constexpr Dtype dtypes[] = {Dtype::boolean, Dtype::int64, Dtype::float32};
  return dtypes[static_cast<int>(x.number.kind)];
}

// `strong` decides unless `weak` is of a higher kind. The dtypes are a chain, lowest first.
Dtype combine(Dtype strong, Dtype weak) {
  const bool higher_kind = is_floating(weak) && !is_floating(strong);
  return higher_kind || strong == Dtype::boolean ? std::max(strong, weak) : strong;
}

}  // namespace

Dtype promoted(const Operand& a, const Operand& b) {
  const Dtype first = dtype_of_operand(a), second = dtype_of_operand(b);
  if (rank_of(a) == rank_of(b)) return std::max(first, second);
  return rank_of(a) < rank_of(b) ? combine(first, second) : combine(second, first);
}

void Number::check(const char* op, Dtype dtype) const {
  if (dtype == Dtype::uint8 && kind != Kind::floating && (whole < 0 || whole > 255)) {
    throw ValueError(op, "a number beside a uint8 tensor must be 0 to 255, got ", whole,
                     "; convert the tensor with .long().");
  }
}

void Number::write(const char* op, Dtype dtype, std::byte* to) const {
  check(op, dtype);
  visit(dtype, [&]<class T>(TypeTag<T>) {
    *reinterpret_cast<T*>(to) =
        kind == Kind::floating ? static_cast<T>(real) : static_cast<T>(whole);
  });
}

}  // namespace deepcore
