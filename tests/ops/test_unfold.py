"""unfold and fold: the op table, and what they refuse."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

import deepcore as dc
from deepcore.nn import functional as F
from support.optable import Case, OpTable

Options = dict[str, tuple[int, int]]


def taps(size: tuple[int, int], options: Options):
    """Each tap, each window, and the place where they meet if it lies inside the image."""
    kernel = options["kernel_size"]
    dilation, stride = options.get("dilation", (1, 1)), options.get("stride", (1, 1))
    padding = options.get("padding", (0, 0))
    counts = [
        (size[k] + 2 * padding[k] - dilation[k] * (kernel[k] - 1) - 1) // stride[k] + 1
        for k in (0, 1)
    ]
    for tap, index in enumerate(product(*map(range, kernel))):
        for window, at in enumerate(product(*map(range, counts))):
            place = tuple(at[k] * stride[k] - padding[k] + index[k] * dilation[k] for k in (0, 1))
            yield tap, window, place, all(0 <= place[k] < size[k] for k in (0, 1))


def unfolded(x: np.ndarray, options: Options) -> np.ndarray:
    *leading, height, width = x.shape
    met = list(taps((height, width), options))
    columns = np.zeros((*leading, met[-1][0] + 1, met[-1][1] + 1))
    for tap, window, place, inside in met:
        if inside:
            columns[..., tap, window] = x[..., place[0], place[1]]
    return columns.reshape(*leading[:-1], leading[-1] * columns.shape[-2], columns.shape[-1])


def folded(columns: np.ndarray, size: tuple[int, int], options: Options) -> np.ndarray:
    *leading, channels, length = columns.shape
    count = options["kernel_size"][0] * options["kernel_size"][1]
    parts = columns.reshape(*leading, channels // count, count, length)
    x = np.zeros((*parts.shape[:-2], *size))
    for tap, window, place, inside in taps(size, options):
        if inside:
            x[..., place[0], place[1]] += parts[..., tap, window]
    return x


OPTIONS: dict[str, Options] = {
    "plain": {"kernel_size": (2, 3)},
    "same": {"kernel_size": (3, 3), "padding": (1, 1)},
    "strided": {"kernel_size": (2, 3), "stride": (2, 3), "padding": (1, 0)},
    "dilated": {"kernel_size": (2, 2), "dilation": (1, 2), "padding": (0, 3)},
    "far": {"kernel_size": (1, 2), "padding": (2, 4), "dilation": (1, 3), "stride": (2, 1)},
}


def fold_shape(channels: int, size: tuple[int, int], options: Options) -> tuple[int, int]:
    met = list(taps(size, options))
    return channels * (met[-1][0] + 1), met[-1][1] + 1


CASES = [
    *(
        Case(
            name=f"unfold-{name}",
            call=lambda x, options=options: F.unfold(x, **options),
            reference=lambda x, options=options: unfolded(x, options),
            shapes=[[(2, 2, 4, 5)], [(1, 1, 2, 3)], [(0, 2, 4, 5)], [(1, 2, 3, 20)]],
            large=[(3, 8, 40, 50)],
            rows=True,
        )
        for name, options in OPTIONS.items()
    ),
    Case(
        name="unfold-one-image",
        call=lambda x: F.unfold(x, **OPTIONS["same"]),
        reference=lambda x: unfolded(x, OPTIONS["same"]),
        shapes=[[(2, 4, 5)], [(1, 1, 1)]],
        large=[(24, 40, 50)],
    ),
    *(
        Case(
            name=f"fold-{name}",
            call=lambda x, options=options: F.fold(x, (4, 5), **options),
            reference=lambda x, options=options: folded(x, (4, 5), options),
            shapes=[
                [(2, *fold_shape(2, (4, 5), options))],
                [fold_shape(1, (4, 5), options)],
                [(0, *fold_shape(2, (4, 5), options))],
            ],
            large=[(300, *fold_shape(8, (4, 5), options))],
        )
        for name, options in OPTIONS.items()
    ),
]


class TestTable(OpTable):
    cases = CASES


def test_numbers_stand_for_pairs() -> None:
    x = dc.randn(2, 3, 5, 6)
    pairs = {"kernel_size": (2, 2), "dilation": (2, 2), "padding": (1, 1), "stride": (2, 2)}
    numbers = {"kernel_size": 2, "dilation": 2, "padding": 1, "stride": 2}
    columns = F.unfold(x, **pairs)
    assert F.unfold(x, **numbers).tolist() == columns.tolist()
    again = F.fold(columns, (5, 6), **pairs)
    assert F.fold(columns, (5, 6), **numbers).tolist() == again.tolist()


def test_fold_undoes_windows_that_do_not_overlap() -> None:
    x = dc.randn(2, 3, 4, 6)
    assert F.fold(F.unfold(x, 2, stride=2), (4, 6), 2, stride=2).tolist() == x.tolist()


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda x: F.unfold(x[0, 0], 2), ValueError, r"unfold\] .*or \(C, H, W\), got \(4, 5\)\."),
        (lambda x: F.unfold(x, (2, 2, 2)), ValueError, r"kernel_size must .*, got \(2, 2, 2\)\."),
        (lambda x: F.unfold(x, 0), ValueError, r"kernel_size .* at least 1, got \(0, 0\)\."),
        (lambda x: F.unfold(x, 1, stride=0), ValueError, r"stride .* at least 1, got \(0, 0\)\."),
        (lambda x: F.unfold(x, 1, padding=-1), ValueError, r"padding .* least 0, got \(-1, -1\)"),
        (lambda x: F.unfold(x, 1, 2**40), ValueError, r"dilation must be a number or two, of at"),
        (lambda x: F.unfold(x, (5, 1)), ValueError, r"must fit into .* \(5, 1\).* for \(4, 5\)\."),
        (lambda x: F.unfold(x, 1, padding=2**31), ValueError, r"more elements than memory"),
        (lambda x: F.unfold(x, 2**31, padding=2**31), ValueError, r"more elements than memory"),
        (lambda x: F.unfold(x, 1.5), TypeError, r"unfold\] sizes must be integers, got 1\.5\."),
        (lambda x: F.unfold(x.long(), 1), TypeError, r"float32 or float64, got int64"),
        (lambda x: F.fold(x, 4, 2), ValueError, r"fold\] input must have shape .*got \(1, 2, 4, 5"),
        (lambda x: F.fold(x[0], 4, 3), ValueError, r"multiple of kh\*kw=9, got shape \(2, 4, 5\)"),
        (lambda x: F.fold(x[0], 0, 2), ValueError, r"output_size .* at least 1, got \(0, 0\)\."),
        (lambda x: F.fold(x[0], (4, 4), 2), ValueError, r"the 9 windows in output_size \(4, 4\)"),
    ],
)  # fmt: skip
def test_refuses(call, error, text) -> None:
    with pytest.raises(error, match=text):
        call(dc.zeros(1, 2, 4, 5))
