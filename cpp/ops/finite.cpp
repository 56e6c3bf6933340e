#include "ops/finite.h"

#include "kernels/kernels.h"

namespace deepcore {

bool all_finite(const Tensor& x) {
  if (!is_floating(x->dtype())) return true;
  return visit_floating("all_finite", x->dtype(), [&]<class T>(TypeTag<T>) {
    return kernels().of<T>().finite.all(x->data<T>(), x->numel());
  });
}

}  // namespace deepcore
