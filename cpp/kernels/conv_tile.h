// The micro-kernel of convolutions: R x V vectors of sums in registers, as in products, where each
// step reads its vectors and its broadcasts at places given by a table. The table is what makes one
// kernel of all of them: strides, dilation, taps that are left out, pixels, images or channels
// along the lanes.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "base/vec.h"
#include "kernels/matmul_epilogue.h"
#include "kernels/matmul_tile.h"
#include "kernels/normalizer.h"

namespace deepcore {

// One step: how far from the channel's beginning the vectors and the broadcasts lie, in bytes.
struct Tap {
  std::int32_t x, w;
};

// What the R rows of a tile are.
enum class TileRows : bool {
  channels,  // of `to`: each has broadcasts of its own, and they share the vectors
  pixels,    // rows of them: each has vectors of its own, and they share the broadcasts
};

template <class T>
struct ConvTile {
  std::int64_t depth = 0, block = 0;  // channels, and how many make a chain
  const T* x = nullptr;               // vectors, side by side; from a channel to the next, x_step
  std::int64_t x_row = 0, x_step = 0;
  const T* w = nullptr;  // broadcasts, R of them w_row apart; from a channel to the next, w_step
  std::int64_t w_row = 0, w_step = 0;
  const Tap* taps = nullptr;
  std::int64_t count = 0;
  T* to = nullptr;  // R rows of V vectors, of which `lanes` lanes are written
  std::int64_t to_row = 0;
  int lanes = 0;
  bool add = false;         // to what is there
  const T* bias = nullptr;  // R numbers
  const Normalizer<T>* norm = nullptr;
  bool relu = false;
};

// acc = a chain over some channels.
template <TileRows rows, class T, int R, int V>
[[gnu::always_inline]] inline void conv_chain(Vec<T> (&acc)[R][V], const ConvTile<T>& t,
                                              const char* x, const char* w,
                                              std::int64_t channels) noexcept {
  constexpr std::int64_t size = sizeof(T);
  constexpr bool of_channels = rows == TileRows::channels;
  const Distances row((of_channels ? t.w_row : t.x_row) * size);
  const std::int64_t x_step = t.x_step * size, w_step = t.w_step * size;
  const Tap* const end = t.taps + t.count;
  each<R, V>([&](int r, int v) { acc[r][v] = Vec<T>{}; });
  for (; channels > 0; --channels, x += x_step, w += w_step) {
    for (const Tap* tap = t.taps; tap != end; ++tap) {
      const char *xs = x + tap->x, *ws = w + tap->w;
      const auto vectors = [&](int r, int v) {
        return load(reinterpret_cast<const T*>(xs + row[r]) + v * lanes<T>);
      };
      const auto broadcast = [&](int r) {
        T value;
        std::memcpy(&value, ws + row[r], sizeof(T));
        return splat(value);
      };
      asm("" : "+r"(ws));
      if constexpr (of_channels) {
        Vec<T> b[V];
        each<1, V>([&](int, int v) { b[v] = vectors(0, v); });
        each<R, 1>([&](int r, int) {
          const Vec<T> a = broadcast(r);
          each<1, V>([&](int, int v) { acc[r][v] = fma(a, b[v], acc[r][v]); });
        });
      } else {
        const Vec<T> a = broadcast(0);
        each<R, V>([&](int r, int v) { acc[r][v] = fma(a, vectors(r, v), acc[r][v]); });
      }
    }
  }
}

template <TileRows rows, class T, int R, int V>
[[gnu::flatten]] void run_conv_tile(const ConvTile<T>& t) noexcept {
  alignas(64) T sums[R * V * lanes<T>];
  const auto at = [&](int r, int v) { return sums + (r * V + v) * lanes<T>; };
  const char *x = reinterpret_cast<const char*>(t.x), *w = reinterpret_cast<const char*>(t.w);
  Vec<T> acc[R][V];
  for (std::int64_t c = 0;;) {
    const auto channels = std::min(t.depth - c, t.block);
    conv_chain<rows>(acc, t, x, w, channels);
    if (c > 0) each<R, V>([&](int r, int v) { acc[r][v] = load(at(r, v)) + acc[r][v]; });
    c += channels;
    if (c >= t.depth) break;
    each<R, V>([&](int r, int v) { store(at(r, v), acc[r][v]); });
    x += channels * t.x_step * static_cast<std::int64_t>(sizeof(T));
    w += channels * t.w_step * static_cast<std::int64_t>(sizeof(T));
  }
  const int last = t.lanes - (V - 1) * lanes<T>;
  const auto out = [&](int r, int v) { return t.to + r * t.to_row + v * lanes<T>; };
  const auto whole = [&](int v) { return v < V - 1 || last == lanes<T>; };
  const auto channel = [](int r) { return rows == TileRows::channels ? r : 0; };
  if (t.add) {
    each<R, V>([&](int r, int v) {
      acc[r][v] = (whole(v) ? load(out(r, v)) : load_first(out(r, v), last)) + acc[r][v];
    });
  }
  if (t.bias) {
    each<R, V>([&](int r, int v) { acc[r][v] = acc[r][v] + splat(t.bias[channel(r)]); });
  }
  if (t.norm) {
    each<R, V>([&](int r, int v) { acc[r][v] = t.norm[channel(r)](acc[r][v]); });
  }
  if (t.relu) {
    each<R, V>([&](int r, int v) { acc[r][v] = activate<T, Activation::relu>(acc[r][v], T{0}); });
  }
  each<R, V>([&](int r, int v) {
    if (whole(v)) return store(out(r, v), acc[r][v]);
    store_first(out(r, v), acc[r][v], last);
  });
}

// The widest tile of so many rows that the registers hold.
constexpr int conv_vectors(int rows) {
  return std::clamp((tile_registers - 1) / (rows + 1), 1, 8);
}
// The highest tile of so many vectors: 8 sums hide what one of them takes.
constexpr int pixel_rows(std::int64_t vectors) {
  return static_cast<int>(std::max<std::int64_t>(8 / vectors, 1));
}

template <class T>
using RunConvTile = void (*)(const ConvTile<T>&) noexcept;

namespace detail {

template <TileRows rows, class T, int R, int... v>
constexpr auto conv_tiles(std::integer_sequence<int, v...>) {
  std::array<RunConvTile<T>, 8> tiles{};
  ((tiles[v] = run_conv_tile<rows, T, R, v + 1>), ...);
  return tiles;
}
constexpr int widest_tile(TileRows rows, int r) {
  return rows == TileRows::pixels ? 8 / r : conv_vectors(r);
}
template <TileRows rows, class T, int... r>
constexpr auto conv_tables(std::integer_sequence<int, r...>) {
  return std::array{
      conv_tiles<rows, T, r + 1>(std::make_integer_sequence<int, widest_tile(rows, r + 1)>{})...};
}

}  // namespace detail

// run_conv_tile of r rows and v vectors.
//   channels: 1 <= r <= tile_rows, 1 <= v <= conv_vectors(r)
//   pixels:   1 <= v <= 8, 1 <= r <= pixel_rows(v)
template <TileRows rows, class T>
RunConvTile<T> conv_tile_of(std::int64_t r, std::int64_t v) noexcept {
  constexpr int most = rows == TileRows::channels ? tile_rows : 8;
  static constexpr auto table =
      detail::conv_tables<rows, T>(std::make_integer_sequence<int, most>{});
  return table[static_cast<std::size_t>(r - 1)][static_cast<std::size_t>(v - 1)];
}

}  // namespace deepcore
