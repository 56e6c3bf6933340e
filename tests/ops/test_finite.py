"""Whether all numbers are finite, of tensors and of gradients."""

from __future__ import annotations

import numpy as np
import pytest

from deepcore import _core, from_numpy, ones, threads, zeros

SIZES = (0, 1, 3, 16, 17, 63, 64, 65, 257, 40_000)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("size", SIZES)
def test_finite_numbers(kind: type, size: int) -> None:
    info = np.finfo(kind)
    values = np.resize(np.array([0.0, -1.0, info.max, info.min, info.tiny], kind), size)
    assert _core.all_finite(from_numpy(values))


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("size", SIZES[1:])
def test_one_bad_number_at_any_place(kind: type, bad: float, size: int) -> None:
    for place in {0, size // 3, size // 2, size - 1}:
        values = np.ones(size, kind)
        values[place] = bad
        for n in (1, 2, 3):
            with threads(n):
                assert not _core.all_finite(from_numpy(values))


def test_whole_numbers_are_finite() -> None:
    assert _core.all_finite(from_numpy(np.arange(5)))


def test_gradients() -> None:
    parameters = [ones(3, requires_grad=True) for _ in range(3)] + [ones(2)]
    watch = _core.GradientWatch(parameters)
    assert watch.all_finite()
    for parameter in parameters[:2]:
        parameter.grad = zeros(3)
    assert watch.all_finite()
    for bad in (np.nan, np.inf):
        parameters[2].grad = from_numpy(np.array([0, bad, 0], np.float32))
        assert not watch.all_finite()
    parameters[2].grad = None
    assert watch.all_finite()
