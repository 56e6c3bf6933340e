#include "kernels/resample.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/parallel.h"

namespace deepcore {
namespace {

// The weighted sum of one vector of places; take(p) is the elements at the indices p points to.
template <class T, class Take>
inline Vec<T> weigh(const Taps<T>& taps, std::int64_t o, const Take& take) noexcept {
  if (!taps.weight) return take(taps.index + o);
  const T* weight = taps.weight + o;
  const Int<T>* index = taps.index + o;
  Vec<T> sum = load(weight) * take(index);
  if (!taps.count) {
    for (std::int64_t k = 1; k < taps.most; ++k) {
      sum = fma(load(weight + k * taps.stride), take(index + k * taps.stride), sum);
    }
    return sum;
  }
  const Mask<T> count = load(taps.count + o);
  sum = select<T>(count > Int<T>{0}, sum, Vec<T>{});
  for (std::int64_t k = 1; k < taps.most; ++k) {
    const Vec<T> more = fma(load(weight + k * taps.stride), take(index + k * taps.stride), sum);
    sum = select<T>(count > static_cast<Int<T>>(k), more, sum);
  }
  return sum;
}

// The places o, o + 1, ... of a vector. Where all they take lies within one vector of x, as when
// sizes grow, it is loaded once and permuted.
template <class T>
inline Vec<T> weigh_places(const Taps<T>& taps, std::int64_t o, const T* x) noexcept {
  constexpr std::int64_t n = lanes<T>;
  const std::int64_t lowest = taps.index[o];
  const std::int64_t highest = taps.index[(taps.most - 1) * taps.stride + o + n - 1];
  const auto start = std::clamp<std::int64_t>(lowest, 0, std::max<std::int64_t>(taps.in - n, 0));
  if (highest - start < n) {
    const Vec<T> all = taps.in >= n ? load(x + start) : load_first(x, static_cast<int>(taps.in));
    const auto from = static_cast<Int<T>>(start);
    return weigh<T>(taps, o, [&](const Int<T>* p) { return permute<T>(all, load(p) - from); });
  }
  return weigh<T>(taps, o, [&](const Int<T>* p) {
    Vec<T> taken;
    for (int lane = 0; lane < n; ++lane) taken[lane] = x[p[lane]];
    return taken;
  });
}

// y = or += the places of a row.
template <class T>
void across(const Taps<T>& taps, const T* x, T* y, bool add) noexcept {
  std::int64_t o = 0;
  for (; o + lanes<T> <= taps.out; o += lanes<T>) {
    const Vec<T> sum = weigh_places(taps, o, x);
    store(y + o, add ? load(y + o) + sum : sum);
  }
  if (const int rest = static_cast<int>(taps.out - o)) {
    const Vec<T> sum = weigh_places(taps, o, x);
    store_first(y + o, add ? load_first(y + o, rest) + sum : sum, rest);
  }
}

// Rows of one length and their weights, `stride` apart.
template <class T>
struct Rows {
  const T* const* row;
  const T* weight;
  std::int64_t stride, count;

  template <class Load>
  Vec<T> sum(const Load& load) const noexcept {
    Vec<T> sum = splat(weight[0]) * load(row[0]);
    for (std::int64_t k = 1; k < count; ++k) {
      sum = fma(splat(weight[k * stride]), load(row[k]), sum);
    }
    return sum;
  }
};

// y = or += the weighted sum of rows.
template <class T>
void down(const Rows<T>& rows, std::int64_t length, T* y, bool add) noexcept {
  if (rows.count == 0) {
    if (!add) std::fill_n(y, length, T{0});
    return;
  }
  std::int64_t j = 0;
  for (; j + lanes<T> <= length; j += lanes<T>) {
    const Vec<T> sum = rows.sum([&](const T* row) { return load(row + j); });
    store(y + j, add ? load(y + j) + sum : sum);
  }
  if (const int rest = static_cast<int>(length - j)) {
    const Vec<T> sum = rows.sum([&](const T* row) { return load_first(row + j, rest); });
    store_first(y + j, add ? load_first(y + j, rest) + sum : sum, rest);
  }
}

template <class T>
void copy_row(const T* x, std::int64_t length, T* y, bool add) noexcept {
  if (!add) {
    std::memcpy(y, x, static_cast<std::size_t>(length) * sizeof(T));
    return;
  }
  for (std::int64_t j = 0; j < length; ++j) y[j] += x[j];
}

// One thread's share of the work.
template <class T>
class Piece {
 public:
  Piece(const ResampleArgs<T>& args, std::byte* scratch)
      : args_(args), rows_(args.rows), columns_(args.columns) {
    row_ = take<const T*>(scratch, rows_.most);
    held_ = take<std::int64_t>(scratch, rows_.span);
    lines_ = take<T>(scratch, lines(args) * line(args));
  }
  static std::int64_t scratch(const ResampleArgs<T>& args) {
    return padded<const T*>(args.rows.most) + padded<std::int64_t>(args.rows.span) +
           padded<T>(lines(args) * line(args));
  }

  // Rows begin to end - 1 of a plane of y.
  void run(std::int64_t plane, std::int64_t begin, std::int64_t end) noexcept {
    const T* x = args_.x + plane * rows_.in * columns_.in;
    T* y = args_.y + plane * rows_.out * columns_.out;
    std::fill_n(held_, rows_.span, -1);
    for (auto o = begin; o < end; ++o) {
      T* to = y + o * columns_.out;
      if (!rows_.index) {
        across(columns_, x + o * columns_.in, to, args_.accumulate);
      } else if (!columns_.index || across_first(args_)) {
        finish(
            o, [&](auto i) { return columns_.index ? held(x, i) : x + i * columns_.in; }, to);
      } else {
        across(columns_, combined(x, o), to, args_.accumulate);
      }
    }
  }

 private:
  // Rows are worth resampling before they are combined where there are fewer of them than after.
  static bool across_first(const ResampleArgs<T>& args) { return args.rows.in < args.rows.out; }
  static std::int64_t lines(const ResampleArgs<T>& args) {
    return across_first(args) ? args.rows.span : 1;
  }
  static std::int64_t line(const ResampleArgs<T>& args) {
    const auto n = across_first(args) ? args.columns.out : args.columns.in;
    return (n + 15) / 16 * 16;
  }
  template <class U>
  static std::int64_t padded(std::int64_t count) {
    return (count * static_cast<std::int64_t>(sizeof(U)) + 63) / 64 * 64;
  }
  template <class U>
  static U* take(std::byte*& scratch, std::int64_t count) {
    return reinterpret_cast<U*>(std::exchange(scratch, scratch + padded<U>(count)));
  }

  // Row i of x resampled, kept as long as rows near it are asked for.
  const T* held(const T* x, std::int64_t i) noexcept {
    const auto slot = i % rows_.span;
    T* to = lines_ + slot * line(args_);
    if (std::exchange(held_[slot], i) != i) across(columns_, x + i * columns_.in, to, false);
    return to;
  }
  template <class Row>
  Rows<T> taken(std::int64_t o, const Row& row) noexcept {
    const auto count = rows_.count ? static_cast<std::int64_t>(rows_.count[o]) : rows_.most;
    for (std::int64_t k = 0; k < count; ++k) row_[k] = row(rows_.index[k * rows_.stride + o]);
    return {row_, rows_.weight + o, rows_.stride, count};
  }
  template <class Row>
  void finish(std::int64_t o, const Row& row, T* to) noexcept {
    if (!rows_.weight) return copy_row(row(rows_.index[o]), columns_.out, to, args_.accumulate);
    down(taken(o, row), columns_.out, to, args_.accumulate);
  }
  const T* combined(const T* x, std::int64_t o) noexcept {
    const auto row = [&](std::int64_t i) { return x + i * columns_.in; };
    if (!rows_.weight) return row(rows_.index[o]);
    down(taken(o, row), columns_.in, lines_, false);
    return lines_;
  }

  const ResampleArgs<T>& args_;
  const Taps<T>&rows_, &columns_;
  const T** row_;
  std::int64_t* held_;
  T* lines_;
};

// Planes are cut into bands of rows, so that one image keeps every thread busy.
template <class T>
void run(const ResampleArgs<T>& args) {
  const auto width = std::max<std::int64_t>(args.columns.out, 1);
  const auto band =
      std::max<std::int64_t>(32'768 / width, std::max<std::int64_t>(args.rows.span, 8));
  const auto bands = (args.rows.out + band - 1) / band, units = args.planes * bands;
  const auto size = Piece<T>::scratch(args);
  parallel_for(args.pieces, 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto p = begin; p < end; ++p) {
      Piece<T> piece(args, static_cast<std::byte*>(args.scratch) + p * size);
      for (auto unit = units * p / args.pieces; unit < units * (p + 1) / args.pieces; ++unit) {
        const auto first = unit % bands * band;
        piece.run(unit / bands, first, std::min(args.rows.out, first + band));
      }
    }
  });
}

}  // namespace

template <class T>
Resample<T> resample_kernels() {
  return {.scratch = Piece<T>::scratch, .run = run<T>};
}
template Resample<float> resample_kernels();
template Resample<double> resample_kernels();

}  // namespace deepcore
