"""multinomial: shares of the draws, repeatability, errors."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

import deepcore as dc

WEIGHTS = np.array([[0, 1, 2, 5], [0.3, 0.2, 0, 0.1]])


@pytest.mark.parametrize("dtype", [dc.float32, dc.float64])
def test_multinomial_with_replacement(dtype: dc.dtype) -> None:
    dc.manual_seed(0)
    x = dc.multinomial(dc.tensor(WEIGHTS, dtype), 20_000, replacement=True)
    assert (x.shape, x.dtype) == ((2, 20_000), dc.int64)
    for row, weights in zip(x.numpy(), WEIGHTS, strict=True):
        shares = np.bincount(row, minlength=4) / 20_000
        assert shares[weights == 0].tolist() == [0]
        assert shares == pytest.approx(weights / weights.sum(), abs=0.015)


def test_multinomial_without_replacement() -> None:
    dc.manual_seed(0)
    pairs = dc.tensor(WEIGHTS[0]).expand(20_000, 4).multinomial(2).numpy()
    assert pairs.dtype == np.int64
    for i, j in ((1, 2), (1, 3), (2, 1), (2, 3), (3, 1), (3, 2)):
        weights = WEIGHTS[0]
        expected = weights[i] / 8 * weights[j] / (8 - weights[i])
        assert (pairs == [i, j]).all(1).mean() == pytest.approx(expected, abs=0.015)
    extremes = dc.tensor([1e300, 0, 1e-300, 3], dc.float64)
    assert extremes.multinomial(3).tolist() == [0, 3, 2]
    assert dc.full((2,), 1.7e308, dtype=dc.float64).multinomial(50, True).sum().item() in range(
        5, 46
    )


@pytest.mark.parametrize("replacement", [False, True])
def test_multinomial_is_repeatable(replacement: bool) -> None:
    weights = dc.rand(50, requires_grad=True)
    draws = []
    for _ in range(2):
        own = dc.Generator().manual_seed(3)
        draws.append(weights.multinomial(9, replacement, generator=own).tolist())
        draws.append(weights.multinomial(9, replacement, generator=own).tolist())
    assert draws[:2] == draws[2:]
    assert draws[0] != draws[1]
    assert dc.multinomial(dc.ones(0, 3), 2, replacement).shape == (0, 2)


@pytest.mark.parametrize(
    ("weights", "options", "kind", "text"),
    [
        ([1, 2], (1,), TypeError, "input must be float32 or float64, got int64."),
        (1.0, (1,), ValueError, "input must be (C,) or (N, C), got shape ()."),
        ([1.0], (0,), ValueError, "num_samples must be positive, got 0."),
        ([1.0], (1.5,), TypeError, "num_samples must be a whole number, got 1.5."),
        ([1.0], (1, 2), TypeError, "replacement must be True or False, got 2."),
        ([1.0, -1.0], (1,), ValueError, "got other weights; softmax(-1) makes weights of scores."),
        ([1.0, math.nan], (1,), ValueError, "input must be finite and not negative, got other"),
        ([1.0, math.inf], (1,), ValueError, "input must be finite and not negative, got other"),
        ([[1.0, 1], [0, 1]], (2,), ValueError, "input must have 2 weights above 0 or more in a "),
        ([0.0, 0.0], (3, True), ValueError, "1 weights above 0 or more in a row, got 0."),
        ([], (1, True), ValueError, "1 weights above 0 or more in a row, got 0."),
    ],
)
def test_multinomials_that_cannot_be(
    weights: list[float], options: tuple[Any, ...], kind: type[Exception], text: str
) -> None:
    with pytest.raises(kind, match=rf"^\[multinomial\] .*{re.escape(text)}"):
        dc.multinomial(dc.tensor(weights), *options)
    with pytest.raises(TypeError, match=r"^\[multinomial\] input must be a Tensor, got list\.$"):
        dc.multinomial([1.0], 1)  # type: ignore[arg-type]  # the error is the test
