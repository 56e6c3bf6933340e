#include "kernels/softmax.h"

#include "kernels/lines.h"

namespace deepcore {
namespace {

template <class T>
void forward(const View& view, const T* x, T* y) {
  const auto body = [](const auto& line, T* y, bool, const T* x) {
    const auto max = line.max(x);
    const auto sum = line.sum([&](const auto& at) {
      const auto e = exp_wide(at.full(x) - max);
      put(y, at, e);
      return e;
    });
    const auto scale = splat_wide(T{1}) / sum;
    line.for_each([&](const auto& at) { put(y, at, at.full(y) * scale); });
  };
  for_lines(view, y, false, body, x);
}

template <class T>
void log_forward(const View& view, const T* x, T* y) {
  const auto body = [](const auto& line, T* y, bool, const T* x) {
    const auto max = line.max(x);
    const auto sum = line.sum([&](const auto& at) { return exp_wide(at.full(x) - max); });
    const auto log_sum = log_wide(sum);
    line.for_each([&](const auto& at) { put(y, at, at.full(x) - max - log_sum); });
  };
  for_lines(view, y, false, body, x);
}

// Infinities are not subtracted from each other.
template <class T>
Wide<T> finite_or_zero(const Wide<T>& w) noexcept {
  return each(
      [](Vec<T> v) {
        return select<T>(abs<T>(v) == splat(std::numeric_limits<T>::infinity()), Vec<T>{}, v);
      },
      w);
}

template <class T>
void logsumexp(const View& view, const T* x, T* y) {
  const auto body = [y](const auto& line, T*, bool, const T* x) {
    const auto shift = finite_or_zero(line.max(x));
    const auto sum = line.sum([&](const auto& at) { return exp_wide(at.full(x) - shift); });
    line.put_reduced(y, shift + log_wide(sum));
  };
  for_lines<T>(view, nullptr, false, body, x);
}

template <class T>
void backward(const View& view, const T* y, const T* g, bool accumulate, T* dx) {
  const auto body = [](const auto& line, T* dx, bool accumulate, const T* y, const T* g) {
    const auto dot = line.sum([&](const auto& at) { return at.full(y) * at.full(g); });
    line.for_each(
        [&](const auto& at) { put(dx, at, at.full(y) * (at.full(g) - dot), accumulate); });
  };
  for_lines(view, dx, accumulate, body, y, g);
}

template <class T>
void log_backward(const View& view, const T* y, const T* g, bool accumulate, T* dx) {
  const auto body = [](const auto& line, T* dx, bool accumulate, const T* y, const T* g) {
    const auto sum = line.sum([&](const auto& at) { return at.full(g); });
    line.for_each(
        [&](const auto& at) { put(dx, at, at.full(g) - exp_wide(at.full(y)) * sum, accumulate); });
  };
  for_lines(view, dx, accumulate, body, y, g);
}

template <class T>
void logsumexp_backward(const View& view, const T* x, const T* y, const T* g, bool accumulate,
                        T* dx) {
  map_view(view, dx, accumulate, [=](const auto& at) {
    return at.reduced(g) * exp_wide(at.full(x) - finite_or_zero(at.reduced(y)));
  });
}

}  // namespace

template <class T>
Softmax<T> softmax_kernels() {
  return {.forward = forward<T>,
          .log_forward = log_forward<T>,
          .logsumexp = logsumexp<T>,
          .backward = backward<T>,
          .log_backward = log_backward<T>,
          .logsumexp_backward = logsumexp_backward<T>};
}
template Softmax<float> softmax_kernels();
template Softmax<double> softmax_kernels();

}  // namespace deepcore
