"""RNN, LSTM, GRU: recurrent layers over whole sequences."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from .. import _core
from .._check import is_whole
from .._core import Tensor
from ._recurrent_base import Recurrent, Start, States, check_nonlinearity
from .utils._packed_sequence import Lengths, PackedSequence


def refuse_lengths(layer: str, hx: Any) -> None:
    """TypeError where whole numbers are given for states: lengths, by position."""
    if isinstance(hx, (Tensor, np.ndarray)):
        whole = hx.ndim == 1 and "int" in str(hx.dtype)
    else:
        whole = isinstance(hx, (tuple, list)) and len(hx) > 0 and all(map(is_whole, hx))
    if whole:
        raise TypeError(
            f"[{layer}] hx must be the initial state, got whole numbers; lengths are given by "
            "name: lengths=."
        )


def one_state(layer: str, hx: Any) -> States | None:
    """The initial h of a layer, as a tuple."""
    if hx is None or isinstance(hx, Tensor):
        return None if hx is None else (hx,)
    raise TypeError(f"[{layer}] hx must be a Tensor, got {type(hx).__name__}.")


def two_states(layer: str, hx: Any) -> States | None:
    """The initial h and c of a layer."""
    if hx is None:
        return None
    right = isinstance(hx, (tuple, list)) and len(hx) == 2
    if not right or not all(isinstance(state, Tensor) for state in hx):
        kind = type(hx).__name__
        if isinstance(hx, (tuple, list)):
            kind += f" of {', '.join(type(state).__name__ for state in hx) or 'nothing'}"
        raise TypeError(f"[{layer}] hx must be two Tensors, (h_0, c_0), got {kind}.")
    return tuple(hx)


class RNN(Recurrent):
    """Elman layers: at each step, h = φ(W_ih x + b_ih + W_hh h₋₁ + b_hh), where φ is tanh or ReLU.

    A layer's h is the input of the next one. All weights are drawn from U(−1/√H, 1/√H).

    Args:
        input_size: the size I of x at each step.
        hidden_size: the size H of h.
        num_layers: how many layers K lie on each other.
        nonlinearity: 'tanh' or 'relu'.
        bias: whether there are b_ih and b_hh.
        batch_first: whether the batch is the first axis of input and output, not of the states.
        dropout: the probability with which each output of a layer but the last is dropped in
            training.
        bidirectional: whether every layer also runs backwards, with weights of its own, which
            makes D = 2 directions instead of 1; its output is both h behind each other.
        device: None or 'cpu'.
        dtype: float32 (the default) or float64.

    Attributes:
        weight_ih_l[k]: W_ih of layer k, of shape (H, I), of k > 0 (H, D·H); with `_reverse`
            behind it, that of the other direction, as for all weights.
        weight_hh_l[k]: W_hh of layer k, of shape (H, H).
        bias_ih_l[k], bias_hh_l[k]: of shape (H,).

    Shape:
        Input (T, B, I), (B, T, I) if batch_first, (T, I) for one sequence, or a PackedSequence.
        `hx`, the initial h, (K·D, B, H) or (K·D, H); zeros if None. `lengths=`, a whole number for
        each sequence of a padded batch, in any order: steps beyond them are never read, and the
        output there is 0. The output has the input's form, with D·H in the place of I; beside it
        comes the h with which each sequence ends, in hx's shape: hx itself, where its length is 0.

    Raises:
        ValueError: an option, or a shape that does not fit.
        TypeError: a size is no whole number, or input or hx is no tensor.

    Reference:
        Elman, "Finding structure in time", 1990.

    Example:
        >>> import deepcore as dc
        >>> rnn = dc.nn.RNN(10, 20, num_layers=2)
        >>> output, h_n = rnn(dc.ones(5, 3, 10))
        >>> output.shape, h_n.shape
        ((5, 3, 20), (2, 3, 20))
        >>> output, h_n = rnn(dc.ones(5, 3, 10), lengths=[2, 5, 0])
        >>> output[2:, 0].any().item(), h_n[1, 0].equal(output[1, 0])
        (False, True)
    """

    _gates: ClassVar[int] = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        check_nonlinearity("RNN", nonlinearity)
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, 0,
            device, dtype,
        )  # fmt: skip
        self.nonlinearity = nonlinearity

    def _cell(
        self, x: Tensor, batch_sizes: Tensor | None, start: Start, weights: list[Any], **order: bool
    ) -> tuple[Tensor, ...]:
        w_ih, w_hh, b_ih, b_hh, _ = weights
        return _core.rnn(
            x, batch_sizes, start[0], w_ih, w_hh, b_ih, b_hh, self.nonlinearity, **order
        )

    def forward(
        self,
        input: Tensor | PackedSequence,
        hx: Tensor | None = None,
        *,
        lengths: Lengths | None = None,
    ) -> tuple[Any, Tensor]:
        refuse_lengths("RNN", hx)
        output, (h_n,) = self._forward(input, one_state("RNN", hx), lengths)
        return output, h_n


class LSTM(Recurrent):
    """Long short-term memory: at each step,

        i = σ(W_ii x + b_ii + W_hi h₋₁ + b_hi)      f = σ(W_if x + b_if + W_hf h₋₁ + b_hf)
        g = tanh(W_ig x + b_ig + W_hg h₋₁ + b_hg)   o = σ(W_io x + b_io + W_ho h₋₁ + b_ho)
        c = f ⊙ c₋₁ + i ⊙ g                         h = o ⊙ tanh(c)

    With proj_size P, h = W_hr (o ⊙ tanh(c)). A layer's h is the input of the next one. All weights
    are drawn from U(−1/√H, 1/√H).

    Args:
        input_size: the size I of x at each step.
        hidden_size: the size H of c, and of h unless it is projected.
        num_layers: how many layers K lie on each other.
        bias: whether there are biases.
        batch_first: whether the batch is the first axis of input and output, not of the states.
        dropout: the probability with which each output of a layer but the last is dropped in
            training.
        bidirectional: whether every layer also runs backwards, with weights of its own, which
            makes D = 2 directions instead of 1; its output is both h behind each other.
        proj_size: the size P of h, below H; 0 for h as it is, where P = H below.
        device: None or 'cpu'.
        dtype: float32 (the default) or float64.

    Attributes:
        weight_ih_l[k]: W_ii, W_if, W_ig, W_io of layer k, of shape (4·H, I), of k > 0 (4·H, D·P);
            with `_reverse` behind it, that of the other direction, as for all weights.
        weight_hh_l[k]: W_hi, W_hf, W_hg, W_ho of layer k, of shape (4·H, P).
        bias_ih_l[k], bias_hh_l[k]: of shape (4·H,).
        weight_hr_l[k]: W_hr of layer k, of shape (P, H), with proj_size alone.

    Shape:
        Input (T, B, I), (B, T, I) if batch_first, (T, I) for one sequence, or a PackedSequence.
        `hx`, the initial (h, c), (K·D, B, P) and (K·D, B, H), both without B for one sequence;
        zeros if None. `lengths=`, a whole number for each sequence of a padded batch, in any order:
        steps beyond them are never read, and the output there is 0. The output has the input's
        form, with D·P in the place of I; beside it comes the (h, c) with which each sequence ends,
        in hx's shapes: hx itself, where its length is 0.

    Raises:
        ValueError: an option, or a shape that does not fit.
        TypeError: a size is no whole number, input is no tensor, or hx not two.

    Reference:
        Hochreiter and Schmidhuber, "Long short-term memory", 1997; the gate f is that of Gers,
        Schmidhuber and Cummins, "Learning to forget", 2000, the projection that of Sak, Senior and
        Beaufays, "Long short-term memory based recurrent neural network architectures", 2014.

    Example:
        >>> import deepcore as dc
        >>> lstm = dc.nn.LSTM(10, 20, batch_first=True, bidirectional=True)
        >>> output, (h_n, c_n) = lstm(dc.ones(3, 5, 10), lengths=[2, 5, 0])
        >>> output.shape, h_n.shape, c_n.shape
        ((3, 5, 40), (2, 3, 20), (2, 3, 20))
    """

    _gates: ClassVar[int] = 4
    _states: ClassVar[tuple[str, ...]] = ("h_0", "c_0")

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional,
            proj_size, device, dtype,
        )  # fmt: skip

    def _cell(
        self, x: Tensor, batch_sizes: Tensor | None, start: Start, weights: list[Any], **order: bool
    ) -> tuple[Tensor, ...]:
        w_ih, w_hh, b_ih, b_hh, w_hr = weights
        h_0, c_0 = start
        return _core.lstm(x, batch_sizes, h_0, c_0, w_ih, w_hh, b_ih, b_hh, w_hr, **order)

    def forward(
        self,
        input: Tensor | PackedSequence,
        hx: tuple[Tensor, Tensor] | None = None,
        *,
        lengths: Lengths | None = None,
    ) -> tuple[Any, tuple[Tensor, Tensor]]:
        refuse_lengths("LSTM", hx)
        output, (h_n, c_n) = self._forward(input, two_states("LSTM", hx), lengths)
        return output, (h_n, c_n)


class GRU(Recurrent):
    """Gated recurrent units: at each step,

        r = σ(W_ir x + b_ir + W_hr h₋₁ + b_hr)      z = σ(W_iz x + b_iz + W_hz h₋₁ + b_hz)
        n = tanh(W_in x + b_in + r ⊙ (W_hn h₋₁ + b_hn))      h = (1 − z) ⊙ n + z ⊙ h₋₁

    A layer's h is the input of the next one. All weights are drawn from U(−1/√H, 1/√H). As in
    PyTorch, r multiplies the product W_hn h₋₁ + b_hn; in the paper it multiplies h₋₁.

    Args:
        input_size: the size I of x at each step.
        hidden_size: the size H of h.
        num_layers: how many layers K lie on each other.
        bias: whether there are biases.
        batch_first: whether the batch is the first axis of input and output, not of the states.
        dropout: the probability with which each output of a layer but the last is dropped in
            training.
        bidirectional: whether every layer also runs backwards, with weights of its own, which
            makes D = 2 directions instead of 1; its output is both h behind each other.
        device: None or 'cpu'.
        dtype: float32 (the default) or float64.

    Attributes:
        weight_ih_l[k]: W_ir, W_iz, W_in of layer k, of shape (3·H, I), of k > 0 (3·H, D·H); with
            `_reverse` behind it, that of the other direction, as for all weights.
        weight_hh_l[k]: W_hr, W_hz, W_hn of layer k, of shape (3·H, H).
        bias_ih_l[k], bias_hh_l[k]: of shape (3·H,).

    Shape:
        As those of `RNN`.

    Raises:
        ValueError: an option, or a shape that does not fit.
        TypeError: a size is no whole number, or input or hx is no tensor.

    Reference:
        Cho et al., "Learning phrase representations using RNN encoder-decoder for statistical
        machine translation", 2014.

    Example:
        >>> import deepcore as dc
        >>> output, h_n = dc.nn.GRU(10, 20)(dc.ones(5, 3, 10))
        >>> output.shape, h_n.shape
        ((5, 3, 20), (1, 3, 20))
    """

    _gates: ClassVar[int] = 3

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, 0,
            device, dtype,
        )  # fmt: skip

    def _cell(
        self, x: Tensor, batch_sizes: Tensor | None, start: Start, weights: list[Any], **order: bool
    ) -> tuple[Tensor, ...]:
        w_ih, w_hh, b_ih, b_hh, _ = weights
        return _core.gru(x, batch_sizes, start[0], w_ih, w_hh, b_ih, b_hh, **order)

    def forward(
        self,
        input: Tensor | PackedSequence,
        hx: Tensor | None = None,
        *,
        lengths: Lengths | None = None,
    ) -> tuple[Any, Tensor]:
        refuse_lengths("GRU", hx)
        output, (h_n,) = self._forward(input, one_state("GRU", hx), lengths)
        return output, h_n
