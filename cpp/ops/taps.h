// The taps of a resampled axis: which places of the input make each place of the output.
#pragma once

#include <vector>

#include "kernels/resample.h"

namespace deepcore {

enum class Interpolation { nearest, nearest_exact, linear, cubic, area };

struct ResampledAxis {
  std::int64_t in, out;
  double scale = 0;  // of out to in as the user gave it; 0: by the sizes
  bool align_corners = false;
  bool antialias = false;
};

// The taps of all places one after the other, those of one place by ascending index.
struct TapList {
  struct Tap {
    std::int64_t index;
    double weight;
  };
  std::int64_t in = 0;
  std::vector<std::int64_t> ends = {0};  // place o has taps ends[o] to ends[o + 1] - 1
  std::vector<Tap> taps;

  std::int64_t out() const { return static_cast<std::int64_t>(ends.size()) - 1; }
};

TapList make_taps(Interpolation interpolation, const ResampledAxis& axis);
// From where output places go back to where they came from: one tap each, equal ones joined.
TapList transposed(const TapList& list);

// A list as kernels read it.
template <class T>
class TapTable {
 public:
  TapTable() = default;  // an axis that stays as it is
  explicit TapTable(const TapList& list, bool copies = false);

  // As of an axis of `size` places where the table is empty.
  Taps<T> taps(std::int64_t size) const;

 private:
  Taps<T> taps_;
  std::vector<Int<T>> index_, count_;
  std::vector<T> weight_;
};

}  // namespace deepcore
