#include "ops/embedding.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "graph/gradients.h"
#include "kernels/kernels.h"
#include "ops/axes.h"
#include "ops/row_groups.h"
#include "ops/sparse_rows.h"

namespace deepcore {
namespace {

constexpr std::int64_t nothing = -1;  // the index that no position has

// The indices of one call. They are looked at in each direction and at every replay: memory that is
// shared with NumPy may hold others by then.
class Indices {
 public:
  Indices(const Tensor& input, std::int64_t rows)
      : shape_(input->shape()),
        n_(input->numel()),
        rows_(rows),
        data_(input->data<std::int64_t>()) {}

  std::int64_t size() const noexcept { return n_; }

  const std::int64_t* checked() const {
    for (std::int64_t i = 0; i < n_; ++i) {
      if (data_[i] >= 0 && data_[i] < rows_) continue;
      throw IndexError("embedding",
                       "input must hold indices from 0 to num_embeddings - 1 = ", rows_ - 1,
                       ", got ", data_[i], " at position ", index_of(shape_, i), ".");
    }
    return data_;
  }

 private:
  Shape shape_;
  std::int64_t n_, rows_;
  const std::int64_t* data_;
};

// Rows that no group names are set to zero.
template <class T>
void zero_others(const RowGroups& groups, std::int64_t rows, std::int64_t width, T* y) {
  const auto* const last = groups.rows + groups.count;
  const auto bytes = width * static_cast<std::int64_t>(sizeof(T));
  parallel_for(rows, grain_of(grain_bytes, bytes), [=](std::int64_t begin, std::int64_t end) {
    auto* named = std::lower_bound(groups.rows, last, begin);
    while (begin < end) {
      const auto next = named != last && *named < end ? *named++ : end;
      std::memset(y + begin * width, 0, static_cast<std::size_t>((next - begin) * bytes));
      begin = next + 1;
    }
  });
}

// Positions i, columns j:
//   y_ij = w_(k_i, j)        dw_kj = the sum of dy_ij over all i with k_i = k, in the order of i
template <class T>
class Embedding final : public Node {
 public:
  Embedding(const Tensor& weight, const Tensor& input, std::int64_t padding_idx,
            bool scale_by_frequency, bool sparse, const Tensor& y)
      : Node({&weight, &input}),
        rows_(weight->size(0)),
        width_(weight->size(1)),
        padding_idx_(padding_idx),
        scale_by_frequency_(scale_by_frequency),
        sparse_(sparse),
        indices_(input, rows_),
        w_(weight->data<T>()),
        y_(y->data<T>()) {
    if (needs(0)) saved_input_.save(input);
  }
  const char* name() const noexcept override { return "embedding"; }

  void forward() override {
    kernels().of<T>().copy.gather({1, rows_, width_}, w_, indices_.checked(), indices_.size(), y_);
  }

  void backward(Gradients& gradients) override {
    if (!gradients.wanted(0)) return;
    const GroupedRows grouped(indices_.checked(), indices_.size(), rows_, padding_idx_);
    const auto& groups = grouped.groups();
    RowSums<T> sums{
        .width = width_, .x = gradients.of_output<T>(), .by_count = scale_by_frequency_};
    if (sparse_ && gradients.takes_rows(0)) {
      return gradients.give_rows(0, sum_rows(groups, sums, {rows_, width_}));
    }
    sums.y = gradients.of_input<T>(0);
    sums.accumulate = gradients.accumulate(0);
    if (!sums.accumulate) zero_others(groups, rows_, width_, sums.y);
    kernels().of<T>().embedding.sum(groups, sums);
  }

 private:
  std::int64_t rows_, width_, padding_idx_;
  bool scale_by_frequency_, sparse_;
  Indices indices_;
  const T* w_;
  T* y_;
  Saved saved_input_{this};
};

// The factor is PyTorch's: 1e-7 keeps the norm at or below the bound in spite of rounding.
template <class T>
class EmbeddingRenorm final : public Node {
 public:
  EmbeddingRenorm(const Tensor& weight, const Tensor& input, double max_norm, double norm_type)
      : Node({&weight, &input}, Differentiable::no),
        rows_(weight->size(0)),
        width_(weight->size(1)),
        max_norm_(max_norm),
        p_(norm_type),
        indices_(input, rows_),
        w_(weight->data<T>()),
        storage_(weight->storage()) {}
  const char* name() const noexcept override { return "embedding_renorm"; }

  void forward() override {
    const auto& clip = kernels().of<T>().clip;
    const GroupedRows grouped(indices_.checked(), indices_.size(), rows_, nothing);
    const Scratch scratch(clip.scratch(width_) * static_cast<std::int64_t>(sizeof(double)));
    for (std::int64_t g = 0; g < grouped.groups().count; ++g) {
      T* row = w_ + grouped.groups().rows[g] * width_;
      const double sum = clip.power_sum(row, width_, p_, scratch.data<double>());
      const double norm = std::isinf(p_) ? sum : std::pow(sum, 1 / p_);
      if (norm > max_norm_) clip.scale(row, width_, static_cast<T>(max_norm_ / (norm + 1e-7)));
    }
    storage_->written();
  }

 private:
  std::int64_t rows_, width_;
  double max_norm_, p_;
  Indices indices_;
  T* w_;
  Ref<Storage> storage_;
};

void check_table(const Tensor& input, const Tensor& weight) {
  if (weight->rank() != 2) {
    throw ValueError("embedding", "weight must have shape (num_embeddings, embedding_dim), got ",
                     weight->shape(), ".");
  }
  if (input->dtype() != Dtype::int64) {
    throw TypeError("embedding", "input must hold indices of dtype int64, got ", input->dtype(),
                    " of shape ", input->shape(), "; convert them with .long().");
  }
}

std::int64_t checked_padding(std::int64_t padding_idx, std::int64_t rows) {
  if (padding_idx < -rows || padding_idx >= rows) {
    throw ValueError("embedding", "padding_idx must be in ", -rows, " to ", rows - 1,
                     " for num_embeddings=", rows, ", got ", padding_idx, ".");
  }
  return padding_idx < 0 ? padding_idx + rows : padding_idx;
}

}  // namespace

Tensor embedding(const Tensor& input, const Tensor& weight, std::optional<std::int64_t> padding_idx,
                 bool scale_by_frequency, bool sparse) {
  check_table(input, weight);
  const auto left_out = padding_idx ? checked_padding(*padding_idx, weight->size(0)) : nothing;
  Shape shape = input->shape();
  shape.push_back(weight->size(1));
  Tensor y = empty("embedding", shape, weight->dtype());
  return visit_floating("embedding", weight->dtype(), [&]<class T>(TypeTag<T>) {
    return run(make_ref<Embedding<T>>(weight, input, left_out, scale_by_frequency, sparse, y), y);
  });
}

void embedding_renorm(const Tensor& weight, const Tensor& input, double max_norm,
                      double norm_type) {
  check_table(input, weight);
  if (!(max_norm >= 0)) {
    throw ValueError("embedding", "max_norm must be at least 0, got ", max_norm, ".");
  }
  if (!(norm_type > 0)) {
    throw ValueError("embedding", "norm_type must be above 0, got ", norm_type, ".");
  }
  visit_floating("embedding", weight->dtype(), [&]<class T>(TypeTag<T>) {
    run(make_ref<EmbeddingRenorm<T>>(weight, input, max_norm, norm_type));
  });
}

}  // namespace deepcore
