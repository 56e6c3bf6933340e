"""The programs in PyTorch's words, which are deepcore's too: one text, two libraries.

`arrange` brings tensors and modules into the memory layout of the side.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np

from ..cases.classifier import Classifier
from ..cases.convolution import Convolution
from ..cases.network import Network
from ..cases.scalar import Scalar

Task = Callable[[int], None]
Arrange = Callable[[Any], Any]


def as_they_are(tensor_or_module: Any) -> Any:
    return tensor_or_module


class Training:
    """Trains a classifier, and runs it in eval mode without gradients."""

    def __init__(
        self, lib: Any, case: Classifier, arrange: Arrange = as_they_are, **adam: bool
    ) -> None:
        self.lib, self.adam = lib, adam
        self.initial = {key: lib.tensor(array) for key, array in case.state().items()}
        x, y = case.batch()
        self.x, self.y = arrange(lib.tensor(x)), lib.tensor(y)
        self.model = arrange(case.module(lib))
        self.loss = getattr(lib.nn, case.loss)()
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
        infer = np.linalg.norm(scores, axis=0).tolist()
        with self.no_dropout():
            losses = [self.step().item() for _ in range(steps)]
        return {"train": [*losses, self.statistics()], "infer": infer}

    def statistics(self) -> float:
        """Return the norm of the running statistics of all batch norms."""
        buffers = [value.numpy() for key, value in self.model.named_buffers() if "running_" in key]
        return float(np.linalg.norm([np.linalg.norm(buffer) for buffer in buffers]))

    @contextmanager
    def no_dropout(self) -> Iterator[None]:
        """Train mode in which nothing is dropped: every library draws other numbers."""
        with ExitStack() as stack:
            for module in self.model.train().modules():
                share = {"Dropout": "p", "LSTM": "dropout"}.get(type(module).__name__)
                if share:
                    stack.enter_context(patch.object(module, share, 0.0))
            yield


class ConvolutionOp:
    """A convolution as a function, and with all its gradients. Old ones are dropped first."""

    def __init__(self, lib: Any, case: Convolution, arrange: Arrange = as_they_are) -> None:
        self.lib, self.case = lib, case
        x, w, b = (lib.tensor(array) for array in case.arrays())
        self.inputs = [arrange(x), arrange(w), b]
        for tensor in self.inputs:
            tensor.requires_grad_()
        functional = lib.nn.functional
        self.op = functional.conv_transpose2d if case.is_transposed else functional.conv2d
        self.options = {name: getattr(case, name) for name in ("stride", "padding", "groups")}
        shape = tuple(self.compute().shape)
        array = np.random.default_rng(3).standard_normal(shape, dtype=np.float32)
        self.dy = arrange(lib.tensor(array))
        self.tasks: dict[str, Task] = {"forward": self.forward, "all": self.all}

    def restart(self) -> None:
        for tensor in self.inputs:
            tensor.grad = None

    def compute(self) -> Any:
        return self.op(*self.inputs, **self.options)

    def forward(self, steps: int) -> None:
        with self.lib.inference_mode():
            for _ in range(steps):
                self.compute()

    def all(self, steps: int) -> None:
        for _ in range(steps):
            self.restart()
            self.compute().backward(self.dy)

    def evidence(self, steps: int) -> dict[str, list[float]]:
        self.all(1)
        with self.lib.inference_mode():
            results = [self.compute(), *(tensor.grad for tensor in self.inputs)]
        y, *gradients = (float(np.linalg.norm(result.numpy())) for result in results)
        return {"forward": [y], "all": gradients}


class Inference:
    """A network in eval mode without gradients."""

    def __init__(self, lib: Any, case: Network, arrange: Arrange = as_they_are) -> None:
        self.lib = lib
        self.model, self.x = arrange(case.module(lib)), arrange(lib.tensor(case.images()))
        self.tasks: dict[str, Task] = {"infer": self.infer}

    def restart(self) -> None:
        pass

    def infer(self, steps: int) -> None:
        with self.lib.inference_mode():
            for _ in range(steps):
                self.model(self.x)

    def evidence(self, steps: int) -> dict[str, list[float]]:
        with self.lib.inference_mode():
            scores = self.model(self.x).numpy()
        # Single scores may lie at zero, where there is no relative difference.
        return {"infer": np.linalg.norm(scores.reshape(-1, 10), axis=0).tolist()}


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
