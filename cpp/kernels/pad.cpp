#include "kernels/pad.h"

#include <cstring>

#include "base/parallel.h"
#include "base/vec.h"

namespace deepcore {
namespace {

// to = or += from. Rows of images are short: a call of memcpy would cost as much as the copy.
template <bool add, class T>
inline void move_row(const T* from, T* to, std::int64_t n) noexcept {
  if constexpr (std::is_floating_point_v<T>) {
    std::int64_t j = 0;
    for (; j + lanes<T> <= n; j += lanes<T>) {
      store(to + j, add ? load(to + j) + load(from + j) : load(from + j));
    }
    if (const int rest = static_cast<int>(n - j)) {
      const Vec<T> v = load_first(from + j, rest);
      store_first(to + j, add ? load_first(to + j, rest) + v : v, rest);
    }
  } else if constexpr (add) {
    for (std::int64_t j = 0; j < n; ++j) to[j] = static_cast<T>(to[j] + from[j]);
  } else {
    std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(T));
  }
}

// The axes, and how many elements of x and of y lie behind one place of each.
template <class T>
class Padding {
 public:
  explicit Padding(const PadArgs<T>& args) noexcept
      : args_(args),
        last_(args.rank - 1),
        row_(args.axis[last_]),
        run_(row_.first()),
        end_(row_.last()) {
    for (int k = last_; k > 0; --k) {
      x_block_[k - 1] = x_block_[k] * args.axis[k].size;
      y_block_[k - 1] = y_block_[k] * args.axis[k].padded;
    }
  }

  void spread(const T* x, T* y) const {
    if (last_ == 0) return spread_row(x, y);
    parallel_for(args_.axis[0].padded, grain(y_block_[0]),
                 [&](auto begin, auto end) { spread(0, begin, end, x, y); });
  }
  void fold(const T* dy, T* dx, bool add) const {
    if (last_ == 0) return fold_row(dy, dx, add);
    parallel_for(args_.axis[0].size, grain(x_block_[0]),
                 [&](auto begin, auto end) { fold(0, begin, end, dy, dx, add); });
  }

 private:
  static std::int64_t grain(std::int64_t elements) {
    return grain_of(grain_bytes, elements * std::int64_t{2 * sizeof(T)});
  }

  // Not inlined: the compiler would unroll the recursion, and spill what the rows need.
  [[gnu::noinline]] void spread(int k, std::int64_t begin, std::int64_t end, const T* x,
                                T* y) const noexcept {
    const PadAxis& axis = args_.axis[k];
    for (auto o = begin; o < end; ++o) {
      const auto i = axis.source ? axis.source[o] : o;
      const T* from = x + i * x_block_[k];
      T* to = y + o * y_block_[k];
      if (i < 0) {
        std::fill_n(to, y_block_[k], args_.value);
      } else if (k + 1 == last_) {
        spread_row(from, to);
      } else {
        spread(k + 1, 0, args_.axis[k + 1].padded, from, to);
      }
    }
  }
  void spread_row(const T* x, T* y) const noexcept {
    const auto ends = [&](std::int64_t begin, std::int64_t end) {
      for (auto o = begin; o < end; ++o) {
        const auto i = row_.source[o];
        y[o] = i < 0 ? args_.value : x[i];
      }
    };
    ends(0, run_);
    move_row<false>(x + run_ - row_.before, y + run_, end_ - run_);
    ends(end_, row_.padded);
  }

  // The places are met in ascending order, the first of them alone writing.
  [[gnu::noinline]] void fold(int k, std::int64_t begin, std::int64_t end, const T* dy, T* dx,
                              bool add) const noexcept {
    const PadAxis& axis = args_.axis[k];
    const auto inner = [&](std::int64_t o, T* to, bool more) {
      const T* from = dy + o * y_block_[k];
      if (k + 1 == last_) return fold_row(from, to, more);
      fold(k + 1, 0, args_.axis[k + 1].size, from, to, more);
    };
    for (auto i = begin; i < end; ++i) {
      T* to = dx + i * x_block_[k];
      if (!axis.places) {
        inner(i, to, add);
        continue;
      }
      const auto first = axis.places[i], last = axis.places[i + 1];
      if (first == last && !add) std::fill_n(to, x_block_[k], T{0});
      for (auto p = first; p < last; ++p) inner(axis.places[p], to, add || p > first);
    }
  }
  void fold_row(const T* dy, T* dx, bool add) const noexcept {
    const auto n = end_ - run_;
    T* to = dx + run_ - row_.before;
    const auto ends = [&](std::int64_t begin, std::int64_t end) {
      for (auto o = begin; o < end; ++o) {
        if (row_.source[o] >= 0) dx[row_.source[o]] += dy[o];
      }
    };
    if (add) {
      move_row<true>(dy + run_, to, n);
    } else {
      if (n < row_.size) std::fill_n(dx, row_.size, T{0});
      move_row<false>(dy + run_, to, n);
    }
    ends(0, run_);
    ends(end_, row_.padded);
  }

  const PadArgs<T>& args_;
  int last_;
  PadAxis row_;
  std::int64_t run_, end_;  // where a row of y is one of x, element by element
  std::int64_t x_block_[Shape::max_rank] = {1, 1, 1, 1, 1, 1, 1, 1};
  std::int64_t y_block_[Shape::max_rank] = {1, 1, 1, 1, 1, 1, 1, 1};
};

template <class T>
void forward(const PadArgs<T>& args, const T* x, T* y) {
  Padding<T>(args).spread(x, y);
}

template <class T>
void backward(const PadArgs<T>& args, const T* dy, T* dx, bool accumulate) {
  Padding<T>(args).fold(dy, dx, accumulate);
}

}  // namespace

template <class T>
Pad<T> pad_kernels() {
  return {.forward = forward<T>, .backward = backward<T>};
}
template Pad<float> pad_kernels();
template Pad<double> pad_kernels();
template Pad<std::int64_t> pad_kernels();
template Pad<std::uint8_t> pad_kernels();

}  // namespace deepcore
