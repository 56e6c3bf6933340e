"""Activations as ops of their own: the op table, and the bits of the fused product."""

from __future__ import annotations

import math

import numpy as np
import pytest

import deepcore as dc
from deepcore import _core
from support.optable import Case, OpTable, apart, normal

erf = np.vectorize(math.erf, otypes=[float])


def case(name, call, reference, sample=normal) -> Case:
    return Case(
        name=name,
        call=call,
        reference=reference,
        shapes=[[(3, 5)], [(1, 1)], [(0, 4)], [(2, 1, 67)]],
        large=[(700, 130)],
        sample=sample,
        rows=True,
    )


CASES = [
    case("relu", dc.relu, lambda z: np.maximum(z, 0), apart),
    case("leaky_relu", _core.leaky_relu, lambda z: np.where(z > 0, z, 0.01 * z), apart),
    case(
        "leaky_relu-negative",
        lambda z: _core.leaky_relu(z, -0.5),
        lambda z: np.where(z > 0, z, -0.5 * z),
        apart,
    ),
    case("sigmoid", dc.sigmoid, lambda z: 1 / (1 + np.exp(-z))),
    case("tanh", dc.tanh, np.tanh),
    case("gelu", _core.gelu, lambda z: z * (1 + erf(z / math.sqrt(2))) / 2),
    case(
        "gelu_tanh",
        lambda z: _core.gelu(z, "tanh"),
        lambda z: z * (1 + np.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3))) / 2,
    ),
    case("silu", _core.silu, lambda z: z / (1 + np.exp(-z))),
]


class TestTable(OpTable):
    cases = CASES


def test_relu_at_zero() -> None:
    x = dc.tensor([-0.0, 0.0], requires_grad=True)
    y = dc.relu(x)
    y.backward(dc.ones(2))
    assert np.signbit(y.detach().numpy()).tolist() == [False, False]
    assert x.grad.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "sigmoid", "tanh", "gelu", "silu"])
def test_the_fused_product_has_the_same_bits(name: str) -> None:
    rng = np.random.default_rng(0)
    x = dc.tensor(rng.normal(0, 40, (37, 5)).astype("float32"))
    w = dc.tensor(rng.normal(0, 1, (19, 5)).astype("float32"))
    b = dc.tensor(rng.normal(0, 1, 19).astype("float32"))
    fused = _core.linear(x, w, b, getattr(_core.Activation, name))
    apart = getattr(_core, name)(_core.linear(x, w, b))
    assert fused.numpy().tobytes() == apart.numpy().tobytes()
