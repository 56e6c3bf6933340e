#include "kernels/element_loss.h"

#include "kernels/math.h"
#include "kernels/sums.h"

namespace deepcore {
namespace {

// Each loss: its value and its derivative by x, at a cursor.

template <class T>
struct Squared {
  const ElementLossArgs<T>& args;
  template <class Cursor>
  Wide<T> value(const Cursor& at) const noexcept {
    const auto d = at.full(args.x) - at.full(args.y);
    return d * d;
  }
  template <class Cursor>
  Wide<T> slope(const Cursor& at) const noexcept {
    return splat_wide(T{2}) * (at.full(args.x) - at.full(args.y));
  }
};

template <class T>
struct Absolute {
  const ElementLossArgs<T>& args;
  template <class Cursor>
  Wide<T> value(const Cursor& at) const noexcept {
    return each([](Vec<T> d) { return abs<T>(d); }, at.full(args.x) - at.full(args.y));
  }
  template <class Cursor>
  Wide<T> slope(const Cursor& at) const noexcept {
    return each(
        [](Vec<T> d) {
          const auto one = copysign<T>(splat(T{1}), d);
          return select<T>(d == Vec<T>{}, Vec<T>{}, select<T>(d == d, one, d));
        },
        at.full(args.x) - at.full(args.y));
  }
};

template <class T, class Cursor>
Wide<T> weighted(const ElementLossArgs<T>& args, const Wide<T>& v, const Cursor& at) noexcept {
  return args.weight ? v * at.full(args.weight) : v;
}

// -(y log x + (1 - y) log(1 - x)), the logarithms at least -100 as in PyTorch.
template <class T>
struct Binary {
  const ElementLossArgs<T>& args;
  template <class Cursor>
  Wide<T> value(const Cursor& at) const noexcept {
    const auto loss = [](Vec<T> x, Vec<T> y) {
      const auto one = splat(T{1});
      const auto log_x = at_least<T>(math::log<T>(x), T{-100});
      const auto log_rest = at_least<T>(math::log1p<T>(-x), T{-100});
      return (y - one) * log_rest - y * log_x;
    };
    return weighted(args, each(loss, at.full(args.x), at.full(args.y)), at);
  }
  template <class Cursor>
  Wide<T> slope(const Cursor& at) const noexcept {
    const auto slope = [](Vec<T> x, Vec<T> y) {
      return (x - y) / at_least<T>((splat(T{1}) - x) * x, T(1e-12));
    };
    return weighted(args, each(slope, at.full(args.x), at.full(args.y)), at);
  }
};

// (1 - y) x + (1 + (q - 1) y) log(1 + e^-x), where nothing overflows.
template <class T>
struct BinaryLogits {
  const ElementLossArgs<T>& args;
  template <class Cursor>
  Wide<T> value(const Cursor& at) const noexcept {
    const auto loss = [](Vec<T> x, Vec<T> y, Vec<T> q) {
      const auto one = splat(T{1});
      const auto log_term =
          math::log1p<T>(math::exp<T>(-abs<T>(x))) + select<T>(x < Vec<T>{}, -x, Vec<T>{});
      return (one - y) * x + (one + (q - one) * y) * log_term;
    };
    return weighted(args, each(loss, at.full(args.x), at.full(args.y), positive(at)), at);
  }
  template <class Cursor>
  Wide<T> slope(const Cursor& at) const noexcept {
    const auto slope = [](Vec<T> x, Vec<T> y, Vec<T> q) {
      const auto one = splat(T{1});
      return (one - y) - (one + (q - one) * y) * math::sigmoid<T>(-x);
    };
    return weighted(args, each(slope, at.full(args.x), at.full(args.y), positive(at)), at);
  }

 private:
  template <class Cursor>
  Wide<T> positive(const Cursor& at) const noexcept {
    return args.pos_weight ? at.full(args.pos_weight) : splat_wide(T{1});
  }
};

template <class T, class F>
void visit_loss(const ElementLossArgs<T>& args, const F& f) {
  switch (args.kind) {
    case ElementLossKind::squared:
      return f(Squared<T>{args});
    case ElementLossKind::absolute:
      return f(Absolute<T>{args});
    case ElementLossKind::binary:
      return f(Binary<T>{args});
    case ElementLossKind::binary_logits:
      return f(BinaryLogits<T>{args});
  }
}

template <class T>
View flat(const ElementLossArgs<T>& args) noexcept {
  return {1, args.samples * args.length, 1};
}

template <class T>
void elements(const ElementLossArgs<T>& args, T* out) {
  visit_loss(args, [&](const auto& loss) {
    map_view(flat(args), out, false, [&](const auto& at) { return loss.value(at); });
  });
}

template <class T>
void terms(const ElementLossArgs<T>& args, T* out) {
  if (args.length == 1) return elements(args, out);
  visit_loss(args, [&](const auto& loss) {
    const auto grain = grain_of(grain_bytes, args.length * 2 * std::int64_t{sizeof(T)});
    parallel_for(args.samples, grain, [&](std::int64_t begin, std::int64_t end) {
      for (auto r = begin; r < end; ++r) {
        out[r] = sum_row<T>(r, args.length, [&](const auto& at) { return loss.value(at); });
      }
    });
  });
}

template <class T>
void backward(const ElementLossArgs<T>& args, const T* g, bool each_own, bool accumulate, T* dx) {
  visit_loss(args, [&](const auto& loss) {
    map_view(flat(args), dx, accumulate, [&](const auto& at) {
      return loss.slope(at) * (each_own ? at.full(g) : splat_wide(*g));
    });
  });
}

}  // namespace

template <class T>
ElementLoss<T> element_loss_kernels() {
  return {.elements = elements<T>, .terms = terms<T>, .backward = backward<T>};
}
template ElementLoss<float> element_loss_kernels();
template ElementLoss<double> element_loss_kernels();

}  // namespace deepcore
