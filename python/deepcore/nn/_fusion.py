"""How a Sequential runs its layers: one call a layer, or one for a Linear and its activation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import _core
from .._core import Tensor
from ._activation import Activation
from ._linear import Linear
from ._module import Module

Step = Callable[[Any], Any]


def steps_of(layers: Sequence[Module]) -> list[tuple[Module, Step]]:
    """What to call, in order, each with the layer that is to blame for its errors."""
    steps: list[tuple[Module, Step]] = []
    rest = list(reversed(layers))
    while rest:
        layer = rest.pop()
        if _is_plain(layer) and type(layer) is Linear:
            epilogue = _epilogue(rest[-1]) if rest else None
            if epilogue is not None:
                rest.pop()
            steps.append((layer, _linear_step(layer, *(epilogue or (_core.Activation.none, 0.0)))))
        else:
            # A plain layer's __call__ would only call forward; the caller adds the path to errors.
            steps.append((layer, layer.forward if _is_plain(layer) else layer))
    return steps


def _is_plain(layer: Module) -> bool:
    """Whether calling the layer is calling the forward of its class."""
    return (
        layer._hooks is None
        and "forward" not in layer.__dict__
        and type(layer).__call__ is Module.__call__
    )


def _epilogue(layer: Module) -> tuple[_core.Activation, float] | None:
    # A subclass may have a forward of its own, and then names no kind of its own.
    if isinstance(layer, Activation) and "_kind" in vars(type(layer)) and _is_plain(layer):
        return layer._epilogue()
    return None


def _linear_step(layer: Linear, activation: _core.Activation, slope: float) -> Step:
    linear = _core.linear

    def step(input: Tensor) -> Tensor:
        return linear(input, layer.weight, layer.bias, activation, slope)

    return step
