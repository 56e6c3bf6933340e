#include "kernels/reduce.h"

#include "kernels/sums.h"

namespace deepcore {
namespace {

template <class T>
struct Result {
  T divisor;
  bool accumulate;
  T* y;
  void set(std::int64_t i, T sum) const noexcept {
    y[i] = (accumulate ? y[i] : T{0}) + (divisor == 1 ? sum : sum / divisor);
  }
};

template <class T>
struct SumRows {
  using State = T;
  static constexpr std::int64_t block = row_block, tile = 1;
  View view;
  Value<T> value;
  Result<T> result;

  void leaf(std::int64_t row, std::int64_t begin, std::int64_t end, T& sum) const noexcept {
    sum = sum_row_block<T>(row, view.n, begin, end, value);
  }
  void merge(std::int64_t, T& a, T b) const noexcept { a += b; }
  void done(std::int64_t row, T sum) const noexcept { result.set(row, sum); }
};

template <class T>
struct SumColumns {
  // Long enough for the memory's streams, and 2 KB of sums stay in the L1.
  static constexpr std::int64_t block = column_block, tile = 2048 / sizeof(T);
  struct State {
    T sum[tile];
  };
  View view;
  Value<T> value;
  Result<T> result;

  void leaf(std::int64_t unit, std::int64_t begin, std::int64_t end, State& s) const noexcept {
    sum_column_block(view, tile_of<SumColumns>(view, unit), begin, end, s.sum, value);
  }
  void merge(std::int64_t unit, State& a, const State& b) const noexcept {
    const auto width = tile_of<SumColumns>(view, unit).width;
    for (std::int64_t c = 0; c < width; ++c) a.sum[c] += b.sum[c];
  }
  void done(std::int64_t unit, const State& s) const noexcept {
    const auto [o, column, width] = tile_of<SumColumns>(view, unit);
    for (std::int64_t c = 0; c < width; ++c) result.set(o * view.inner + column + c, s.sum[c]);
  }
};

template <class T>
void sum(const View& view, const T* x, T divisor, bool accumulate, T* y, void* scratch) {
  const Result<T> result{divisor, accumulate, y};
  if (view.inner == 1) {
    run_policy<T>(SumRows<T>{view, {x}, result}, scratch);
  } else {
    run_policy<T>(SumColumns<T>{view, {x}, result}, scratch);
  }
}

template <class T>
std::int64_t scratch(const View& view) {
  return view.inner == 1 ? blocks_of<SumRows<T>>(view).scratch()
                         : blocks_of<SumColumns<T>>(view).scratch();
}

template <class T>
void spread(const View& view, const T* g, T divisor, bool accumulate, T* dx) {
  map_view(view, dx, accumulate,
           [=](const auto& at) { return at.reduced(g) / splat_wide(divisor); });
}

}  // namespace

template <class T>
Reduce<T> reduce_kernels() {
  return {.scratch = scratch<T>, .sum = sum<T>, .spread = spread<T>};
}
template Reduce<float> reduce_kernels();
template Reduce<double> reduce_kernels();

}  // namespace deepcore
