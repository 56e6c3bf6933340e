#include "kernels/matmul.h"

#include <atomic>

#include "base/flush.h"
#include "base/parallel.h"
#include "kernels/matmul_ahead.h"
#include "kernels/matmul_epilogue.h"
#include "kernels/matmul_few.h"
#include "kernels/matmul_pack.h"
#include "kernels/matmul_plan.h"
#include "kernels/matmul_tile.h"
#include "kernels/matmul_wide.h"

namespace deepcore {
namespace {

// One thread's share: some units of rows times some panels, packed into scratch of its own.
//
// The units are walked group by group; beside each group, the blocks of y (panels x a chunk of k),
// so that the sums of a group stay near from chunk to chunk.
template <class T>
class Piece {
 public:
  Piece(const Plan<T>& plan, const Epilogue<T>& epilogue, T* scratch, Range units,
        Range panels) noexcept
      : plan_(plan),
        epilogue_(epilogue),
        units_(units),
        panels_(panels),
        sums_(scratch),
        y_(sums_ + plan.sums_size()),
        next_y_(plan.streams_y ? y_ + plan.y_size() : y_),
        x_(next_y_ + plan.y_size()) {}

  void run() noexcept {
    Place at = place(units_.begin, panels_.begin, 0);
    if (plan_.whole_y) pack_whole();
    if (!plan_.whole_y) pack_y(at.block, at.block.steps, y_);
    for (Place next; at.unit < units_.end; at = next) {
      next = after(at);
      const bool more = next.unit < units_.end;
      if (at.unit == at.group.begin) {
        start_y(at, more ? next_block(at) : next);
      }
      pack_x(at);
      walk(at);
      if (!more) return;
      if (next.unit == next.group.begin && !plan_.whole_y) {
        if (!plan_.streams_y) pack_y(next.block, next.block.steps, next_y_);
        std::swap(y_, next_y_);
      }
    }
  }

 private:
  struct Block {
    Range panels, steps;
  };
  struct Place {
    Range group;
    Block block;
    std::int64_t unit;
  };

  Place place(std::int64_t unit, std::int64_t panel, std::int64_t step) const noexcept {
    return {{unit, std::min(unit + plan_.group, units_.end)},
            {{panel, std::min(panel + plan_.block, panels_.end)},
             {step, std::min(step + plan_.chunk, plan_.k)}},
            unit};
  }
  // The first unit of the next block.
  Place next_block(const Place& at) const noexcept {
    const Block& b = at.block;
    if (b.steps.end < plan_.k) return place(at.group.begin, b.panels.begin, b.steps.end);
    if (b.panels.end < panels_.end) return place(at.group.begin, b.panels.end, 0);
    return place(at.group.end, panels_.begin, 0);
  }
  Place after(const Place& at) const noexcept {
    if (at.unit + 1 == at.group.end) return next_block(at);
    return {at.group, at.block, at.unit + 1};
  }

  // What of y a block covers.
  Range outputs(const Block& b) const noexcept {
    const Panel last = plan_.panel(b.panels.end - 1, b.panels.begin);
    return {plan_.panel(b.panels.begin, b.panels.begin).first, last.first + last.count};
  }
  // Where a block lies in y that is packed whole.
  T* whole(const Block& b) const noexcept {
    const auto begin = plan_.panels.begin(b.panels.begin), end = plan_.panels.begin(b.panels.end);
    return y_ + lanes<T> * ((begin - plan_.panels.begin(panels_.begin)) * plan_.k +
                            (end - begin) * b.steps.begin);
  }

  void pack_whole() noexcept {
    for (Place at = place(units_.begin, panels_.begin, 0); at.unit == units_.begin;
         at = next_block(at)) {
      pack_y(at.block, at.block.steps, whole(at.block));
    }
  }
  void start_y(const Place& at, const Place& next) noexcept {
    ahead_y_.stop();
    if (!plan_.streams_y || next.unit >= units_.end) return;
    const auto rows = plan_.unit(at.group.end - 1).end - plan_.unit(at.unit).begin;
    ahead_y_.start(plan_.y, outputs(next.block), next.block.steps,
                   divide_up(rows, tile_rows) * at.block.panels.size());
  }
  void pack_y(const Block& b, Range steps, T* to) noexcept {
    // Panels of contiguous rows side by side, some rows at a time: down one narrow panel, rows 32
    // KB apart come from the same two sets of the cache. 64 x 8192 x 64 is 1.5 times as fast so.
    const auto few = plan_.y.row == 1 ? std::int64_t{16} : steps.size();
    for (auto p = steps.begin; p < steps.end; p += few) {
      const auto count = std::min(few, steps.end - p);
      for (auto q = b.panels.begin; q < b.panels.end; ++q) {
        const Panel panel = plan_.panel(q, b.panels.begin);
        const auto width = panel.vectors * lanes<T>;
        if (!plan_.packs(panel)) continue;
        pack_panel(plan_.y, panel.first, panel.count, p, count,
                   to + panel.offset * lanes<T> * b.steps.size() + (p - b.steps.begin) * width,
                   width);
      }
    }
  }

  // Few steps of all tiles at a time, because tiles share cache lines.
  void pack_x(const Place& at) noexcept {
    if (!plan_.packs_x) return;
    const Range rows = plan_.unit(at.unit), steps = at.block.steps;
    const Split tiles(rows.size(), divide_up(rows.size(), tile_rows));
    for (auto p = steps.begin; p < steps.end; p += 8) {
      for (std::int64_t i = 0; i < tiles.parts(); ++i) {
        const Range part = tiles[i];
        pack_broadcasts(plan_.x, rows.begin + part.begin, part.size(), p,
                        std::min<std::int64_t>(8, steps.end - p),
                        packed_x(i, part, steps.size()) + (p - steps.begin) * part.size());
      }
    }
  }
  // A cache line lies between the tiles, for else they would all begin in the same set.
  T* packed_x(std::int64_t tile, Range part, std::int64_t depth) const noexcept {
    return x_ + tile * plan_.gap + part.begin * depth;
  }

  // All panels of the block for one unit of rows.
  void walk(const Place& at) noexcept {
    const Block& b = at.block;
    const Range rows = plan_.unit(at.unit);
    const Split tiles(rows.size(), divide_up(rows.size(), tile_rows));
    const bool last = b.steps.end == plan_.k;
    const T* y = plan_.whole_y ? whole(b) : y_;
    T* sums = sums_ + (plan_.chunk < plan_.k ? (at.unit - at.group.begin) * plan_.slab_size() : 0);
    for (auto q = b.panels.begin; q < b.panels.end; ++q) {
      const Panel panel = plan_.panel(q, b.panels.begin);
      const auto width = panel.vectors * lanes<T>;
      T* of_panel = sums + panel.offset * lanes<T> * rows.size();
      for (std::int64_t i = 0; i < tiles.parts(); ++i) {
        const auto part = tiles[i];
        Tile<T> tile;
        tile.k = b.steps.size();
        tile.sums = of_panel + part.begin * width;
        tile.first = b.steps.begin == 0;
        read_x(tile, at, rows, part, i);
        read_y(tile, b, panel, y);
        if (last && !plan_.across) {
          tile.finish = &epilogue_;
          tile.i = rows.begin + part.begin;
          tile.j = panel.first;
          tile.count = static_cast<int>(panel.count);
          epilogue_.fetch(tile.i, part.size(), tile.j, panel.count);
        }
        fetch(tile);
        tile_of<T>(part.size(), panel.vectors)(tile);
        pack_ahead(at);
      }
      if (last && plan_.across) {
        epilogue_.transpose(of_panel, width, panel.first, panel.count, rows.begin, rows.size());
      }
    }
    if (last) activate(rows, outputs(b));
  }

  void read_x(Tile<T>& tile, const Place& at, Range rows, Range part,
              std::int64_t i) const noexcept {
    if (plan_.packs_x) {
      tile.x = packed_x(i, part, at.block.steps.size());
      tile.x_row = 1;
      tile.x_step = part.size();
    } else {
      tile.x = plan_.x.at(rows.begin + part.begin, at.block.steps.begin);
      tile.x_row = plan_.x.row;
      tile.x_step = plan_.x.step;
    }
  }
  void read_y(Tile<T>& tile, const Block& b, const Panel& panel, const T* packed) const noexcept {
    if (plan_.packs(panel)) {
      tile.y = packed + panel.offset * lanes<T> * b.steps.size();
      tile.y_step = panel.vectors * lanes<T>;
    } else {
      tile.y = plan_.y.at(panel.first, b.steps.begin);
      tile.y_step = plan_.y.step;
    }
  }

  void fetch(Tile<T>& tile) noexcept {
    if (!ahead_y_.active()) return;
    lines_.clear();
    ahead_y_.fetch(lines_);
    tile.lines = &lines_;
  }
  void pack_ahead(const Place& at) noexcept {
    if (ahead_y_.active()) {
      const Block following = next_block(at).block;
      ahead_y_.pack([&](Range steps) { pack_y(following, steps, next_y_); });
    }
  }

  void activate(Range rows, Range columns) noexcept {
    if (plan_.across) {
      epilogue_.activate(columns.begin, columns.size(), rows.begin, rows.size());
    } else {
      epilogue_.activate(rows.begin, rows.size(), columns.begin, columns.size());
    }
  }

  const Plan<T>& plan_;
  const Epilogue<T>& epilogue_;
  Range units_, panels_;
  Ahead<T> ahead_y_;
  Lines lines_;
  T *sums_, *y_, *next_y_, *x_;
};

template <class T>
std::int64_t scratch(const MatmulArgs<T>& args) {
  if (args.m == 0 || args.n == 0 || has_few_rows(args) || has_wide_tiles(args)) return 0;
  const Plan<T> plan(args);
  return plan.workers * plan.piece_size() * static_cast<std::int64_t>(sizeof(T));
}

template <class T>
void run(const MatmulArgs<T>& args, void* scratch) {
  if (args.m == 0 || args.n == 0) return;
  if (has_few_rows(args)) return run_few_rows(args);
  if (has_wide_tiles(args)) return run_wide_tiles(args);
  const Plan<T> plan(args);
  const Epilogue<T> epilogue(args);
  std::atomic<std::int64_t> next{0};
  parallel_for(plan.workers, 1, [&](std::int64_t begin, std::int64_t end) {
    const FlushToZero flush;
    for (auto worker = begin; worker < end; ++worker) {
      for (auto i = next++; i < plan.pieces(); i = next++) {
        Piece<T>(plan, epilogue, static_cast<T*>(scratch) + worker * plan.piece_size(),
                 Split(plan.units, plan.grid_x)[i / plan.grid_y],
                 Split(plan.panels.parts(), plan.grid_y)[i % plan.grid_y])
            .run();
      }
    }
    epilogue.finish();
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
