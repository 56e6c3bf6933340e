"""Which layer first made a NaN or an infinity: the step once more, with every layer watched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from math import isfinite
from typing import Any

import numpy as np

from .. import _core, nn
from .._core import Tensor
from ._objective import Objective


def not_finite(
    model: nn.Module, objective: Objective, x: Tensor, y: Tensor, loss: float, place: str
) -> FloatingPointError:
    """The error of a step whose loss or gradients are not finite, with the layer that began it.

    Runs the step's forward and backward again. Parameters and buffers stay as they are.
    """
    got = "a gradient that is not" if isfinite(loss) else f"a loss of {loss}"
    return FloatingPointError(
        f"[fit] losses and gradients must be finite, got {got} in {place}, "
        f"{_cause(model, objective, x, y)}; the weights are those before this step. A lower "
        "learning rate, clip_grad_norm_ or inputs of smaller scale help against overflow."
    )


def _cause(model: nn.Module, objective: Objective, x: Tensor, y: Tensor) -> str:
    buffers = [(buffer, buffer.clone()) for buffer in model.buffers()]
    try:
        with _Watch(model) as watch:
            loss = objective.function(model(x), y)
            if (layer := watch.first_forward()) is not None:
                return f"first in the output of {layer}"
            if not _finite(loss):
                return f"first in the loss ({objective.title})"
            model.zero_grad()
            loss.backward()
            if (layer := watch.first_backward()) is not None:
                return f"first in the backward of {layer}"
    finally:
        for buffer, before in buffers:
            buffer.copy_(before)
    return "first in no layer that a second run could show"


class _Watch:
    """Hooks on every module that note where values and gradients are not finite."""

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self._hooks = ExitStack()
        self._calls: list[_Call] = []

    def __enter__(self) -> _Watch:
        for path, module in self._model.named_modules():
            watching = self._watcher(path)
            self._hooks.enter_context(module.register_forward_hook(watching))
        return self

    def __exit__(self, *error: object) -> None:
        self._hooks.close()

    def _watcher(self, path: str) -> Any:
        def watch(module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
            self._calls.append(_Call(path, module, args, output))

        return watch

    def first_forward(self) -> str | None:
        """The innermost layer that made what is not finite of inputs that are."""
        return next(
            (c.title() for c in self._calls if c.input_finite and not c.output_finite), None
        )

    def first_backward(self) -> str | None:
        """The same of gradients; the loss if the gradient of the output is the first."""
        guilty = [call for call in self._calls if call.made_bad_gradient()]
        inner = [c for c in guilty if not any(_inside(other.path, c.path) for other in guilty)]
        if inner:
            return inner[-1].title()
        if self._calls and not self._calls[-1].output_gradient_finite:
            return "the loss"
        return None


class _Call:
    """One call of a module: were its values finite, and later their gradients?"""

    def __init__(self, path: str, module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
        self.path = path
        self.module = module
        self.input_finite = all(map(_finite, _tensors(args)))
        self.output_finite = all(map(_finite, _tensors(output)))
        self.input_gradient_finite = True
        self.output_gradient_finite = True
        for tensor in _tensors(args):
            if tensor.requires_grad:
                tensor.register_hook(self._see_input)
        for tensor in _tensors(output):
            if tensor.requires_grad:
                tensor.register_hook(self._see_output)

    def _see_input(self, gradient: Tensor) -> None:
        self.input_gradient_finite &= _finite(gradient)

    def _see_output(self, gradient: Tensor) -> None:
        self.output_gradient_finite &= _finite(gradient)

    def made_bad_gradient(self) -> bool:
        if not self.output_gradient_finite:
            return False
        inside = _core.GradientWatch(list(self.module.parameters())).all_finite()
        return not (inside and self.input_gradient_finite)

    def title(self) -> str:
        """Such as "layer '2' (Linear), whose weight holds nan"."""
        kind = type(self.module).__name__
        text = f"layer {self.path!r} ({kind})" if self.path else f"the model itself ({kind})"
        for name, parameter in self.module.named_parameters(recurse=False):
            values = parameter.detach().numpy()
            bad = values[~np.isfinite(values)]
            if bad.size:
                return f"{text}, whose {name} holds {bad[0]}"
        return text


def _inside(path: str, outer: str) -> bool:
    return path != outer and path.startswith(f"{outer}." if outer else "")


def _finite(tensor: Tensor) -> bool:
    return bool(_core.all_finite(tensor.detach()))


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _tensors(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _tensors(item)
