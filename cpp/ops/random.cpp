#include "ops/random.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "graph/gradients.h"
#include "kernels/kernels.h"

namespace deepcore {
namespace {

// A node that writes into x; `fill` is called with a new draw at every run.
template <class F>
class Fill final : public Node {
 public:
  Fill(const char* name, const Tensor& x, std::uint64_t groups, const Ref<Generator>& generator,
       F fill)
      : Node({&x}, Differentiable::no),
        name_(name),
        storage_(x->storage()),
        groups_(groups),
        generator_(generator),
        fill_(std::move(fill)) {}
  const char* name() const noexcept override { return name_; }
  void forward() override {
    fill_(generator_->advance(groups_));
    storage_->written();
  }

 private:
  const char* name_;
  Ref<Storage> storage_;
  std::uint64_t groups_;
  Ref<Generator> generator_;
  F fill_;
};

template <class F>
void run_fill(const char* name, const Tensor& x, std::uint64_t groups,
              const Ref<Generator>& generator, F fill) {
  run(make_ref<Fill<F>>(name, x, groups, generator, std::move(fill)));
}

// Multiplying 64 random bits by the range and keeping the upper half prefers no number by more than
// range / 2^64.
std::int64_t in_range(std::uint64_t bits, std::int64_t low, std::uint64_t range) noexcept {
  const auto offset =
      static_cast<std::uint64_t>((static_cast<unsigned __int128>(bits) * range) >> 64);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + offset);
}

// 64 random bits an element: call(i, bits).
template <class F>
void each_bits(const Draw& draw, std::int64_t n, const F& call) {
  RandomGroup group;
  for (std::int64_t i = 0; i < n; ++i) {
    constexpr int pairs = group_words / 2;
    const int k = static_cast<int>(i % pairs);
    if (k == 0) philox(draw, static_cast<std::uint64_t>(i / pairs), group);
    const std::uint32_t* words =
        group.words + k / group_blocks * 2 * group_blocks + k % group_blocks;
    call(i, std::uint64_t{words[0]} << 32 | words[group_blocks]);
  }
}

// y = x m / (1 - p), m drawn anew by every forward; dx = dy m / (1 - p).
template <class T>
class Dropout final : public Node {
 public:
  Dropout(const Tensor& x, double p, const Ref<Generator>& generator, const Tensor& y)
      : Node({&x}),
        n_(x->numel()),
        p_(p),
        generator_(generator),
        x_(x->data<T>()),
        y_(y->data<T>()) {}
  const char* name() const noexcept override { return "dropout"; }

  void forward() override {
    draw_ = generator_->advance(random_groups<float>(n_));
    kernels().of<T>().random.dropout(draw_, x_, y_, n_, p_, false);
  }
  // The mask is made again from its draw: 0.3 ns an element with AVX-512, 0.8 with AVX2, no memory.
  void backward(Gradients& gradients) override {
    const T* dy = gradients.of_output<T>();
    if (T* dx = gradients.of_input<T>(0)) {
      kernels().of<T>().random.dropout(draw_, dy, dx, n_, p_, gradients.accumulate(0));
    }
  }

 private:
  std::int64_t n_;
  double p_;
  Ref<Generator> generator_;
  Draw draw_;
  const T* x_;
  T* y_;
};

}  // namespace

void fill_uniform(const Tensor& x, double low, double high, const Ref<Generator>& generator) {
  if (!(low <= high) || !std::isfinite(high - low)) {
    throw ValueError("uniform", "bounds must be finite with low <= high, got ", low, " and ", high,
                     ".");
  }
  check_writable("uniform", x);
  visit_floating("uniform", x->dtype(), [&]<class T>(TypeTag<T>) {
    if (!std::isfinite(T(high) - T(low))) {
      throw ValueError("uniform", "bounds must be within the range of ", x->dtype(), ", got ", low,
                       " and ", high, ".");
    }
    const auto n = x->numel();
    run_fill("uniform", x, random_groups<T>(n), generator,
             [=, out = x->data<T>(), low = T(low), high = T(high)](const Draw& draw) {
               kernels().of<T>().random.uniform(draw, out, n, low, high);
             });
  });
}

void fill_normal(const Tensor& x, double mean, double std, const Ref<Generator>& generator) {
  if (!(std >= 0)) throw ValueError("normal", "std must be at least 0, got ", std, ".");
  check_writable("normal", x);
  visit_floating("normal", x->dtype(), [&]<class T>(TypeTag<T>) {
    const auto n = x->numel();
    run_fill("normal", x, random_groups<T>(n), generator,
             [=, out = x->data<T>(), mean = T(mean), std = T(std)](const Draw& draw) {
               kernels().of<T>().random.normal(draw, out, n, mean, std);
             });
  });
}

void fill_bernoulli(const Tensor& x, const Tensor& p, const Ref<Generator>& generator) {
  check_writable("bernoulli", x);
  if (p->dtype() != x->dtype()) {
    throw TypeError("bernoulli", "p must have the tensor's dtype ", x->dtype(), ", got ",
                    p->dtype(), ".");
  }
  if (p->numel() != 1 && !(p->shape() == x->shape())) {
    throw ValueError("bernoulli", "p must be a number or have the tensor's shape ", x->shape(),
                     ", got ", p->shape(), ".");
  }
  visit_floating("bernoulli", x->dtype(), [&]<class T>(TypeTag<T>) {
    const T* first = p->data<T>();
    const auto inside = [](T value) { return value >= 0 && value <= 1; };
    const T* wrong = std::find_if_not(first, first + p->numel(), inside);
    if (wrong != first + p->numel()) {
      throw ValueError("bernoulli", "p must be in 0 to 1, got ", *wrong, ".");
    }
    const auto n = x->numel();
    run_fill("bernoulli", x, random_groups<float>(n), generator,
             [=, step = p->numel() == n ? 1 : 0, out = x->data<T>()](const Draw& draw) {
               kernels().of<T>().random.bernoulli(draw, p->data<T>(), step, out, n);
             });
  });
}

Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape,
               const Ref<Generator>& generator) {
  if (low >= high) {
    throw ValueError("randint", "low must be below high, got ", low, " and ", high, ".");
  }
  Tensor x = empty("randint", shape, Dtype::int64);
  const auto range = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  run_fill("randint", x, random_groups<double>(x->numel()), generator,
           [=, n = x->numel(), out = x->data<std::int64_t>()](const Draw& draw) {
             each_bits(draw, n, [=](auto i, auto bits) { out[i] = in_range(bits, low, range); });
           });
  return x;
}

Tensor randperm(std::int64_t n, const Ref<Generator>& generator) {
  if (n < 0) throw ValueError("randperm", "n must not be negative, got ", n, ".");
  Tensor x = empty("randperm", {n}, Dtype::int64);
  run_fill("randperm", x, random_groups<double>(n), generator,
           [=, out = x->data<std::int64_t>()](const Draw& draw) {
             std::iota(out, out + n, std::int64_t{0});
             // Fisher and Yates' shuffle: place i takes one of those from i on.
             each_bits(draw, n, [=](auto i, auto bits) {
               std::swap(out[i], out[in_range(bits, i, static_cast<std::uint64_t>(n - i))]);
             });
           });
  return x;
}

Tensor dropout(const Tensor& input, double p, const Ref<Generator>& generator) {
  if (!(p >= 0 && p <= 1)) throw ValueError("dropout", "p must be in 0 to 1, got ", p, ".");
  return visit_floating("dropout", input->dtype(), [&]<class T>(TypeTag<T>) {
    if (p == 0) return input;
    Tensor y = empty("dropout", input->shape(), input->dtype());
    return run(make_ref<Dropout<T>>(input, p, generator, y), y);
  });
}

}  // namespace deepcore
