#include "graph/node.h"

#include "graph/tape.h"

namespace deepcore {
namespace {
std::atomic<std::uint64_t> next_sequence{0};
}

Saved::Saved(Node* owner) noexcept : next_(owner->saved_) {
  owner->saved_ = this;
}

Node::Node(std::initializer_list<const Tensor*> inputs, Differentiable differentiable)
    : sequence_(next_sequence.fetch_add(1, std::memory_order_relaxed)), edges_(inputs.size()) {
  const bool record = differentiable == Differentiable::yes && grad_enabled();
  std::size_t i = 0;
  for (const Tensor* x : inputs) set_input(i++, *x, record);
}

Node::Node(const std::vector<Tensor>& inputs, Differentiable differentiable)
    : sequence_(next_sequence.fetch_add(1, std::memory_order_relaxed)), edges_(inputs.size()) {
  const bool record = differentiable == Differentiable::yes && grad_enabled();
  for (std::size_t i = 0; i < inputs.size(); ++i) set_input(i, inputs[i], record);
}

void Node::set_input(std::size_t i, const Tensor& x, bool record) {
  if (x && record && x->requires_grad()) {
    edges_[i] = x->variable();
    recorded_ = true;
  }
  if (Tape* tape = Tape::current(); tape && x) tape->keep(x->storage());
}

void Node::backward(Gradients&) {
  throw RuntimeError(name(), "this op has no derivative.");
}

void Node::link(const Tensor& output, int slot) {
  output_count_ = slot + 1;
  if (recorded_ && is_floating(output->dtype())) {
    output->set_variable(
        make_ref<Variable>(output->shape(), output->dtype(), Ref<Node>(this), slot));
  }
}

void Node::check_saved() const {
  for (const Saved* saved = saved_; saved; saved = saved->next_) {
    if (freed_) {
      throw RuntimeError(
          "backward", "the values saved by '", name(),
          "' were freed by an earlier backward; pass retain_graph=True to that one, or detach() "
          "a state that is carried on from batch to batch.");
    }
    if (saved->storage_ && saved->storage_->version() != saved->version_) {
      throw RuntimeError("backward", "a tensor that '", name(),
                         "' saved for its gradient was written in place afterwards; clone() it "
                         "before the write, or write after backward.");
    }
  }
}

void Node::release_saved() noexcept {
  for (Saved* saved = saved_; saved; saved = saved->next_) saved->storage_ = nullptr;
  freed_ = true;
}

// A graph may be millions of nodes long: nodes are deleted by the outermost call's loop, so that
// deleting one, which releases the next, never nests.
void Node::dispose() const noexcept {
  thread_local std::vector<const Node*> waiting;
  thread_local bool deleting = false;
  waiting.push_back(this);
  if (deleting) return;
  deleting = true;
  while (!waiting.empty()) {
    const Node* node = waiting.back();
    waiting.pop_back();
    delete node;
  }
  deleting = false;
}

namespace {
void execute(const Ref<Node>& node) {
  node->forward();
  if (Tape* tape = Tape::current()) tape->add_forward(node);
}
}  // namespace

Tensor run(const Ref<Node>& node, Tensor output) {
  execute(node);
  node->link(output, 0);
  return output;
}

std::pair<Tensor, Tensor> run(const Ref<Node>& node, Tensor first, Tensor second) {
  run(node, {&first, &second});
  return {std::move(first), std::move(second)};
}

void run(const Ref<Node>& node, std::initializer_list<const Tensor*> outputs) {
  execute(node);
  int slot = 0;
  for (const Tensor* output : outputs) node->link(*output, slot++);
}

void run(const Ref<Node>& node) {
  execute(node);
}

}  // namespace deepcore
