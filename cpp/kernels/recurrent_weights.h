// Weights that are packed once and multiplied with many times.
#pragma once

#include <cstdint>

#include "base/parallel.h"
#include "kernels/matmul_epilogue.h"
#include "kernels/matmul_pack.h"
#include "kernels/matmul_split.h"
#include "kernels/matmul_tile.h"

namespace deepcore {

template <class T>
class PackedWeights {
 public:
  PackedWeights() = default;
  // y's outputs are those of the product, y's steps run along its sums.
  PackedWeights(const Operand<T>& y, std::int64_t k) noexcept
      : y_(y), k_(k), vectors_(divide_up(y.size, lanes<T>)) {
    if (vectors_ > 0) panels_ = Split(vectors_, divide_up(vectors_, tile_vectors));
  }

  std::int64_t size() const noexcept { return vectors_ * lanes<T> * k_; }

  void pack(T* to) {
    packed_ = to;
    const auto grain = grain_of(grain_bytes, tile_vectors * lanes<T> * k_ * sizeof(T));
    parallel_for(panels_.parts(), grain, [&](std::int64_t begin, std::int64_t end) {
      for (auto q = begin; q < end; ++q) {
        const auto first = panels_.begin(q) * lanes<T>, width = panels_[q].size() * lanes<T>;
        pack_panel(y_, first, std::min(width, y_.size - first), 0, k_, to + first * k_, width);
      }
    });
  }

  // c (rows, outputs) (+)= x (rows, k) times the weights; rows are x_row and c_row apart.
  void multiply(std::int64_t rows, const T* x, std::int64_t x_row, T* c, std::int64_t c_row,
                bool accumulate = false) const noexcept {
    MatmulArgs<T> args{};
    args.threads = 1;
    args.n = c_row;
    args.c = c;
    args.accumulate = accumulate;
    const Epilogue<T> epilogue(args);
    alignas(64) T sums[tile_rows * tile_vectors * lanes<T>];
    const Split tiles(rows, divide_up(rows, tile_rows));
    for (std::int64_t q = 0; q < panels_.parts(); ++q) {
      const auto first = panels_.begin(q) * lanes<T>, vectors = panels_[q].size();
      Tile<T> tile;
      tile.k = k_;
      tile.x_row = x_row, tile.x_step = 1;
      tile.y = packed_ + first * k_, tile.y_step = vectors * lanes<T>;
      tile.sums = sums;
      tile.finish = &epilogue;
      tile.j = first;
      tile.count = static_cast<int>(std::min(vectors * lanes<T>, y_.size - first));
      for (std::int64_t i = 0; i < tiles.parts(); ++i) {
        tile.x = x + tiles.begin(i) * x_row;
        tile.i = tiles.begin(i);
        tile_of<T>(tiles[i].size(), vectors)(tile);
      }
    }
  }

 private:
  Operand<T> y_{};
  std::int64_t k_ = 0, vectors_ = 0;
  Split panels_;
  const T* packed_ = nullptr;
};

}  // namespace deepcore
