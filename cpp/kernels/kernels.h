// The table of a processor level: every kernel of every family, behind function pointers. Each
// level is a shared object built from the same sources with other flags; `kernels()` is the table
// of the level chosen when the package was loaded.
//
// A family `f` declares its functions in f.h as struct F<T>, and fills one in f.cpp.
#pragma once

#include <string>
#include <vector>

#include "base/parallel.h"
#include "kernels/activation.h"
#include "kernels/avg_pool.h"
#include "kernels/class_loss.h"
#include "kernels/clip.h"
#include "kernels/conv.h"
#include "kernels/copy.h"
#include "kernels/ctc.h"
#include "kernels/element_loss.h"
#include "kernels/elementwise.h"
#include "kernels/embedding.h"
#include "kernels/extreme.h"
#include "kernels/finite.h"
#include "kernels/integer_sum.h"
#include "kernels/layer_norm.h"
#include "kernels/local_response.h"
#include "kernels/matmul.h"
#include "kernels/max_pool.h"
#include "kernels/norm.h"
#include "kernels/optim.h"
#include "kernels/pack.h"
#include "kernels/pad.h"
#include "kernels/random.h"
#include "kernels/recurrent.h"
#include "kernels/reduce.h"
#include "kernels/resample.h"
#include "kernels/softmax.h"
#include "kernels/unfold.h"
#include "kernels/unpool.h"
#include "kernels/variance.h"

namespace deepcore {

template <class T>
struct KernelsOf {
  ActivationKernels<T> activation;
  AvgPool<T> avg_pool;
  ClassLoss<T> class_loss;
  Clip<T> clip;
  Conv<T> conv;
  Copy<T> copy;
  Ctc<T> ctc;
  ElementLoss<T> element_loss;
  EmbeddingKernels<T> embedding;
  Extreme<T> extreme;
  Finite<T> finite;
  LayerNorm<T> layer_norm;
  LocalResponse<T> local_response;
  Matmul<T> matmul;
  MaxPool<T> max_pool;
  Norm<T> norm;
  Optim<T> optim;
  Pack<T> pack;
  Pad<T> pad;
  Random<T> random;
  Recurrent<T> recurrent;
  Reduce<T> reduce;
  Resample<T> resample;
  Softmax<T> softmax;
  Unfold<T> unfold;
  Unpool<T> unpool;
  Variance<T> variance;
};

// What serves int64 and uint8 (bool too, as bytes of 0 and 1).
template <class T>
struct IntegerKernelsOf {
  Copy<T> copy;
  Extreme<T> extreme;
  Pack<T> pack;
  Pad<T> pad;
  IntegerSum<T> sum;
};

struct Kernels {
  std::size_t size;  // of this table: libraries of another build are told by it
  const char* level;
  Elementwise elementwise;
  KernelsOf<float> f32;
  KernelsOf<double> f64;
  IntegerKernelsOf<std::int64_t> i64;
  IntegerKernelsOf<std::uint8_t> u8;

  // KernelsOf<float> or <double>; IntegerKernelsOf<std::int64_t> or <std::uint8_t>.
  template <class T>
  const auto& of() const noexcept {
    if constexpr (std::is_same_v<T, float>) {
      return f32;
    } else if constexpr (std::is_same_v<T, double>) {
      return f64;
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
      return i64;
    } else {
      static_assert(std::is_same_v<T, std::uint8_t>, "bool is stored as uint8");
      return u8;
    }
  }
};

// What a level's library needs of the core that opened it.
struct Host {
  decltype(&parallel_run) run;
  decltype(&num_threads) threads;
};

const Kernels& kernels() noexcept;

// Opens the kernels of one level from `folder`, or of the widest one that is there and that this
// processor can run; DEEPCORE_ISA overrides. Throws RuntimeError with the reason.
const Kernels& open_kernels(const std::string& folder, const std::string& level);
void choose_kernels(const std::string& folder);
std::vector<std::string> installed_levels(const std::string& folder);

}  // namespace deepcore
