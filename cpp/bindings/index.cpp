// x[key] and x[key] = value: NumPy's and PyTorch's indexing, from Python's keys to the ops.
#include "ops/index.h"

#include <pybind11/numpy.h>

#include "bindings/common.h"
#include "bindings/families.h"
#include "bindings/operand.h"
#include "ops/create.h"
#include "ops/elementwise.h"
#include "ops/view.h"

namespace deepcore {
namespace {

// A key in two steps: first integers, slices and None as a layout, in which axes that arrays index
// are whole; then the arrays, each with its axis in that layout.
class Key {
 public:
  Key(const Tensor& x, const py::handle& key) : from_(layout_of(x)) {
    layout_.offset = 0;
    const py::tuple items = py::isinstance<py::tuple>(key) ? py::reinterpret_borrow<py::tuple>(key)
                                                           : py::make_tuple(key);
    std::vector<py::object> parts;
    for (const auto item : items) parts.push_back(prepared(item));
    int named = 0;
    for (const auto& part : parts) named += axes_of(part);
    if (named > from_.shape.rank()) {
      throw IndexError("index", named, " indices were given for a tensor of shape ", x->shape(),
                       ".");
    }
    bool dots = false;
    for (const auto& part : parts) {
      if (part.ptr() == Py_Ellipsis) {
        if (std::exchange(dots, true)) throw IndexError("index", "... can be given once.");
        while (axis_ + named < from_.shape.rank()) take_whole();
      } else {
        named -= axes_of(part);
        take(part);
      }
    }
    while (axis_ < from_.shape.rank()) take_whole();
  }

  const Layout& layout() const noexcept { return layout_; }
  bool has_arrays() const noexcept { return !arrays_.empty(); }

  // What the key gives of x. Arrays side by side stay where they are, others come first.
  Tensor of(const Tensor& x) const {
    Tensor y = index_layout(x, layout_);
    if (arrays_.empty()) return y;
    int first = axes_.front();
    const int count = static_cast<int>(arrays_.size());
    if (axes_.back() - first + 1 != count) {
      std::vector<std::int64_t> order(axes_.begin(), axes_.end());
      for (int axis = 0; axis < y->rank(); ++axis) {
        if (std::find(axes_.begin(), axes_.end(), axis) == axes_.end()) order.push_back(axis);
      }
      y = permute(y, order);
      first = 0;
    }
    return index_axes(y, first, arrays_);
  }

 private:
  // Lists and NumPy arrays become tensors; integer tensors without axes are integers.
  static py::object prepared(const py::handle& item) {
    if (py::isinstance<py::list>(item) || py::isinstance<py::array>(item)) {
      const Tensor x = to_tensor(item);
      return py::cast(x->numel() == 0 && is_floating(x->dtype()) ? cast(x, Dtype::int64) : x);
    }
    return py::reinterpret_borrow<py::object>(item);
  }
  static bool is_array(const py::handle& item) {
    return is_tensor(item) &&
           !(item.cast<Tensor>()->rank() == 0 && item.cast<Tensor>()->dtype() == Dtype::int64);
  }
  static int axes_of(const py::handle& item) {
    if (item.is_none() || item.ptr() == Py_Ellipsis) return 0;
    if (!is_array(item)) return 1;
    const Tensor x = item.cast<Tensor>();
    return x->dtype() == Dtype::boolean ? x->rank() : 1;
  }

  void push(std::int64_t size, std::int64_t stride) {
    layout_.shape.push_back(size);
    layout_.strides[layout_.shape.rank() - 1] = stride;
  }
  void take_whole() {
    push(from_.shape[axis_], from_.strides[axis_]);
    ++axis_;
  }
  void take(const py::object& item) {
    if (item.is_none()) return push(1, 0);
    if (PySlice_Check(item.ptr())) return take_slice(item);
    if (is_array(item)) return take_array(item.cast<Tensor>());
    if (PyBool_Check(item.ptr()) || !PyIndex_Check(item.ptr())) {
      throw TypeError("index", "an index must be integers, slices, ..., None, or integer or bool ",
                      "arrays, got ", Py_TYPE(item.ptr())->tp_name, ".");
    }
    take_integer(item);
  }

  void take_integer(const py::object& item) {
    const auto size = from_.shape[axis_];
    const Py_ssize_t given = PyNumber_AsSsize_t(item.ptr(), nullptr);
    if (given < -size || given >= size) {
      throw IndexError("index", "index ", given, " is out of range for axis ", axis_, " of size ",
                       size, ".");
    }
    layout_.offset += (given < 0 ? given + size : given) * from_.strides[axis_];
    ++axis_;
  }

  void take_slice(const py::object& item) {
    Py_ssize_t start, stop, step;
    if (PySlice_Unpack(item.ptr(), &start, &stop, &step) < 0) throw py::error_already_set();
    const auto count = PySlice_AdjustIndices(from_.shape[axis_], &start, &stop, step);
    if (count > 0) layout_.offset += start * from_.strides[axis_];
    push(count, step * from_.strides[axis_]);
    ++axis_;
  }

  void take_array(const Tensor& index) {
    std::vector<Tensor> indices{index};
    if (index->dtype() == Dtype::boolean && index->rank() == 0) {
      // A new axis that holds everything or nothing.
      axes_.push_back(layout_.shape.rank());
      arrays_.push_back(
          arange(std::int64_t{0}, std::int64_t{1}, *index->data<bool>(), Dtype::int64));
      return push(1, 0);
    }
    if (index->dtype() == Dtype::boolean) {
      check_mask(index);
      indices = places(index);
    } else if (is_floating(index->dtype())) {
      throw TypeError("index", "an index array must be integers or bool, got ", index->dtype(),
                      "; convert it with .long().");
    }
    for (const Tensor& each : indices) {
      axes_.push_back(layout_.shape.rank());
      arrays_.push_back(cast(each, Dtype::int64));
      take_whole();
    }
  }
  void check_mask(const Tensor& mask) const {
    for (int k = 0; k < mask->rank(); ++k) {
      if (mask->size(k) != from_.shape[axis_ + k]) {
        throw IndexError("index", "a mask of shape ", mask->shape(), " does not fit axis ",
                         axis_ + k, " of size ", from_.shape[axis_ + k], ".");
      }
    }
  }

  Layout from_, layout_;
  int axis_ = 0;  // of x, the next to be indexed
  std::vector<int> axes_;
  std::vector<Tensor> arrays_;
};

Tensor get_item(const Tensor& x, const py::handle& key) {
  return Key(x, key).of(x);
}

bool broadcasts_to(const Shape& from, const Shape& to) {
  const int extra = to.rank() - from.rank();
  if (extra < 0) return false;
  for (int axis = 0; axis < from.rank(); ++axis) {
    if (from[axis] != 1 && from[axis] != to[extra + axis]) return false;
  }
  return true;
}

// The value as x's dtype, broadcast to a shape; leading axes of size 1 too many are dropped.
Tensor as_value(const py::handle& given, Dtype dtype, const Shape& shape) {
  if (const auto number = to_number(given)) number->check("setitem", dtype);
  Tensor value = cast(is_tensor(given) ? given.cast<Tensor>() : to_tensor(given), dtype);
  while (value->rank() > shape.rank() && value->size(0) == 1) value = squeeze(value, 0);
  if (!broadcasts_to(value->shape(), shape)) {
    throw ValueError("setitem", "a value of shape ", value->shape(), " does not fit into shape ",
                     shape, ".");
  }
  return expand(value, shape);
}

void set_item(const Tensor& x, const py::handle& key, const py::handle& given) {
  check_writable("setitem", x);
  if (is_tensor(given) && grad_enabled() && given.cast<Tensor>()->requires_grad()) {
    throw RuntimeError("setitem",
                       "the value records a gradient, which a write in place would drop; use "
                       "where() or cat(), or detach() it.");
  }
  const Key at(x, key);
  if (!at.has_arrays()) {
    return assign_layout(x, at.layout(), as_value(given, x->dtype(), at.layout().shape));
  }
  const Tensor all =
      reshape(arange(std::int64_t{0}, std::int64_t{1}, x->numel(), Dtype::int64), x->shape());
  const Tensor positions = at.of(all);
  assign_positions(x, positions, as_value(given, x->dtype(), positions->shape()));
}

}  // namespace

void register_index(py::class_<TensorImpl, Tensor>& tensor) {
  tensor.def("__getitem__", &get_item, py::arg("key"));
  tensor.def("__setitem__", &set_item, py::arg("key"), py::arg("value"));
}

}  // namespace deepcore
