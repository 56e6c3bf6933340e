"""Recurrent layers written out in NumPy, one sequence after the other, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

import deepcore as dc
from deepcore import nn
from deepcore.nn.utils import rnn

Array = np.ndarray
State = tuple[Array, ...]


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def lstm_step(x: Array, state: State, w: dict[str, Array]) -> State:
    """The six equations, each gate with one matrix for [h, x] and one bias."""
    h, c = state
    w_i, w_f, w_c, w_o = np.split(np.concatenate([w["hh"], w["ih"]], 1), 4)
    b_i, b_f, b_c, b_o = np.split(w["bias_ih"] + w["bias_hh"], 4)
    hx = np.concatenate([h, x])
    f = sigmoid(w_f @ hx + b_f)
    i = sigmoid(w_i @ hx + b_i)
    candidate = np.tanh(w_c @ hx + b_c)
    c = f * c + i * candidate
    o = sigmoid(w_o @ hx + b_o)
    h = o * np.tanh(c)
    return (w["hr"] @ h if "hr" in w else h), c


def gru_step(x: Array, state: State, w: dict[str, Array]) -> State:
    (h,) = state
    x_r, x_z, x_n = np.split(w["ih"] @ x + w["bias_ih"], 3)
    h_r, h_z, h_n = np.split(w["hh"] @ h + w["bias_hh"], 3)
    r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
    n = np.tanh(x_n + r * h_n)
    return ((1 - z) * n + z * h,)


def rnn_step(activation: Callable[[Array], Array]) -> Callable[..., State]:
    return lambda x, state, w: (
        activation(w["ih"] @ x + w["bias_ih"] + w["hh"] @ state[0] + w["bias_hh"]),
    )


def step_of(layer: nn.Module) -> Callable[..., State]:
    if isinstance(layer, (nn.LSTM, nn.LSTMCell)):
        return lstm_step
    if isinstance(layer, (nn.GRU, nn.GRUCell)):
        return gru_step
    return rnn_step(np.tanh if layer.nonlinearity == "tanh" else lambda a: np.maximum(a, 0))


def weights(layer: nn.Module, suffix: str) -> dict[str, Array]:
    """W_ih, W_hh, both biases (zeros where there are none) and W_hr of one layer and direction."""
    names = {"weight_ih": "ih", "weight_hh": "hh", "weight_hr": "hr"}
    names |= {"bias_ih": "bias_ih", "bias_hh": "bias_hh"}
    state = {k: v.numpy().astype("float64") for k, v in layer.state_dict().items()}
    found = {short: state[n + suffix] for n, short in names.items() if n + suffix in state}
    return {"bias_ih": np.zeros(len(found["ih"])), "bias_hh": np.zeros(len(found["ih"]))} | found


def cells(layer: nn.Module) -> Iterator[tuple[int, str]]:
    """(layer, direction's suffix) in the order of the states."""
    for k in range(layer.num_layers):
        for direction in ("", "_reverse") if layer.bidirectional else ("",):
            yield k, direction


def reference(
    layer: nn.Module, x: Array, start: Sequence[Array], lengths: Sequence[int] | None = None
) -> tuple[Array, ...]:
    """The output for x (T, B, I), 0 beyond the lengths, and the final states."""
    step = step_of(layer)
    lengths = [len(x)] * x.shape[1] if lengths is None else lengths
    width = start[0].shape[2] * (2 if layer.bidirectional else 1)
    y, ends = np.zeros((*x.shape[:2], width)), [s.copy() for s in start]
    for b, length in enumerate(lengths):
        sequence = x[:length, b]
        outputs: list[Array] = []
        for cell, (k, direction) in enumerate(cells(layer)):
            w = weights(layer, f"_l{k}{direction}")
            state = tuple(s[cell, b] for s in start)
            hs = np.zeros((length, start[0].shape[2]))
            for t in reversed(range(length)) if direction else range(length):
                state = step(sequence[t], state, w)
                hs[t] = state[0]
            for end, value in zip(ends, state, strict=True):
                end[cell, b] = value
            outputs.append(hs)
            if len(outputs) == (2 if layer.bidirectional else 1):
                sequence, outputs = np.concatenate(outputs, 1), []
        y[:length, b] = sequence
    return y, *ends


def states(
    layer: nn.Module, batch: int, rng: np.random.Generator, dtype: str = "float64"
) -> list[Array]:
    """Random initial states (K·D, B, ·)."""
    count = layer.num_layers * (2 if layer.bidirectional else 1)
    sizes = [layer.proj_size or layer.hidden_size]
    if isinstance(layer, nn.LSTM):
        sizes.append(layer.hidden_size)
    return [rng.normal(size=(count, batch, size)).astype(dtype) for size in sizes]


def call(layer: nn.Module, x: Any, start: Sequence[dc.Tensor] | None, **options: Any) -> list[Any]:
    """Output and final states in one list, of any kind of layer."""
    hx = start
    if start is not None:
        hx = tuple(start) if isinstance(layer, nn.LSTM) else start[0]
    output, ends = layer(x, hx, **options)
    return [output, *(ends if isinstance(ends, tuple) else (ends,))]


def bits(tensors: Sequence[dc.Tensor]) -> list[bytes]:
    return [x.detach().numpy().tobytes() for x in tensors]


def backward(outputs: Sequence[dc.Tensor], seed: int = 1) -> None:
    """Backward of the outputs' sum with random weights, the same for the same shapes."""
    rng = np.random.default_rng(seed)
    total = None
    for y in outputs:
        weight = rng.normal(size=y.shape).astype(y.detach().numpy().dtype)
        part = (y * dc.tensor(weight)).sum()
        total = part if total is None else total + part
    total.backward()


def results(case: dict[str, Any], arrays: dict[str, Array], dtype: str) -> dict[str, Array]:
    """What a layer gives for a case of tests/golden/recurrent.py, its gradients included."""
    layer = getattr(nn, case["layer"])(*case["sizes"], **case["options"]).to(dtype)
    flat, at = arrays["parameters"].astype(dtype), 0
    for p in layer.parameters():
        p.data = dc.tensor(flat[at : at + p.numel()].reshape(p.shape))
        at += p.numel()
    x = dc.tensor(arrays["input"].astype(dtype), requires_grad=True)
    names = [name for name in ("h_0", "c_0") if name in arrays]
    start = [dc.tensor(arrays[name].astype(dtype), requires_grad=True) for name in names]
    outputs = _call_as(case["form"], layer, x, start or None, arrays.get("lengths"))
    parts = zip(outputs, _cotangents(arrays, dtype), strict=True)
    total = sum(((y * w).sum() for y, w in parts), start=dc.zeros((), dtype=dtype))
    total.backward()
    named = dict(zip(("output", "h_n", "c_n"), outputs, strict=False))
    named |= {"input_gradient": x.grad}
    named |= {f"{name}_gradient": s.grad for name, s in zip(names, start, strict=True)}
    found = {name: value.detach().numpy() for name, value in named.items()}
    gradients = [p.grad.numpy().ravel() for p in layer.parameters()]
    return found | {"parameters_gradient": np.concatenate(gradients)}


def _cotangents(arrays: dict[str, Array], dtype: str) -> list[dc.Tensor]:
    names = ("output_cotangent", "h_n_cotangent", "c_n_cotangent")
    return [dc.tensor(arrays[name].astype(dtype)) for name in names if name in arrays]


def _call_as(
    form: str, layer: nn.Module, x: dc.Tensor, start: list[dc.Tensor] | None, lengths: Any
) -> list[dc.Tensor]:
    if form != "packed":
        return call(layer, x, start, lengths=lengths)
    first = layer.batch_first
    packed = rnn.pack_padded_sequence(x, lengths, first, enforce_sorted=False)
    y, *ends = call(layer, packed, start)
    return [rnn.pad_packed_sequence(y, first, total_length=x.shape[int(first)])[0], *ends]
