"""Products of shapes that reach every path, tile and tail, against NumPy in float64."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

import deepcore as dc
from deepcore import _core

ROWS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 20, 65)
COLUMNS = (1, 5, 16, 17, 33, 100, 257)
DEPTHS = (1, 2, 15, 16, 100, 255, 256, 257, 513)
OTHER_LEVELS = [
    level
    for level in _core.config()["installed_levels"]
    if level in _core.config()["supported_levels"] and level != _core.config()["level"]
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rows", ROWS)
def test_products_and_gradients(rows: int, dtype: str) -> None:
    rng = np.random.default_rng(rows)

    def whole(*shape: int) -> np.ndarray:
        """Small whole numbers: their products and sums are exact, in whatever order."""
        return rng.integers(-8, 9, shape).astype(dtype)

    for n in COLUMNS:
        for k in DEPTHS:
            a, b, gradient = whole(rows, k), whole(k, n), whole(rows, n)
            x, y = dc.tensor(a, requires_grad=True), dc.tensor(b, requires_grad=True)
            c = x @ y
            c.backward(dc.tensor(gradient))
            linear = dc.nn.functional.linear(dc.tensor(a), dc.tensor(b.T))
            np.testing.assert_array_equal(c.detach().numpy(), a @ b)
            np.testing.assert_array_equal(linear.numpy(), a @ b)
            np.testing.assert_array_equal(x.grad.numpy(), gradient @ b.T)
            np.testing.assert_array_equal(y.grad.numpy(), a.T @ gradient)
            c = x @ y
            c.backward(dc.tensor(gradient))
            np.testing.assert_array_equal(x.grad.numpy(), 2 * (gradient @ b.T))


@pytest.mark.parametrize("m", [0, 3])
@pytest.mark.parametrize("n", [0, 5])
@pytest.mark.parametrize("k", [0, 7])
def test_empty_products(m: int, n: int, k: int) -> None:
    product = dc.ones(m, k) @ dc.ones(k, n)
    assert product.shape == (m, n)
    assert (product.numpy() == k).all()


@pytest.mark.parametrize("level", OTHER_LEVELS)
def test_other_levels(level: str) -> None:
    """Vectors of another width have other tiles and tails."""
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", __file__, "-k", "test_products_and_gradients"],
        check=True,
        env={**os.environ, "DEEPCORE_ISA": level},
    )
