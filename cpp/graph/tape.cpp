#include "graph/tape.h"

namespace deepcore {
namespace {
thread_local Tape* capturing = nullptr;
}

Tape::~Tape() {
  if (capturing == this) capturing = nullptr;
}

Tape* Tape::current() noexcept {
  return capturing;
}

void Tape::begin() {
  if (capturing) throw RuntimeError("capture", "a capture is already under way on this thread.");
  capturing = this;
}

void Tape::end() {
  if (capturing != this) {
    throw RuntimeError("capture", "this tape is not being captured on this thread.");
  }
  capturing = nullptr;
}

void Tape::add_backward(const Ref<Node>& node, const Gradients& gradients) {
  auto kept = std::make_unique<Gradients>(gradients);
  kept->walk_ = nullptr;
  steps_.push_back({node, std::move(kept)});
}

void Tape::replay() {
  if (capturing)
    throw RuntimeError("replay", "a capture is under way on this thread; end it first.");
  for (const auto& read : readings_) read();
  for (const Step& step : steps_) {
    if (step.gradients) {
      step.node->backward(*step.gradients);
    } else {
      step.node->forward();
    }
  }
}

void refuse_capture(const char* op) {
  if (capturing) {
    throw RuntimeError(op, "the shape of its output depends on values, so it cannot be captured.");
  }
}

}  // namespace deepcore
