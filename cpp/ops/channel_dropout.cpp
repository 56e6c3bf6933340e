#include <algorithm>

#include "graph/gradients.h"
#include "kernels/kernels.h"
#include "ops/random.h"

namespace deepcore {
namespace {

// y = x m, with m = 0 or 1 / (1 - p) for each channel, drawn anew by every forward; dx = dy m.
template <class T>
class ChannelDropout final : public Node {
 public:
  ChannelDropout(const Tensor& x, std::int64_t channels, double p, const Ref<Generator>& generator,
                 const Tensor& y)
      : Node({&x}),
        channels_(channels),
        length_(channels == 0 ? 0 : x->numel() / channels),
        p_(p),
        generator_(generator),
        x_(x->data<T>()),
        y_(y->data<T>()),
        mask_(empty("dropout", {channels}, x->dtype())) {
    if (needs(0)) saved_mask_.save(mask_);
  }
  const char* name() const noexcept override { return "channel_dropout"; }

  void forward() override {
    const auto& random = kernels().of<T>().random;
    T* mask = mask_->data<T>();
    std::fill_n(mask, channels_, T{1});
    const Draw draw = generator_->advance(random_groups<float>(channels_));
    random.dropout(draw, mask, mask, channels_, p_, false);
    random.scale_rows(x_, mask, channels_, length_, false, y_);
  }
  void backward(Gradients& gradients) override {
    if (T* dx = gradients.of_input<T>(0)) {
      kernels().of<T>().random.scale_rows(gradients.of_output<T>(), saved_mask_.data<T>(),
                                          channels_, length_, gradients.accumulate(0), dx);
    }
  }

 private:
  std::int64_t channels_, length_;
  double p_;
  Ref<Generator> generator_;
  const T* x_;
  T* y_;
  Tensor mask_;
  Saved saved_mask_{this};
};

}  // namespace

Tensor channel_dropout(const Tensor& input, int axes, double p, const Ref<Generator>& generator) {
  if (!(p >= 0 && p <= 1)) throw ValueError("dropout", "p must be in 0 to 1, got ", p, ".");
  if (axes < 1 || axes > input->rank()) {
    throw ValueError("dropout", "input must have at least ", axes, " axes, got shape ",
                     input->shape(), ".");
  }
  return visit_floating("dropout", input->dtype(), [&]<class T>(TypeTag<T>) {
    if (p == 0) return input;
    Tensor y = empty("dropout", input->shape(), input->dtype());
    const auto channels = input->shape().numel(0, axes);
    return run(make_ref<ChannelDropout<T>>(input, channels, p, generator, y), y);
  });
}

}  // namespace deepcore
