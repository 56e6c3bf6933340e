#include "kernels/class_loss.h"

#include "kernels/lines.h"

namespace deepcore {
namespace {

template <class T>
T weight_of(const ClassLossArgs<T>& args, std::int64_t label) noexcept {
  return args.weight ? args.weight[label] : T{1};
}

template <class T>
T weight_sum(const ClassLossArgs<T>& args) noexcept {
  if (!args.weight) return static_cast<T>(args.view.n);
  T sum = 0;
  for (std::int64_t c = 0; c < args.view.n; ++c) sum += args.weight[c];
  return sum;
}

// Where class `label` of term r lies in an array of the view's shape.
inline std::int64_t place(const View& view, std::int64_t r, std::int64_t label) noexcept {
  return view.inner == 1 ? r * view.n + label
                         : (r / view.inner * view.n + label) * view.inner + r % view.inner;
}

// Calls f(r, label, weight) for every term that is not left out, other(r) for those that are.
template <class T, class F, class Other>
void for_labels(const ClassLossArgs<T>& args, const F& f, const Other& other) {
  const auto terms = args.view.outer * args.view.inner;
  parallel_for(terms, grain_of(grain_bytes, 32), [&](std::int64_t begin, std::int64_t end) {
    for (auto r = begin; r < end; ++r) {
      const auto label = args.label[r];
      label == args.ignore_index ? other(r) : f(r, label, weight_of(args, label));
    }
  });
}

// w_c t'_c at a cursor, for probabilities.
template <class T, class Cursor>
Wide<T> weighted_target(const ClassLossArgs<T>& args, const Wide<T>& t, const Cursor& at) noexcept {
  const T keep = 1 - args.smoothing, share = args.smoothing / static_cast<T>(args.view.n);
  const auto smooth = args.smoothing == 0 ? t : t * splat_wide(keep) + splat_wide(share);
  return args.weight ? smooth * at.along(args.weight) : smooth;
}

// p of a line, and what the terms need: the maximum m and log Σ e^(x - m).
template <class T>
struct Normalizer {
  Wide<T> max, log_sum;
};

template <class T, class Line>
Normalizer<T> normalize(const Line& line, const T* x, T* p) noexcept {
  const auto max = line.max(x);
  const auto sum = line.sum([&](const auto& at) {
    const auto e = exp_wide(at.full(x) - max);
    if (p) put(p, at, e);
    return e;
  });
  if (p) {
    const auto scale = splat_wide(T{1}) / sum;
    line.for_each([&](const auto& at) { put(p, at, at.full(p) * scale); });
  }
  return {max, log_wide(sum)};
}

template <class T>
void index_forward(const ClassLossArgs<T>& args, T* p, T* terms) {
  const bool smooth = args.smoothing != 0;
  const T keep = 1 - args.smoothing, share = args.smoothing / static_cast<T>(args.view.n);
  const auto body = [&, wanted = p != nullptr](const auto& line, T* p, bool, const T* x) {
    const auto [max, log_sum] = normalize(line, x, wanted ? p : nullptr);
    T m[wide_lanes<T>], l[wide_lanes<T>], all[wide_lanes<T>];
    store_wide(m, max);
    store_wide(l, log_sum);
    if (smooth) {
      store_wide(all, line.sum([&, max = max, log_sum = log_sum](const auto& at) {
        const auto loss = log_sum - (at.full(x) - max);
        return args.weight ? loss * at.along(args.weight) : loss;
      }));
    }
    line.for_reduced([&](int lane, std::int64_t r) {
      const auto label = args.label[r];
      if (label == args.ignore_index) {
        terms[r] = 0;
        return;
      }
      const T loss = l[lane] - (args.x[place(args.view, r, label)] - m[lane]);
      const T weighted = weight_of(args, label) * loss;
      terms[r] = smooth ? keep * weighted + share * all[lane] : weighted;
    });
  };
  for_lines(args.view, p, false, body, args.x);
}

template <class T>
void target_forward(const ClassLossArgs<T>& args, T* p, T* terms) {
  const auto body = [&, wanted = p != nullptr](const auto& line, T* p, bool, const T* x,
                                               const T* target) {
    const auto n = normalize(line, x, wanted ? p : nullptr);
    line.put_reduced(terms, line.sum([&](const auto& at) {
      return weighted_target(args, at.full(target), at) * (n.log_sum - (at.full(x) - n.max));
    }));
  };
  for_lines(args.view, p, false, body, args.x, args.target);
}

template <class T>
void forward(const ClassLossArgs<T>& args, T* p, T* terms) {
  args.label ? index_forward(args, p, terms) : target_forward(args, p, terms);
}

// dx = scale ((1 - s) w_k + s / C Σ w) p - scale s / C w - scale (1 - s) w_k e_k
template <class T>
void index_backward(const ClassLossArgs<T>& args, const T* p, const T* scale, T* factors,
                    bool accumulate, T* dx) {
  const T keep = 1 - args.smoothing, share = args.smoothing / static_cast<T>(args.view.n);
  const T total = share * weight_sum(args);
  for_labels(
      args, [&](auto r, auto, T weight) { factors[r] = scale[r] * (keep * weight + total); },
      [&](auto r) { factors[r] = 0; });
  map_view(args.view, dx, accumulate, [&](const auto& at) {
    // What is left out has no gradient, even where it is NaN.
    const auto factor = at.reduced(factors);
    auto value = at.full(p) * factor;
    if (args.smoothing != 0) {
      const auto each_class = at.reduced(scale) * splat_wide(share);
      value = value - (args.weight ? each_class * at.along(args.weight) : each_class);
    }
    return each([](Vec<T> f, Vec<T> v) { return select<T>(f == Vec<T>{}, f, v); }, factor, value);
  });
  for_labels(
      args,
      [&](auto r, auto label, T weight) {
        dx[place(args.view, r, label)] -= scale[r] * (keep * weight);
      },
      [](auto) {});
}

// dx = scale (p Σ w t' - w t')
template <class T>
void probability_backward(const ClassLossArgs<T>& args, const T* p, const T* scale, T* factors,
                          bool accumulate, T* dx) {
  const auto body = [&](const auto& line, T*, bool, const T* target) {
    line.put_reduced(factors, line.sum([&](const auto& at) {
      return weighted_target(args, at.full(target), at);
    }));
  };
  for_lines<T>(args.view, nullptr, false, body, args.target);
  map_view(args.view, dx, accumulate, [&](const auto& at) {
    const auto target = weighted_target(args, at.full(args.target), at);
    return at.reduced(scale) * (at.full(p) * at.reduced(factors) - target);
  });
}

template <class T>
void backward(const ClassLossArgs<T>& args, const T* p, const T* scale, T* factors, bool accumulate,
              T* dx) {
  args.label ? index_backward(args, p, scale, factors, accumulate, dx)
             : probability_backward(args, p, scale, factors, accumulate, dx);
}

// dt = scale w (1 - s) (L - x)
template <class T>
void target_backward(const ClassLossArgs<T>& args, const T* scale, bool accumulate, T* dt) {
  const T keep = 1 - args.smoothing;
  const auto body = [&](const auto& line, T* dt, bool accumulate, const T* x) {
    const auto [max, log_sum] = normalize<T>(line, x, nullptr);
    const auto factor = line.reduced(scale) * splat_wide(keep);
    line.for_each([&, max = max, log_sum = log_sum](const auto& at) {
      const auto loss = factor * (log_sum - (at.full(x) - max));
      put(dt, at, args.weight ? loss * at.along(args.weight) : loss, accumulate);
    });
  };
  for_lines(args.view, dt, accumulate, body, args.x);
}

template <class T>
void nll_forward(const ClassLossArgs<T>& args, T* terms) {
  for_labels(
      args,
      [&](auto r, auto label, T weight) {
        terms[r] = -weight * args.x[place(args.view, r, label)];
      },
      [&](auto r) { terms[r] = 0; });
}

template <class T>
void nll_backward(const ClassLossArgs<T>& args, const T* scale, bool accumulate, T* dx) {
  const auto& view = args.view;
  if (!accumulate) std::fill(dx, dx + view.outer * view.n * view.inner, T{0});
  for_labels(
      args, [&](auto r, auto label, T weight) { dx[place(view, r, label)] -= scale[r] * weight; },
      [](auto) {});
}

}  // namespace

template <class T>
ClassLoss<T> class_loss_kernels() {
  return {.forward = forward<T>,
          .backward = backward<T>,
          .target_backward = target_backward<T>,
          .nll_forward = nll_forward<T>,
          .nll_backward = nll_backward<T>};
}
template ClassLoss<float> class_loss_kernels();
template ClassLoss<double> class_loss_kernels();

}  // namespace deepcore
