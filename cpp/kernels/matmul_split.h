// Ranges, and how they are cut.
#pragma once

#include <algorithm>
#include <cstdint>

namespace deepcore {

constexpr std::int64_t divide_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

struct Range {
  std::int64_t begin, end;
  std::int64_t size() const noexcept { return end - begin; }
};

// 0 ... n in nearly equal parts, with the divisions done once: they cost more than a small tile.
class Split {
 public:
  Split() = default;
  Split(std::int64_t n, std::int64_t parts) noexcept
      : parts_(parts), size_(n / parts), longer_(n % parts) {}
  std::int64_t parts() const noexcept { return parts_; }
  std::int64_t begin(std::int64_t i) const noexcept { return i * size_ + std::min(i, longer_); }
  Range operator[](std::int64_t i) const noexcept { return {begin(i), begin(i + 1)}; }

 private:
  std::int64_t parts_ = 0, size_ = 0, longer_ = 0;
};

}  // namespace deepcore
