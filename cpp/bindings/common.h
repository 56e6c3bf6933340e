// What every binding file shares: the holder of tensors, conversions from Python, the GIL.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>

#include "graph/tensor.h"

PYBIND11_DECLARE_HOLDER_TYPE(T, deepcore::Ref<T>, true)

// None is no tensor: pybind11 alone would hand it to an op as a null pointer.
template <>
struct pybind11::detail::type_caster<deepcore::Tensor>
    : copyable_holder_caster<deepcore::TensorImpl, deepcore::Tensor> {
  bool load(handle source, bool convert) {
    return !source.is_none() && copyable_holder_caster::load(source, convert);
  }
};

namespace deepcore {

namespace py = pybind11;

// A deepcore dtype, a NumPy dtype, or the name of one; int32 counts as int64.
Dtype to_dtype(const py::handle& object);

// Sizes from an int, a tuple or a list: (2, 3); or from *args: 2, 3.
Shape to_shape(const char* op, const py::handle& sizes);
Shape to_shape(const char* op, const py::args& sizes);
py::tuple to_tuple(const Shape& shape);

// What an argument that may be None or something else holds. pybind11 takes 0.5 us to find that
// None is no tensor (it raises and drops an AttributeError), so such arguments are declared as
// py::handle.
bool is_tensor(const py::handle& object);
Tensor optional_tensor(const char* op, const py::handle& object);

// A copy of anything numpy.asarray takes. Python floats become float32; arrays keep their dtype.
Tensor to_tensor(const py::handle& object, std::optional<Dtype> dtype = std::nullopt);

// Releases the GIL while it lives, if there is enough work to be worth it. A daemon thread that
// wants it back while the interpreter ends is unwound by Python, so the destructor may throw.
class ReleaseGil {
 public:
  ReleaseGil() : state_(PyEval_SaveThread()) {}
  explicit ReleaseGil(std::int64_t elements) {
    if (elements >= grain) state_ = PyEval_SaveThread();
  }
  ~ReleaseGil() noexcept(false) {
    if (state_) PyEval_RestoreThread(state_);
  }
  ReleaseGil(const ReleaseGil&) = delete;
  ReleaseGil& operator=(const ReleaseGil&) = delete;

 private:
  // Releasing and taking the GIL costs about 0.1 us, as much as 2,000 additions.
  static constexpr std::int64_t grain = 16'384;
  PyThreadState* state_ = nullptr;
};

}  // namespace deepcore
