// Sums of terms over one block: a row in sixteen virtual lanes, or a tile of columns side by side.
// A term is a function of a cursor (view.h); Term is what it adds up.
#pragma once

#include <algorithm>

#include "kernels/blocks.h"
#include "kernels/view.h"

namespace deepcore {

inline constexpr std::int64_t row_block = 1024;    // elements: 16 additions in each of 64 chains
inline constexpr std::int64_t column_block = 128;  // rows, one chain a column

// Combines the terms of one block of a row in four chains of lanes, which hide the latency of the
// operation. `empty` changes nothing: 0 for a sum, minus infinity for a maximum.
template <class T, class Combine, class Term>
inline T fold_row_block(std::int64_t row, std::int64_t n, std::int64_t begin, std::int64_t end,
                        T empty, const Combine& combine, const Term& term) noexcept {
  constexpr int width = wide_lanes<T>, chains = 4;
  Wide<T> state[chains];
  for (auto& chain : state) chain = splat_wide(empty);
  const auto take = [&](int c, const Wide<T>& value) { state[c] = each(combine, state[c], value); };
  auto j = begin;
  for (; j + chains * width <= end; j += chains * width) {
    for (int c = 0; c < chains; ++c) {
      const auto i = j + c * width;
      take(c, term(RowCursor<T>{row, row * n + i, i, width}));
    }
  }
#pragma GCC unroll 4
  for (int c = 0; c < chains; ++c, j += width) {
    if (j + width <= end) {
      take(c, term(RowCursor<T>{row, row * n + j, j, width}));
    } else if (j < end) {
      const int count = static_cast<int>(end - j);
      take(c, keep_first(term(RowCursor<T>{row, row * n + j, j, count}), count, empty));
    }
  }
  const auto left = each(combine, state[0], state[1]), right = each(combine, state[2], state[3]);
  return fold(each(combine, left, right), combine);
}

template <class T, class Term>
inline T sum_row_block(std::int64_t row, std::int64_t n, std::int64_t begin, std::int64_t end,
                       const Term& term) noexcept {
  return fold_row_block(
      row, n, begin, end, T{0}, [](Vec<T> a, Vec<T> b) { return a + b; }, term);
}

// A whole row, its blocks in a fixed tree.
template <class T, class Term>
inline T sum_row(std::int64_t row, std::int64_t n, const Term& term) noexcept {
  if (n <= row_block) return sum_row_block<T>(row, n, 0, n, term);
  T sum;
  merge_blocks(
      sum, 0, ceil_div(n, row_block),
      [&](auto block, T& s) {
        const auto begin = block * row_block;
        s = sum_row_block<T>(row, n, begin, std::min(n, begin + row_block), term);
      },
      [](T& a, T b) { a += b; });
  return sum;
}

// The columns of one unit of work: `width` of them from `column` on, in the part `o` of the view.
struct ColumnTile {
  std::int64_t o, column, width;
};

template <class Policy>
ColumnTile tile_of(const View& view, std::int64_t unit) noexcept {
  const auto tiles = ceil_div(view.inner, Policy::tile);
  const auto column = unit % tiles * Policy::tile;
  return {unit / tiles, column, std::min(Policy::tile, view.inner - column)};
}

template <class Policy>
Blocks<Policy> blocks_of(const View& view) noexcept {
  return {view.outer * ceil_div(view.inner, Policy::tile), view.n};
}

// Reduces policy.view, whose elements are of type T.
template <class T, class Policy>
void run_policy(const Policy& policy, void* scratch) {
  const auto& view = policy.view;
  const auto bytes = view.n * std::min(view.inner, Policy::tile) * std::int64_t{sizeof(T)};
  blocks_of<Policy>(view).run(policy, bytes, scratch);
}

// What a plain sum adds up.
template <class T>
struct Value {
  const T* x;
  template <class Cursor>
  Wide<T> operator()(const Cursor& at) const noexcept {
    return at.full(x);
  }
};

// sum[c] = the sum over rows begin to end. Eight rows a pass: the memory is read in eight streams,
// and a column's chain is still in the order of the rows.
template <class T, class Term>
inline void sum_column_block(const View& view, const ColumnTile& tile, std::int64_t begin,
                             std::int64_t end, T* sum, const Term& term) noexcept {
  constexpr int rows = 8;
  const auto cursor = [&](auto j, auto c, int count) {
    return ColumnCursor<T>{(tile.o * view.n + j) * view.inner + tile.column + c,
                           tile.o * view.inner + tile.column + c, c, j, count};
  };
  std::fill(sum, sum + tile.width, T{0});
  auto j = begin;
  for (; j + rows <= end; j += rows) {
    for_lanes<T>(0, tile.width, [&](auto c, int count) {
      auto s = load_first_wide(sum + c, count);
#pragma GCC unroll 8
      for (int r = 0; r < rows; ++r) s = s + term(cursor(j + r, c, count));
      store_first_wide(sum + c, s, count);
    });
  }
  for (; j < end; ++j) {
    for_lanes<T>(0, tile.width, [&](auto c, int count) {
      const auto s = load_first_wide(sum + c, count) + term(cursor(j, c, count));
      store_first_wide(sum + c, s, count);
    });
  }
}

}  // namespace deepcore
