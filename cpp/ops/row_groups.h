// Which positions of an array of indices name the same row of a table.
#pragma once

#include "base/storage.h"
#include "kernels/embedding.h"

namespace deepcore {

// Sorts n indices below `rows`, without those that are `left_out`. It lives on the stack: its
// memory is the thread's scratch.
class GroupedRows {
 public:
  GroupedRows(const std::int64_t* index, std::int64_t n, std::int64_t rows, std::int64_t left_out);
  const RowGroups& groups() const noexcept { return groups_; }

 private:
  Scratch scratch_;
  RowGroups groups_;
};

}  // namespace deepcore
