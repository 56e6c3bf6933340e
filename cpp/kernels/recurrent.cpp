#include "kernels/recurrent.h"

#include <algorithm>
#include <cstring>

#include "base/flush.h"
#include "kernels/recurrent_cells.h"
#include "kernels/recurrent_weights.h"

namespace deepcore {
namespace {

// How a pass is cut: sequences w, w + workers, w + 2 workers, ... are worker w's, so that each has
// long ones and short ones.
template <class T>
class Layout {
 public:
  explicit Layout(const RecurrentArgs<T>& args)
      : args_(args),
        sums_width(gates_of(args.cell) * args.hidden),
        weights({args.weight, sums_width, args.width, 1}, args.width),
        weights_back({args.weight, args.width, 1, args.width}, sums_width),
        projection({args.projection, args.width, args.hidden, 1}, args.hidden),
        projection_back({args.projection, args.hidden, 1, args.hidden}, args.width) {
    const auto flops = 2 * args.steps.rows() * sums_width * args.width;
    workers = std::clamp<std::int64_t>(std::min(args.threads, args.steps.batch), 1,
                                       std::max<std::int64_t>(flops / grain_flops, 1));
  }

  std::int64_t packed_size() const noexcept {
    return std::max(padded(weights.size()), padded(weights_back.size())) +
           (args_.projection ? std::max(padded(projection.size()), padded(projection_back.size()))
                             : 0);
  }
  std::int64_t most_rows() const noexcept { return divide_up(args_.steps.batch, workers); }
  // h, c, m and sums of forward; dh, dc, dm, ds and a row of zeros of backward.
  std::int64_t worker_size() const noexcept {
    return most_rows() * (pitch(args_.width) + 2 * pitch(args_.hidden) + pitch(sums_width)) +
           padded(std::max(args_.width, args_.hidden));
  }
  std::int64_t size() const noexcept { return packed_size() + workers * worker_size(); }

  static std::int64_t padded(std::int64_t n) noexcept {
    constexpr std::int64_t line = 64 / sizeof(T);
    return divide_up(n, line) * line;
  }
  // From row to row of a worker's own arrays: an odd number of cache lines, because rows 1 or 4 KB
  // apart, which a tile reads side by side, would lie in the same few sets of the first cache.
  static std::int64_t pitch(std::int64_t n) noexcept {
    constexpr std::int64_t line = 64 / sizeof(T);
    return (divide_up(n, line) | 1) * line;
  }

 private:
  const RecurrentArgs<T>& args_;

 public:
  std::int64_t sums_width, workers;
  PackedWeights<T> weights, weights_back, projection, projection_back;
};

// One worker's sequences.
template <class T>
class Share {
 public:
  Share(const RecurrentArgs<T>& args, const Layout<T>& layout, std::int64_t worker,
        T* scratch) noexcept
      : args_(args),
        layout_(layout),
        worker_(worker),
        of_h_(layout.pitch(args.width)),
        of_cell_(layout.pitch(args.hidden)),
        of_sums_(layout.pitch(layout.sums_width)) {
    const auto rows = layout.most_rows();
    h_ = scratch;
    c_ = h_ + rows * of_h_;
    m_ = c_ + rows * of_cell_;
    sums_ = m_ + rows * of_cell_;
    zeros_ = sums_ + rows * of_sums_;
  }

 protected:
  // Of the first `sequences`, those that are the worker's.
  std::int64_t own(std::int64_t sequences) const noexcept {
    return divide_up(std::max<std::int64_t>(sequences - worker_, 0), layout_.workers);
  }
  std::int64_t sequence(std::int64_t r) const noexcept { return worker_ + r * layout_.workers; }
  std::int64_t row(std::int64_t t, std::int64_t r) const noexcept {
    return args_.steps.row(t, sequence(r));
  }

  // Where row `at` of an array begins, if there is one.
  static T* of_row(T* array, std::int64_t at, std::int64_t width) noexcept {
    return array ? array + at * width : nullptr;
  }

  // States of the batch to the worker's own rows, zeros for none, and back.
  void gather(const T* from, std::int64_t width, T* to) const noexcept {
    for (std::int64_t r = 0; r < own(args_.steps.batch); ++r, to += layout_.pitch(width)) {
      if (!from) {
        std::fill_n(to, width, T{0});
      } else {
        std::copy_n(from + sequence(r) * width, width, to);
      }
    }
  }
  void scatter(const T* from, std::int64_t width, T* to) const noexcept {
    for (std::int64_t r = 0; r < own(args_.steps.batch); ++r, from += layout_.pitch(width)) {
      std::copy_n(from, width, to + sequence(r) * width);
    }
  }

  const RecurrentArgs<T>& args_;
  const Layout<T>& layout_;
  std::int64_t worker_, of_h_, of_cell_, of_sums_;
  T *h_, *c_, *m_, *sums_, *zeros_;
};

template <class T, class C>
class ForwardShare : Share<T> {
 public:
  using Share<T>::Share;

  void run() noexcept {
    gather(args_.h0, args_.width, h_);
    if (args_.c_n) gather(args_.c0, args_.hidden, c_);
    for (std::int64_t i = 0; i < args_.steps.count; ++i) step(args_.steps.at(i));
    scatter(h_, args_.width, args_.h_n);
    if (args_.c_n) scatter(c_, args_.hidden, args_.c_n);
  }

 private:
  using Share<T>::args_, Share<T>::layout_, Share<T>::h_, Share<T>::c_, Share<T>::m_,
      Share<T>::sums_, Share<T>::of_h_, Share<T>::of_cell_, Share<T>::of_sums_;
  using Share<T>::own, Share<T>::row, Share<T>::of_row, Share<T>::gather, Share<T>::scatter;

  void step(std::int64_t t) noexcept {
    const auto rows = own(args_.steps.rows(t)), n = args_.hidden;
    if (rows == 0) return;
    layout_.weights.multiply(rows, h_, of_h_, sums_, of_sums_);
    for (std::int64_t r = 0; r < rows; ++r) {
      const auto at = row(t, r);
      C::forward({.gates = args_.gates + at * layout_.sums_width,
                  .s = sums_ + r * of_sums_,
                  .h = args_.projection ? m_ + r * of_cell_ : h_ + r * of_h_,
                  .c = c_ + r * of_cell_,
                  .extra = of_row(args_.extra, at, n),
                  .bias_n = args_.bias_n},
                 n);
      if (args_.projection) std::copy_n(m_ + r * of_cell_, n, args_.m + at * n);
    }
    if (args_.projection) layout_.projection.multiply(rows, m_, of_cell_, h_, of_h_);
    for (std::int64_t r = 0; r < rows; ++r) {
      std::copy_n(h_ + r * of_h_, args_.width, args_.y + row(t, r) * args_.width);
    }
  }
};

template <class T, class C>
class BackwardShare : Share<T> {
 public:
  BackwardShare(const RecurrentGradientArgs<T>& gradient, const Layout<T>& layout,
                std::int64_t worker, T* scratch) noexcept
      : Share<T>(gradient.forward, layout, worker, scratch), gradient_(gradient) {
    std::fill_n(this->zeros_, std::max(args_.width, args_.hidden), T{0});
  }

  void run() noexcept {
    gather(gradient_.dh_n, args_.width, h_);
    if (gradient_.dc0) gather(gradient_.dc_n, args_.hidden, c_);
    for (std::int64_t i = args_.steps.count - 1; i >= 0; --i) step(args_.steps.at(i));
    scatter(h_, args_.width, gradient_.dh0);
    if (gradient_.dc0) scatter(c_, args_.hidden, gradient_.dc0);
  }

 private:
  using Share<T>::args_, Share<T>::layout_, Share<T>::h_, Share<T>::c_, Share<T>::m_,
      Share<T>::sums_, Share<T>::of_h_, Share<T>::of_cell_, Share<T>::of_sums_;
  using Share<T>::own, Share<T>::row, Share<T>::of_row, Share<T>::sequence, Share<T>::gather,
      Share<T>::scatter;

  // What sequence r had in `states`, an array over all steps, before step t.
  const T* before(const T* states, const T* initial, std::int64_t width, std::int64_t t,
                  std::int64_t r) const noexcept {
    const auto last = args_.steps.reverse ? t + 1 : t - 1;
    if (last >= 0 && last < args_.steps.count && sequence(r) < args_.steps.rows(last)) {
      return states + row(last, r) * width;
    }
    return initial ? initial + sequence(r) * width : this->zeros_;
  }

  void step(std::int64_t t) noexcept {
    const auto rows = own(args_.steps.rows(t));
    if (rows == 0) return;
    for (std::int64_t r = 0; r < rows; ++r) arrive(t, r);
    if (args_.projection) layout_.projection_back.multiply(rows, h_, of_h_, m_, of_cell_);
    for (std::int64_t r = 0; r < rows; ++r) step(t, r);
    layout_.weights_back.multiply(rows, sums_, of_sums_, h_, of_h_, args_.cell == Cell::gru);
  }
  void step(std::int64_t t, std::int64_t r) noexcept {
    const auto at = row(t, r), n = args_.hidden, sums = layout_.sums_width;
    C::backward({.gates = args_.gates + at * sums,
                 .extra = of_row(args_.extra, at, n),
                 .h_before = gradient_.previous + at * args_.width,
                 .c_before = gradient_.dc0 ? before(args_.extra, args_.c0, n, t, r) : nullptr,
                 .dh = args_.projection ? m_ + r * of_cell_ : h_ + r * of_h_,
                 .dc = c_ + r * of_cell_,
                 .dgates = gradient_.dgates + at * sums,
                 .dhidden = sums_ + r * of_sums_,
                 .direct = h_ + r * of_h_},
                n);
    if (gradient_.dhidden != gradient_.dgates) {
      std::copy_n(sums_ + r * of_sums_, sums, gradient_.dhidden + at * sums);
    }
  }

  // dh of the step is what comes from its output and from the step after it.
  void arrive(std::int64_t t, std::int64_t r) noexcept {
    const auto at = row(t, r), width = args_.width;
    T* dh = h_ + r * of_h_;
    if (gradient_.dy) {
      const T* dy = gradient_.dy + at * width;
      over_vectors<T>(
          width, [&](std::int64_t j, auto v) { v.put(dh + j, v.get(dy + j) + v.get(dh + j)); });
    }
    if (args_.projection) std::copy_n(dh, width, gradient_.dprojected + at * width);
    std::copy_n(before(args_.y, args_.h0, width, t, r), width, gradient_.previous + at * width);
  }

  const RecurrentGradientArgs<T>& gradient_;
};

template <class T>
std::int64_t scratch(const RecurrentArgs<T>& args) {
  return Layout<T>(args).size() * static_cast<std::int64_t>(sizeof(T));
}

template <class T>
void forward(const RecurrentArgs<T>& args, void* scratch) {
  Layout<T> layout(args);
  T* packed = static_cast<T*>(scratch);
  layout.weights.pack(packed);
  if (args.projection) layout.projection.pack(packed + layout.padded(layout.weights.size()));
  T* workers = packed + layout.packed_size();
  with_cell<T>(args.cell, [&]<class C>() {
    parallel_for(layout.workers, 1, [&](std::int64_t begin, std::int64_t end) {
      const FlushToZero flush;
      for (auto w = begin; w < end; ++w) {
        ForwardShare<T, C>(args, layout, w, workers + w * layout.worker_size()).run();
      }
    });
  });
}

template <class T>
void backward(const RecurrentGradientArgs<T>& args, void* scratch) {
  Layout<T> layout(args.forward);
  T* packed = static_cast<T*>(scratch);
  layout.weights_back.pack(packed);
  if (args.forward.projection) {
    layout.projection_back.pack(packed + layout.padded(layout.weights_back.size()));
  }
  T* workers = packed + layout.packed_size();
  with_cell<T>(args.forward.cell, [&]<class C>() {
    parallel_for(layout.workers, 1, [&](std::int64_t begin, std::int64_t end) {
      const FlushToZero flush;
      for (auto w = begin; w < end; ++w) {
        BackwardShare<T, C>(args, layout, w, workers + w * layout.worker_size()).run();
      }
    });
  });
}

}  // namespace

template <class T>
Recurrent<T> recurrent_kernels() {
  return {.scratch = scratch<T>, .forward = forward<T>, .backward = backward<T>};
}
template Recurrent<float> recurrent_kernels();
template Recurrent<double> recurrent_kernels();

}  // namespace deepcore
