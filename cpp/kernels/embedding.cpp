#include "kernels/embedding.h"

#include <algorithm>

#include "base/parallel.h"
#include "base/vec.h"

namespace deepcore {
namespace {

// Registers that sum one piece of the columns: wide enough that a row is read in whole cache lines.
constexpr int registers = 4;

template <class T>
struct Group {
  const std::int64_t *begin, *end;  // positions
  T factor;
};

// Columns `column` to `column` + count vectors of one group.
template <int count, class T>
void sum_vectors(const Group<T>& group, const RowSums<T>& args, std::int64_t column, T* y) {
  Vec<T> sum[count];
  const T* x = args.x + *group.begin * args.width + column;
  for (int i = 0; i < count; ++i) sum[i] = load(x + i * lanes<T>);
  for (auto p = group.begin + 1; p != group.end; ++p) {
    x = args.x + *p * args.width + column;
    for (int i = 0; i < count; ++i) sum[i] += load(x + i * lanes<T>);
  }
  for (int i = 0; i < count; ++i) {
    T* to = y + column + i * lanes<T>;
    const auto scaled = sum[i] * splat(group.factor);
    store(to, args.accumulate ? load(to) + scaled : scaled);
  }
}

template <class T>
void sum_tail(const Group<T>& group, const RowSums<T>& args, std::int64_t column, T* y) {
  const int left = static_cast<int>(args.width - column);
  Vec<T> sum = load_first(args.x + *group.begin * args.width + column, left);
  for (auto p = group.begin + 1; p != group.end; ++p) {
    sum += load_first(args.x + *p * args.width + column, left);
  }
  sum = sum * splat(group.factor);
  if (args.accumulate) sum = load_first(y + column, left) + sum;
  store_first(y + column, sum, left);
}

template <class T>
void sum_group(const Group<T>& group, const RowSums<T>& args, T* y) {
  std::int64_t column = 0;
  for (; column + registers * lanes<T> <= args.width; column += registers * lanes<T>) {
    sum_vectors<registers>(group, args, column, y);
  }
  for (; column + lanes<T> <= args.width; column += lanes<T>) {
    sum_vectors<1>(group, args, column, y);
  }
  if (column < args.width) sum_tail(group, args, column, y);
}

// Threads split the positions; a group belongs to the piece that its first one is in.
template <class T>
void sum(const RowGroups& groups, const RowSums<T>& args) {
  const auto* const last = groups.first + groups.count;
  const auto bytes = args.width * std::int64_t{2 * sizeof(T)};
  parallel_for(*last, grain_of(grain_bytes, bytes), [&](std::int64_t begin, std::int64_t end) {
    auto* first = std::lower_bound(groups.first, last, begin);
    for (; first != last && *first < end; ++first) {
      const auto g = first - groups.first;
      const auto size = first[1] - first[0];
      const Group<T> group{groups.positions + first[0], groups.positions + first[1],
                           args.by_count ? T{1} / static_cast<T>(size) : T{1}};
      sum_group(group, args, args.y + (args.packed ? g : groups.rows[g]) * args.width);
    }
  });
}

}  // namespace

template <class T>
EmbeddingKernels<T> embedding_kernels() {
  return {.sum = sum<T>};
}
template EmbeddingKernels<float> embedding_kernels();
template EmbeddingKernels<double> embedding_kernels();

}  // namespace deepcore
