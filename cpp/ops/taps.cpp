#include "ops/taps.h"

#include <algorithm>
#include <cmath>

namespace deepcore {
namespace {

using Tap = TapList::Tap;

// Places of the input per place of the output.
double step_of(const ResampledAxis& axis) {
  const auto in = static_cast<double>(axis.in), out = static_cast<double>(axis.out);
  if (axis.align_corners) return axis.out > 1 ? (in - 1) / (out - 1) : 0;
  return axis.scale > 0 ? 1 / axis.scale : in / out;
}

// In float32 as PyTorch does it, whatever the dtype: an index is a choice, not a number that may be
// a little off.
std::int64_t nearest_index(const ResampledAxis& axis, std::int64_t o, bool exact) {
  const float step = axis.scale > 0 ? static_cast<float>(1 / axis.scale)
                                    : static_cast<float>(axis.in) / static_cast<float>(axis.out);
  const float at = exact ? static_cast<float>((static_cast<double>(o) + 0.5) * step)
                         : static_cast<float>(o) * step;
  return std::min(static_cast<std::int64_t>(std::floor(at)), axis.in - 1);
}

// Where the middle of place o lies in the input.
double source(const ResampledAxis& axis, double step, std::int64_t o) {
  const auto place = static_cast<double>(o);
  return axis.align_corners ? step * place : step * (place + 0.5) - 0.5;
}

void add_linear(const ResampledAxis& axis, double at, std::vector<Tap>& taps) {
  at = std::max(at, 0.0);
  const auto i = std::min(static_cast<std::int64_t>(at), axis.in - 1);
  const double part = std::min(at - static_cast<double>(i), 1.0);
  taps.push_back({i, 1 - part});
  taps.push_back({std::min(i + 1, axis.in - 1), part});
}

// Keys' cubic convolution, with the slope `a` at distance 1.
double cubic(double distance, double a) {
  const double x = std::abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

void add_cubic(const ResampledAxis& axis, double at, std::vector<Tap>& taps) {
  const auto i = static_cast<std::int64_t>(std::floor(at));
  for (auto k = i - 1; k <= i + 2; ++k) {
    const auto index = std::clamp<std::int64_t>(k, 0, axis.in - 1);
    taps.push_back({index, cubic(at - static_cast<double>(k), -0.75)});
  }
}

void add_area(const ResampledAxis& axis, std::int64_t o, std::vector<Tap>& taps) {
  const auto first = o * axis.in / axis.out;
  const auto last = ((o + 1) * axis.in + axis.out - 1) / axis.out;
  for (auto i = first; i < last; ++i) taps.push_back({i, 1.0 / static_cast<double>(last - first)});
}

// A filter as wide as the step, normalized: the low-pass of Pillow's resize.
void add_antialiased(const ResampledAxis& axis, bool is_cubic, double step, std::int64_t o,
                     std::vector<Tap>& taps) {
  const double stretch = std::max(step, 1.0), support = (is_cubic ? 2 : 1) * stretch;
  const double center = step * (static_cast<double>(o) + 0.5);
  const auto edge = [&](double at) { return static_cast<std::int64_t>(at + 0.5); };
  const auto first = std::max<std::int64_t>(edge(center - support), 0);
  const auto last = std::min(edge(center + support), axis.in), start = std::ssize(taps);
  double total = 0;
  for (auto i = first; i < last; ++i) {
    const double x = (static_cast<double>(i) - center + 0.5) / stretch;
    taps.push_back({i, is_cubic ? cubic(x, -0.5) : std::max(1 - std::abs(x), 0.0)});
    total += taps.back().weight;
  }
  for (auto tap = taps.begin() + start; tap != taps.end(); ++tap) tap->weight /= total;
}

void add_place(Interpolation interpolation, const ResampledAxis& axis, std::int64_t o,
               std::vector<Tap>& taps) {
  const double step = step_of(axis);
  const bool is_cubic = interpolation == Interpolation::cubic;
  switch (interpolation) {
    case Interpolation::nearest:
    case Interpolation::nearest_exact:
      return taps.push_back(
          {nearest_index(axis, o, interpolation == Interpolation::nearest_exact), 1});
    case Interpolation::area:
      return add_area(axis, o, taps);
    default:
      // As PyTorch: equal sizes are a copy, also where a scale was given that says otherwise.
      if (axis.in == axis.out && (axis.antialias || !is_cubic)) return taps.push_back({o, 1});
      if (axis.antialias) return add_antialiased(axis, is_cubic, step, o, taps);
      is_cubic ? add_cubic(axis, source(axis, step, o), taps)
               : add_linear(axis, source(axis, step, o), taps);
  }
}

}  // namespace

TapList make_taps(Interpolation interpolation, const ResampledAxis& axis) {
  TapList list;
  list.in = axis.in;
  for (std::int64_t o = 0; o < axis.out; ++o) {
    add_place(interpolation, axis, o, list.taps);
    list.ends.push_back(std::ssize(list.taps));
  }
  return list;
}

TapList transposed(const TapList& list) {
  std::vector<std::vector<Tap>> places(list.in);
  for (std::int64_t o = 0; o < list.out(); ++o) {
    for (auto k = list.ends[o]; k < list.ends[o + 1]; ++k) {
      auto& taps = places[list.taps[k].index];
      if (!taps.empty() && taps.back().index == o) {
        taps.back().weight += list.taps[k].weight;
      } else {
        taps.push_back({o, list.taps[k].weight});
      }
    }
  }
  TapList result;
  result.in = list.out();
  for (const auto& taps : places) {
    result.taps.insert(result.taps.end(), taps.begin(), taps.end());
    result.ends.push_back(std::ssize(result.taps));
  }
  return result;
}

template <class T>
TapTable<T>::TapTable(const TapList& list, bool copies) {
  constexpr std::int64_t widest = 64 / sizeof(T);
  std::int64_t most = 1, least = list.in;
  taps_.in = list.in;
  taps_.out = list.out();
  taps_.stride = (taps_.out + widest - 1) / widest * widest;
  for (std::int64_t o = 0; o < taps_.out; ++o) {
    const auto first = list.ends[o], last = list.ends[o + 1];
    most = std::max(most, last - first);
    least = std::min(least, last - first);
    if (last > first) {
      const auto span = list.taps[last - 1].index - list.taps[first].index + 1;
      taps_.span = std::max(taps_.span, span);
    }
  }
  taps_.most = most;
  index_.resize(most * taps_.stride);
  weight_.resize(most * taps_.stride);
  count_.resize(taps_.stride);
  Int<T> before = 0;
  for (std::int64_t o = 0; o < taps_.stride; ++o) {
    const auto first = o < taps_.out ? list.ends[o] : 0,
               last = o < taps_.out ? list.ends[o + 1] : 0;
    count_[o] = static_cast<Int<T>>(last - first);
    for (std::int64_t k = 0; k < most; ++k) {
      const bool taken = first + k < last;
      if (taken) before = static_cast<Int<T>>(list.taps[first + k].index);
      index_[k * taps_.stride + o] = before;
      weight_[k * taps_.stride + o] = taken ? static_cast<T>(list.taps[first + k].weight) : T{0};
    }
  }
  taps_.index = index_.data();
  if (!copies) taps_.weight = weight_.data();
  if (least != most) taps_.count = count_.data();
}

template <class T>
Taps<T> TapTable<T>::taps(std::int64_t size) const {
  if (taps_.index) return taps_;
  Taps<T> same;
  same.in = same.out = size;
  return same;
}

template class TapTable<float>;
template class TapTable<double>;

}  // namespace deepcore
