// The one visible symbol of a level's library, and its side of parallel_for.
#include "kernels/kernels.h"

namespace deepcore {
namespace {

Host host;

template <class T>
KernelsOf<T> fill() {
  return {.activation = activation_kernels<T>(),
          .avg_pool = avg_pool_kernels<T>(),
          .class_loss = class_loss_kernels<T>(),
          .clip = clip_kernels<T>(),
          .conv = conv_kernels<T>(),
          .copy = copy_kernels<T>(),
          .ctc = ctc_kernels<T>(),
          .element_loss = element_loss_kernels<T>(),
          .embedding = embedding_kernels<T>(),
          .extreme = extreme_kernels<T>(),
          .finite = finite_kernels<T>(),
          .layer_norm = layer_norm_kernels<T>(),
          .local_response = local_response_kernels<T>(),
          .matmul = matmul_kernels<T>(),
          .max_pool = max_pool_kernels<T>(),
          .norm = norm_kernels<T>(),
          .optim = optim_kernels<T>(),
          .pack = pack_kernels<T>(),
          .pad = pad_kernels<T>(),
          .random = random_kernels<T>(),
          .recurrent = recurrent_kernels<T>(),
          .reduce = reduce_kernels<T>(),
          .resample = resample_kernels<T>(),
          .softmax = softmax_kernels<T>(),
          .unfold = unfold_kernels<T>(),
          .unpool = unpool_kernels<T>(),
          .variance = variance_kernels<T>()};
}

template <class T>
IntegerKernelsOf<T> fill_integers() {
  return {.copy = copy_kernels<T>(),
          .extreme = extreme_kernels<T>(),
          .pack = pack_kernels<T>(),
          .pad = pad_kernels<T>(),
          .sum = integer_sum_kernels<T>()};
}

}  // namespace

void parallel_run(std::int64_t n, std::int64_t grain, RangeFunction function, const void* body) {
  host.run(n, grain, function, body);
}

int num_threads() noexcept {
  return host.threads();
}

}  // namespace deepcore

extern "C" __attribute__((visibility("default"))) const deepcore::Kernels* deepcore_kernels(
    const deepcore::Host* from) {
  using namespace deepcore;
  host = *from;
  static const Kernels table = {.size = sizeof(Kernels),
                                .level = DEEPCORE_LEVEL,
                                .elementwise = elementwise_kernels(),
                                .f32 = fill<float>(),
                                .f64 = fill<double>(),
                                .i64 = fill_integers<std::int64_t>(),
                                .u8 = fill_integers<std::uint8_t>()};
  return &table;
}
