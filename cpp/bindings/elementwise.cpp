#include "ops/elementwise.h"

#include <algorithm>

#include "bindings/operand.h"

namespace deepcore {
namespace {

using TensorClass = py::class_<TensorImpl, Tensor>;

// f(a, b) without the GIL where it is worth it.
template <class F>
Tensor released(const F& f, const Operand& a, const Operand& b) {
  const ReleaseGil release(std::max(a.numel(), b.numel()));
  return f(a, b);
}

// A comparison operator: NotImplemented for what is no operand, so that Python asks the other side.
template <class F>
void define_operator(TensorClass& tensor, const char* name, F f) {
  tensor.def(name, [f](const Tensor& a, const py::handle& other) -> py::object {
    const auto b = to_operand(other);
    if (!b) return py::reinterpret_borrow<py::object>(Py_NotImplemented);
    return py::cast(released(f, a, *b));
  });
}

// A function and a method.
template <class F>
void define_binary(py::module_& m, TensorClass& tensor, const char* name, const char* second,
                   const char* doc, F f) {
  const auto call = [f, name](const py::handle& a, const py::handle& b) {
    return released(f, to_operand(name, a), to_operand(name, b));
  };
  m.def(name, call, py::arg("input"), py::arg(second), doc);
  tensor.def(name, call, py::arg(second), doc);
}

auto binary_of(Binary op) {
  return [op](const Operand& a, const Operand& b) { return binary(op, a, b); };
}
auto compare_of(Comparison op) {
  return [op](const Operand& a, const Operand& b) { return compare(op, a, b); };
}

// add and sub take PyTorch's alpha: input + alpha * other.
void define_scaled(py::module_& m, TensorClass& tensor, const char* name, Binary op,
                   const char* doc) {
  const auto call = [name, op](const py::handle& a, const py::handle& b, const py::handle& alpha) {
    return released(binary_of(op), to_operand(name, a), to_scaled_operand(name, b, alpha));
  };
  m.def(name, call, py::arg("input"), py::arg("other"), py::kw_only(), py::arg("alpha") = 1, doc);
  tensor.def(name, call, py::arg("other"), py::kw_only(), py::arg("alpha") = 1, doc);
}

void register_arithmetic(py::module_& m, TensorClass& tensor) {
  define_scaled(m, tensor, "add", Binary::add, "input + alpha * other, element by element.");
  define_scaled(m, tensor, "sub", Binary::sub, "input - alpha * other, element by element.");
  struct {
    const char *name, *second, *doc;
    Binary op;
  } const functions[] = {
      {"mul", "other", "input * other, element by element.", Binary::mul},
      {"multiply", "other", "input * other, element by element.", Binary::mul},
      {"div", "other", "input / other; whole numbers give float32.", Binary::div},
      {"divide", "other", "input / other; whole numbers give float32.", Binary::div},
      {"true_divide", "other", "input / other; whole numbers give float32.", Binary::div},
      {"pow", "exponent", "input to the power of exponent.", Binary::pow},
      {"maximum", "other", "The larger of the two elements; NaN if either is.", Binary::maximum},
      {"minimum", "other", "The smaller of the two elements; NaN if either is.", Binary::minimum},
  };
  for (const auto& [name, second, doc, op] : functions) {
    define_binary(m, tensor, name, second, doc, binary_of(op));
  }
}

void register_comparisons(py::module_& m, TensorClass& tensor) {
  struct {
    const char *method, *name, *doc;
    Comparison op;
  } const comparisons[] = {
      {"__eq__", "eq", "Whether input == other, element by element.", Comparison::eq},
      {"__ne__", "ne", "Whether input != other, element by element.", Comparison::ne},
      {"__lt__", "lt", "Whether input < other, element by element.", Comparison::lt},
      {"__le__", "le", "Whether input <= other, element by element.", Comparison::le},
      {"__gt__", "gt", "Whether input > other, element by element.", Comparison::gt},
      {"__ge__", "ge", "Whether input >= other, element by element.", Comparison::ge},
  };
  for (const auto& [method, name, doc, op] : comparisons) {
    define_operator(tensor, method, compare_of(op));
    define_binary(m, tensor, name, "other", doc, compare_of(op));
  }
  struct {
    const char *name, *doc;
    Binary op;
  } const connectives[] = {
      {"logical_and", "Whether both elements are true, that is not zero.", Binary::bit_and},
      {"logical_or", "Whether either element is true, that is not zero.", Binary::bit_or},
      {"logical_xor", "Whether one of the elements is true and the other not.", Binary::bit_xor},
  };
  for (const auto& connective : connectives) {
    define_binary(m, tensor, connective.name, "other", connective.doc,
                  [connective](const Operand& a, const Operand& b) {
                    return logical(connective.name, connective.op, a, b);
                  });
  }
}

void register_unary(py::module_& m, TensorClass& tensor) {
  struct {
    Unary op;
    const char* doc;
  } const functions[] = {
      {Unary::neg, "-x."},
      {Unary::abs, "|x|; its derivative at 0 is 0."},
      {Unary::sign, "-1, 0 or 1 as x is below, at or above 0; NaN stays."},
      {Unary::square, "x * x."},
      {Unary::sqrt, "The square root of x."},
      {Unary::rsqrt, "1 / sqrt(x)."},
      {Unary::reciprocal, "1 / x."},
      {Unary::exp, "e to the power of x, within 1 unit in the last place."},
      {Unary::expm1, "exp(x) - 1, exact near 0 too."},
      {Unary::log, "The natural logarithm of x, within 1 unit in the last place."},
      {Unary::log1p, "log(1 + x), exact near 0 too."},
      {Unary::sin, "The sine of x, in radians."},
      {Unary::cos, "The cosine of x, in radians."},
      {Unary::erf, "The error function: 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x."},
      {Unary::floor, "The largest whole number not above x."},
      {Unary::ceil, "The smallest whole number not below x."},
      {Unary::round, "The nearest whole number; halves go to the even one."},
      {Unary::trunc, "x without its fraction."},
      {Unary::isnan, "Whether x is NaN."},
      {Unary::isinf, "Whether x is infinite."},
      {Unary::isfinite, "Whether x is neither infinite nor NaN."},
      {Unary::logical_not, "Whether x is zero."},
  };
  for (const auto& [op, doc] : functions) {
    const auto call = [op = op](const Tensor& x) {
      const ReleaseGil release(x->numel());
      return unary(op, x);
    };
    m.def(name_of(op), call, py::arg("input"), doc);
    tensor.def(name_of(op), call, doc);
    if (op == Unary::neg) tensor.def("__neg__", call);
    if (op == Unary::abs) tensor.def("__abs__", call);
  }
  tensor.def("__pos__", [](const Tensor& x) { return x; });
  tensor.def("__invert__", [](const Tensor& x) {
    if (x->dtype() != Dtype::boolean) {
      throw TypeError("invert", "~ is defined for bool tensors, got ", x->dtype(), ".");
    }
    return unary(Unary::logical_not, x);
  });
}

// A bound may be a tensor: then maximum and minimum do the work.
Tensor clamp_to(const Tensor& x, const py::handle& low, const py::handle& high) {
  const auto bounds = to_bounds(low, high);
  if (bounds) {
    const ReleaseGil release(x->numel());
    return clamp(x, bounds->first, bounds->second);
  }
  Operand y = x;
  if (!low.is_none()) y = binary(Binary::maximum, y, to_operand("clamp", low));
  if (!high.is_none()) y = binary(Binary::minimum, y, to_operand("clamp", high));
  return y.tensor;
}

}  // namespace

void register_elementwise(py::module_& m, TensorClass& tensor) {
  register_arithmetic(m, tensor);
  register_comparisons(m, tensor);
  register_unary(m, tensor);
  const char* clamp_doc = "x, but at least min and at most max; NaN stays.";
  for (const char* name : {"clamp", "clip"}) {
    m.def(name, &clamp_to, py::arg("input"), py::arg("min") = py::none(),
          py::arg("max") = py::none(), clamp_doc);
    tensor.def(name, &clamp_to, py::arg("min") = py::none(), py::arg("max") = py::none(),
               clamp_doc);
  }
  const auto choose = [](const Tensor& condition, const py::handle& a, const py::handle& b) {
    const Operand first = to_operand("where", a), second = to_operand("where", b);
    const ReleaseGil release(std::max(condition->numel(), first.numel()));
    return where(condition, first, second);
  };
  m.def("where", choose, py::arg("condition"), py::arg("input"), py::arg("other"));
  tensor.def(
      "where",
      [choose](const Tensor& x, const Tensor& condition, const py::handle& other) {
        return choose(condition, py::cast(x), other);
      },
      py::arg("condition"), py::arg("other"));
  tensor.def("_cast", [](const Tensor& x, const py::object& dtype) {
    const ReleaseGil release(x->numel());
    return cast(x, to_dtype(dtype));
  });
}

}  // namespace deepcore
