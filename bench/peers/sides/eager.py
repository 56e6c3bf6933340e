"""The programs in PyTorch's words, which are deepcore's too: one text, two libraries."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..cases.classifier import Classifier
from ..cases.scalar import Scalar

Task = Callable[[int], None]


class Training:
    """Trains a classifier, and runs it in eval mode without gradients."""

    def __init__(self, lib: Any, case: Classifier, **adam: bool) -> None:
        self.lib, self.adam = lib, adam
        self.initial = {key: lib.tensor(array) for key, array in case.state().items()}
        self.x, self.y = (lib.tensor(array) for array in case.batch())
        self.model = case.module(lib.nn)
        self.loss = lib.nn.CrossEntropyLoss()
        self.tasks: dict[str, Task] = {"train": self.train, "infer": self.infer}

    def restart(self) -> None:
        self.model.load_state_dict(self.initial)
        self.optimizer = self.lib.optim.Adam(self.model.parameters(), lr=1e-3, **self.adam)

    def step(self) -> Any:
        self.optimizer.zero_grad()
        loss = self.loss(self.model(self.x), self.y)
        loss.backward()
        self.optimizer.step()
        return loss

    def train(self, steps: int) -> None:
        self.model.train()
        for _ in range(steps):
            self.step()

    def infer(self, steps: int) -> None:
        self.model.eval()
        with self.lib.inference_mode():
            for _ in range(steps):
                self.model(self.x)

    def evidence(self, steps: int) -> dict[str, list[float]]:
        self.restart()
        with self.lib.inference_mode():
            scores = self.model.eval()(self.x).numpy()
        self.model.train()
        losses = [self.step().item() for _ in range(steps)]
        return {"train": losses, "infer": np.linalg.norm(scores, axis=0).tolist()}


class ScalarOp:
    """y = op(x); y.backward(). The old gradient is dropped first: written, never added up."""

    def __init__(self, lib: Any, case: Scalar) -> None:
        self.op = getattr(lib, case.op)
        self.x = lib.tensor([[case.value]], requires_grad=True)
        self.tasks: dict[str, Task] = {"op": self.run}

    def restart(self) -> None:
        self.x.grad = None

    def run(self, steps: int) -> None:
        op, x = self.op, self.x
        for _ in range(steps):
            x.grad = None
            op(x).backward()

    def evidence(self, steps: int) -> dict[str, list[float]]:
        self.run(steps)
        return {"op": [self.op(self.x).item(), self.x.grad.item()]}
