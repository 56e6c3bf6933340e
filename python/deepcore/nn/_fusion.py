"""How layers that follow each other run as one: a product or convolution and its activation, batch
norm and ReLU."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import _core
from .._core import Tensor
from ._activation import Activation, ReLU
from ._batch_norm import BatchNorm1d, BatchNorm2d, BatchNorm3d
from ._conv import Conv, Conv1d, Conv2d, Conv3d
from ._linear import Linear
from ._module import Module
from ._trail import leave

Step = Callable[[Any], Any]

_BATCH_NORMS = (BatchNorm1d, BatchNorm2d, BatchNorm3d)
_ACTIVATED = (Linear, Conv1d, Conv2d, Conv3d)


def steps_of(layers: Sequence[Module]) -> list[tuple[Module, Step]]:
    """What to call, in order, each with the layer that is to blame for its errors."""
    steps: list[tuple[Module, Step]] = []
    rest = list(reversed(layers))
    while rest:
        layer = rest.pop()
        if _is_plain(layer) and type(layer) in _ACTIVATED:
            epilogue = _epilogue(rest[-1]) if rest else None
            if epilogue is not None:
                rest.pop()
            steps.append((layer, _activated_step(layer, *(epilogue or (_core.Activation.none, 0)))))
        elif rest and _rectifies(layer, rest[-1]):
            rest.pop()
            steps.append((layer, _norm_step(layer)))
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


def _activated_step(layer: Module, activation: _core.Activation, slope: float) -> Step:
    if isinstance(layer, Conv):
        return lambda input: layer.convolve(input, activation, slope)
    assert isinstance(layer, Linear)
    linear = _core.linear

    def step(input: Tensor) -> Tensor:
        return linear(input, layer.weight, layer.bias, activation, slope)

    return step


def _rectifies(norm: Module, relu: Module) -> bool:
    """Whether one call serves for a batch norm and the ReLU after it."""
    return type(norm) in _BATCH_NORMS and type(relu) is ReLU and _is_plain(norm) and _is_plain(relu)


def _norm_step(norm: Module) -> Step:
    assert isinstance(norm, _BATCH_NORMS)
    fused = norm._fused

    def step(input: Tensor) -> Tensor:
        return fused(input, True)

    return step


def normalize(norm: Module, relu: Module, input: Tensor, residual: Tensor | None = None) -> Tensor:
    """relu(norm(input) + residual), in one pass where both layers are plain.

    For blocks whose `forward` calls the layers by name, as those of a ResNet do.
    """
    if not _rectifies(norm, relu):
        output = norm(input)
        result: Tensor = relu(output if residual is None else output + residual)
        return result
    assert isinstance(norm, _BATCH_NORMS)
    try:
        return norm._fused(input, True, residual)
    except Exception as error:
        leave(error, norm)
        raise
