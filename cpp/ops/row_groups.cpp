#include "ops/row_groups.h"

#include <utility>

namespace deepcore {
namespace {

constexpr int digit_bits = 8, digits = 1 << digit_bits;

// One pass of a radix sort: positions by one digit of their index, equal ones in their order.
void sort_by_digit(const std::int64_t* index, int shift, const std::int64_t* from, std::int64_t n,
                   std::int64_t* to) {
  const auto digit = [=](std::int64_t p) { return (index[p] >> shift) & (digits - 1); };
  std::int64_t begin[digits] = {};
  for (std::int64_t i = 0; i < n; ++i) ++begin[digit(from[i])];
  std::int64_t sum = 0;
  for (auto& each : begin) sum += std::exchange(each, sum);
  for (std::int64_t i = 0; i < n; ++i) to[begin[digit(from[i])]++] = from[i];
}

}  // namespace

GroupedRows::GroupedRows(const std::int64_t* index, std::int64_t n, std::int64_t rows,
                         std::int64_t left_out)
    : scratch_((4 * n + 1) * static_cast<std::int64_t>(sizeof(std::int64_t))) {
  auto* sorted = scratch_.data<std::int64_t>();
  auto *spare = sorted + n, *row = spare + n, *first = row + n;
  std::int64_t kept = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    if (index[i] != left_out) sorted[kept++] = i;
  }
  // A shift by all 64 bits would be one by none.
  for (int shift = 0; shift < 64 && (rows - 1) >> shift > 0; shift += digit_bits) {
    sort_by_digit(index, shift, sorted, kept, spare);
    std::swap(sorted, spare);
  }
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < kept; ++i) {
    const auto r = index[sorted[i]];
    if (count > 0 && row[count - 1] == r) continue;
    row[count] = r;
    first[count++] = i;
  }
  first[count] = kept;
  groups_ = {count, row, first, sorted};
}

}  // namespace deepcore
