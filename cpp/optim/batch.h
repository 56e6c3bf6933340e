// One update of a set of parameters, which may run again: options and step counts are cells that
// are read at every run.
#pragma once

#include <iterator>
#include <vector>

#include "graph/node.h"
#include "graph/sparse_rows.h"
#include "optim/rules.h"

namespace deepcore {

// The options of a parameter group, as of its last reading.
template <class Rule>
struct Group : RefCounted {
  Rule rule;
};

// A parameter and what is kept for it. The gradient, dense or rows, belongs to the parameter's
// Variable, or to the tape; none of both says that there is nothing to do.
template <class Rule>
struct Slot {
  static constexpr int states = std::size(Rule::states);
  Ref<Group<Rule>> group;
  Tensor value;
  const std::byte* gradient = nullptr;
  const SparseRows* rows = nullptr;
  Tensor step;  // one float32, as in PyTorch's state dicts; none where the rule does not count
  Tensor state[states];
  bool first = true;
};

template <class Rule>
class Batch {
 public:
  std::vector<Slot<Rule>> slots;

  void run() {
    run_of<float>(floats_);
    run_of<double>(doubles_);
  }

 private:
  template <class T>
  using Step = typename Rule::template Step<T>;
  template <class T>
  using Updates = std::vector<Update<Step<T>, T>>;

  // Parameters of a group have mostly seen the same number of updates: then the powers that correct
  // a bias are taken once.
  template <class T>
  void run_of(Updates<T>& updates) {
    updates.clear();
    const Slot<Rule>* last = nullptr;
    double last_count = 0;
    bool last_first = false;
    Step<T> step{};
    for (auto& slot : slots) {
      if (!(slot.gradient || slot.rows) || slot.value->dtype() != dtype_of<T>()) continue;
      const double count = slot.step ? ++*slot.step->template data<float>() : 0;
      if (!(last && last->group == slot.group && last_count == count && last_first == slot.first)) {
        step = slot.group->rule.template step<T>(count, slot.first);
      }
      last = &slot, last_count = count, last_first = slot.first;
      slot.first = false;
      slot.value->storage()->written();
      if (slot.rows) {
        push_rows(updates, slot, step);
      } else {
        push(updates, slot, step, 0, slot.value->numel(), slot.gradient);
      }
    }
    if (!updates.empty()) Rule::template kernel<T>()(updates.data(), std::ssize(updates));
  }

  // Elements begin to begin + size of a slot.
  template <class T>
  static void push(Updates<T>& updates, const Slot<Rule>& slot, const Step<T>& step,
                   std::int64_t begin, std::int64_t size, const std::byte* gradient) {
    auto& update = updates.emplace_back();
    update.step = step;
    update.value = slot.value->template data<T>() + begin;
    update.gradient = reinterpret_cast<const T*>(gradient);
    update.size = size;
    for (int i = 0; i < Slot<Rule>::states; ++i) {
      if (slot.state[i]) update.state[i] = slot.state[i]->template data<T>() + begin;
    }
  }

  // Rows next to each other are one update; what lies between is not touched.
  template <class T>
  static void push_rows(Updates<T>& updates, const Slot<Rule>& slot, const Step<T>& step) {
    const auto* index = slot.rows->indices->template data<std::int64_t>();
    const T* values = slot.rows->values->template data<T>();
    const auto count = slot.rows->indices->numel(), width = slot.rows->width();
    for (std::int64_t i = 0, next = 0; i < count; i = next) {
      while (next < count && index[next] - index[i] == next - i) ++next;
      push(updates, slot, step, index[i] * width, (next - i) * width,
           reinterpret_cast<const std::byte*>(values + i * width));
    }
  }

  Updates<float> floats_;
  Updates<double> doubles_;
};

// A batch on a tape.
template <class Rule>
class UpdateNode final : public Node {
 public:
  UpdateNode(const std::vector<Tensor>& kept, const Batch<Rule>& batch)
      : Node(kept, Differentiable::no), batch_(batch) {}
  const char* name() const noexcept override { return Rule::name; }
  void forward() override { batch_.run(); }

 private:
  Batch<Rule> batch_;
};

}  // namespace deepcore
