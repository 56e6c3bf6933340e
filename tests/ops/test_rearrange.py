"""pixel_shuffle, pixel_unshuffle, channel_shuffle: the op table, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

import deepcore as dc
from deepcore.nn import functional as F
from support.optable import Case, OpTable


def shuffled(x: np.ndarray, r: int) -> np.ndarray:
    """y[c, h r + i, w r + j] = x[c r² + i r + j, h, w]."""
    *leading, channels, height, width = x.shape
    y = np.empty((*leading, channels // (r * r), height * r, width * r))
    for i in range(r):
        for j in range(r):
            y[..., i::r, j::r] = x[..., i * r + j :: r * r, :, :]
    return y


def unshuffled(x: np.ndarray, r: int) -> np.ndarray:
    *leading, channels, height, width = x.shape
    y = np.empty((*leading, channels * r * r, height // r, width // r))
    for i in range(r):
        for j in range(r):
            y[..., i * r + j :: r * r, :, :] = x[..., i::r, j::r]
    return y


def mixed(x: np.ndarray, groups: int) -> np.ndarray:
    """Channel k of every group, for each k in turn."""
    order = [g * (x.shape[1] // groups) + k for k in range(x.shape[1] // groups)
             for g in range(groups)]  # fmt: skip
    return x[:, order]


CASES = [
    *(
        Case(
            name=f"pixel_shuffle-{r}",
            call=lambda x, r=r: F.pixel_shuffle(x, r),
            reference=lambda x, r=r: shuffled(x, r),
            shapes=[[(2, 2 * r * r, 2, 5)], [(1, r * r, 1, 1)], [(0, r * r, 2, 3)]],
            large=[(4, 2 * r * r, 30, 60)],
            rows=True,
        )
        for r in (1, 2, 3, 5)
    ),
    *(
        Case(
            name=f"pixel_unshuffle-{r}",
            call=lambda x, r=r: F.pixel_unshuffle(x, r),
            reference=lambda x, r=r: unshuffled(x, r),
            shapes=[[(2, 2, 2 * r, 5 * r)], [(1, 1, r, r)], [(2, 0, r, r)]],
            large=[(4, 2, 30 * r, 60 * r)],
            rows=True,
        )
        for r in (1, 2, 3, 5)
    ),
    Case(
        name="channel_shuffle",
        call=lambda x: F.channel_shuffle(x, 3),
        reference=lambda x: mixed(x, 3),
        shapes=[[(2, 6, 2, 3)], [(1, 3, 1)], [(0, 6, 4)]],
        large=[(4, 30, 40, 50)],
        rows=True,
    ),
]


class TestTable(OpTable):
    cases = CASES


def test_any_leading_axes() -> None:
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 2, 3))
    assert np.array_equal(F.pixel_shuffle(dc.tensor(x), 2).numpy(), shuffled(x, 2))
    assert np.array_equal(F.pixel_shuffle(dc.tensor(x[0, 0]), 2).numpy(), shuffled(x[0, 0], 2))


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda x: F.pixel_shuffle(x, 3), ValueError, r"_shuffle\] .* multiple of .*=9, got shape"),
        (lambda x: F.pixel_shuffle(x, 0), ValueError, r"upscale_factor must be at least 1, got 0"),
        (lambda x: F.pixel_shuffle(x, 2.0), TypeError, r"must be a whole number, got 2\.0\."),
        (lambda x: F.pixel_shuffle(x[0, 0], 2), ValueError, r"three axes, got shape \(3, 4\)\."),
        (lambda x: F.pixel_unshuffle(x, 2), ValueError, r"unshuffle\] .*=2, got shape \(1, 8, 3,"),
        (lambda x: F.channel_shuffle(x, 3), ValueError, r"multiple of groups=3, got shape \(1, 8"),
        (lambda x: F.channel_shuffle(x, True), TypeError, r"groups must be a whole number, got T"),
    ],
)
def test_refuses(call, error, text) -> None:
    with pytest.raises(error, match=text):
        call(dc.zeros(1, 8, 3, 4))
