#include "kernels/variance.h"

#include "kernels/moments.h"
#include "kernels/sums.h"

namespace deepcore {
namespace {

constexpr std::int64_t variance_block = 1024;

// (x - mean)^2, where mean has a value for each column of the tile.
template <class T>
struct SquaredDeviation {
  const T *x, *mean;
  template <class Cursor>
  Wide<T> operator()(const Cursor& at) const noexcept {
    const auto d = at.full(x) - at.local(mean);
    return d * d;
  }
};

template <class T>
struct Result {
  T correction;
  T *mean, *variance;
  void set(std::int64_t i, const Moments<T>& m) const noexcept {
    mean[i] = m.mean;
    variance[i] = m.squares / std::max(m.count - correction, T{0});
  }
};

template <class T>
struct VarianceRows {
  using State = Moments<T>;
  static constexpr std::int64_t block = variance_block, tile = 1;
  View view;
  const T* x;
  Result<T> result;

  void leaf(std::int64_t row, std::int64_t begin, std::int64_t end, State& s) const noexcept {
    const SquaredDeviation<T> deviation{x, &s.mean};
    s.count = static_cast<T>(end - begin);
    s.mean = sum_row_block<T>(row, view.n, begin, end, Value<T>{x}) / s.count;
    s.squares = sum_row_block<T>(row, view.n, begin, end, deviation);
  }
  void merge(std::int64_t, State& a, const State& b) const noexcept { a.merge(b); }
  void done(std::int64_t row, const State& s) const noexcept { result.set(row, s); }
};

template <class T>
struct VarianceColumns {
  // So narrow that a block (512 KB) is still in the L2 on its second pass.
  static constexpr std::int64_t block = variance_block, tile = 512 / sizeof(T);
  struct State {
    T mean[tile], squares[tile];
    T count;
    Moments<T> at(std::int64_t c) const noexcept { return {mean[c], squares[c], count}; }
  };
  View view;
  const T* x;
  Result<T> result;

  void leaf(std::int64_t unit, std::int64_t begin, std::int64_t end, State& s) const noexcept {
    const auto where = tile_of<VarianceColumns>(view, unit);
    s.count = static_cast<T>(end - begin);
    add_up(where, begin, end, s.mean, Value<T>{x});
    for (std::int64_t c = 0; c < where.width; ++c) s.mean[c] /= s.count;
    add_up(where, begin, end, s.squares, SquaredDeviation<T>{x, s.mean});
  }
  void merge(std::int64_t unit, State& a, const State& b) const noexcept {
    const auto width = tile_of<VarianceColumns>(view, unit).width;
    for (std::int64_t c = 0; c < width; ++c) {
      auto moments = a.at(c);
      moments.merge(b.at(c));
      a.mean[c] = moments.mean;
      a.squares[c] = moments.squares;
    }
    a.count += b.count;
  }
  void done(std::int64_t unit, const State& s) const noexcept {
    const auto [o, column, width] = tile_of<VarianceColumns>(view, unit);
    for (std::int64_t c = 0; c < width; ++c) result.set(o * view.inner + column + c, s.at(c));
  }

 private:
  // 128 rows at a time, as every sum down columns.
  template <class Term>
  void add_up(const ColumnTile& where, std::int64_t begin, std::int64_t end, T* sum,
              const Term& term) const noexcept {
    T part[tile];
    std::fill(sum, sum + where.width, T{0});
    for (; begin < end; begin += column_block) {
      sum_column_block(view, where, begin, std::min(end, begin + column_block), part, term);
      for (std::int64_t c = 0; c < where.width; ++c) sum[c] += part[c];
    }
  }
};

template <class T>
void forward(const View& view, const T* x, T correction, T* mean, T* variance, void* scratch) {
  const Result<T> result{correction, mean, variance};
  if (view.inner == 1) {
    run_policy<T>(VarianceRows<T>{view, x, result}, scratch);
  } else {
    run_policy<T>(VarianceColumns<T>{view, x, result}, scratch);
  }
}

template <class T>
std::int64_t scratch(const View& view) {
  return view.inner == 1 ? blocks_of<VarianceRows<T>>(view).scratch()
                         : blocks_of<VarianceColumns<T>>(view).scratch();
}

template <class T>
void backward(const View& view, const T* x, const T* mean, const T* g, T correction,
              bool accumulate, T* dx) {
  const T scale = T{2} / std::max(static_cast<T>(view.n) - correction, T{0});
  map_view(view, dx, accumulate, [=](const auto& at) {
    return (at.full(x) - at.reduced(mean)) * (at.reduced(g) * splat_wide(scale));
  });
}

}  // namespace

template <class T>
Variance<T> variance_kernels() {
  return {.scratch = scratch<T>, .forward = forward<T>, .backward = backward<T>};
}
template Variance<float> variance_kernels();
template Variance<double> variance_kernels();

}  // namespace deepcore
