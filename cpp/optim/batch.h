// One update of a set of parameters, which may run again: options and step counts are cells that
// are read at every run.
#pragma once

#include <iterator>
#include <vector>

#include "graph/node.h"
#include "optim/rules.h"

namespace deepcore {

// The options of a parameter group, as of its last reading.
template <class Rule>
struct Group : RefCounted {
  Rule rule;
};

// A parameter and what is kept for it. The gradient's buffer belongs to the parameter's Variable,
// or to the tape; none says that there is nothing to do.
template <class Rule>
struct Slot {
  static constexpr int states = std::size(Rule::states);
  Ref<Group<Rule>> group;
  Tensor value;
  const std::byte* gradient = nullptr;
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
  using Updates = std::vector<Update<typename Rule::template Step<T>, T>>;

  // Parameters of a group have mostly seen the same number of updates: then the powers that correct
  // a bias are taken once.
  template <class T>
  void run_of(Updates<T>& updates) {
    updates.clear();
    const Slot<Rule>* last = nullptr;
    double last_count = 0;
    bool last_first = false;
    for (auto& slot : slots) {
      if (!slot.gradient || slot.value->dtype() != dtype_of<T>()) continue;
      const double count = slot.step ? ++*slot.step->template data<float>() : 0;
      auto& update = updates.emplace_back();
      if (last && last->group == slot.group && last_count == count && last_first == slot.first) {
        update.step = updates[updates.size() - 2].step;
      } else {
        update.step = slot.group->rule.template step<T>(count, slot.first);
      }
      last = &slot, last_count = count, last_first = slot.first;
      slot.first = false;
      fill(update, slot);
    }
    if (!updates.empty()) Rule::template kernel<T>()(updates.data(), std::ssize(updates));
  }

  template <class Step, class T>
  static void fill(Update<Step, T>& update, const Slot<Rule>& slot) {
    update.value = slot.value->template data<T>();
    update.gradient = reinterpret_cast<const T*>(slot.gradient);
    update.size = slot.value->numel();
    slot.value->storage()->written();
    for (int i = 0; i < Slot<Rule>::states; ++i) {
      update.state[i] = slot.state[i] ? slot.state[i]->template data<T>() : nullptr;
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
