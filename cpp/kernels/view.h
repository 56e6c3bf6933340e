// A contiguous array seen as (outer, n, inner), the view in which families work along one axis, and
// the cursors by which one term serves both ways of lying in lanes: along n where inner is 1, along
// inner elsewhere.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/parallel.h"
#include "base/wide.h"

namespace deepcore {

struct View {
  std::int64_t outer, n, inner;
};

// Reads the lanes at one place: `full` from an array of the view's shape, `reduced` from one of
// shape (outer, inner), `along` from one of shape (n), `local` from one with a value for each
// column of the tile in hand.
template <class T>
struct RowCursor {
  std::int64_t row, offset, j;
  int count;

  Wide<T> full(const T* p) const noexcept { return read(p + offset); }
  Wide<T> reduced(const T* p) const noexcept { return splat_wide(p[row]); }
  Wide<T> along(const T* p) const noexcept { return read(p + j); }
  Wide<T> local(const T* p) const noexcept { return splat_wide(*p); }

 private:
  Wide<T> read(const T* p) const noexcept {
    return count == wide_lanes<T> ? load_wide(p) : load_first_wide(p, count);
  }
};

template <class T>
struct ColumnCursor {
  std::int64_t offset, reduced_offset, local_offset, j;
  int count;

  Wide<T> full(const T* p) const noexcept { return read(p + offset); }
  Wide<T> reduced(const T* p) const noexcept { return read(p + reduced_offset); }
  Wide<T> along(const T* p) const noexcept { return splat_wide(p[j]); }
  Wide<T> local(const T* p) const noexcept { return read(p + local_offset); }

 private:
  Wide<T> read(const T* p) const noexcept {
    return count == wide_lanes<T> ? load_wide(p) : load_first_wide(p, count);
  }
};

// Calls step(j, count) for each group of lanes of [first, last); count is the constant wide_lanes
// in all but the last, so that only that one pays for masks.
template <class T, class Step>
inline void for_lanes(std::int64_t first, std::int64_t last, const Step& step) {
  auto j = first;
  for (; j + wide_lanes<T> <= last; j += wide_lanes<T>) step(j, wide_lanes<T>);
  if (j < last) step(j, static_cast<int>(last - j));
}

// Writes the lanes of an array of the view's shape, or adds to them.
template <class T, class Cursor>
inline void put(T* out, const Cursor& at, const Wide<T>& value, bool accumulate = false) noexcept {
  store_first_wide(out + at.offset, accumulate ? at.full(out) + value : value, at.count);
}

// out = term(cursor), or out += term(cursor), over the whole view.
template <class T, class Term>
void map_view(const View& view, T* out, bool accumulate, const Term& term) {
  constexpr std::int64_t chunk = 4096;
  const bool rows = view.inner == 1;
  const auto lines = rows ? view.outer : view.outer * view.n, length = rows ? view.n : view.inner;
  const auto chunks = (length + chunk - 1) / chunk;
  const auto bytes = std::min(length, chunk) * static_cast<std::int64_t>(sizeof(T));
  parallel_for(lines * chunks, grain_of(grain_bytes, bytes), [&](auto begin, auto end) {
    for (auto unit = begin; unit < end; ++unit) {
      const auto line = unit / chunks, first = unit % chunks * chunk;
      const auto last = std::min(length, first + chunk);
      if (rows) {
        for_lanes<T>(first, last, [&](auto j, int count) {
          const RowCursor<T> at{line, line * length + j, j, count};
          put(out, at, term(at), accumulate);
        });
      } else {
        const auto reduced = line / view.n * view.inner, j = line % view.n;
        for_lanes<T>(first, last, [&](auto i, int count) {
          const ColumnCursor<T> at{line * length + i, reduced + i, 0, j, count};
          put(out, at, term(at), accumulate);
        });
      }
    }
  });
}

}  // namespace deepcore
