"""One row through the model: whether it takes what x holds, and the shape of what it gives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, NamedTuple

from .. import _core, nn
from .._core import Tensor
from .._grad import no_grad
from .._notes import add_note
from ..nn._conv import ConvBase
from ..nn._recurrent_base import Recurrent
from ._modes import mode

Shape = tuple[int, ...]
_ERRORS = (TypeError, ValueError, IndexError)


def probe(model: nn.Module, op: str, row: Tensor, shape: Shape) -> Shape:
    """The shape of the model's output for a row of x, in eval mode.

    Args:
        model: the model.
        op: what errors name.
        row: the first sample of x, as a batch of one.
        shape: of all of x.

    Raises:
        ValueError: x has no axis of channels, or a recurrent layer takes the samples for steps.
        TypeError: the model gives something else than one tensor.
    """
    with mode(model, training=False), no_grad(), _calls_of_recurrent(model) as calls:
        try:
            output = model(row.clone())  # a model may write in place
        except _ERRORS as error:
            _check_samples(model, op, row, shape, calls)
            if isinstance(error, (ValueError, IndexError)):
                _check_channels(model, op, row, shape, error)
            add_note(error, f"[{op}] x has shape {shape}; its first row was tried in the model.")
            raise
        _check_samples(model, op, row, shape, calls)
    if not isinstance(output, Tensor):
        raise TypeError(f"[{op}] the model must give one tensor, got {type(output).__name__}.")
    return tuple(output.shape)


def _check_channels(model: nn.Module, op: str, row: Tensor, shape: Shape, error: Exception) -> None:
    """ValueError if a model that begins with a convolution takes x once it has channels."""
    layer = next((m for m in model.modules() if not any(True for _ in m.children())), None)
    if not isinstance(layer, ConvBase) or len(shape) != layer._axes + 1:
        return
    try:
        model(row.clone().unsqueeze(1))
    except _ERRORS:
        return
    axes = ", ".join(("N", "C", *("L", "HW", "DHW")[layer._axes - 1]))
    raise ValueError(
        f"[{op}] x must have shape ({axes}) for {type(layer).__name__}, got {shape}; x has no "
        f"channel axis: x[:, None] gives {(shape[0], 1, *shape[1:])}."
    ) from error


class _Call(NamedTuple):
    """How a recurrent layer was called: its input's shape, and the number of steps in it."""

    layer: Recurrent
    shape: Shape
    steps: int


@contextmanager
def _calls_of_recurrent(model: nn.Module) -> Iterator[list[_Call]]:
    calls: list[_Call] = []

    def see(layer: Any, args: tuple[Any, ...]) -> None:
        if args and isinstance(args[0], Tensor) and args[0].ndim in (2, 3):
            shape = args[0].shape
            calls.append(_Call(layer, shape, shape[int(layer.batch_first and len(shape) == 3)]))

    with ExitStack() as hooks:
        for module in model.modules():
            if isinstance(module, Recurrent):
                hooks.enter_context(module.register_forward_pre_hook(see))
        yield calls


def _check_samples(
    model: nn.Module, op: str, row: Tensor, shape: Shape, calls: list[_Call]
) -> None:
    """ValueError where two samples are two steps: each output would depend on the whole batch."""
    of_one = list(calls)
    if all(call.steps != 1 for call in of_one):
        return
    calls.clear()
    with suppress(*_ERRORS):
        model(_core.cat([row, row], 0))
    for call, of_two in zip(of_one, calls, strict=False):
        if (call.steps, of_two.steps) == (1, 2):
            raise ValueError(
                f"[{op}] {type(call.layer).__name__} must get the samples of x as a batch, got "
                f"them as the steps of a sequence, {call.shape} for one row of x, {shape}; "
                f"{_way_to_batch(call, shape)}."
            )


def _way_to_batch(call: _Call, shape: Shape) -> str:
    if len(call.shape) == 3:
        return "make it with batch_first=True"
    if len(shape) == 2:
        return f"give x the shape (N, steps, {call.layer.input_size})"
    return "give x an axis of steps"
