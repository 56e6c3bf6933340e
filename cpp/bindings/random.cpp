#include "ops/random.h"

#include "bindings/common.h"
#include "bindings/families.h"

namespace deepcore {
namespace {

const Ref<Generator>& or_default(const Ref<Generator>& generator) {
  return generator ? generator : default_generator();
}

using Numbers = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>;

}  // namespace

void register_random(py::module_& m) {
  py::class_<Generator, Ref<Generator>>(m, "Generator")
      .def(py::init([] { return make_ref<Generator>(0); }))
      .def("_state",
           [](Generator& generator) {
             const Draw at = generator.state();
             return Numbers(at.seed, at.stream, at.counter);
           })
      .def("_set_state", [](Generator& generator, const Numbers& at) {
        generator.set_state({std::get<0>(at), std::get<1>(at), std::get<2>(at)});
      });
  m.attr("default_generator") = default_generator();
  m.def("random_seed", &random_seed);
  m.def("uniform_", [](const Tensor& x, double low, double high, const Ref<Generator>& generator) {
    const ReleaseGil release(x->numel());
    fill_uniform(x, low, high, or_default(generator));
  });
  m.def("normal_", [](const Tensor& x, double mean, double std, const Ref<Generator>& generator) {
    const ReleaseGil release(x->numel());
    fill_normal(x, mean, std, or_default(generator));
  });
  m.def("bernoulli_", [](const Tensor& x, const Tensor& p, const Ref<Generator>& generator) {
    const ReleaseGil release(x->numel());
    fill_bernoulli(x, p, or_default(generator));
  });
  m.def("randint", [](std::int64_t low, std::int64_t high, const py::object& shape,
                      const Ref<Generator>& generator) {
    return randint(low, high, to_shape("randint", shape), or_default(generator));
  });
  m.def("randperm", [](std::int64_t n, const Ref<Generator>& generator) {
    return randperm(n, or_default(generator));
  });
  m.def(
      "dropout",
      [](const Tensor& input, double p) {
        const ReleaseGil release(input->numel());
        return dropout(input, p, default_generator());
      },
      py::arg("input"), py::arg("p") = 0.5);
  m.def(
      "channel_dropout",
      [](const Tensor& input, int axes, double p) {
        const ReleaseGil release(input->numel());
        return channel_dropout(input, axes, p, default_generator());
      },
      py::arg("input"), py::arg("axes"), py::arg("p") = 0.5);
  m.def("philox", [](std::uint64_t seed, std::uint64_t stream, std::uint64_t block) {
    RandomGroup group;
    philox({seed, stream, block / group_blocks}, 0, group);
    const std::uint32_t* words = group.words + block % group_blocks;
    return std::tuple(words[0], words[group_blocks], words[2 * group_blocks],
                      words[3 * group_blocks]);
  });
}

}  // namespace deepcore
