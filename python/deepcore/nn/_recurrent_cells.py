"""RNNCell, LSTMCell, GRUCell: one step of a recurrent layer."""

from __future__ import annotations

from typing import Any, ClassVar

from .. import _core
from .._check import check_flag
from .._core import Tensor
from .._creation import empty
from .._device import check_device
from ._module import Module
from ._parameter import Parameter
from ._recurrent import one_state, two_states
from ._recurrent_base import States, check_nonlinearity, check_sizes, draw, name_of_kind


class Cell(Module):
    """The weights of one layer in one direction."""

    _gates: ClassVar[int]
    weight_ih: Parameter
    weight_hh: Parameter
    bias_ih: Parameter | None
    bias_hh: Parameter | None

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool, device: Any, dtype: Any
    ) -> None:
        super().__init__()
        check_device(device)
        check_sizes(type(self).__name__, input_size, hidden_size)
        check_flag(type(self).__name__, "bias", bias)
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bool(bias)
        rows = self._gates * hidden_size
        self.weight_ih = Parameter(empty(rows, input_size, dtype=dtype))
        self.weight_hh = Parameter(empty(rows, hidden_size, dtype=dtype))
        for name in ("bias_ih", "bias_hh"):
            self.register_parameter(name, Parameter(empty(rows, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws all weights anew."""
        draw(self, self.hidden_size)

    def extra_repr(self) -> str:
        sizes = f"{self.input_size}, {self.hidden_size}"
        return sizes if self.bias else f"{sizes}, bias=False"

    def _weights(self) -> tuple[Tensor, Tensor, Tensor | None, Tensor | None]:
        return self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh

    def _rows(self, input: Any, states: States | None) -> tuple[Tensor, list[Tensor | None]]:
        """One step of a batch, and its states; of one of a single row where there is no batch."""
        cell = type(self).__name__
        if not isinstance(input, Tensor):
            raise TypeError(f"[{cell}] input must be a Tensor, got {name_of_kind(input)}.")
        if input.ndim not in (1, 2) or input.shape[-1] != self.input_size:
            raise ValueError(
                f"[{cell}] input must have shape (batch, {self.input_size}) or "
                f"({self.input_size},), got {input.shape}."
            )
        shape = (*input.shape[:-1], self.hidden_size)
        for state in states or ():
            if state.shape != shape:
                raise ValueError(
                    f"[{cell}] hx must have shape {shape} for input of shape {input.shape}, got "
                    f"{state.shape}."
                )
        rows = 1 if input.ndim == 1 else input.shape[0]
        given = [s.reshape(rows, self.hidden_size) for s in states] if states else [None, None]
        return input.reshape(1, rows, self.input_size), [*given]


class RNNCell(Cell):
    """One step of an `RNN`: h' = φ(W_ih x + b_ih + W_hh h + b_hh), where φ is tanh or ReLU.

    Args:
        input_size: the size I of x.
        hidden_size: the size H of h.
        bias: whether there are b_ih and b_hh.
        nonlinearity: 'tanh' or 'relu'.
        device: None or 'cpu'.
        dtype: float32 (the default) or float64.

    Attributes:
        weight_ih: W_ih, of shape (H, I).
        weight_hh: W_hh, of shape (H, H).
        bias_ih, bias_hh: of shape (H,), or None.

    Shape:
        Input (B, I) or (I,); `hx`, which is h, and the output (B, H) or (H,). hx is zeros if None.

    Raises:
        ValueError: an option, or a shape that does not fit.
        TypeError: a size is no whole number, or input or hx is no tensor.

    Example:
        >>> import deepcore as dc
        >>> cell = dc.nn.RNNCell(10, 20)
        >>> h = cell(dc.ones(3, 10))
        >>> cell(dc.ones(3, 10), h).shape
        (3, 20)
    """

    _gates: ClassVar[int] = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        check_nonlinearity("RNNCell", nonlinearity)
        super().__init__(input_size, hidden_size, bias, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        x, (h, *_) = self._rows(input, one_state("RNNCell", hx))
        _, h_n = _core.rnn(x, None, h, *self._weights(), self.nonlinearity, False)
        return h_n if input.ndim == 2 else h_n.squeeze(0)

    def extra_repr(self) -> str:
        other = "" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity}"
        return super().extra_repr() + other


class LSTMCell(Cell):
    """One step of an `LSTM`, with its gates i, f, g, o: (h', c') of x and (h, c).

    Args:
        input_size: the size I of x.
        hidden_size: the size H of h and c.
        bias: whether there are biases.
        device: None or 'cpu'.
        dtype: float32 (the default) or float64.

    Attributes:
        weight_ih: of shape (4·H, I).
        weight_hh: of shape (4·H, H).
        bias_ih, bias_hh: of shape (4·H,), or None.

    Shape:
        Input (B, I) or (I,); `hx` and the output two of (B, H) or (H,). hx is zeros if None.

    Raises:
        ValueError: an option, or a shape that does not fit.
        TypeError: a size is no whole number, input is no tensor, or hx not two.

    Example:
        >>> import deepcore as dc
        >>> cell = dc.nn.LSTMCell(10, 20)
        >>> h, c = cell(dc.ones(3, 10))
        >>> h, c = cell(dc.ones(3, 10), (h, c))
        >>> h.shape, c.shape
        ((3, 20), (3, 20))
    """

    _gates: ClassVar[int] = 4

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, device, dtype)

    def forward(
        self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, Tensor]:
        x, (h, c) = self._rows(input, two_states("LSTMCell", hx))
        _, h_n, c_n = _core.lstm(x, None, h, c, *self._weights(), None, False)
        return (h_n, c_n) if input.ndim == 2 else (h_n.squeeze(0), c_n.squeeze(0))


class GRUCell(Cell):
    """One step of a `GRU`, with its gates r, z, n: h' of x and h.

    Args:
        input_size: the size I of x.
        hidden_size: the size H of h.
        bias: whether there are biases.
        device: None or 'cpu'.
        dtype: float32 (the default) or float64.

    Attributes:
        weight_ih: of shape (3·H, I).
        weight_hh: of shape (3·H, H).
        bias_ih, bias_hh: of shape (3·H,), or None.

    Shape:
        As those of `RNNCell`.

    Raises:
        ValueError: an option, or a shape that does not fit.
        TypeError: a size is no whole number, or input or hx is no tensor.

    Example:
        >>> import deepcore as dc
        >>> cell = dc.nn.GRUCell(10, 20)
        >>> cell(dc.ones(3, 10), dc.zeros(3, 20)).shape
        (3, 20)
    """

    _gates: ClassVar[int] = 3

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, device, dtype)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        x, (h, *_) = self._rows(input, one_state("GRUCell", hx))
        _, h_n = _core.gru(x, None, h, *self._weights(), False)
        return h_n if input.ndim == 2 else h_n.squeeze(0)
