#include "ops/recurrent.h"

#include <algorithm>

#include "graph/gradients.h"
#include "ops/multiply.h"
#include "ops/recurrent_check.h"

namespace deepcore {
namespace {

// Over all steps at once, rows of a packed batch:
//   a = x W_ihᵀ + b_ih + b_hh        (the n gate of a GRU: b_ih alone; its b_hh is multiplied by r)
// step by step, by the equations of kernels/recurrent_cells.h:
//   (gates, h, c) from a, h W_hhᵀ and c           backwards: da, ds of both summands, dh, dc
// and over all steps at once:
//   dx = da W_ih     dW_ih = daᵀ x     dW_hh = dsᵀ h₋     db_ih = Σ da     db_hh = Σ ds
//   dW_hr = dhᵀ m, of h = m W_hrᵀ
template <class T>
class RecurrentNode final : public Node {
 public:
  RecurrentNode(const char* op, Cell cell, const RecurrentInputs& in, RecurrentSizes sizes,
                const RecurrentOutputs& out)
      : Node({&in.input, &in.h0, &in.c0, &in.weight_ih, &in.weight_hh, &in.bias_ih, &in.bias_hh,
              &in.weight_hr}),
        op_(op),
        sizes_(std::move(sizes)),
        rows_(sizes_.offsets.back()),
        sums_(gates_of(cell) * sizes_.hidden),
        x_(in.input->data<T>()),
        w_(in.weight_ih->data<T>()),
        b_ih_(data(in.bias_ih)),
        b_hh_(data(in.bias_hh)),
        args_{.cell = cell,
              .steps = {static_cast<std::int64_t>(sizes_.offsets.size()) - 1, sizes_.batch,
                        sizes_.offsets.data(), in.reverse, in.batch_first},
              .hidden = sizes_.hidden,
              .width = sizes_.width,
              .weight = in.weight_hh->data<T>(),
              .projection = data(in.weight_hr),
              .h0 = data(in.h0),
              .c0 = data(in.c0),
              .y = out.y->data<T>(),
              .h_n = out.h_n->data<T>(),
              .c_n = out.c_n ? out.c_n->data<T>() : nullptr} {
    args_.gates = make(saved_gates_, sums_);
    if (cell == Cell::lstm || cell == Cell::gru) args_.extra = make(saved_extra_, sizes_.hidden);
    if (cell == Cell::gru && b_hh_) args_.bias_n = b_hh_ + 2 * sizes_.hidden;
    if (in.weight_hr) args_.m = make(saved_m_, sizes_.hidden);
    save(in, out);
  }
  const char* name() const noexcept override { return op_; }

  void forward() override {
    const Scratch bias(sums_ * size);
    auto args =
        product(rows_, sums_, sizes_.input, x_, Stored::plain, w_, Stored::transposed, args_.gates);
    if (b_ih_ || b_hh_) args.bias = sum_biases(bias.data<T>());
    multiply(args);
    args_.threads = num_threads();
    const Scratch scratch(kernel().scratch(args_));
    kernel().forward(args_, scratch.data());
  }

  void backward(Gradients& gradients) override {
    const bool gru = args_.cell == Cell::gru;
    const Scratch states(sizes_.batch * (sizes_.width + sizes_.hidden) * size);
    const Scratch of_gates(rows_ * sums_ * size), of_hidden(gru ? rows_ * sums_ * size : 0);
    const Scratch previous(rows_ * sizes_.width * size);
    const Scratch projected(args_.projection ? rows_ * sizes_.width * size : 0);
    const bool lstm = args_.cell == Cell::lstm;
    RecurrentGradientArgs<T> args{
        .forward = saved_args(),
        .dy = gradients.of_output<T>(0),
        .dh_n = gradients.of_output<T>(1),
        .dc_n = lstm ? gradients.of_output<T>(2) : nullptr,
        .dgates = of_gates.data<T>(),
        .dhidden = gru ? of_hidden.data<T>() : of_gates.data<T>(),
        .previous = previous.data<T>(),
        .dprojected = projected.data<T>(),
        .dh0 = states.data<T>(),
        .dc0 = lstm ? states.data<T>() + sizes_.batch * sizes_.width : nullptr};
    const Scratch scratch(kernel().scratch(args.forward));
    kernel().backward(args, scratch.data());
    give(gradients, args);
  }

 private:
  static constexpr std::int64_t size = sizeof(T);
  static const T* data(const Tensor& x) { return x ? x->data<T>() : nullptr; }
  static const Recurrent<T>& kernel() { return kernels().of<T>().recurrent; }

  // What forward writes and backward reads: it goes when backward has run.
  T* make(Saved& place, std::int64_t width) {
    const Tensor x = empty(op_, {rows_, width}, dtype_of<T>());
    place.save(x);
    return x->data<T>();
  }

  void save(const RecurrentInputs& in, const RecurrentOutputs& out) {
    bool any = false;
    for (int i = 0; i < inputs(); ++i) any |= needs(i);
    if (!any) return;
    if (needs(0)) saved_w_ih_.save(in.weight_ih);
    if (needs(3)) saved_x_.save(in.input);
    saved_w_hh_.save(in.weight_hh);
    if (in.weight_hr) saved_w_hr_.save(in.weight_hr);
    if (in.h0) saved_h0_.save(in.h0);
    if (in.c0) saved_c0_.save(in.c0);
    saved_y_.save(out.y);
  }

  RecurrentArgs<T> saved_args() const {
    RecurrentArgs<T> args = args_;
    args.threads = num_threads();
    args.weight = saved_w_hh_.data<T>();
    args.projection = saved_w_hr_.data<T>();
    args.h0 = saved_h0_.data<T>();
    args.c0 = saved_c0_.data<T>();
    return args;
  }

  const T* sum_biases(T* sum) const {
    const auto shared = args_.cell == Cell::gru ? 2 * sizes_.hidden : sums_;
    for (std::int64_t j = 0; j < sums_; ++j) {
      const T ih = b_ih_ ? b_ih_[j] : T{0};
      sum[j] = b_hh_ && j < shared ? ih + b_hh_[j] : ih;
    }
    return sum;
  }

  void give(Gradients& gradients, const RecurrentGradientArgs<T>& a) {
    if (T* dx = gradients.of_input<T>(0)) {
      multiply(product(rows_, sizes_.input, sums_, a.dgates, Stored::plain, saved_w_ih_.data<T>(),
                       Stored::plain, dx, gradients.accumulate(0)));
    }
    give(gradients, 1, a.dh0, sizes_.batch * sizes_.width);
    give(gradients, 2, a.dc0, sizes_.batch * sizes_.hidden);
    if (T* dw = gradients.of_input<T>(3)) {
      multiply(product(sums_, sizes_.input, rows_, a.dgates, Stored::transposed, saved_x_.data<T>(),
                       Stored::plain, dw, gradients.accumulate(3)));
    }
    if (T* dw = gradients.of_input<T>(4)) {
      multiply(product(sums_, sizes_.width, rows_, a.dhidden, Stored::transposed, a.previous,
                       Stored::plain, dw, gradients.accumulate(4)));
    }
    give_biases(gradients, a);
    if (T* dw = gradients.of_input<T>(7)) {
      multiply(product(sizes_.width, sizes_.hidden, rows_, a.dprojected, Stored::transposed,
                       saved_m_.data<T>(), Stored::plain, dw, gradients.accumulate(7)));
    }
  }
  void give_biases(Gradients& gradients, const RecurrentGradientArgs<T>& a) {
    if (!needs(5) && !needs(6)) return;
    const Scratch sum(sums_ * size);
    sum_rows(a.dgates, sum.data<T>());
    give(gradients, 5, sum.data<T>(), sums_);
    if (a.dhidden != a.dgates) sum_rows(a.dhidden, sum.data<T>());
    give(gradients, 6, sum.data<T>(), sums_);
  }
  static void give(Gradients& gradients, int input, const T* from, std::int64_t n) {
    T* to = gradients.of_input<T>(input);
    if (!to) return;
    if (gradients.accumulate(input)) {
      std::transform(from, from + n, to, to, [](T a, T b) { return b + a; });
    } else {
      std::copy_n(from, n, to);
    }
  }
  void sum_rows(const T* x, T* sum) const {
    const auto& reduce = kernels().of<T>().reduce;
    const View rows{1, rows_, sums_};
    const Scratch scratch(reduce.scratch(rows));
    reduce.sum(rows, x, T{1}, false, sum, scratch.data());
  }

  const char* op_;
  RecurrentSizes sizes_;
  std::int64_t rows_, sums_;
  const T *x_, *w_, *b_ih_, *b_hh_;
  RecurrentArgs<T> args_;
  Saved saved_x_{this}, saved_h0_{this}, saved_c0_{this}, saved_w_ih_{this}, saved_w_hh_{this},
      saved_w_hr_{this}, saved_y_{this}, saved_gates_{this}, saved_extra_{this}, saved_m_{this};
};

}  // namespace

RecurrentOutputs recurrent(const char* op, Cell cell, const RecurrentInputs& in) {
  RecurrentSizes sizes = check_recurrent(op, cell, in);
  Shape shape = in.input->shape();
  shape[shape.rank() - 1] = sizes.width;
  const Dtype dtype = in.input->dtype();
  RecurrentOutputs out{empty(op, shape, dtype), empty(op, {sizes.batch, sizes.width}, dtype), {}};
  if (cell == Cell::lstm) out.c_n = empty(op, {sizes.batch, sizes.hidden}, dtype);
  visit_floating(op, dtype, [&]<class T>(TypeTag<T>) {
    const Ref<Node> node = make_ref<RecurrentNode<T>>(op, cell, in, std::move(sizes), out);
    if (out.c_n) {
      run(node, {&out.y, &out.h_n, &out.c_n});
    } else {
      run(node, {&out.y, &out.h_n});
    }
  });
  return out;
}

}  // namespace deepcore
