"""Vector functions against wider arithmetic, over the whole range, in units in the last place.

float32 is tried on every 4,999th bit pattern (about 860,000 of them, all exponents and both signs)
against float64; float64 on random numbers of all sizes against long double.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

import deepcore as dc

erf = np.vectorize(math.erf, otypes=[float])


def sigmoid(x: np.ndarray) -> np.ndarray:
    e = np.exp(-np.abs(x))
    return np.where(x < 0, e, 1) / (1 + e)


# Name, formula, bound in ulp.
FUNCTIONS = [
    ("exp", np.exp, 2),
    ("log", np.log, 2),
    ("expm1", np.expm1, 4),
    ("log1p", np.log1p, 4),
    ("tanh", np.tanh, 4),
    ("sigmoid", sigmoid, 4),
    ("erf", erf, 4),
    ("sin", np.sin, 4),
    ("cos", np.cos, 4),
]


def errors(result: np.ndarray, exact: np.ndarray) -> np.ndarray:
    """In units in the last place of the exact value; the special values must be the same."""
    with np.errstate(over="ignore"):
        rounded = exact.astype(result.dtype)
    limits = np.finfo(result.dtype)
    np.testing.assert_array_equal(np.isnan(result), np.isnan(rounded))
    zero = rounded == 0
    np.testing.assert_array_equal(result[zero & (exact == 0)], 0)
    same = (result == rounded) | np.isnan(rounded)
    # Where one side has overflowed, the other must be next to the largest number.
    edge = ~same & (np.isinf(result) | np.isinf(rounded))
    finite = np.where(np.isinf(result), rounded, result)
    assert np.all(np.abs(finite[edge]) >= limits.max * (1 - 4 * limits.eps))
    plain = ~same & ~edge
    unit = np.spacing(np.abs(rounded[plain])).astype(exact.dtype)
    off = np.zeros(result.shape)
    off[plain] = np.abs(result[plain].astype(exact.dtype) - exact[plain]) / unit
    return off


def float32_samples() -> np.ndarray:
    patterns = np.arange(0, 2**32, 4999, dtype=np.uint64).astype(np.uint32).view(np.float32)
    edges = [0.0, -0.0, math.inf, -math.inf, math.nan, 1.0, -1.0, 1e-45, -1e-45, 88.72, 88.73]
    near = np.linspace(-20, 20, 200_001)
    return np.concatenate([patterns, np.float32(edges), near.astype(np.float32)])


def float64_samples() -> np.ndarray:
    rng = np.random.default_rng(0)
    n = 20_000
    patterns = rng.integers(0, 2**64, n, dtype=np.uint64).view(np.float64)
    edges = [0.0, -0.0, math.inf, -math.inf, math.nan, 1.0, -1.0, 5e-324, 709.78, 709.79, -745.1]
    spread = [rng.uniform(-r, r, n) for r in (1e-3, 1, 10, 750)]
    return np.concatenate([patterns, edges, *spread, rng.uniform(0.5, 2, n)])


@pytest.mark.parametrize(("name", "formula", "bound"), FUNCTIONS)
def test_float32(name: str, formula: Callable[[np.ndarray], np.ndarray], bound: int) -> None:
    x = float32_samples()
    result = getattr(dc, name)(dc.from_numpy(x)).numpy()
    with np.errstate(all="ignore"):
        exact = formula(x.astype(np.float64))
    assert errors(result, exact).max() <= bound


@pytest.mark.parametrize(("name", "formula", "bound"), FUNCTIONS)
def test_float64(name: str, formula: Callable[[np.ndarray], np.ndarray], bound: int) -> None:
    x = float64_samples()
    result = getattr(dc, name)(dc.from_numpy(x)).numpy()
    with np.errstate(all="ignore"):
        exact = formula(x.astype(np.longdouble))
    assert errors(result, exact).max() <= bound


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["expm1", "log1p", "tanh", "sin"])
def test_odd_functions_keep_the_smallest_numbers(name: str, dtype: str) -> None:
    tiny = np.finfo(dtype).smallest_subnormal
    x = np.array([0.0, -0.0, tiny, -tiny, 1000 * tiny, np.finfo(dtype).tiny], dtype)
    result = getattr(dc, name)(dc.from_numpy(x)).numpy()
    assert result.tobytes() == x.tobytes()


# C's rules for powers, on all pairs.
POWERS = [0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 3.0, 0.5, -0.5, -1.5, math.inf, -math.inf, math.nan,
          1e30, 1e-30, -1e30, 2.0**24, 2.0**24 + 2, 2.0**23 + 1, 4194305.5, -4194305.0]  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_pow(dtype: str) -> None:
    rng = np.random.default_rng(0)
    bases, exponents = (a.ravel() for a in np.meshgrid(POWERS, POWERS))
    x = np.concatenate([bases, np.exp(rng.normal(0, 5, 20_000))]).astype(dtype)
    y = np.concatenate([exponents, rng.normal(0, 5, 20_000)]).astype(dtype)
    result = (dc.from_numpy(x) ** dc.from_numpy(y)).numpy()
    wide = np.float64 if dtype == "float32" else np.longdouble
    with np.errstate(all="ignore"):
        exact = np.power(x.astype(wide), y.astype(wide))
    negative = np.signbit(exact)
    np.testing.assert_array_equal(np.signbit(result)[~np.isnan(exact)], negative[~np.isnan(exact)])
    assert errors(result, exact).max() <= 1
