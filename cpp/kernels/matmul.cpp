#include "kernels/matmul.h"

#include "base/flush.h"
#include "base/parallel.h"
#include "kernels/matmul_epilogue.h"
#include "kernels/matmul_pack.h"
#include "kernels/matmul_plan.h"
#include "kernels/matmul_tile.h"

namespace deepcore {
namespace {

// One thread's share: some units of rows times some panels, packed into scratch of its own.
template <class T>
class Piece {
 public:
  Piece(const Plan<T>& plan, const Epilogue<T>& epilogue, T* scratch) noexcept
      : plan_(plan),
        epilogue_(epilogue),
        y_(scratch),
        x_(y_ + plan.y_size()),
        sums_(x_ + plan.x_size()) {}

  void run(Range units, Range panels) noexcept {
    for (auto first = panels.begin; first < panels.end; first += plan_.block) {
      block_ = {first, std::min(first + plan_.block, panels.end)};
      begin_ = 0;
      do {
        depth_ = std::min(plan_.chunk, plan_.k - begin_);
        pack_block();
        for (auto u = units.begin; u < units.end; ++u) {
          T* sums = sums_ + (plan_.chunk < plan_.k ? (u - units.begin) * plan_.slab_size() : 0);
          walk(plan_.unit(u), sums);
        }
        begin_ += depth_;
      } while (begin_ < plan_.k);
    }
  }

 private:
  void pack_block() noexcept {
    for (auto q = block_.begin; q < block_.end; ++q) {
      const Panel panel = plan_.panel(q, block_.begin);
      if (!plan_.packs(panel)) continue;
      pack_panel(plan_.y, panel.first, panel.count, begin_, depth_,
                 y_ + panel.offset * lanes<T> * depth_, panel.vectors * lanes<T>);
    }
  }

  // All panels of the block for one unit of rows.
  void walk(Range rows, T* sums) noexcept {
    const auto tiles = divide_up(rows.size(), tile_rows);
    if (plan_.packs_x()) {
      for (std::int64_t i = 0; i < tiles; ++i) {
        const auto part = part_of(rows.size(), tiles, i);
        pack_broadcasts(plan_.x, rows.begin + part.begin, static_cast<int>(part.size()), begin_,
                        depth_, x_ + part.begin * depth_);
      }
    }
    const bool last = begin_ + depth_ == plan_.k;
    for (auto q = block_.begin; q < block_.end; ++q) {
      const Panel panel = plan_.panel(q, block_.begin);
      const auto width = panel.vectors * lanes<T>;
      T* of_panel = sums + panel.offset * lanes<T> * rows.size();
      for (std::int64_t i = 0; i < tiles; ++i) {
        const auto part = part_of(rows.size(), tiles, i);
        multiply(rows.begin, part, panel, of_panel + part.begin * width, last);
      }
      if (last && plan_.across) {
        epilogue_.transpose(of_panel, width, panel.first, panel.count, rows.begin, rows.size());
      }
    }
    if (last) activate(rows);
  }

  void multiply(std::int64_t row, Range part, const Panel& panel, T* sums, bool last) noexcept {
    const auto width = panel.vectors * lanes<T>;
    const bool packed = plan_.packs(panel);
    Tile<T> tile{
        .k = depth_,
        .x = plan_.x.at(row + part.begin, begin_),
        .x_row = plan_.x.row,
        .x_step = plan_.x.step,
        .y = packed ? y_ + panel.offset * lanes<T> * depth_ : plan_.y.at(panel.first, begin_),
        .y_step = packed ? width : plan_.y.step,
        .sums = sums,
        .first = begin_ == 0};
    if (plan_.packs_x()) {
      tile.x = x_ + part.begin * depth_;
      tile.x_row = 1;
      tile.x_step = part.size();
    }
    if (last && !plan_.across) {
      tile.finish = &epilogue_;
      tile.i = row + part.begin;
      tile.j = panel.first;
      tile.count = static_cast<int>(panel.count);
    }
    tile_of<T>(static_cast<int>(part.size()), static_cast<int>(panel.vectors))(tile);
  }

  void activate(Range rows) noexcept {
    const auto first = plan_.panel(block_.begin, block_.begin).first;
    const Panel last = plan_.panel(block_.end - 1, block_.begin);
    const auto columns = last.first + last.count - first;
    if (plan_.across) return epilogue_.activate(first, columns, rows.begin, rows.size());
    epilogue_.activate(rows.begin, rows.size(), first, columns);
  }

  const Plan<T>& plan_;
  const Epilogue<T>& epilogue_;
  Range block_;                 // panels that are packed now,
  std::int64_t begin_, depth_;  // for these steps of k
  T *y_, *x_, *sums_;
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
