"""Recurrent layers against their equations in NumPy, and their gradients against differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore import nn
from support import recurrent

KINDS: list[tuple[str, dict[str, Any]]] = [
    ("LSTM", {}),
    ("LSTM", {"proj_size": 2}),
    ("GRU", {}),
    ("RNN", {}),
    ("RNN", {"nonlinearity": "relu"}),
]
OPTIONS: list[dict[str, Any]] = [
    {},
    {"bias": False},
    {"num_layers": 2},
    {"bidirectional": True},
    {"num_layers": 3, "bidirectional": True, "bias": False, "batch_first": True},
]
LENGTHS = [None, [2, 4, 0, 4]]


def make(kind: str, options: dict[str, Any]) -> nn.Module:
    dc.manual_seed(0)
    return getattr(nn, kind)(3, 4, **options).double()


def sample(layer: nn.Module, steps: int = 4, batch: int = 4) -> tuple[np.ndarray, list[np.ndarray]]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(steps, batch, 3)), recurrent.states(layer, batch, rng)


def given(layer: nn.Module, x: np.ndarray) -> dc.Tensor:
    return dc.tensor(x.swapaxes(0, 1) if layer.batch_first else x)


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize(("kind", "other"), KINDS)
def test_equations(
    kind: str, other: dict[str, Any], options: dict[str, Any], lengths: list[int] | None
) -> None:
    layer = make(kind, options | other)
    x, start = sample(layer)
    expected = recurrent.reference(layer, x, start, lengths)
    hx = [dc.tensor(s) for s in start]
    output, *ends = recurrent.call(layer, given(layer, x), hx, lengths=lengths)
    y = output.detach().numpy()
    np.testing.assert_allclose(
        y.swapaxes(0, 1) if layer.batch_first else y, expected[0], rtol=1e-12, atol=1e-13
    )
    for end, value in zip(ends, expected[1:], strict=True):
        np.testing.assert_allclose(end.detach().numpy(), value, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize(("kind", "other"), KINDS)
def test_gradients(
    kind: str, other: dict[str, Any], options: dict[str, Any], lengths: list[int] | None
) -> None:
    layer = make(kind, options | other)
    x, start = sample(layer)
    names = [name for name, _ in layer.named_parameters()]
    inputs = [given(layer, x), *map(dc.tensor, start), *(p.detach() for p in layer.parameters())]

    def run(x: dc.Tensor, *rest: dc.Tensor) -> list[dc.Tensor]:
        layer.__dict__.update(zip(names, rest[len(start) :], strict=True))
        return recurrent.call(layer, x, rest[: len(start)], lengths=lengths)

    dc.testing.gradcheck(run, [value.clone().requires_grad_() for value in inputs])


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize(("kind", "other"), KINDS)
def test_gradients_through_dropout(
    kind: str, other: dict[str, Any], lengths: list[int] | None
) -> None:
    layer = make(kind, {"num_layers": 2, "dropout": 0.4, "bidirectional": True} | other)
    x, start = sample(layer)
    inputs = [dc.tensor(array, requires_grad=True) for array in (x, *start)]

    def run(x: dc.Tensor, *start: dc.Tensor) -> list[dc.Tensor]:
        dc.manual_seed(1)  # the same mask each time
        return recurrent.call(layer, x, start, lengths=lengths)

    assert not run(*inputs)[0].equal(recurrent.call(layer, *inputs[:1], inputs[1:])[0])
    dc.testing.gradcheck(run, inputs)


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_zeros_are_the_states_that_are_not_given(kind: str) -> None:
    layer = make(kind, {"num_layers": 2, "bidirectional": True})
    x, start = sample(layer)
    zeros = [dc.zeros_like(dc.tensor(s)) for s in start]
    for options in ({}, {"lengths": [1, 4, 3, 0]}):
        without = recurrent.call(layer, dc.tensor(x), None, **options)
        assert recurrent.bits(without) == recurrent.bits(
            recurrent.call(layer, dc.tensor(x), zeros, **options)
        )


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_a_chain_of_2000_steps(kind: str) -> None:
    layer = make(kind, {"num_layers": 2})
    x, start = sample(layer, steps=2000, batch=2)
    leaf = dc.tensor(x, requires_grad=True)
    outputs = recurrent.call(layer, leaf, [dc.tensor(s) for s in start])
    expected = recurrent.reference(layer, x, start)
    np.testing.assert_allclose(outputs[0].detach().numpy(), expected[0], rtol=1e-9, atol=1e-10)
    recurrent.backward(outputs)
    assert np.isfinite(leaf.grad.numpy()).all()
    assert leaf.grad.numpy()[0].any()
    assert leaf.grad.numpy()[-1].any()


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_a_chain_of_2000_cells_is_the_layer(kind: str) -> None:
    layer, cell = make(kind, {}), make(f"{kind}Cell", {})
    cell.load_state_dict({k.removesuffix("_l0"): v for k, v in layer.state_dict().items()})
    x = np.random.default_rng(0).normal(size=(2000, 2, 3))
    whole, single = (dc.tensor(x, requires_grad=True) for _ in range(2))
    expected, _ = layer(whole)
    state, outputs = None, []
    for t in range(2000):
        state = cell(single[t], state)
        outputs.append(state[0] if kind == "LSTM" else state)
    y = dc.stack(outputs)
    np.testing.assert_allclose(y.detach().numpy(), expected.detach().numpy(), rtol=0, atol=1e-12)
    recurrent.backward([expected])
    recurrent.backward([y])
    np.testing.assert_allclose(single.grad.numpy(), whole.grad.numpy(), rtol=0, atol=1e-11)
    for p, q in zip(cell.parameters(), layer.parameters(), strict=True):
        np.testing.assert_allclose(p.grad.numpy(), q.grad.numpy(), rtol=1e-9, atol=1e-9)


class TestCells:
    @pytest.mark.parametrize("bias", [True, False])
    @pytest.mark.parametrize(
        ("kind", "other"), [("LSTM", {}), ("GRU", {}), ("RNN", {}), ("RNN", KINDS[4][1])]
    )
    def test_equations(self, kind: str, other: dict[str, Any], bias: bool) -> None:
        cell = make(f"{kind}Cell", {"bias": bias, **other})
        rng = np.random.default_rng(0)
        x = rng.normal(size=(5, 3))
        state = tuple(rng.normal(size=(5, 4)) for _ in range(2 if kind == "LSTM" else 1))
        step, w = recurrent.step_of(cell), recurrent.weights(cell, "")
        rows = [step(x[b], tuple(s[b] for s in state), w) for b in range(5)]
        hx = tuple(map(dc.tensor, state))
        got = cell(dc.tensor(x), hx if kind == "LSTM" else hx[0])
        got = got if kind == "LSTM" else (got,)
        for part, expected in zip(got, zip(*rows, strict=True), strict=True):
            np.testing.assert_allclose(part.detach().numpy(), expected, rtol=1e-12, atol=1e-13)
        one = tuple(s[0] for s in hx)
        alone = cell(dc.tensor(x[0]), one if kind == "LSTM" else one[0])
        alone = alone if kind == "LSTM" else (alone,)
        assert recurrent.bits(alone) == recurrent.bits([part[0] for part in got])
        assert [part.shape for part in alone] == [(4,)] * len(alone)
        row = cell(dc.tensor(x[:1]))
        assert [part.shape for part in (row if kind == "LSTM" else (row,))] == [(1, 4)] * len(alone)

    @pytest.mark.parametrize("kind", ["LSTMCell", "GRUCell", "RNNCell"])
    def test_gradients(self, kind: str) -> None:
        cell = make(kind, {})
        names = [name for name, _ in cell.named_parameters()]
        rng = np.random.default_rng(0)
        states = 2 if kind == "LSTMCell" else 1
        shapes = [(2, 3), *[(2, 4)] * states]
        inputs = [dc.tensor(rng.normal(size=shape)) for shape in shapes]
        inputs += [p.detach().clone() for p in cell.parameters()]

        def run(x: dc.Tensor, *rest: dc.Tensor) -> Any:
            cell.__dict__.update(zip(names, rest[states:], strict=True))
            return cell(x, rest[:2] if states == 2 else rest[0])

        dc.testing.gradcheck(run, [value.requires_grad_() for value in inputs])
