"""summary: the layers of a model, what they give, hold and cost, as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from math import prod
from typing import Any

from . import nn
from ._core import Tensor, dtype
from ._creation import zeros
from ._grad import no_grad
from .nn._conv import ConvBase
from .nn._conv_transpose import ConvTranspose
from .nn._recurrent_base import Recurrent
from .nn._recurrent_cells import Cell
from .nn._running_norm import RunningNorm
from .nn.utils.rnn import PackedSequence
from .train._adapt import model_dtype
from .train._modes import mode

Shape = tuple[int, ...]

_STATEFUL = (Recurrent, Cell)  # the output comes first, then the states
_WITHOUT_PRODUCTS = (RunningNorm, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)


@dataclass(frozen=True)
class LayerSummary:
    """One layer: where it is, what it gives, holds and costs.

    Attributes:
        path: its dotted path in the model.
        kind: its class's name.
        output_shape: without the axis of samples, of a recurrent layer's output without its states;
            None where the output is not one tensor.
        parameters: how many numbers it holds itself that are trained or frozen.
        flops: of its matrix products for one sample, a multiplication and an addition each; None
            for a layer with parameters that is of no known kind.
    """

    path: str
    kind: str
    output_shape: Shape | None
    parameters: int
    flops: int | None


@dataclass(frozen=True, repr=False)
class Summary:
    """What `summary` returns; its text is a table.

    Attributes:
        layers: in the order in which they run.
        parameters: how many numbers the model holds, shared ones once.
        trainable: how many of them get gradients.
        flops: of all matrix products for one sample; None where a layer's are not known.
    """

    layers: tuple[LayerSummary, ...]
    parameters: int
    trainable: int
    flops: int | None

    def __repr__(self) -> str:
        rows = [("layer", "kind", "output", "parameters", "FLOPs")]
        for layer in self.layers:
            shape = "?" if layer.output_shape is None else _text(layer.output_shape)
            rows.append((layer.path, layer.kind, shape, f"{layer.parameters:,}", _number(layer)))
        rows.append(("total", "", "", f"{self.parameters:,}", _number(self)))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(_cells(row, widths)).rstrip() for row in rows]
        rule = "-" * max(map(len, lines))
        if self.trainable != self.parameters:
            lines.append(f"{self.parameters - self.trainable:,} parameters are frozen")
        body = [lines[0], rule, *lines[1 : len(rows) - 1], rule, *lines[len(rows) - 1 :]]
        return "\n".join([*body, "FLOPs: of matrix products, for one sample"])


def summary(
    model: nn.Module, input_shape: int | Sequence[int], *, dtype: dtype | None = None
) -> Summary:
    """Lists the layers of a model with output shapes, parameters and FLOPs.

    A row of zeros goes through the model in eval mode; nothing of it changes. A product of
    (m, k) and (k, n) matrices has 2·m·k·n FLOPs, so a dense layer has 2·in·out for each sample, a
    convolution of C to O channels 2·O·C·OH·OW·KH·KW, those of its padding included, and a recurrent
    layer two for each element of its matrices at every step.

    Args:
        model: the model.
        input_shape: the shape of one sample, without the axis of samples.
        dtype: of the input; the model's own unless given.

    Raises:
        TypeError: model is not an nn.Module, or takes another dtype, such as indices.
        ValueError: the model does not take such an input.

    Example:
        >>> import deepcore as dc
        >>> dc.summary(dc.nn.Sequential(dc.nn.Linear(4, 2), dc.nn.ReLU()), 4)
        layer  kind    output  parameters  FLOPs
        ----------------------------------------
        0      Linear  (N, 2)          10     16
        1      ReLU    (N, 2)           0      0
        ----------------------------------------
        total                          10     16
        FLOPs: of matrix products, for one sample
    """
    if not isinstance(model, nn.Module):
        raise TypeError(f"[summary] model must be an nn.Module, got {type(model).__name__}.")
    shape = tuple(input_shape) if isinstance(input_shape, Sequence) else (input_shape,)
    calls: dict[str, LayerSummary] = {}
    with ExitStack() as hooks, mode(model, training=False), no_grad():
        for path, module in model.named_modules():
            if _is_layer(module):
                hooks.enter_context(module.register_forward_hook(_recorder(calls, path)))
        _run(model, zeros((1, *shape), dtype=dtype or model_dtype(model)))
    parameters = list(model.parameters())
    flops = [layer.flops for layer in calls.values()]
    return Summary(
        tuple(calls.values()),
        sum(p.numel() for p in parameters),
        sum(p.numel() for p in parameters if p.requires_grad),
        None if None in flops else sum(f for f in flops if f is not None),
    )


def _run(model: nn.Module, x: Tensor) -> None:
    try:
        model(x)
    except TypeError as error:
        if x.is_floating_point() and "int64" in str(error):
            raise TypeError(
                f"[summary] the model takes indices of int64, got zeros of {x.dtype.name}; pass "
                "dtype=dc.int64."
            ) from error
        raise


def _is_layer(module: nn.Module) -> bool:
    own = any(True for _ in module.parameters(recurse=False))
    return own or not any(True for _ in module.children())


def _recorder(calls: dict[str, LayerSummary], path: str) -> Callable[..., None]:
    def record(module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
        first = output[0] if isinstance(output, tuple) and isinstance(module, _STATEFUL) else output
        shape = tuple(first.shape[1:]) if isinstance(first, Tensor) else None
        own = sum(p.numel() for p in module.parameters(recurse=False))
        flops = _flops(module, _sample_shape(args[0]), shape, own)
        before = calls.get(path)
        if before is not None:  # a layer that runs again holds nothing more
            flops = None if flops is None or before.flops is None else flops + before.flops
        calls[path] = LayerSummary(path, type(module).__name__, shape, own, flops)

    return record


def _sample_shape(given: Tensor | PackedSequence) -> Shape:
    """The input's shape without the axis of samples; of a packed sample, all of its rows."""
    return given.data.shape if isinstance(given, PackedSequence) else given.shape[1:]


def _flops(
    module: nn.Module, input_shape: Shape, output_shape: Shape | None, parameters: int
) -> int | None:
    if isinstance(module, nn.Linear) and output_shape is not None:
        return 2 * module.in_features * module.out_features * prod(output_shape[:-1])
    if isinstance(module, ConvBase) and output_shape is not None:
        # A transposed convolution spreads every input over a window.
        places = input_shape if isinstance(module, ConvTranspose) else output_shape
        return 2 * module.weight.numel() * prod(places[1:])
    if isinstance(module, _STATEFUL):
        matrices = sum(p.numel() for p in module.parameters() if p.ndim == 2)
        return 2 * matrices * prod(input_shape[:-1])
    return 0 if parameters == 0 or isinstance(module, _WITHOUT_PRODUCTS) else None


def _text(shape: Shape) -> str:
    return f"({', '.join(['N', *map(str, shape)])})"


def _number(counted: LayerSummary | Summary) -> str:
    return "?" if counted.flops is None else f"{counted.flops:,}"


def _cells(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    left = [cell.ljust(width) for cell, width in zip(row[:3], widths[:3], strict=True)]
    return left + [cell.rjust(width) for cell, width in zip(row[3:], widths[3:], strict=True)]
