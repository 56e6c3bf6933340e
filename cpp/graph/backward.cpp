#include "graph/backward.h"

#include <algorithm>
#include <queue>
#include <unordered_set>

#include "graph/gradients.h"
#include "graph/moves.h"
#include "graph/sparse_rows.h"
#include "graph/tape.h"

namespace deepcore {
namespace {

Tensor tensor_of(const Variable& variable, const Ref<Storage>& storage) {
  return make_ref<TensorImpl>(storage, storage->data(), variable.shape, variable.dtype);
}

Ref<Storage> new_gradient(const Variable& variable) {
  return empty("backward", variable.shape, variable.dtype)->storage();
}

// Where a dense gradient is to be added to rows, they become dense.
void make_dense(Variable& variable) {
  if (!variable.grad_rows) return;
  variable.grad = variable.grad_rows->to_dense();
  variable.grad_rows = nullptr;
}

// Buffers that were there before a capture are the tape's too: its steps write them.
void keep(const Ref<Storage>& storage) {
  if (Tape* tape = Tape::current()) tape->keep(storage);
}

}  // namespace

class Walk {
 public:
  // Without targets, gradients go to the leaves' `.grad`.
  Walk(bool retain_graph, const std::vector<Ref<Variable>>* targets)
      : retain_graph_(retain_graph || Tape::current()), targets_(targets) {}
  ~Walk() {
    for (const auto& variable : touched_) variable->incoming = nullptr;
  }

  // `owned`: nobody but the walk holds the gradient.
  void start(const Ref<Variable>& root, const Tensor& gradient, bool owned);
  void run();

  // Makes `sink` of an input ready: where its gradient is written or added to.
  void resolve(const Ref<Variable>& variable, Sink& sink);
  // Lets `variable` take a buffer over, if it has no gradient yet.
  bool take_over(const Ref<Variable>& variable, const Ref<Storage>& buffer, Sink& sink);
  bool takes_rows(const Variable& variable) const { return direct(variable) && !variable.grad; }

 private:
  bool is_target(const Variable* variable) const {
    return std::any_of(targets_->begin(), targets_->end(),
                       [&](const auto& target) { return target.get() == variable; });
  }
  bool wanted(const Variable* variable) const {
    if (!variable || !targets_) return variable;
    return is_target(variable) || (variable->node && needed_.count(variable->node.get()));
  }
  // Whether the gradient goes straight to `.grad`.
  bool direct(const Variable& variable) const {
    return !targets_ && variable.is_leaf() && variable.hooks.empty();
  }
  bool lend(const Ref<Variable>& root, const Tensor& gradient);
  void mark_needed(const Variable* root);
  void touch(const Ref<Variable>& variable);
  void visit_node(const Ref<Node>& node);
  void finish(Variable& variable);
  void deposit(Variable& variable);

  struct Older {
    bool operator()(const Ref<Node>& a, const Ref<Node>& b) const noexcept {
      return a->sequence() < b->sequence();
    }
  };
  bool retain_graph_;
  const std::vector<Ref<Variable>>* targets_;
  std::priority_queue<Ref<Node>, std::vector<Ref<Node>>, Older> queue_;
  std::vector<Ref<Variable>> touched_;  // those with an incoming gradient
  std::unordered_set<const Node*> needed_;
};

// The nodes a target's gradient passes through: found oldest first, so inputs are known by then.
void Walk::mark_needed(const Variable* root) {
  std::vector<const Node*> nodes, open;
  std::unordered_set<const Node*> seen;
  const auto open_node = [&](const Variable* variable) {
    if (variable && variable->node && seen.insert(variable->node.get()).second) {
      open.push_back(variable->node.get());
    }
  };
  open_node(root);
  while (!open.empty()) {
    const Node* node = open.back();
    open.pop_back();
    nodes.push_back(node);
    for (int i = 0; i < node->inputs(); ++i) open_node(node->edge(i).get());
  }
  std::sort(nodes.begin(), nodes.end(),
            [](const Node* a, const Node* b) { return a->sequence() < b->sequence(); });
  for (const Node* node : nodes) {
    for (int i = 0; i < node->inputs(); ++i) {
      if (wanted(node->edge(i).get())) needed_.insert(node);
    }
  }
}

// The first gradient that reaches a variable queues the node that made it: all nodes that use it
// are newer, and so have been visited when its turn comes.
void Walk::touch(const Ref<Variable>& variable) {
  touched_.push_back(variable);
  if (!variable->node || (targets_ && !needed_.count(variable->node.get()))) return;
  for (int slot = 0; slot < variable->node->outputs(); ++slot) {
    const Variable* sibling = variable->node->output(slot);
    if (sibling && sibling != variable.get() && sibling->incoming) return;  // queued by it
  }
  queue_.push(variable->node);
}

// Has the root's node read a gradient where its owner keeps it. That node is the newest, so nothing
// else is added there; but a leaf it reads may have that very buffer as its `.grad`.
bool Walk::lend(const Ref<Variable>& root, const Tensor& gradient) {
  const auto& storage = gradient->storage();
  if (targets_ || root->is_leaf() || storage->data() != gradient->data()) return false;
  for (int i = 0; i < root->node->inputs(); ++i) {
    const auto& edge = root->node->edge(i);
    if (edge && edge->grad && edge->grad->storage() == storage) return false;
  }
  keep(storage);
  root->incoming = storage;
  root->incoming_owned = false;
  touch(root);
  return true;
}

void Walk::start(const Ref<Variable>& root, const Tensor& gradient, bool owned) {
  if (targets_) mark_needed(root.get());
  if (!wanted(root.get())) return;
  Sink sink;
  if (owned && take_over(root, gradient->storage(), sink)) return;
  if (lend(root, gradient)) return;
  keep(gradient->storage());
  resolve(root, sink);
  deepcore::run(make_ref<Move>(gradient->data(), sink.data, gradient->numel(), gradient->dtype(),
                               sink.accumulate));
}

void Walk::resolve(const Ref<Variable>& variable, Sink& sink) {
  sink.ready = true;
  if (direct(*variable)) {
    make_dense(*variable);
    sink.accumulate = static_cast<bool>(variable->grad);
    if (!variable->grad) variable->grad = tensor_of(*variable, new_gradient(*variable));
    keep(variable->grad->storage());
    variable->grad->storage()->written();
    sink.data = variable->grad->data();
    return;
  }
  sink.accumulate = static_cast<bool>(variable->incoming);
  if (!variable->incoming) {
    variable->incoming = new_gradient(*variable);
    variable->incoming_owned = true;
    touch(variable);
  }
  sink.data = variable->incoming->data();
}

bool Walk::take_over(const Ref<Variable>& variable, const Ref<Storage>& buffer, Sink& sink) {
  if (direct(*variable)) {
    if (variable->grad || variable->grad_rows) return false;
    variable->grad = tensor_of(*variable, buffer);
  } else {
    if (variable->incoming) return false;
    variable->incoming = buffer;
    variable->incoming_owned = true;
    touch(variable);
  }
  sink = {.wanted = true, .ready = true, .accumulate = false, .data = buffer->data()};
  return true;
}

const Sink& Gradients::sink(int i) {
  Sink& sink = sinks_[i];
  if (sink.wanted && !sink.ready) walk_->resolve(node_->edge(i), sink);
  return sink;
}

bool Gradients::takes_rows(int i) const {
  return sinks_[i].wanted && walk_ && walk_->takes_rows(*node_->edge(i));
}

void Gradients::give_rows(int i, const Ref<SparseRows>& rows) {
  if (Tape::current()) {
    throw RuntimeError(node_->name(),
                       "a sparse gradient has other rows at every step, so it cannot be captured; "
                       "make it dense with sparse=False.");
  }
  auto& kept = node_->edge(i)->grad_rows;
  kept = kept ? sum(*kept, *rows) : rows;
}

void Gradients::pass(int i, int o) {
  Sink& to = sinks_[i];
  if (!to.wanted || !outputs_[o]) return;
  if (!to.ready) {
    Variable& output = *node_->output(o);
    if (output.incoming_owned && walk_->take_over(node_->edge(i), output.incoming, to)) {
      output.incoming_owned = false;
    }
  }
  sink(i);
  // Where input i took the buffer over, it is there already; x + x then adds it to itself.
  if (to.data == outputs_[o] && !to.accumulate) return;
  const Variable& edge = *node_->edge(i);
  add_or_copy(to.data, outputs_[o], edge.shape.numel(), edge.dtype, to.accumulate);
}

// Hooks see and may replace the finished gradient; retain_grad keeps it.
void Walk::finish(Variable& variable) {
  for (const auto& hook : std::vector(variable.hooks)) {
    if (Tape::current()) {
      throw RuntimeError("capture", "a tensor with a gradient hook cannot be captured; remove it.");
    }
    variable.incoming_owned = false;
    const Tensor replaced = hook->call(tensor_of(variable, variable.incoming));
    if (!replaced) continue;
    if (!(replaced->shape() == variable.shape) || replaced->dtype() != variable.dtype) {
      throw ValueError("register_hook", "a hook must return a gradient of shape ", variable.shape,
                       " and dtype ", variable.dtype, ", got ", replaced->shape(), " and ",
                       replaced->dtype(), ".");
    }
    const Tensor copy = empty("register_hook", variable.shape, variable.dtype);
    add_or_copy(copy->data(), replaced->data(), copy->numel(), copy->dtype(), false);
    variable.incoming = copy->storage();
  }
  if (!targets_ && (variable.is_leaf() || variable.retains_grad)) deposit(variable);
}

void Walk::deposit(Variable& variable) {
  make_dense(variable);
  const bool accumulate = static_cast<bool>(variable.grad);
  if (!accumulate) {
    variable.grad = empty("backward", variable.shape, variable.dtype);
  }
  keep(variable.grad->storage());
  variable.grad->storage()->written();
  deepcore::run(make_ref<Move>(variable.incoming->data(), variable.grad->data(),
                               variable.shape.numel(), variable.dtype, accumulate));
}

void Walk::visit_node(const Ref<Node>& node) {
  node->check_saved();
  Gradients gradients(node.get(), this);
  for (int slot = 0; slot < node->outputs(); ++slot) {
    Variable* output = node->output(slot);
    if (!output || !output->incoming) continue;
    if (targets_ && is_target(output)) output->incoming_owned = false;
    if (output->retains_grad || !output->hooks.empty()) finish(*output);
    gradients.outputs_[slot] = output->incoming->data();
  }
  for (int i = 0; i < node->inputs(); ++i) {
    gradients.sinks_[i].wanted = wanted(node->edge(i).get());
  }
  node->backward(gradients);
  if (Tape* tape = Tape::current()) tape->add_backward(node, gradients);
  if (!retain_graph_) node->release_saved();
  for (int slot = 0; slot < node->outputs(); ++slot) {
    Variable* output = node->output(slot);
    if (output && !(targets_ && is_target(output))) output->incoming = nullptr;
  }
}

void Walk::run() {
  while (!queue_.empty()) {
    const Ref<Node> node = queue_.top();
    queue_.pop();
    visit_node(node);
  }
  for (const auto& variable : touched_) {
    const bool unvisited = variable->is_leaf() || (targets_ && !needed_.count(&*variable->node));
    if (unvisited && variable->incoming) finish(*variable);
  }
}

namespace {

void check_root(const char* op, const Tensor& root) {
  if (!root->requires_grad()) {
    throw RuntimeError(op,
                       "the tensor does not depend on any tensor that requires a gradient; set "
                       "requires_grad=True on a leaf, and check that no_grad() is not on.");
  }
}

Tensor root_gradient(const char* op, const Tensor& root, const Tensor& gradient) {
  if (gradient) {
    if (!(gradient->shape() == root->shape()) || gradient->dtype() != root->dtype()) {
      throw ValueError(op, "gradient must have the tensor's shape ", root->shape(), " and dtype ",
                       root->dtype(), ", got ", gradient->shape(), " and ", gradient->dtype(), ".");
    }
    return gradient;
  }
  if (root->numel() != 1) {
    throw RuntimeError(op, "a gradient must be given for a tensor of shape ", root->shape(),
                       "; only a tensor of one element has an implicit one.");
  }
  Tensor ones = empty(op, root->shape(), root->dtype());
  deepcore::run(make_ref<Ones>(ones));
  return ones;
}

}  // namespace

void backward(const Tensor& root, const Tensor& gradient, bool retain_graph) {
  check_root("backward", root);
  const Tensor start = root_gradient("backward", root, gradient);
  const NoGrad no_grad;
  Walk walk(retain_graph, nullptr);
  walk.start(root->variable(), start, !gradient);
  walk.run();
}

std::vector<Tensor> gradients(const std::vector<Tensor>& roots, const std::vector<Tensor>& inputs,
                              const std::vector<Tensor>& root_gradients, bool retain_graph,
                              bool allow_unused) {
  std::vector<Ref<Variable>> targets;
  for (const Tensor& input : inputs) {
    check_root("grad", input);
    targets.push_back(input->variable());
  }
  Walk walk(retain_graph, &targets);
  const NoGrad no_grad;
  for (std::size_t i = 0; i < roots.size(); ++i) {
    check_root("grad", roots[i]);
    const Tensor given = i < root_gradients.size() ? root_gradients[i] : Tensor();
    walk.start(roots[i]->variable(), root_gradient("grad", roots[i], given), !given);
  }
  walk.run();
  std::vector<Tensor> results;
  for (const auto& target : targets) {
    if (!target->incoming && !allow_unused) {
      throw RuntimeError("grad",
                         "one of the inputs was not used to compute the outputs; pass "
                         "allow_unused=True to get None for it.");
    }
    results.push_back(target->incoming ? tensor_of(*target, target->incoming) : Tensor());
  }
  return results;
}

}  // namespace deepcore
