"""What the recurrent layers share: weights by layer and direction, sequences in and out."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any, ClassVar

from .. import _core
from .._check import check_flag, check_size, check_whole
from .._core import Tensor
from .._creation import empty, zeros
from .._device import check_device
from .._grad import no_grad
from . import functional as F
from ._module import Module
from ._parameter import Parameter
from .functional._check import check_share
from .utils._packed_sequence import (
    Lengths,
    PackedSequence,
    batch_of,
    lengths_of,
    pack,
    read_lengths,
    started,
)

States = tuple[Tensor, ...]
Start = tuple[Tensor | None, ...]
_KINDS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")


def check_sizes(layer: str, input_size: Any, hidden_size: Any) -> None:
    """Raises unless these are the sizes of a recurrent layer."""
    check_size(layer, "input_size", input_size)
    check_positive(layer, "hidden_size", hidden_size)


def check_positive(layer: str, name: str, value: Any) -> None:
    """Raises unless value is a whole number of at least 1."""
    check_whole(layer, name, value)
    if value < 1:
        raise ValueError(f"[{layer}] {name} must be at least 1, got {value}.")


def check_nonlinearity(layer: str, nonlinearity: Any) -> None:
    """Raises unless there is such a nonlinearity."""
    if nonlinearity not in ("tanh", "relu"):
        raise ValueError(f"[{layer}] nonlinearity must be 'tanh' or 'relu', got {nonlinearity!r}.")


def name_of_kind(given: Any) -> str:
    """What an error says was given where a Tensor must be."""
    makes = "; deepcore.tensor(x) makes one" if hasattr(given, "__array__") else ""
    return type(given).__name__ + makes


def draw(module: Module, hidden_size: int) -> None:
    """Draws all parameters from U(−1/√H, 1/√H), in their order."""
    bound = 1 / math.sqrt(hidden_size)
    with no_grad():
        for parameter in module.parameters():
            parameter.uniform_(-bound, bound)


class Recurrent(Module):
    """Layers of cells, one or two directions each, that run over sequences."""

    _gates: ClassVar[int]
    _states: ClassVar[tuple[str, ...]] = ("h_0",)

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int,
        bias: bool,
        batch_first: bool,
        dropout: float,
        bidirectional: bool,
        proj_size: int,
        device: Any,
        dtype: Any,
    ) -> None:
        super().__init__()
        layer = type(self).__name__
        check_device(device)
        check_sizes(layer, input_size, hidden_size)
        check_positive(layer, "num_layers", num_layers)
        check_size(layer, "proj_size", proj_size)
        flags = {"bias": bias, "batch_first": batch_first, "bidirectional": bidirectional}
        for name, flag in flags.items():
            check_flag(layer, name, flag)
        check_share(layer, "dropout", dropout)
        if proj_size >= hidden_size:
            raise ValueError(
                f"[{layer}] proj_size must be below hidden_size={hidden_size}, got {proj_size}."
            )
        if dropout > 0 and num_layers == 1:
            warnings.warn(
                f"[{layer}] dropout lies between layers and has no effect on a single one, got "
                f"dropout={dropout} with num_layers=1.",
                stacklevel=3,
            )
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bool(bias)
        self.batch_first = bool(batch_first)
        self.dropout = float(dropout)
        self.bidirectional = bool(bidirectional)
        self.proj_size = proj_size
        directions = ("", "_reverse") if bidirectional else ("",)
        self._names = [
            [tuple(f"{kind}_l{k}{direction}" for kind in _KINDS) for direction in directions]
            for k in range(num_layers)
        ]
        self._make_weights(dtype)
        self.reset_parameters()

    @property
    def _width(self) -> int:
        """The size of h."""
        return self.proj_size or self.hidden_size

    def _make_weights(self, dtype: Any) -> None:
        rows, size = self._gates * self.hidden_size, self.input_size
        bias = (rows,) if self.bias else None
        projection = (self.proj_size, self.hidden_size) if self.proj_size else None
        for layer in self._names:
            shapes = ((rows, size), (rows, self._width), bias, bias, projection)
            for names in layer:
                for name, shape in zip(names, shapes, strict=True):
                    if shape:
                        setattr(self, name, Parameter(empty(*shape, dtype=dtype)))
            size = self._width * len(layer)

    def _weights(self, names: Sequence[str]) -> list[Any]:
        """The weights of one layer and direction by kind; None for those that it has not."""
        return [self.__dict__.get(name) for name in names]

    @property
    def all_weights(self) -> list[list[Tensor]]:
        """The weights of each layer and direction, in their order."""
        cells = [self._weights(names) for layer in self._names for names in layer]
        return [[weight for weight in cell if weight is not None] for cell in cells]

    def reset_parameters(self) -> None:
        """Draws all weights anew."""
        draw(self, self.hidden_size)

    def flatten_parameters(self) -> None:
        """Does nothing: the kernels lay the weights out as they need them."""

    def extra_repr(self) -> str:
        options: dict[str, Any] = {
            "proj_size": 0,
            "num_layers": 1,
            "bias": True,
            "batch_first": False,
            "dropout": 0,
            "bidirectional": False,
        }
        others = [f"{k}={getattr(self, k)}" for k, v in options.items() if getattr(self, k) != v]
        return ", ".join([str(self.input_size), str(self.hidden_size), *others])

    # The sequences

    def _cell(
        self, x: Tensor, batch_sizes: Tensor | None, start: Start, weights: list[Any], **order: bool
    ) -> tuple[Tensor, ...]:
        """One layer in one direction: h of every step, and the states it ends in."""
        raise NotImplementedError

    def _run(
        self, x: Tensor, batch_sizes: Tensor | None, start: States | None
    ) -> tuple[Tensor, States]:
        """All layers, over a batch of sequences or packed rows."""
        none = (None,) * len(self._states)
        batch_first = self.batch_first and batch_sizes is None
        ends: list[States] = []
        for k, layer in enumerate(self._names):
            if k and self.dropout:
                x = F.dropout(x, self.dropout, self.training)
            outputs: list[Tensor] = []
            for names in layer:
                given = none if start is None else tuple(state[len(ends)] for state in start)
                weights = self._weights(names)
                order = {"reverse": bool(outputs), "batch_first": batch_first}
                y, *last = self._cell(x, batch_sizes, given, weights, **order)
                outputs.append(y)
                ends.append(tuple(last))
            x = outputs[0] if len(outputs) == 1 else _core.cat(outputs, -1)
        return x, tuple(_stack(states) for states in zip(*ends, strict=True))

    def _forward(
        self, input: Tensor | PackedSequence, start: States | None, lengths: Lengths | None
    ) -> tuple[Any, States]:
        if isinstance(input, PackedSequence):
            if lengths is not None:
                raise ValueError(
                    f"[{type(self).__name__}] lengths belong to a padded batch, got them with a "
                    "PackedSequence, which has its own."
                )
            return self._forward_packed(input, start)
        self._check_input(input)
        if lengths is not None:
            return self._forward_padded(input, start, lengths)
        if input.ndim == 2:
            self._check_states(start, ())
            batch = None if start is None else tuple(s.unsqueeze(1) for s in start)
            axis = 0 if self.batch_first else 1
            y, ends = self._run(input.unsqueeze(axis), None, batch)
            return y.squeeze(axis), tuple(s.squeeze(1) for s in ends)
        return self._forward_dense(input, start)

    def _forward_dense(self, input: Tensor, start: States | None) -> tuple[Tensor, States]:
        self._check_states(start, (input.shape[0 if self.batch_first else 1],))
        return self._run(input, None, start)

    def _forward_padded(
        self, input: Tensor, start: States | None, lengths: Lengths
    ) -> tuple[Tensor, States]:
        layer = type(self).__name__
        if input.ndim == 2:
            raise ValueError(
                f"[{layer}] lengths need a batch of sequences, got one of shape {input.shape}."
            )
        axes = (0, 1) if self.batch_first else (1, 0)
        batch, steps = (input.shape[axis] for axis in axes)
        several = set(read_lengths(layer, lengths, batch, steps).tolist())
        if len(several) == 1:
            return self._forward_cut(input, start, *several)
        packed = pack(layer, input, lengths, self.batch_first, sort=True)
        y, ends = self._forward_packed(packed, start)
        each, order = lengths_of(packed)
        return _core.unpack(y.data, each, order, steps, self.batch_first), ends

    def _forward_cut(
        self, input: Tensor, start: States | None, length: int
    ) -> tuple[Tensor, States]:
        """Sequences of one length: packed, gradients of weights would be sums in another order."""
        if self.batch_first:
            y, ends = self._forward_dense(input[:, :length], start)
            return F.pad(y, (0, 0, 0, input.shape[1] - length)), ends
        y, ends = self._forward_dense(input[:length], start)
        return F.pad(y, (0, 0, 0, 0, 0, len(input) - length)), ends

    def _forward_packed(
        self, packed: PackedSequence, start: States | None
    ) -> tuple[PackedSequence, States]:
        data, batch_sizes, order, back = packed
        self._check_input(data, packed=True)
        self._check_states(start, (batch_of(packed),))
        if start is None:
            start = self._start_of_empty(packed)
        elif order is not None:
            start = tuple(state[:, order] for state in start)
        y, ends = self._run(data, batch_sizes, start)
        if back is not None:
            ends = tuple(state[:, back] for state in ends)
        return packed._replace(data=y), ends

    def _start_of_empty(self, packed: PackedSequence) -> States | None:
        """Zeros where sequences have no step: the cells know those by their states alone."""
        batch = batch_of(packed)
        if batch == started(packed):
            return None
        shapes = self._state_shapes((batch,))
        return tuple(zeros(shape, dtype=packed.data.dtype) for shape in shapes)

    # What is asked of the input

    def _check_input(self, input: Any, packed: bool = False) -> None:
        layer = type(self).__name__
        if not isinstance(input, Tensor):
            raise TypeError(
                f"[{layer}] input must be a Tensor or PackedSequence, got {name_of_kind(input)}."
            )
        axes = "batch, steps, " if self.batch_first else "steps, batch, "
        if packed:
            wanted, right = "the data of shape (rows, input_size)", input.ndim == 2
        else:
            wanted, right = f"shape ({axes}input_size) or (steps, input_size)", input.ndim in (2, 3)
        if not right:
            raise ValueError(f"[{layer}] input must have {wanted}, got {input.shape}.")
        if input.shape[-1] != self.input_size:
            raise ValueError(
                f"[{layer}] input's last axis must be input_size={self.input_size}, got shape "
                f"{input.shape}."
            )

    def _state_shapes(self, batch: tuple[int, ...]) -> list[tuple[int, ...]]:
        cells = self.num_layers * (1 + self.bidirectional)
        sizes = (self._width, self.hidden_size)[: len(self._states)]
        return [(cells, *batch, size) for size in sizes]

    def _check_states(self, start: States | None, batch: tuple[int, ...]) -> None:
        if start is None:
            return
        for name, state, shape in zip(self._states, start, self._state_shapes(batch), strict=True):
            if state.shape != shape:
                axes = "batch, " if batch else ""
                swapped = bool(batch) and state.shape == (shape[1], shape[0], shape[2])
                hint = "; batch_first is not for states" if swapped else ""
                raise ValueError(
                    f"[{type(self).__name__}] {name} must have shape (num_layers * directions, "
                    f"{axes}size)={shape}, got {state.shape}{hint}."
                )


def _stack(states: tuple[Tensor, ...]) -> Tensor:
    return states[0].unsqueeze(0) if len(states) == 1 else _core.stack(states)
