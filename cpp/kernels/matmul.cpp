#include "kernels/matmul.h"

#include "base/flush.h"
#include "base/parallel.h"
#include "kernels/matmul_epilogue.h"
#include "kernels/matmul_pack.h"
#include "kernels/matmul_plan.h"
#include "kernels/matmul_tile.h"

namespace deepcore {
namespace {

template <class T>
auto pack_rows_of(int rows) noexcept {
  static constexpr auto table = []<int... r>(std::integer_sequence<int, r...>) {
    return std::array{pack_broadcasts<T, r + 1>...};
  }
  (std::make_integer_sequence<int, tile_rows>{});
  return table[rows - 1];
}

// One thread's share: some units of rows times some panels, packed into scratch of its own.
template <class T>
class Piece {
 public:
  Piece(const Plan<T>& plan, const Epilogue<T>& epilogue, T* scratch) noexcept
      : plan_(plan),
        epilogue_(epilogue),
        panels_(scratch),
        sums_(panels_ + plan.block * plan.panel_size()),
        x_(sums_ + plan.sums_size()) {}

  void run(Range units, Range panels) noexcept {
    for (auto first = panels.begin; first < panels.end; first += plan_.block) {
      const Range block{first, std::min(first + plan_.block, panels.end)};
      units_ = units.size();
      for (auto q = block.begin; q < block.end; ++q) prepare(q, block.begin);
      for (auto u = units.begin; u < units.end; ++u) walk(plan_.unit(u), block);
    }
  }

 private:
  struct Panel {
    std::int64_t first;  // output
    int count, vectors;
    bool in_place;
  };

  Panel panel(std::int64_t q) const noexcept {
    const auto v = part_of(plan_.vectors, plan_.panels, q);
    const auto first = v.begin * lanes<T>;
    const auto count = std::min(v.size() * lanes<T>, plan_.y.size - first);
    // Twice over rows that are contiguous costs less than once and a copy.
    const bool in_place = plan_.y.row == 1 && units_ <= 2 && count == v.size() * lanes<T>;
    return {first, static_cast<int>(count), static_cast<int>(v.size()), in_place};
  }

  void prepare(std::int64_t q, std::int64_t first) noexcept {
    const Panel p = panel(q);
    if (p.in_place) return;
    pack_panel(plan_.y, p.first, p.count, plan_.k, panels_ + (q - first) * plan_.panel_size(),
               p.vectors * lanes<T>);
  }

  // All panels of a block for one unit of rows.
  void walk(Range rows, Range block) noexcept {
    const auto tiles = divide_up(rows.size(), tile_rows);
    if (plan_.packs_x()) {
      for (std::int64_t i = 0; i < tiles; ++i) {
        const auto part = part_of(rows.size(), tiles, i);
        pack_rows_of<T>(static_cast<int>(part.size()))(plan_.x.at(rows.begin + part.begin),
                                                       plan_.x.row, plan_.x.step, plan_.k,
                                                       x_ + part.begin * plan_.k);
      }
    }
    for (auto q = block.begin; q < block.end; ++q) {
      const Panel p = panel(q);
      const T* packed = panels_ + (q - block.begin) * plan_.panel_size();
      for (std::int64_t i = 0; i < tiles; ++i) {
        multiply(rows, part_of(rows.size(), tiles, i), p, packed);
      }
      if (plan_.across) finish_across(rows, p);
    }
  }

  void multiply(Range rows, Range part, const Panel& p, const T* packed) noexcept {
    const auto width = p.vectors * lanes<T>;
    Tile<T> tile{.k = plan_.k,
                 .x = plan_.x.at(rows.begin + part.begin),
                 .x_row = plan_.x.row,
                 .x_step = plan_.x.step,
                 .y = p.in_place ? plan_.y.at(p.first) : packed,
                 .y_step = p.in_place ? plan_.y.step : width};
    if (plan_.packs_x()) {
      tile.x = x_ + part.begin * plan_.k;
      tile.x_row = 1;
      tile.x_step = part.size();
    }
    if (plan_.across) {
      tile.sums = sums_ + part.begin * width;
      tile.sums_row = width;
    } else {
      tile.finish = &epilogue_;
      tile.i = rows.begin + part.begin;
      tile.j = p.first;
      tile.count = p.count;
    }
    tile_of<T>(static_cast<int>(part.size()), p.vectors)(tile);
  }

  // Rows of sums are columns of c here: transposes them on the way.
  void finish_across(Range rows, const Panel& p) noexcept {
    const auto width = p.vectors * lanes<T>;
    for (std::int64_t j = 0; j < rows.size(); j += lanes<T>) {
      const int count = static_cast<int>(std::min<std::int64_t>(lanes<T>, rows.size() - j));
      const T* row[lanes<T>];
      for (int r = 0; r < lanes<T>; ++r) row[r] = sums_ + (j + std::min(r, count - 1)) * width;
      for (int i = 0; i < p.count; i += quad<T>) {
        Vec<T> out[quad<T>];
        load_transposed(row, i, out);
        for (int q = 0; q < quad<T> && i + q < p.count; ++q) {
          Vec<T> acc[1][1] = {{out[q]}};
          epilogue_.template apply<1, 1>(acc, p.first + i + q, rows.begin + j, count);
        }
      }
    }
  }

  const Plan<T>& plan_;
  const Epilogue<T>& epilogue_;
  std::int64_t units_ = 0;
  T *panels_, *sums_, *x_;
};

template <class T>
std::int64_t scratch(const MatmulArgs<T>& args) {
  if (args.m == 0 || args.n == 0) return 0;
  const Plan<T> plan(args);
  return plan.pieces() * plan.piece_size() * static_cast<std::int64_t>(sizeof(T));
}

template <class T>
void run(const MatmulArgs<T>& args, void* scratch) {
  if (args.m == 0 || args.n == 0) return;
  const Plan<T> plan(args);
  const Epilogue<T> epilogue(args);
  parallel_for(plan.pieces(), 1, [&](std::int64_t begin, std::int64_t end) {
    const FlushToZero flush;
    for (auto i = begin; i < end; ++i) {
      Piece<T> piece(plan, epilogue, static_cast<T*>(scratch) + i * plan.piece_size());
      piece.run(part_of(plan.units, plan.grid_x, i / plan.grid_y),
                part_of(plan.panels, plan.grid_y, i % plan.grid_y));
    }
  });
}

}  // namespace

template <class T>
Matmul<T> matmul_kernels() {
  return {.scratch = scratch<T>, .run = run<T>};
}
template Matmul<float> matmul_kernels();
template Matmul<double> matmul_kernels();

}  // namespace deepcore
