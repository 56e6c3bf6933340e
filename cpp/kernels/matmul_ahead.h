// Packs the next part of an operand during the tiles before it: each tile fetches some cache lines
// on its way, and they are packed after the following tile. Fetched in a burst they would fill the
// core's miss buffers, and the tile would wait for memory after all.
#pragma once

#include <cstdint>

#include "kernels/matmul_pack.h"
#include "kernels/matmul_split.h"
#include "kernels/matmul_tile.h"

namespace deepcore {

template <class T>
class Ahead {
 public:
  // Spreads the steps of k over `calls` tiles; rows of `count` outputs from `first` at each step.
  void start(const Operand<T>& operand, Range outputs, Range steps, std::int64_t calls) noexcept {
    operand_ = &operand;
    outputs_ = outputs;
    begin_ = steps.begin;
    parts_ = Split(steps.size(), calls);
    call_ = 0;
  }
  void stop() noexcept { parts_ = Split(); }
  bool active() const noexcept { return call_ < parts_.parts(); }

  // The lines to fetch during the coming tile.
  void fetch(Lines& lines) const noexcept {
    constexpr std::int64_t line = 64 / sizeof(T);
    const Range steps = parts_[call_];
    for (auto p = steps.begin; p < steps.end; ++p) {
      for (auto o = outputs_.begin; o < outputs_.end; o += line) {
        lines.add(operand_->at(o, begin_ + p));
      }
    }
  }
  // Calls pack(steps) for what earlier tiles fetched.
  template <class F>
  void pack(const F& pack) noexcept {
    if (call_ > 0) pack(shifted(parts_[call_ - 1]));
    if (++call_ == parts_.parts()) pack(shifted(parts_[call_ - 1]));
  }

 private:
  Range shifted(Range r) const noexcept { return {begin_ + r.begin, begin_ + r.end}; }

  const Operand<T>* operand_ = nullptr;
  Range outputs_{};
  std::int64_t begin_ = 0, call_ = 0;
  Split parts_;
};

}  // namespace deepcore
