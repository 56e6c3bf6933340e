"""linear and matmul: the op table, and what they refuse."""

from __future__ import annotations

import math

import numpy as np
import pytest

import deepcore as dc
from deepcore import _core
from support.optable import Case, OpTable

ACTIVATIONS = {
    "none": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "gelu": lambda z: z * (1 + np.vectorize(math.erf, otypes=[float])(z / math.sqrt(2))) / 2,
    "gelu_tanh": lambda z: z * (1 + np.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3))) / 2,
    "silu": lambda z: z / (1 + np.exp(-z)),
}


def linear_case(activation: str) -> Case:
    kind = getattr(_core.Activation, activation)
    f = ACTIVATIONS[activation]
    return Case(
        name=f"linear-{activation}",
        call=lambda x, w, b: _core.linear(x, w, b, kind),
        reference=lambda x, w, b: f(x @ w.T + b),
        shapes=[
            [(5, 4), (3, 4), (3,)],
            [(1, 1), (1, 1), (1,)],
            [(0, 4), (3, 4), (3,)],
            [(2, 0), (3, 0), (3,)],
            [(7, 4), (17, 4), (17,)],
            [(2, 3, 4), (5, 4), (5,)],
        ],
        large=[(300, 130), (170, 130), (170,)],
        rows=True,
    )


CASES = [
    *map(linear_case, ACTIVATIONS),
    Case(
        name="linear-without-bias",
        call=lambda x, w: _core.linear(x, w),
        reference=lambda x, w: x @ w.T,
        shapes=[[(7, 3), (2, 3)], [(1, 300), (2, 300)]],
        large=[(300, 700), (90, 700)],
        rows=True,
    ),
    Case(
        name="linear-same-tensor",
        call=lambda x: _core.linear(x, x),
        reference=lambda x: x @ x.T,
        shapes=[[(3, 3)], [(1, 1)]],
        large=[(200, 200)],
    ),
    Case(
        name="matmul",
        call=dc.matmul,
        reference=np.matmul,
        shapes=[
            [(3, 4), (4, 5)],
            [(4,), (4, 5)],
            [(3, 4), (4,)],
            [(4,), (4,)],
            [(2, 3, 4), (4, 5)],
            [(2, 3, 4), (2, 4, 1)],
            [(2, 1, 3, 2), (3, 2, 2)],
            [(3, 4), (2, 4, 2)],
            [(0, 4), (4, 5)],
            [(3, 0), (0, 5)],
        ],
        large=[(300, 400), (400, 200)],
    ),
]


class TestTable(OpTable):
    cases = CASES


@pytest.mark.parametrize(
    ("x", "w", "b", "error", "text"),
    [
        ((64, 9216), (10, 1600), None, ValueError, r"in_features=1600, got shape \(64, 9216\)"),
        ((), (10, 4), None, ValueError, r"in_features=4, got shape \(\)"),
        ((2, 4), (4,), None, ValueError, r"\(out_features, in_features\), got \(4,\)"),
        ((2, 4), (3, 4), (4,), ValueError, r"bias must have shape .*\(3,\), got \(4,\)"),
    ],
)
def test_linear_refuses(x, w, b, error, text) -> None:
    bias = None if b is None else dc.zeros(b)
    with pytest.raises(error, match=rf"^\[linear\] .*{text}.*\.$"):
        _core.linear(dc.zeros(x), dc.zeros(w), bias)


def test_linear_refuses_other_dtypes() -> None:
    with pytest.raises(TypeError, match=r"one dtype, got float64 and float32"):
        _core.linear(dc.zeros(2, 4, dtype=dc.float64), dc.zeros(3, 4))
    with pytest.raises(TypeError, match=r"must be float32 or float64, got int64"):
        _core.linear(dc.zeros(2, 4, dtype=dc.int64), dc.zeros(3, 4, dtype=dc.int64))


def test_matmul_refuses() -> None:
    with pytest.raises(ValueError, match=r"got shapes \(2, 3\) and \(4, 5\)"):
        dc.matmul(dc.zeros(2, 3), dc.zeros(4, 5))
    with pytest.raises(ValueError, match=r"at least one axis.*use \* for a number"):
        dc.tensor(1.0) @ dc.zeros(2, 3)
    with pytest.raises(TypeError, match=r"one dtype, got float32 and float64"):
        dc.zeros(2, 3) @ dc.zeros(3, 2, dtype=dc.float64)


def test_matmul_with_arrays_keeps_the_graph() -> None:
    w = dc.ones(3, 2, requires_grad=True)
    left = np.arange(6, dtype=np.float32).reshape(2, 3) @ w
    assert left.requires_grad
    assert (w @ np.ones((2, 4), np.float32)).shape == (3, 4)


def test_a_bias_of_another_dtype() -> None:
    with pytest.raises(
        TypeError, match=r"\[linear\] bias must have weight's dtype float32, got flo"
    ):
        dc.nn.functional.linear(dc.ones(1, 2), dc.ones(3, 2), dc.ones(3).double())
