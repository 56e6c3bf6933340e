"""How layers that follow each other run as one: a product or convolution and its activation, batch
norm and ReLU, in eval mode a convolution with both."""

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
_NORM_OF = {Conv1d: BatchNorm1d, Conv2d: BatchNorm2d, Conv3d: BatchNorm3d}


def steps_of(layers: Sequence[Module]) -> list[tuple[Module, Step]]:
    """What to call, in order, each with the layer that is to blame for its errors."""
    steps: list[tuple[Module, Step]] = []
    rest = list(reversed(layers))
    while rest:
        layer = rest.pop()
        if rest and _feeds(layer, rest[-1]):
            norm = rest.pop()
            relu = rest.pop() if rest and _rectifies(norm, rest[-1]) else None
            steps.append((layer, _conv_norm_step(layer, norm, relu)))
        elif _is_plain(layer) and type(layer) in _ACTIVATED:
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


def normalize(
    norm: Module, relu: Module | None, input: Tensor, residual: Tensor | None = None
) -> Tensor:
    """relu(norm(input) + residual), in one pass where both layers are plain; relu may be None.

    For blocks whose `forward` calls the layers by name.
    """
    if not (_rectifies(norm, relu) if relu else type(norm) in _BATCH_NORMS and _is_plain(norm)):
        output: Tensor = norm(input)
        output = output if residual is None else output + residual
        return output if relu is None else relu(output)
    assert isinstance(norm, _BATCH_NORMS)
    try:
        return norm._fused(input, relu is not None, residual)
    except Exception as error:
        leave(error, norm)
        raise


def _feeds(conv: Module, norm: Module) -> bool:
    """Whether one call may serve for a convolution and the batch norm after it."""
    return (
        isinstance(conv, Conv)
        and _NORM_OF.get(type(conv)) is type(norm)
        and conv.out_channels == norm.num_features
        and _is_plain(conv)
        and _is_plain(norm)
    )


def _conv_norm_step(conv: Module, norm: Module, relu: Module | None) -> Step:
    return lambda input: conv_norm(conv, norm, relu, input)


def conv_norm(
    conv: Module, norm: Module, relu: Module | None, input: Tensor, residual: Tensor | None = None
) -> Tensor:
    """relu(norm(conv(input)) + residual), in eval mode without a residual as one node; relu may be
    None.

    For blocks whose `forward` calls the layers by name, as those of a ResNet do.
    """
    one = residual is None and _feeds(conv, norm) and (relu is None or _rectifies(norm, relu))
    if not one:
        return normalize(norm, relu, conv(input), residual)
    assert isinstance(conv, Conv)
    assert isinstance(norm, _BATCH_NORMS)
    if norm.training or norm.running_mean is None or len(input.shape) != conv._axes + 2:
        return normalize(norm, relu, conv(input), residual)
    try:
        return conv.convolve_and_normalize(input, norm, relu is not None)
    except Exception as error:
        leave(error, conv)
        raise
